"""Tables of the grid: the street itself, its nodes, and households; how they were at every instant.

What holds for a time is a row with its period: where a node stands, what it is called, where a household
lives. A change closes one row and adds another, so the newest is the one whose period has no end, or, of
what was closed, ends as it did.
"""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    ForeignKeyConstraint,
    Index,
    Text,
    UniqueConstraint,
    Uuid,
    literal_column,
)

from maplebridge_domain.grid import (
    GridCodeTaken,
    GridLevel,
    HouseholdTaken,
    Management,
    ManagementNotHere,
    UnitNumberTaken,
)
from maplebridge_domain.grid_attributes import AttributeNotHere, Cameras, PartyOrgNotOfLevel

from ..platform.schema import (
    TemporalForeignKey,
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

street = street_table(
    "street", text("name"), text("district"), text("city"), text("province"), version(), key=()
)

grid = street_table(
    "grid",
    *one_of("grid", "level", GridLevel),
    instant("closed_at", null=True),
    *reference("grid", "merged_into", "grid", null=True),  # never one that was merged itself
    version(),
    CheckConstraint("merged_into IS NULL OR closed_at IS NOT NULL", name="grid__merged_is_closed"),
    in_street("grid"),
    # What its description refers to, so that the level can be looked at there.
    UniqueConstraint("street_id", "id", "level", name="grid__id_taken__level"),
    # The root: who changes the tree takes its row.
    Index("grid__root", "street_id", postgresql_where=literal_column("level = 'street'")),
    Index("grid__merged_into", "street_id", "merged_into"),
)

#: Which grid stood for one that was merged, and when: that which took it in, until it was merged itself.
grid_heir = street_table(
    "grid_heir",
    *reference("grid_heir", "grid_id", "grid"),
    *reference("grid_heir", "heir_id", "grid"),
    during(),
    CheckConstraint("heir_id <> grid_id", name="grid_heir__another"),
    TemporalUnique("street_id", "grid_id", "during", name="grid_heir__during"),
    Index("grid_heir__grid_id", "street_id", "grid_id"),
    Index("grid_heir__heir_id", "street_id", "heir_id"),
)

#: GB/T 30428.1: 6 digits district, 3 street, 3 community, 3 sequence; of unit grids only.
_UNIT_CODE = (
    "CASE WHEN path ~ '/[0-9]{4}(/[0-9]{2})?/[0-9]{3}$'"
    " THEN replace(\"left\"(path, 13), '/', '') || \"right\"(path, 3) END"
)
grid_placement = street_table(
    "grid_placement",
    *reference("grid_placement", "grid_id", "grid"),
    *reference("grid_placement", "parent_id", "grid", null=True),
    # "C": `>=` and `<` reach the index under row-level security, ltree's <@ does not.
    Column("path", Text(collation="C"), nullable=False),
    Column("unit_code", Text, Computed(_UNIT_CODE, persisted=True)),
    during(),
    TemporalUnique("street_id", "grid_id", "during", name="grid_placement__during"),
    without_overlaps("grid_placement", "path", unless=GridCodeTaken),
    without_overlaps("grid_placement", "unit_code", unless=UnitNumberTaken),
    Index("grid_placement__path", "street_id", "path"),
    # Also by time: where a grid stood last is asked by nearly every right that reaches a place.
    Index("grid_placement__grid_id", "street_id", "grid_id", "during"),
)

#: Which tier of party organisation answers to a grid: an organisation has its own by its kind.
_PARTY_TIER = "CASE level WHEN 'lane' THEN 'building' WHEN 'unit' THEN 'building' ELSE level END"
#: What a level has not: the rule of `grid_attributes.LEVELS`.
_ATTRIBUTES_HERE = (
    "(level IN ('quarter', 'lane', 'unit')"
    " OR cameras IS NULL AND access_control IS NOT true AND central_household_id IS NULL)"
    " AND (level IN ('community', 'quarter') OR service_centre IS NULL AND hall IS NULL)"
)
grid_description = street_table(
    "grid_description",
    Column("grid_id", Uuid, nullable=False),
    *one_of("grid_description", "level", GridLevel),
    text("name"),
    *one_of("grid_description", "management", Management, null=True),
    *one_of("grid_description", "cameras", Cameras, null=True),
    Column("access_control", Boolean),
    text("service_centre", null=True),
    text("hall", null=True),
    *reference("grid_description", "central_household_id", "household", null=True),
    *reference("grid_description", "party_org_id", "organisation", null=True),
    Column("party_tier", Text, Computed(_PARTY_TIER, persisted=True)),
    during(),
    # There all that time, of the grid's street, and of the tier that answers to its level.
    TemporalForeignKey(
        ["street_id", "party_org_id", "party_tier", "during"],
        [f"organisation.{name}" for name in ("street_id", "id", "party_tier", "during")],
        name=f"grid_description__{PartyOrgNotOfLevel.code}",
    ),
    ForeignKeyConstraint(
        ["street_id", "grid_id", "level"],
        ["grid.street_id", "grid.id", "grid.level"],
        name="grid_description__unknown_reference__grid_id",
    ),
    CheckConstraint(
        "management IS NULL OR level IN ('quarter', 'lane')",
        name=f"grid_description__{ManagementNotHere.code}",
    ),
    CheckConstraint(_ATTRIBUTES_HERE, name=f"grid_description__{AttributeNotHere.code}"),
    TemporalUnique("street_id", "grid_id", "during", name="grid_description__during"),
    Index("grid_description__grid_id", "street_id", "grid_id"),
    Index("grid_description__party_org_id", "street_id", "party_org_id"),
)

household = street_table("household", version(), in_street("household"))

household_placement = street_table(
    "household_placement",
    *reference("household_placement", "household_id", "household"),
    *reference("household_placement", "grid_id", "grid"),
    text("address"),
    integer("residents"),
    during(),
    CheckConstraint("residents >= 0", name="household_placement__residents"),
    TemporalUnique("street_id", "household_id", "during", name="household_placement__during"),
    Index("household_placement__grid_id", "street_id", "grid_id"),
    Index("household_placement__household_id", "street_id", "household_id"),
    # Of those that live there now: a temporal key (GiST) takes more than twice as long to fill.
    Index(
        f"household_placement__{HouseholdTaken.code}",
        "street_id",
        "grid_id",
        "address",
        unique=True,
        postgresql_where=literal_column("upper_inf(during)"),
    ),
)
