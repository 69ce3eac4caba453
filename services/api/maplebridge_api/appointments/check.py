"""Hold every cross-appointment in force against the rules of its step, as things stand now."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from maplebridge_domain.crossing import violations
from maplebridge_domain.problem import Problem

from ..organisations.service import POST
from ..people.service import PERSON
from ..platform.request import Items, Write
from . import term_queries
from .cross_appoint import crossing_of, find_grounds
from .schemas import NewCrossAppointment
from .term_queries import Term

_FIRST = UUID(int=0)


@dataclass(frozen=True)
class Checked:
    """Cross-appointments that were looked at, what is wrong with some, and where to go on."""

    terms: list[Term]
    faults: list[tuple[Term, Problem]]
    after: UUID | None


async def check_in_force(
    read: Write, street_id: int, at: datetime, limit: int, after: UUID | None
) -> Checked:
    """Look at so many cross-appointments in force at an instant, in the order of their ids.

    Their terms, sources and contracts the database keeps; what may have changed since is the grid, what a
    person is, and what a rule asks.
    """
    found = await read.tx.all(
        term_queries.IN_FORCE, street_id=street_id, at=at, after=after or _FIRST, limit=limit + 1
    )
    terms = found[:limit]
    asked = [NewCrossAppointment.model_validate(term.body()) for term in terms]
    grounds = await find_grounds(read.tx, Items(asked, batch=True), POST, PERSON)
    faults = [
        (term, problem)
        for term, new in zip(terms, asked, strict=True)
        for problem in violations(crossing_of(new, grounds(new)))
    ]
    return Checked(terms, faults, terms[-1].id if len(found) > limit else None)
