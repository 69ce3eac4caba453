"""Where a grid stands, now or at an instant, and what it is there; for other slices' statements."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, literal_column, or_, select

from maplebridge_domain.grid import GridLevel, path_length

from ..platform.database import in_scope
from .dated import lasts, of
from .heirs import heir_of, stood_for
from .tables import grid, grid_description, grid_placement

#: Where a node stands now.
STANDING = grid.join(grid_placement, and_(of(grid_placement, grid), lasts(grid_placement)))


def below(path: ColumnElement[str], root: ColumnElement[str]) -> ColumnElement[bool]:
    """Say that a path is the root's own or lies below it.

    Paths are digits and slashes, and `0` is the sign after the slash: lane `01` is no ancestor of unit
    `012`. Comparison is leakproof: it reaches the index under row-level security.
    """
    return and_(path >= root, path < root.op("||")(literal_column("'0'")))


def path_of(street_id: ColumnElement[int], grid_id: ColumnElement[UUID]) -> ColumnElement[str]:
    """Write the path of a grid as it stands now, for another slice's statement.

    Of one that was merged it is the path of that which took it in: who sits there reaches on. Of one
    that was closed it is the last.
    """
    return (
        select(grid_placement.c.path)
        .where(
            grid_placement.c.street_id == street_id,
            grid_placement.c.grid_id == heir_of(street_id, grid_id),
        )
        .order_by(grid_placement.c.during.desc())
        .limit(literal_column("1"))
        .correlate_except(grid_placement)
        .scalar_subquery()
    )


def path_at(
    street_id: ColumnElement[int], grid_id: ColumnElement[UUID], at: ColumnElement[datetime]
) -> ColumnElement[str]:
    """Write where a grid, or that which had taken it in, stood at an instant, for another's statement."""
    return (
        select(grid_placement.c.path)
        .where(
            grid_placement.c.street_id == street_id,
            grid_placement.c.grid_id == stood_for(street_id, grid_id, at),
            grid_placement.c.during.contains(at),
        )
        .correlate_except(grid_placement)
        .scalar_subquery()
    )


def quarter_of(street_id: ColumnElement[int], grid_id: ColumnElement[UUID]) -> ColumnElement[UUID]:
    """Write the quarter that a grid is, or stands in now, for another slice's statement."""
    quarter = grid_placement.alias("quarter")
    length: ColumnElement[int] = literal_column(str(path_length(GridLevel.QUARTER)))
    return (
        select(quarter.c.grid_id)
        .where(
            quarter.c.street_id == street_id,
            quarter.c.path == func.left(path_of(street_id, grid_id), length),
            func.length(quarter.c.path) == length,  # not of a community
            lasts(quarter),
        )
        .correlate_except(quarter)
        .scalar_subquery()
    )


def level_of(street_id: ColumnElement[int], grid_id: ColumnElement[UUID]) -> ColumnElement[str]:
    """Write the level of a grid, for another slice's statement."""
    named = (grid.c.street_id == street_id, grid.c.id == grid_id)
    return select(grid.c.level).where(*named).correlate_except(grid).scalar_subquery()


def led_after(
    organisation_id: ColumnElement[UUID], at: ColumnElement[datetime]
) -> ColumnElement[int]:
    """Write how many grids a party organisation answers to after an instant, for another's statement."""
    until = func.upper(grid_description.c.during)
    return (
        select(func.count())
        .where(
            in_scope(grid_description),
            grid_description.c.party_org_id == organisation_id,
            or_(until.is_(None), until > at),
        )
        .scalar_subquery()
    )


def standing(grid_id: ColumnElement[UUID]) -> Select[tuple[int, str, str]]:
    """Select a grid's street, level and path, for another slice's hot write."""
    return (
        select(grid.c.street_id, grid.c.level, grid_placement.c.path)
        .select_from(STANDING)
        .where(in_scope(grid), grid.c.id == grid_id)
    )
