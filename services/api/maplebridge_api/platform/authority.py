"""In what capacity a person acts: one appointment in force, or none, as a resident; decided here alone.

Rights are looked up, not carried: they end with the appointment, whatever a token says. They are
remembered for a second; the end of a term is looked at by the clock at every request.
"""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from fastapi import Request

from maplebridge_domain.authority import AUTHORITY, Right, Role
from maplebridge_domain.period import Period
from maplebridge_domain.problem import Kind, Problem

from .clock import clock
from .database import Database, Scope
from .identity import Caller, LoggedIn, RightMissing, authenticate

HEADER = "acting-capacity"
RESIDENT = "resident"

#: The header as the API document shows it.
ACTING_CAPACITY = {
    "name": "Acting-Capacity",
    "in": "header",
    "required": False,
    "description": "For persons: the id of the appointment by which they act, or `resident`; needed"
    " where several of theirs allow the act. 以何身份办理",
    "schema": {"type": "string", "pattern": f"^({RESIDENT}|[0-9A-Fa-f-]{{36}})$"},
}


@dataclass(eq=False)
class CapacityNotHeld(Problem):
    """A person acts by an appointment of their own that is in force, or as a resident."""

    kind = Kind.FORBIDDEN
    zh = "任职身份不符，Acting-Capacity 须为您本人当前有效的任职编号，或 resident（居民）。"
    en = "Acting-Capacity names an appointment of yours that is in force, or says resident."
    pointer = "header:acting-capacity"


@dataclass(eq=False)
class CapacityNeeded(Problem):
    """Who holds several appointments that allow an act says by which one they act."""

    kind = Kind.RULE
    zh = "须说明以何身份办理，您有多个任职可办理此事项，请用 Acting-Capacity 说明：{capacities}。"
    en = "Several of your appointments allow this; say in Acting-Capacity by which: {capacities}."
    pointer = "header:acting-capacity"

    capacities: str


@dataclass(frozen=True)
class Office:
    """An appointment of a person, with what it gives: its role, and where."""

    id: UUID
    role: Role
    during: Period
    place: tuple[tuple[str, Period], ...]  # paths, each while it belongs to the appointment

    def caller(self, person: LoggedIn, at: datetime) -> Caller:
        """Return the person acting by this appointment."""
        return Caller(
            client_id=person.client_id,
            scope=Scope(person.street_id, person.street_id),
            rights=AUTHORITY[self.role],
            person_id=person.person_id,
            capacity=self.id,
            session_id=person.session_id,
            place=tuple(f"{path}/" for path, during in self.place if at in during),
            role=self.role,
        )


Find = Callable[[Database, LoggedIn, datetime], Awaitable[list[Office]]]


class Authority:
    """Finds what a person's appointments allow; the lookup itself belongs to appointments."""

    SIZE_MAX = 10_000
    SECONDS_MAX = 1.0

    def __init__(self, find: Find) -> None:
        self._find = find
        self._found: dict[tuple[int, UUID], tuple[float, list[Office]]] = {}

    async def offices(self, database: Database, person: LoggedIn, at: datetime) -> list[Office]:
        """Return the person's appointments that are in force."""
        key = (person.street_id, person.person_id)
        until, found = self._found.get(key, (0.0, []))
        if time.monotonic() >= until:
            found = await self._find(database, person, at)
            if len(self._found) >= self.SIZE_MAX:
                self._found.clear()
            self._found[key] = (time.monotonic() + self.SECONDS_MAX, found)
        return [office for office in found if at in office.during]

    async def acting(
        self, database: Database, person: LoggedIn, capacity: str, at: datetime
    ) -> Caller:
        """Return a person acting by the appointment that they chose, or as a resident.

        Raises:
            CapacityNotHeld.
        """
        if capacity == RESIDENT:
            return resident(person)
        for office in await self.offices(database, person, at):
            if str(office.id) == capacity.lower():  # RFC 9562 section 4
                return office.caller(person, at)
        raise CapacityNotHeld()

    async def only(
        self, database: Database, person: LoggedIn, right: Right, at: datetime
    ) -> Caller:
        """Choose for a person who does not: the one appointment that gives the right, else none.

        Raises:
            CapacityNeeded.
        """
        offices = await self.offices(database, person, at)
        fitting = [office for office in offices if right in AUTHORITY[office.role]]
        if len(fitting) == 1:
            return fitting[0].caller(person, at)
        # What everybody may do is done by none of several: no event is to name one not chosen.
        if not fitting or right == Right.READ:
            return resident(person)
        raise CapacityNeeded(", ".join(str(office.id) for office in fitting))


async def authorise(request: Request, right: Right) -> Caller:
    """Return who calls, in the capacity that they act in, with the right; `request.state` keeps them.

    Raises:
        NotAuthenticated, RightMissing, CapacityNotHeld, CapacityNeeded.
    """
    named = authenticate(request)
    if isinstance(named, LoggedIn):
        caller = await _acting(request, named, right)
    elif HEADER in request.headers:
        raise CapacityNotHeld()  # a system has none
    else:
        caller = named
    request.state.caller = caller  # whom it is refused to is known, for the access log
    if right not in caller.rights:
        raise RightMissing(right)
    return caller


async def _acting(request: Request, person: LoggedIn, right: Right) -> Caller:
    authority: Authority = request.app.state.authority
    database: Database = request.app.state.database
    at = clock.now()
    chosen = request.headers.get(HEADER) or (str(person.capacity) if person.capacity else None)
    if chosen is None:
        return await authority.only(database, person, right, at)
    return await authority.acting(database, person, chosen, at)


def resident(person: LoggedIn) -> Caller:
    """Return a person acting without any appointment."""
    scope = Scope(person.street_id, person.street_id)
    return Caller(
        person.client_id,
        scope,
        AUTHORITY[Role.RESIDENT],
        person.person_id,
        session_id=person.session_id,
        role=Role.RESIDENT,
    )
