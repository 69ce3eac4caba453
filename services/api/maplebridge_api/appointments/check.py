"""Hold every appointment in force against the rules, as things stand now."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID

from maplebridge_domain.appointment import check_alive
from maplebridge_domain.crossing import violations
from maplebridge_domain.posts import check_post_place, check_seat
from maplebridge_domain.problem import Problem
from maplebridge_domain.spreadsheet import refusal_of

from ..organisations.service import POST
from ..people.service import PERSON, must_be_named
from ..platform.request import Items, Write
from . import rule_queries, term_queries
from .cross_appoint import crossing_of, find_grounds
from .schemas import NewCrossAppointment
from .seating import seating
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

    That terms do not overlap and lie within their sources, contracts and organisations the database
    keeps. What may have changed since, or was entered before there was a rule, is asked anew: whether the
    person is there, the post and its place; when a committee sits; what a step requires.
    """
    found = await read.tx.all(
        term_queries.IN_FORCE, street_id=street_id, at=at, after=after or _FIRST, limit=limit + 1
    )
    terms = found[:limit]
    faults = [*await _out_of_place(read, terms), *await _out_of_step(read, terms, at)]
    order = {term.id: number for number, term in enumerate(terms)}
    faults.sort(key=lambda fault: order[fault[0].id])
    return Checked(terms, faults, terms[-1].id if len(found) > limit else None)


async def _out_of_place(read: Write, terms: list[Term]) -> list[tuple[Term, Problem]]:
    """Return what is wrong with persons and posts of some terms, each rule by itself."""
    posts = await read.tx.by_id(POST, (term.post_id for term in terms))
    people = await read.tx.by_id(PERSON, (term.person_id for term in terms))
    died_at = dict(await read.tx.all(rule_queries.DEATHS, person_ids=list(people)))
    must_be_there = await seating(read.tx, posts.values())
    found = []
    for term in terms:
        post, place = posts[term.post_id], posts[term.post_id].place
        for rule in (
            partial(must_be_named, people[term.person_id]),
            partial(check_alive, term.during, died_at.get(term.person_id)),
            partial(check_post_place, place.post_kind, place.holder, on_grid=place.holder is None),
            partial(check_seat, place.post_kind, post.seats, term.seat),
            partial(must_be_there, post, term.during),
        ):
            refused = refusal_of(rule)
            if refused is not None:
                found.append((term, refused))
    return found


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
