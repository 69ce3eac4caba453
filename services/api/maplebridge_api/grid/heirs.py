"""Which grid stands for one that was merged: now, at an instant, since when; for other slices' statements."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    DateTime,
    FromClause,
    Select,
    Subquery,
    and_,
    cast,
    func,
    null,
    or_,
    select,
)

from ..platform.database import in_scope
from .dated import lasts
from .tables import grid, grid_heir

_own = grid.alias("own")


def heir_of(street_id: ColumnElement[int], grid_id: ColumnElement[UUID]) -> ColumnElement[UUID]:
    """Write the grid itself, or that which it was merged into, for another slice's statement."""
    named = (_own.c.street_id == street_id, _own.c.id == grid_id)
    heir = select(func.coalesce(_own.c.merged_into, _own.c.id)).where(*named)
    return heir.correlate_except(_own).scalar_subquery()


def closed_at(
    street_id: ColumnElement[int], grid_id: ColumnElement[UUID]
) -> ColumnElement[datetime]:
    """Write when a grid, or that which took it in, was closed, for another slice's statement; null: not."""
    last = grid.alias("last")
    named = (last.c.street_id == street_id, last.c.id == heir_of(street_id, grid_id))
    return select(last.c.closed_at).where(*named).correlate_except(last).scalar_subquery()


def stood_for(
    street_id: ColumnElement[int], grid_id: ColumnElement[UUID], at: ColumnElement[datetime]
) -> ColumnElement[UUID]:
    """Write which grid stands for one at an instant: itself, or, once it was merged, that which took it in."""
    heir = select(grid_heir.c.heir_id).where(
        grid_heir.c.street_id == street_id,
        grid_heir.c.grid_id == grid_id,
        grid_heir.c.during.contains(at),
    )
    return func.coalesce(heir.correlate_except(grid_heir).scalar_subquery(), grid_id)


def taken_in(
    street_id: ColumnElement[int], grid_id: ColumnElement[UUID], at: ColumnElement[datetime]
) -> Select[Any]:
    """Select the grids for which one stood at an instant, for another slice's statement: `grid_id`."""
    return (
        select(grid_heir.c.grid_id)
        .where(
            grid_heir.c.street_id == street_id,
            grid_heir.c.heir_id == grid_id,
            grid_heir.c.during.contains(at),
        )
        .correlate_except(grid_heir)
    )


def runs_in(
    asked_id: ColumnElement[UUID], dated: FromClause, at: ColumnElement[Any]
) -> ColumnElement[bool]:
    """Say that what is dated in a quarter runs in the one that is asked for, for another slice's list.

    It is that quarter's own, or ran on while that one stood for its quarter; at an instant, or, without one,
    ever.
    """
    stood = select(grid_heir.c.id).where(
        grid_heir.c.street_id == dated.c.street_id,
        grid_heir.c.grid_id == dated.c.quarter_id,
        grid_heir.c.heir_id == asked_id,
        grid_heir.c.during.overlaps(dated.c.during),
        or_(at.is_(None), grid_heir.c.during.contains(at)),
    )
    return or_(dated.c.quarter_id == asked_id, stood.correlate_except(grid_heir).exists())


def kin(ids: ColumnElement[Any]) -> Subquery:
    """Write which grids some that are there have become one with, themselves among them, for another slice.

    Returns:
        `street_id`, `asked_id`, `grid_id`, and `since` when they are one; null: ever.
    """
    asked = grid.alias("asked")
    taken = select(
        grid_heir.c.street_id,
        grid_heir.c.heir_id,
        grid_heir.c.grid_id,
        func.lower(grid_heir.c.during),
    ).where(in_scope(grid_heir), grid_heir.c.heir_id == func.any(ids), lasts(grid_heir))
    own = select(
        asked.c.street_id,
        asked.c.id.label("asked_id"),
        asked.c.id.label("grid_id"),
        cast(null(), DateTime(timezone=True)).label("since"),
    ).where(in_scope(asked), asked.c.id == func.any(ids))
    return own.union_all(taken).subquery("kin")


def of_one(kin: Subquery, dated: FromClause) -> ColumnElement[bool]:
    """Say that what is dated in a quarter is, or will be, that of one that it has become one with."""
    until = func.upper(dated.c.during)
    return and_(
        dated.c.street_id == kin.c.street_id,
        dated.c.quarter_id == kin.c.grid_id,
        dated.c.during.is_not(None),
        or_(until.is_(None), kin.c.since.is_(None), until > kin.c.since),
    )


def begins_as_one(kin: Subquery, dated: FromClause) -> ColumnElement[datetime]:
    """Write since when what is `of_one` runs for it."""
    return func.greatest(func.lower(dated.c.during), kin.c.since)
