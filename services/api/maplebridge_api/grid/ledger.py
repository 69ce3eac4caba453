"""The grid as sheets hold it: what goes out, and what an import is compared with."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Integer,
    Text,
    Uuid,
    and_,
    bindparam,
    column,
    exists,
    func,
    insert,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY

from maplebridge_domain.grid import GridLevel

from ..platform.database import Statement, in_scope
from .queries import PLACED, STANDING
from .tables import grid, grid_placement, household


@dataclass(frozen=True)
class GridLine:
    """A grid as it stands now."""

    id: UUID
    path: str
    level: GridLevel
    name: str
    management: str | None
    since: datetime


@dataclass(frozen=True)
class HouseholdLine:
    """A household."""

    grid_path: str
    address: str
    residents: int


GRID_LEDGER = Statement(
    select(
        grid.c.id,
        grid_placement.c.path,
        grid.c.level,
        grid.c.name,
        grid.c.management,
        func.lower(grid_placement.c.during),
    )
    .select_from(STANDING)
    .where(in_scope(grid))
    .order_by(grid_placement.c.path),
    lambda id_, path, level, *rest: GridLine(id_, path, GridLevel(level), *rest),
)
HOUSEHOLD_LEDGER = Statement(
    select(grid_placement.c.path, household.c.address, household.c.residents)
    .select_from(
        STANDING.join(
            household,
            and_(household.c.street_id == grid.c.street_id, household.c.grid_id == grid.c.id),
        )
    )
    .where(in_scope(household), PLACED)
    .order_by(grid_placement.c.path, household.c.address),
    HouseholdLine,
)


@dataclass(frozen=True)
class KeptHousehold:
    """A household of those given, by its number from 1 on, that is kept already."""

    no: int
    residents: int


def _array(name: str, of: Any) -> Any:
    return bindparam(name, type_=ARRAY(of))


_given = (
    func.unnest(
        _array("ids", Uuid()),
        _array("grid_ids", Uuid()),
        _array("addresses", Text),
        _array("residents", Integer),
    )
    .table_valued(
        column("id", Uuid()),
        column("grid_id", Uuid()),
        column("address", Text),
        column("residents", Integer),
        with_ordinality="no",
        name="given",
    )
    .render_derived()
)
_street_id = bindparam("street_id", type_=Integer)
_kept = (
    select(_given.c.no.cast(BigInteger).label("no"), household.c.residents)
    .select_from(
        _given.join(
            household,
            and_(
                household.c.street_id == _street_id,
                household.c.grid_id == _given.c.grid_id,
                household.c.address == _given.c.address,
            ),
        )
    )
    .cte("kept")
)
_made = (
    insert(household)
    .from_select(
        ["street_id", "id", "grid_id", "address", "residents"],
        select(
            _street_id, _given.c.id, _given.c.grid_id, _given.c.address, _given.c.residents
        ).where(~exists().where(_kept.c.no == _given.c.no)),
    )
    .returning(household.c.id)
    .cte("made")
)
#: Enters those of many households that are not kept yet, and tells which are.
ADD_NEW_HOUSEHOLDS = Statement(
    select(_kept.c.no, _kept.c.residents).add_cte(_made).order_by(_kept.c.no), KeptHousehold
)
