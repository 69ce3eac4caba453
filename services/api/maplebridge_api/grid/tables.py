"""Tables of the grid: the street itself, its nodes, where they stand, and households."""

from sqlalchemy import CheckConstraint, Column, Index, Text

from maplebridge_domain.grid import GridCodeTaken, GridLevel, Management, ManagementNotHere

from ..platform.schema import (
    TemporalUnique,
    during,
    in_street,
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
    text("name"),
    *one_of("grid", "management", Management, null=True),
    version(),
    CheckConstraint(
        "management IS NULL OR level IN ('quarter', 'lane')", name=f"grid__{ManagementNotHere.code}"
    ),
    in_street("grid"),
)

grid_placement = street_table(
    # Where a node stands in the tree, and since when; history is kept by rows, never overwritten.
    "grid_placement",
    *reference("grid_placement", "grid_id", "grid"),
    *reference("grid_placement", "parent_id", "grid", null=True),
    # "C": starts_with() and >= reach the index under row-level security, ltree's <@ does not.
    Column("path", Text(collation="C"), nullable=False),
    during(),
    TemporalUnique("street_id", "grid_id", "during", name="grid_placement__during"),
    without_overlaps("grid_placement", "path", unless=GridCodeTaken),
    Index("grid_placement__path", "street_id", "path"),
    Index("grid_placement__grid_id", "street_id", "grid_id"),
)

household = street_table(
    "household",
    *reference("household", "grid_id", "grid"),
    text("address"),
    integer("residents"),
    version(),
    CheckConstraint("residents >= 0", name="household__residents"),
    Index("household__grid_id", "street_id", "grid_id"),
)
