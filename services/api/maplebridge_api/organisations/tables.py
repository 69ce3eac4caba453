"""Tables of organisations, posts and service contracts."""

from sqlalchemy import CheckConstraint, Index

from maplebridge_domain.contract_end import ContractEndReason
from maplebridge_domain.organisation import OrganisationKind, PostKind, QuarterAlreadyServed

from ..platform.schema import (
    TemporalUnique,
    during,
    in_street,
    instant,
    integer,
    one_of,
    reference,
    street_table,
    text,
    version,
    without_overlaps,
)

organisation = street_table(
    "organisation",
    *reference("organisation", "grid_id", "grid"),
    *one_of("organisation", "kind", OrganisationKind),
    text("name"),
    *reference("organisation", "parent_id", "organisation", null=True),
    text("uscc", null=True),
    version(),
    in_street("organisation"),
    Index("organisation__kind", "street_id", "kind"),
    Index("organisation__grid_id", "street_id", "grid_id"),
)

post = street_table(
    "post",
    *reference("post", "organisation_id", "organisation", null=True),
    *reference("post", "grid_id", "grid", null=True),
    *one_of("post", "kind", PostKind),
    text("name"),
    integer("seats"),
    version(),
    CheckConstraint("num_nonnulls(organisation_id, grid_id) = 1", name="post__one_place"),
    CheckConstraint("seats BETWEEN 1 AND 50", name="post__seats"),
    Index("post__organisation_id", "street_id", "organisation_id"),
)

service_contract = street_table(
    "service_contract",
    *reference("service_contract", "enterprise_id", "organisation"),
    *reference("service_contract", "quarter_id", "grid"),
    during(),
    version(),
    without_overlaps("service_contract", "quarter_id", unless=QuarterAlreadyServed),
    TemporalUnique("street_id", "id", "during", name="service_contract__during"),
    Index("service_contract__enterprise_id", "street_id", "enterprise_id"),
)

#: A contract that ended early: until when it was to run before, why it does not, and when that was entered.
service_contract_end = street_table(
    "service_contract_end",
    *reference("service_contract_end", "contract_id", "service_contract"),
    *one_of("service_contract_end", "reason", ContractEndReason),
    text("note", null=True),
    instant("ends_at"),
    instant("planned_until", null=True),
    instant("entered_at"),
    Index("service_contract_end__contract_id", "street_id", "contract_id"),
)
