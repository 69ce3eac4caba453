"""Tables of organisations, posts and service contracts."""

from sqlalchemy import CheckConstraint, Column, Computed, Date, Index, Text

from maplebridge_domain.contract_end import ContractEndReason
from maplebridge_domain.hierarchy import (
    CreditCodeTaken,
    DualLeadershipNotHere,
    OrganisationDissolved,
)
from maplebridge_domain.organisation import OrganisationKind, PostKind, QuarterAlreadyServed
from maplebridge_domain.posts import LEADERS, LeaderThereAlready
from maplebridge_domain.service_contract import ContractDatesWrong

from ..platform.schema import (
    Names,
    TemporalUnique,
    capacity,
    during,
    free,
    in_street,
    instant,
    integer,
    named,
    one_of,
    reference,
    street_table,
    text,
    version,
    within,
    without_overlaps,
)

#: Of what is there until it ends; since when, nobody has to enter.
ALWAYS = "(,)"

#: Which grids a party organisation may answer to; the grid's own tier is by its level.
_PARTY_TIER = (
    "CASE kind WHEN 'street_working_committee' THEN 'street' WHEN 'community_party_org' THEN 'community'"
    " WHEN 'quarter_party_org' THEN 'quarter' WHEN 'building_party_group' THEN 'building' END"
)

organisation = street_table(
    "organisation",
    *reference("organisation", "grid_id", "grid"),
    *one_of("organisation", "kind", OrganisationKind),
    *named(),
    *reference("organisation", "parent_id", "organisation", null=True),
    # The second superior of an enterprise's party organisation.
    *reference("organisation", "community_party_org_id", "organisation", null=True),
    text("uscc", null=True),
    Column("party_tier", Text, Computed(_PARTY_TIER, persisted=True)),
    during(default=ALWAYS),
    version(),
    in_street("organisation"),
    TemporalUnique("street_id", "id", "during", name="organisation__during"),
    TemporalUnique(
        "street_id", "id", "party_tier", "during", name="organisation__during__party_tier"
    ),
    *(
        within("organisation", name, "organisation", unless=OrganisationDissolved, field=name)
        for name in ("parent_id", "community_party_org_id")
    ),
    CheckConstraint(
        "community_party_org_id IS NULL OR kind = 'enterprise_party_org'",
        name=f"organisation__{DualLeadershipNotHere.code}",
    ),
    Index(
        f"organisation__{CreditCodeTaken.code}",
        *("street_id", "uscc"),
        unique=True,
        postgresql_where="upper_inf(during)",
    ),
    Index("organisation__listed", "street_id", "name_listed", "id"),
    Index("organisation__kind", "street_id", "kind"),
    Index("organisation__grid_id", "street_id", "grid_id"),
    Index("organisation__parent_id", "street_id", "parent_id"),
    Index("organisation__community_party_org_id", "street_id", "community_party_org_id"),
)

post = street_table(
    "post",
    *reference("post", "organisation_id", "organisation", null=True),
    *reference("post", "grid_id", "grid", null=True),
    *one_of("post", "kind", PostKind),
    text("name"),
    integer("seats"),
    during(default=ALWAYS),
    version(),
    TemporalUnique("street_id", "id", "during", name="post__during"),
    within(
        "post",
        "organisation_id",
        "organisation",
        unless=OrganisationDissolved,
        field="organisation_id",
    ),
    Index(
        f"post__{LeaderThereAlready.code}",
        *("street_id", "organisation_id", "kind"),
        unique=True,
        postgresql_where=f"kind IN ({', '.join(map(repr, map(str, LEADERS)))})",
    ),
    CheckConstraint("num_nonnulls(organisation_id, grid_id) = 1", name="post__one_place"),
    CheckConstraint("seats BETWEEN 1 AND 50", name="post__seats"),
    Index("post__organisation_id", "street_id", "organisation_id"),
)

service_contract = street_table(
    "service_contract",
    *reference("service_contract", "enterprise_id", "organisation"),
    *reference("service_contract", "quarter_id", "grid"),
    during(null=True),  # null: withdrawn before it began, so that the quarter is free
    Column("signed_on", Date),
    Column("filed_on", Date),  # with county and street
    Column("file_by", Date, nullable=False),
    version(),
    CheckConstraint("filed_on >= signed_on", name=f"service_contract__{ContractDatesWrong.code}"),
    within(
        "service_contract",
        "enterprise_id",
        "organisation",
        unless=OrganisationDissolved,
        field="enterprise_id",
    ),
    without_overlaps("service_contract", "quarter_id", unless=QuarterAlreadyServed),
    TemporalUnique("street_id", "id", "during", name="service_contract__during"),
    Index("service_contract__enterprise_id", "street_id", "enterprise_id"),
)

#: A contract that ended early, or never began: what its term was before, why it is not, who entered that.
service_contract_end = street_table(
    "service_contract_end",
    *reference("service_contract_end", "contract_id", "service_contract"),
    *one_of("service_contract_end", "reason", ContractEndReason),
    free(text("note", null=True)),
    during(),
    instant("ends_at", null=True),  # null: withdrawn
    instant("entered_at"),
    text("entered_by", names=Names.ACTOR),
    capacity("entered_in_capacity"),
    CheckConstraint(
        "(reason = 'withdrawn') = (ends_at IS NULL)", name="service_contract_end__withdrawn"
    ),
    Index("service_contract_end__contract_id", "street_id", "contract_id"),
)
