"""The grid as sheets hold it: what goes out, and what an import is compared with."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    DateTime,
    Integer,
    Text,
    Uuid,
    and_,
    bindparam,
    column,
    exists,
    func,
    insert,
    literal_column,
    null,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY

from maplebridge_domain.grid import GridLevel

from ..platform.database import Statement, in_scope
from .dated import lasts
from .paths import STANDING
from .queries import NOW
from .tables import grid, grid_description, grid_placement, household, household_placement


@dataclass(frozen=True)
class GridLine:
    """A grid as it stands now: since when it stands there, no parent has come later; when it came to be."""

    id: UUID
    path: str
    level: GridLevel
    name: str
    management: str | None
    cameras: str | None
    access_control: bool | None
    service_centre: str | None
    hall: str | None
    since: datetime | None
    began: datetime | None
    central_household_id: UUID | None
    party_org_id: UUID | None


@dataclass(frozen=True)
class HouseholdLine:
    """A household, and since when it lives where it does."""

    id: UUID
    grid_path: str
    address: str
    residents: int
    since: datetime


_ever = grid_placement.alias("ever")
GRID_LEDGER = Statement(
    select(
        grid.c.id,
        grid_placement.c.path,
        grid.c.level,
        grid_description.c.name,
        grid_description.c.management,
        grid_description.c.cameras,
        grid_description.c.access_control,
        grid_description.c.service_centre,
        grid_description.c.hall,
        func.lower(grid_placement.c.during),
        select(func.min(func.lower(_ever.c.during)))
        .where(_ever.c.street_id == grid.c.street_id, _ever.c.grid_id == grid.c.id)
        .scalar_subquery(),
        grid_description.c.central_household_id,
        grid_description.c.party_org_id,
    )
    .select_from(NOW)
    .where(in_scope(grid))
    .order_by(grid_placement.c.path),
    lambda id_, path, level, *rest: GridLine(id_, path, GridLevel(level), *rest),
)
HOUSEHOLD_LEDGER = Statement(
    select(
        household_placement.c.household_id,
        grid_placement.c.path,
        household_placement.c.address,
        household_placement.c.residents,
        func.lower(household_placement.c.during),
    )
    .select_from(
        STANDING.join(
            household_placement,
            and_(
                household_placement.c.street_id == grid.c.street_id,
                household_placement.c.grid_id == grid.c.id,
                lasts(household_placement),
            ),
        )
    )
    .where(in_scope(household_placement))
    .order_by(grid_placement.c.path, household_placement.c.address),
    HouseholdLine,
)


@dataclass(frozen=True)
class KeptHousehold:
    """A household of those given, by its number from 1 on, that is kept already."""

    no: int
    id: UUID
    residents: int
    since: datetime


def _array(name: str, of: Any) -> Any:
    return bindparam(name, type_=ARRAY(of))


_given = (
    func.unnest(
        _array("ids", Uuid()),
        _array("grid_ids", Uuid()),
        _array("addresses", Text),
        _array("residents", Integer),
        _array("since", DateTime(timezone=True)),
    )
    .table_valued(
        column("id", Uuid()),
        column("grid_id", Uuid()),
        column("address", Text),
        column("residents", Integer),
        column("since", DateTime(timezone=True)),
        with_ordinality="no",
        name="given",
    )
    .render_derived()
)
_street_id = bindparam("street_id", type_=Integer)
#: With a limit, so that each is looked up by its key: a join reads the whole street again for every batch.
_there = (
    select(
        household_placement.c.household_id,
        household_placement.c.residents,
        func.lower(household_placement.c.during).label("since"),
    )
    .where(
        household_placement.c.street_id == _street_id,
        household_placement.c.grid_id == _given.c.grid_id,
        household_placement.c.address == _given.c.address,
        lasts(household_placement),
    )
    .limit(literal_column("1"))
    .lateral("there")
)
_kept = (
    select(
        _given.c.no.cast(BigInteger).label("no"),
        _there.c.household_id,
        _there.c.residents,
        _there.c.since,
    )
    .select_from(_given.join(_there, true()))
    .cte("kept")
)
_new = ~exists().where(_kept.c.no == _given.c.no)
_made = (
    insert(household)
    .from_select(
        ["street_id", "id"],
        select(_street_id, _given.c.id).where(_new),
    )
    .returning(household.c.id)
    .cte("made")
)
_placed = (
    insert(household_placement)
    .from_select(
        ["street_id", "household_id", "grid_id", "address", "residents", "during"],
        select(
            *(_street_id, _given.c.id, _given.c.grid_id),
            *(_given.c.address, _given.c.residents, func.tstzrange(_given.c.since, null())),
        ).where(_new),
    )
    .returning(household_placement.c.id)
    .cte("placed")
)
#: Enters those of many households that are not kept yet, and tells which are.
ADD_NEW_HOUSEHOLDS = Statement(
    select(*_kept.c).add_cte(_made, _placed).order_by(_kept.c.no),
    KeptHousehold,
)
