"""Loading grids and households."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID

from maplebridge_domain.authority import Right
from maplebridge_domain.grid import GridLevel, NotAUnit, UnitNumberTaken, unit_code
from maplebridge_domain.grid_attributes import (
    LEVELS,
    AttributeNotHere,
    Attributes,
    CentralHouseholdElsewhere,
    check_grid,
)
from maplebridge_domain.grid_change import check_date
from maplebridge_domain.importing import GridUnknown
from maplebridge_domain.problem import Problem
from maplebridge_domain.spreadsheet import refusal_of

from ..grid import service as grid
from ..platform.ids import new_id
from . import queries
from .links import Links
from .loading import Batches, FirstRows, Ids, Loading, all_lines
from .reading import Line

#: What a sheet tells of what a grid has; households and party organisations come after the grids.
_HAS = ("management", "cameras", "access_control", "service_centre", "hall")
#: Which column of a sheet a rule of the grid speaks of.
_COLUMNS = {"/parent_id": "path", "/code": "path", "/since": "since"}
_COLUMNS |= {f"/{name}": name for name in _HAS}


async def grids_of(loading: Loading) -> dict[str, grid.GridLine]:
    """Return the street's grids by their paths; they stay there until all is entered."""
    await loading.write.tx.run(grid.HOLD_STREET, street_id=loading.street_id)
    return {one.path: one for one in await loading.write.tx.all(grid.GRID_LEDGER)}


def since_in_sheets(grids: Iterable[grid.GridLine]) -> dict[str, datetime | None]:
    """Return by path since when each grid is there as a sheet says it, which knows its last place only.

    Under a younger grid nothing is older: what was moved there, is there since that one is.
    """
    since: dict[str, datetime | None] = {}
    for one in sorted(grids, key=lambda one: one.path):
        since[one.path] = later(one.began, since.get(one.path.rpartition("/")[0]))
    return since


def later(one: datetime | None, other: datetime | None) -> datetime | None:
    """Return the later of two instants; none is before all."""
    return max(filter(None, (one, other)), default=None)


async def load_grids(loading: Loading, batches: Batches) -> None:
    """Enter the grids of a sheet that are not there yet; parents may stand below their children."""
    lines, meant = await all_lines(batches, "path")
    kept = await grids_of(loading)
    tree, since = _tree(loading, kept, lines), since_in_sheets(kept.values())
    ids = {path: one.id for path, one in kept.items()}
    once, new_ids = FirstRows(loading, "path"), Ids(loading)
    new: list[Line] = []
    for line in sorted(lines, key=lambda line: str(line.values["path"]).count("/")):
        path = line.values["path"]
        if not once.first(line, path):
            continue
        if path in kept:
            names = ("level", "name", *_HAS, "id")
            there = {name: getattr(kept[path], name) for name in names}
            loading.differs(line, there | {"since": since[path]})
            loading.findings.rows_kept += 1
            continue
        below_a_wrong_row = path.rpartition("/")[0] in meant
        problem = None if below_a_wrong_row else _refusal(line, tree, loading.write.now)
        if problem is not None:
            loading.refuse(problem, line, _COLUMNS.get(problem.pointer, "path"))
        ids[path] = new_ids.of(line)
        new.append(line)
    if loading.findings.faults:
        return
    for depth in (1, 2, 3, 4):  # parents are to be there before their children
        made = [
            (line, _new_grid(line, ids)) for line in new if line.values["path"].count("/") == depth
        ]
        await loading.enter("grid", made, grid.create_grids)


@dataclass(frozen=True)
class _Tree:
    """What there will be once a sheet is entered: by path each grid's level and since when it stands there.

    `units` tells which path bears a unit's number first: what is kept, then the sheet in its order.
    """

    levels: dict[str, GridLevel]
    since: dict[str, datetime | None]
    units: dict[str, str]


def _tree(loading: Loading, kept: dict[str, grid.GridLine], lines: list[Line]) -> _Tree:
    levels = {path: one.level for path, one in kept.items()}
    levels |= {line.values["path"]: line.values["level"] for line in lines}
    since = {line.values["path"]: line.values["since"] or loading.write.now for line in lines}
    units: dict[str, str] = {}
    for path, level in levels.items():
        if level is GridLevel.UNIT and path.count("/") > 1:
            units.setdefault(unit_code(path), path)
    return _Tree(levels, since | {path: one.since for path, one in kept.items()}, units)


def _refusal(line: Line, tree: _Tree, now: datetime) -> Problem | None:
    path = line.values["path"]
    parent, _, code = path.rpartition("/")
    if parent not in tree.levels:
        return GridUnknown()

    def check() -> None:
        level = line.values["level"]
        attributes = Attributes(**{name: line.values[name] for name in _HAS})
        check_grid(level, code, attributes, tree.levels[parent])
        check_date(line.values["since"] or now, now, from_=[tree.since[parent]], pointer="/since")
        if level is GridLevel.UNIT and tree.units[unit_code(path)] != path:
            raise UnitNumberTaken()

    return refusal_of(check)


def _new_grid(line: Line, ids: dict[str, UUID]) -> grid.NewGrid:
    parent, _, code = line.values["path"].rpartition("/")
    return grid.NewGrid(
        id=ids[line.values["path"]],
        parent_id=ids[parent],
        level=line.values["level"],
        code=code,
        name=line.values["name"],
        since=line.values["since"],
        **{name: line.values[name] for name in _HAS},
    )


async def load_households(loading: Loading, batches: Batches) -> None:
    """Enter the households of a sheet that are not there yet, as it is read."""
    grids = await grids_of(loading)
    once = FirstRows(loading, "address")
    links = Links(loading, grids, "central_household_id", "central_of")
    since = since_in_sheets(grids.values())
    await loading.write.tx.run(queries.BY_INDEX)
    async for batch in batches:
        lines = []
        for line in filter(lambda line: line.sound, batch):
            unit = grids.get(line.values["grid_path"])
            if unit is None:
                loading.refuse(GridUnknown(), line, "grid_path")
            elif unit.level is not GridLevel.UNIT:
                loading.refuse(NotAUnit(), line, "grid_path")
            # A hash of eight bytes: of 400,000 two meet once in two hundred million files.
            elif once.first(line, hash((unit.path, line.values["address"]))):
                if line.values["since"] is not None:
                    loading.check(
                        line, "since", partial(_check_since, line, unit, loading.write.now)
                    )
                lines.append((line, unit.id))
        await _add(loading, lines, links, since)
    if not loading.findings.faults:
        await links.enter()


def _check_since(line: Line, unit: grid.GridLine, now: datetime) -> None:
    check_date(line.values["since"], now, from_=[unit.began], pointer="/since")


def _must_serve(unit_path: str, named: grid.GridLine) -> None:
    """Refuse a central household on a level that has none, and one that lives elsewhere.

    Raises:
        AttributeNotHere, CentralHouseholdElsewhere.
    """
    if named.level not in LEVELS["central_household_id"]:
        raise AttributeNotHere()
    if not f"{unit_path}/".startswith(f"{named.path}/"):
        raise CentralHouseholdElsewhere()


async def _add(
    loading: Loading,
    lines: list[tuple[Line, UUID]],
    links: Links,
    since: Mapping[str, datetime | None],
) -> None:
    loading.write.caller.must(Right.GRID_WRITE, on=str(loading.street_id))
    ids = [new_id() for _ in lines]
    kept = await loading.write.tx.all(
        grid.ADD_NEW_HOUSEHOLDS,
        street_id=loading.street_id,
        ids=ids,
        grid_ids=[unit_id for _, unit_id in lines],
        addresses=[line.values["address"] for line, _ in lines],
        residents=[line.values["residents"] for line, _ in lines],
        since=[line.values["since"] or loading.write.now for line, _ in lines],
    )
    for one in kept:
        line, _ = lines[one.no - 1]
        there_since = later(one.since, since[line.values["grid_path"]])
        loading.differs(line, {"residents": one.residents, "since": there_since})
    there = {one.no - 1: one.id for one in kept}
    for n, (line, _) in enumerate(lines):
        if line.values["central_of"]:
            links.add(line, there.get(n, ids[n]), partial(_must_serve, line.values["grid_path"]))
    loading.findings.rows_kept += len(there)
    await loading.made("household", [id_ for n, id_ in enumerate(ids) if n not in there])
