"""A street's ledgers as spreadsheets, in the shapes in which they are imported."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence, Set
from dataclasses import astuple
from uuid import UUID

from maplebridge_domain.authority import Right
from maplebridge_domain.importing import ExportNeedsPurpose
from maplebridge_domain.purpose import Purpose
from maplebridge_domain.shape import Shape
from maplebridge_domain.sheets import SHEETS

from ..appointments.service import APPOINTMENT_LEDGER, AppointmentLine
from ..grid.service import GRID_LEDGER, HOUSEHOLD_LEDGER, GridLine
from ..organisations.service import CONTRACT_LEDGER, ORGANISATION_LEDGER, POST_LEDGER
from ..people.service import PERSON_LEDGER, Unmasking, unmask
from ..platform.request import Write
from . import events
from .crossings import crossing_cells
from .places import later, since_in_sheets
from .schemas import Format, NewExport
from .writing import comma_separated, workbook

Rows = list[Sequence[object]]
_NAMES = [column.name for column in SHEETS[Shape.APPOINTMENTS].columns]
#: The columns in which a sheet says what cross-appointments rest on, and what shows them.
_CROSSING = _NAMES[_NAMES.index("step") : _NAMES.index("post_id")]


async def export(write: Write, body: NewExport) -> bytes:
    """Write a street's ledger; who took it out is an event, and so is each person whose name it shows.

    Raises:
        RightMissing, ExportNeedsPurpose, PurposeNotInForce.
    """
    write.caller.must(Right.IMPORTS_WRITE, on=str(body.street_id))
    rows = await ROWS[body.shape](write, body.purpose)
    await write.record(
        events.EXPORTED,
        street_id=body.street_id,
        subject="exports",
        shape=body.shape,
        rows=len(rows),
        purpose=body.purpose,
    )
    make = workbook if body.format is Format.XLSX else comma_separated
    return await asyncio.to_thread(make, body.shape, rows)


async def _grids(write: Write, _: Purpose | None) -> Rows:
    found = await write.tx.all(GRID_LEDGER)
    since = since_in_sheets(found)
    return [
        (
            *(one.path, one.level, one.name, one.management, one.cameras, one.access_control),
            *(one.service_centre, one.hall, since[one.path], one.id),
        )
        for one in found
        if "/" in one.path
    ]


async def _households(write: Write, _: Purpose | None) -> Rows:
    grids = await write.tx.all(GRID_LEDGER)
    since, central = since_in_sheets(grids), _paths(grids, "central_household_id")
    return [
        (
            *(one.grid_path, one.address, one.residents),
            *(later(one.since, since[one.grid_path]), central.get(one.id)),
        )
        for one in await write.tx.all(HOUSEHOLD_LEDGER)
    ]


async def _organisations(write: Write, _: Purpose | None) -> Rows:
    answers_for = _paths(await write.tx.all(GRID_LEDGER), "party_org_id")
    return [
        (
            *(one.grid_path, one.kind, one.name, one.parent, one.community_party_org, one.uscc),
            *(answers_for.get(one.id), one.id),
        )
        for one in await write.tx.all(ORGANISATION_LEDGER)
    ]


def _paths(grids: list[GridLine], name: str) -> dict[object, tuple[str, ...]]:
    """Return of which grids each organisation, or household, is said to be what the name says."""
    found: defaultdict[object, list[str]] = defaultdict(list)
    for one in grids:
        found[getattr(one, name)].append(one.path)
    return {id_: tuple(paths) for id_, paths in found.items() if id_ is not None}


async def _people(write: Write, purpose: Purpose | None) -> Rows:
    """Show names and phones by the door for one person at a time (docs/decisions/0013)."""
    if purpose is None:
        raise ExportNeedsPurpose()
    rows: Rows = []
    for one in await write.tx.all(PERSON_LEDGER):
        told = await unmask(write, one.id, Unmasking(purpose=purpose))
        rows.append((str(one.id), told.name, told.phone, one.party_member))
    return rows


async def _contracts(write: Write, _: Purpose | None) -> Rows:
    return [(*astuple(one)[1:-1], one.id) for one in await write.tx.all(CONTRACT_LEDGER)]


async def _appointments(write: Write, _: Purpose | None) -> Rows:
    """Show every post, with who holds it by number, and the vacant ones."""
    posts = await write.tx.all(POST_LEDGER)
    holders: defaultdict[object, list[AppointmentLine | None]] = defaultdict(list)
    for held in await _shown(write, {one.id for one in posts}):
        holders[held.post_id].append(held)
    rows: Rows = []
    for post in posts:
        place = (post.grid_path, post.organisation_kind, post.organisation)
        for one in holders.get(post.id, [None]):
            who = (str(one.person_id) if one else None, None, None)
            term = (one.start, one.until) if one else (None, None)
            said = crossing_cells(one) if one else {}
            steps = [said.get(name) for name in _CROSSING]
            ids = (post.id, one.id if one else None)
            rows.append((*place, post.kind, post.post, post.seats, *who, *term, *steps, *ids))
    return rows


async def _shown(write: Write, posts: Set[UUID]) -> list[AppointmentLine]:
    """Return the appointments that can be entered elsewhere: whose person, post and grounds leave as well."""
    people = {one.id for one in await write.tx.all(PERSON_LEDGER)}
    contracts = {one.id for one in await write.tx.all(CONTRACT_LEDGER)}
    shown: dict[UUID, AppointmentLine] = {}
    held = await write.tx.all(APPOINTMENT_LEDGER)
    # What rests on another begins with it or later, by a later step.
    for one in sorted(held, key=lambda one: (one.start, one.step or 0)):
        grounds = one.rests_on is None or one.rests_on in shown
        contract = one.contract_id is None or one.contract_id in contracts
        if one.person_id in people and one.post_id in posts and grounds and contract:
            shown[one.id] = one
    return [one for one in held if one.id in shown]


ROWS: Mapping[Shape, Callable[[Write, Purpose | None], Awaitable[Rows]]] = {
    Shape.GRIDS: _grids,
    Shape.HOUSEHOLDS: _households,
    Shape.ORGANISATIONS: _organisations,
    Shape.PEOPLE: _people,
    Shape.CONTRACTS: _contracts,
    Shape.APPOINTMENTS: _appointments,
}
