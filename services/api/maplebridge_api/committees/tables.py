"""Tables of committees' terms and of who was elected; a quarter has one committee at a time."""

from sqlalchemy import Boolean, CheckConstraint, Column, Date, Index
from sqlalchemy.dialects.postgresql import JSONB

from maplebridge_domain.committee import (
    CommitteeDatesWrong,
    CommitteeKind,
    CommitteeThereAlready,
    ElectedTwice,
    FilingNumberTaken,
)
from maplebridge_domain.hierarchy import OrganisationDissolved

from ..platform.schema import (
    Names,
    capacity,
    during,
    instant,
    integer,
    one_of,
    reference,
    street_table,
    text,
    unique,
    version,
    within,
    without_overlaps,
)

committee_term = street_table(
    "committee_term",
    *reference("committee_term", "organisation_id", "organisation"),
    *reference("committee_term", "quarter_id", "grid"),
    *one_of("committee_term", "kind", CommitteeKind),
    during(),
    integer("members"),
    integer("owners", null=True),  # of them: of a property management committee
    # Of an owners' committee: the vote, whose figures carried it, and what follows from it.
    Column("voted_on", Date),
    Column("votes", JSONB),
    Column("file_by", Date),
    Column("renew_from", Date),
    integer("party_members", null=True),  # a number: it stays when a member is forgotten
    integer("party_aim_percent", null=True),
    # The filing, and who of the street confirmed it.
    Column("filed_on", Date),
    text("filing_number", null=True),
    instant("confirmed_at", null=True),
    text("confirmer", null=True, names=Names.ACTOR),
    capacity("confirmed_in_capacity"),
    Column("hand_over_by", Date),  # null: the term has no end yet
    Column("seals_handed_on", Date),
    Column("documents_handed_on", Date),
    Column("records_handed_on", Date),
    version(),
    without_overlaps("committee_term", "quarter_id", unless=CommitteeThereAlready),
    within(
        "committee_term",
        "organisation_id",
        "organisation",
        unless=OrganisationDissolved,
        field="organisation_id",
    ),
    unique("committee_term", "filing_number", unless=FilingNumberTaken),
    CheckConstraint(
        "num_nonnulls(voted_on, votes, file_by, renew_from, party_members, party_aim_percent)"
        " = CASE kind WHEN 'owners_committee' THEN 6 ELSE 0 END",
        name="committee_term__elected",
    ),
    CheckConstraint(
        "(kind = 'property_management_committee') = (owners IS NOT NULL)",
        name="committee_term__owners",
    ),
    CheckConstraint(
        "members >= 1 AND owners BETWEEN 0 AND members AND party_members BETWEEN 0 AND members",
        name="committee_term__members",
    ),
    CheckConstraint(
        "num_nonnulls(filed_on, filing_number, confirmed_at, confirmer) IN (0, 4)",
        name="committee_term__filed",
    ),
    CheckConstraint("filed_on >= voted_on", name=f"committee_term__{CommitteeDatesWrong.code}"),
    CheckConstraint(
        "upper_inf(during) = (hand_over_by IS NULL)"
        " AND NOT (kind = 'owners_committee' AND upper_inf(during))",
        name="committee_term__end",
    ),
    Index("committee_term__organisation_id", "street_id", "organisation_id"),
    Index("committee_term__quarter_id", "street_id", "quarter_id"),
)

committee_member = street_table(
    "committee_member",
    *reference("committee_member", "term_id", "committee_term"),
    *reference("committee_member", "person_id", "person"),
    # Made by the election; null: they take their post by an appointment of its own, as by step 2.
    *reference("committee_member", "appointment_id", "appointment", null=True),
    # Sensitive: as at the election, of owners' committees; shown to nobody but themselves.
    Column("party_member", Boolean),
    unique("committee_member", "term_id", "person_id", unless=ElectedTwice),
    Index("committee_member__person_id", "street_id", "person_id"),
    Index("committee_member__appointment_id", "street_id", "appointment_id"),
)
