"""Hold every appointment in force against the rules, as things stand now."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID

from maplebridge_domain.crossing import violations
from maplebridge_domain.problem import Problem
from maplebridge_domain.spreadsheet import refusal_of

from ..organisations.service import POST
from ..platform.request import Items, Write
from . import term_queries
from .cross_appoint import crossing_of, find_grounds
from .schemas import NewCrossAppointment
from .sitting import sittings
from .term_queries import Term

_FIRST = UUID(int=0)


@dataclass(frozen=True)
class Checked:
    """Appointments that were looked at, what is wrong with some, and where to go on."""

    terms: list[Term]
    faults: list[tuple[Term, Problem]]
    after: UUID | None


async def check_in_force(
    read: Write, street_id: int, at: datetime, limit: int, after: UUID | None
) -> Checked:
    """Look at so many appointments in force at an instant, in the order of their ids.

    Places, terms, sources and contracts the database keeps, and that an organisation is there; what may
    have changed since is the grid, what a person is and holds, when a committee sits, and what a rule asks.
    """
    found = await read.tx.all(
        term_queries.IN_FORCE, street_id=street_id, at=at, after=after or _FIRST, limit=limit + 1
    )
    terms = found[:limit]
    faults = [*await _out_of_step(read, terms, at), *await _not_sitting(read, terms)]
    order = [term.id for term in terms]
    faults.sort(key=lambda fault: order.index(fault[0].id))
    return Checked(terms, faults, terms[-1].id if len(found) > limit else None)


async def _out_of_step(read: Write, terms: list[Term], at: datetime) -> list[tuple[Term, Problem]]:
    """Return what cross-appointments among some terms break of their steps."""
    crossings = [term for term in terms if term.step is not None]
    asked = [NewCrossAppointment.model_validate(term.body()) for term in crossings]
    grounds = await find_grounds(read.tx, Items(asked, batch=True), to_write=False)
    return [
        (term, problem)
        for term, new in zip(crossings, asked, strict=True)
        for problem in violations(crossing_of(new, grounds(new), at))
    ]


async def _not_sitting(read: Write, terms: list[Term]) -> list[tuple[Term, Problem]]:
    """Return who of some terms' holders has a seat in a committee that does not sit all that time."""
    posts = {one.id: one for one in await read.tx.all(POST, ids=[term.post_id for term in terms])}
    must_sit = await sittings(read.tx, posts.values())
    found = []
    for term in terms:
        refused = refusal_of(partial(must_sit, posts[term.post_id], term.during))
        if refused is not None:
            found.append((term, refused))
    return found
