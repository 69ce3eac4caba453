"""In what capacity a person acts: one appointment in force, or none, as a resident; decided here alone.

Rights are looked up, not carried: they end with the appointment, whatever a token says. They are
remembered for a second; the end of a term is looked at by the clock at every request.
"""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
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
_NEVER = datetime.max.replace(tzinfo=UTC)

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
            lets_in=person.lets_in,
        )


Find = Callable[[Database, LoggedIn, datetime], Awaitable[list[Office]]]


class Standing:
    """A person's appointments in force, and who they are by them, until one of them begins or ends."""

    def __init__(self, found: list[Office], at: datetime, expires: float) -> None:
        periods = [office.during for office in found]
        periods += [during for office in found for _, during in office.place]
        changes = {one.start for one in periods} | {one.until for one in periods if one.until}
        self._offices = [office for office in found if at in office.during]
        self._from = at
        self._until = min((change for change in changes if change > at), default=_NEVER)
        self._expires = expires
        self.callers: dict[tuple[LoggedIn, Right, str | None], Caller] = {}

    def offices_of(self, person: LoggedIn) -> list[Office]:
        """Return the appointments that the account which a person came by acts in."""
        return [office for office in self._offices if person.is_let_into(office.role)]

    def holds(self, at: datetime) -> bool:
        """Tell whether it is still to be believed."""
        return time.monotonic() < self._expires and self._from <= at < self._until


class Authority:
    """Finds what a person's appointments allow; the lookup itself belongs to appointments."""

    SIZE_MAX = 10_000
    SECONDS_MAX = 1.0

    def __init__(self, find: Find) -> None:
        self._find = find
        self._found: dict[tuple[int, UUID], Standing] = {}

    async def offices(self, database: Database, person: LoggedIn, at: datetime) -> list[Office]:
        """Return the person's appointments that are in force and that their account acts in."""
        return (await self._standing(database, person, at)).offices_of(person)

    async def _standing(self, database: Database, person: LoggedIn, at: datetime) -> Standing:
        key = (person.street_id, person.person_id)
        standing = self._found.get(key)
        if standing is None or not standing.holds(at):
            found = await self._find(database, person, at)
            if len(self._found) >= self.SIZE_MAX:
                self._found.clear()
            standing = Standing(found, at, time.monotonic() + self.SECONDS_MAX)
            self._found[key] = standing
        return standing

    async def acting(
        self,
        database: Database,
        person: LoggedIn,
        right: Right,
        capacity: str | None,
        at: datetime,
    ) -> Caller:
        """Return a person acting by the appointment that they chose, as a resident, or by the fitting one.

        Raises:
            CapacityNotHeld, CapacityNeeded.
        """
        standing = await self._standing(database, person, at)
        key = (person, right, capacity)
        caller = standing.callers.get(key)
        if caller is None:
            office = _office(standing.offices_of(person), right, capacity)
            caller = office.caller(person, at) if office else resident(person)
            standing.callers[key] = caller
        return caller


def _office(offices: list[Office], right: Right, capacity: str | None) -> Office | None:
    if capacity is None:
        return _only(offices, right)
    if capacity == RESIDENT:
        return None
    for office in offices:
        if str(office.id) == capacity.lower():  # RFC 9562 section 4
            return office
    raise CapacityNotHeld()


def _only(offices: list[Office], right: Right) -> Office | None:
    """Choose for a person who does not: the one appointment that gives the right, else none."""
    fitting = [office for office in offices if right in AUTHORITY[office.role]]
    if len(fitting) == 1:
        return fitting[0]
    # What everybody may do is done by none of several: no event is to name one not chosen.
    if not fitting or right == Right.READ:
        return None
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
    chosen = request.headers.get(HEADER) or (str(person.capacity) if person.capacity else None)
    return await authority.acting(request.app.state.database, person, right, chosen, clock.now())


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
        lets_in=person.lets_in,
    )
