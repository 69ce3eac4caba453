"""Loading who holds which post: in their own right, and by the five steps."""

from collections import defaultdict
from dataclasses import dataclass
from itertools import groupby
from uuid import UUID

from maplebridge_domain.appointment import AlreadyHoldsPost, PostTaken
from maplebridge_domain.importing import PersonNeedsKey, PersonUnknown, TermMissing
from maplebridge_domain.period import EmptyPeriod, Period

from ..appointments import service as appointments
from ..organisations import service as organisations
from ..people import service as people
from ..platform.bodies import PeriodIn
from .crossings import Crossings, Seat, crossing_cells
from .loading import Batches, Ids, Loading, all_lines
from .offices import People, Posts, compare
from .places import grids_of
from .reading import Line


@dataclass(frozen=True)
class Kept:
    """An appointment that is there, or that the sheet has named; what it says of the five steps."""

    id: UUID
    cells: dict[str, object]


async def load_appointments(loading: Loading, batches: Batches) -> None:
    """Enter posts that are not there yet, and who holds them."""
    lines, _ = await all_lines(batches, "person_key")
    tx = loading.write.tx
    posts = Posts(loading, await tx.all(organisations.POST_LEDGER))
    posts.grids = await grids_of(loading)
    for one in await tx.all(organisations.ORGANISATION_LEDGER):
        posts.holders[one.grid_path, one.kind, one.name].append(one.id)
    known = People(loading, await tx.all(people.PERSON_LEDGER))
    crossings = Crossings(loading, posts, await tx.all(organisations.CONTRACT_LEDGER))
    terms: defaultdict[tuple[UUID, UUID], dict[Period, Kept]] = defaultdict(dict)
    for held in await tx.all(appointments.APPOINTMENT_LEDGER):
        term = Period(held.start, held.until)
        terms[held.post_id, held.person_id][term] = Kept(held.id, crossing_cells(held))
        crossings.may_rest_on(held.id, held.post_id, held.person_id, term)
    ids, seats = Ids(loading), list[Seat]()
    for line in lines:
        posts_before = len(posts.new)
        post_id = posts.find(line)
        if not any(line.values[name] for name in ("person_key", "person", "phone")):  # vacant
            is_new = len(posts.new) > posts_before
            loading.findings.rows_made += is_new
            loading.findings.rows_kept += not is_new
            continue
        person, term_given = _holder(loading, line, known), _term(loading, line)
        if post_id is None or person is None or term_given is None:
            continue
        there = terms[post_id, person.id]
        if kept := there.get(term_given):
            loading.differs(line, {"id": kept.id, **kept.cells})
            loading.findings.rows_kept += 1
            continue
        if any(term_given.overlaps(other) for other in there):
            loading.refuse(AlreadyHoldsPost(), line, "from")
        seat = Seat(line, ids.of(line), post_id, person.id, term_given)
        there[term_given] = Kept(seat.id, {})
        crossings.may_rest_on(seat.id, post_id, person.id, term_given)
        seats.append(seat)
    await _seat(loading, posts, crossings, seats)


async def _seat(loading: Loading, posts: Posts, crossings: Crossings, seats: list[Seat]) -> None:
    """Enter terms in the order in which they begin: each after what it rests on, and places do not run out."""
    seats.sort(key=lambda seat: (seat.term.start, seat.step or 0))
    places = Places(await loading.write.tx.all(appointments.PLACE_LEDGER))
    for seat in seats:
        if not places.take(seat.post_id, posts.seats[seat.post_id], seat.term):
            loading.refuse(PostTaken(), seat.line, "kind")
    if loading.findings.faults:
        return
    await loading.enter("post", posts.new, organisations.create_posts, counted=False)
    for step, some in groupby(seats, lambda seat: seat.step):
        if step is not None:
            await crossings.enter(step, list(some))
        else:
            made = [(seat.line, _new_appointment(seat)) for seat in some]
            await loading.enter("appointment", made, appointments.appoint)


class Places:
    """Which place of which post is held when; each new term takes the lowest that is free, as a verb does."""

    def __init__(self, held: list[tuple[UUID, int, Period]]) -> None:
        self._held: defaultdict[tuple[UUID, int], list[Period]] = defaultdict(list)
        for post_id, seat, term in held:
            self._held[post_id, seat].append(term)

    def take(self, post_id: UUID, seats: int, term: Period) -> bool:
        """Take a place; False: none is free in all of that time."""
        for seat in range(1, seats + 1):
            terms = self._held[post_id, seat]
            if not any(term.overlaps(other) for other in terms):
                terms.append(term)
                return True
        return False


def _holder(loading: Loading, line: Line, known: People) -> people.PersonLine | None:
    key, phone = line.values["person_key"], line.values["phone"]
    if not key and not phone:
        loading.refuse(PersonNeedsKey(), line, "person_key")
        return None
    found = known.find(key, phone)
    if found is None:
        loading.refuse(PersonUnknown(), line, "person_key" if key else "phone")
    else:
        compare(loading, line, found, "person")
    return found


def _term(loading: Loading, line: Line) -> Period | None:
    if line.values["from"] is None:
        loading.refuse(TermMissing(), line, "from")
        return None
    return term_of(loading, line)


def term_of(loading: Loading, line: Line) -> Period | None:
    """Return the term that a line gives; None: it is refused."""
    start, until = line.values["from"], line.values["until"]
    if until is not None and until <= start:
        loading.refuse(EmptyPeriod(), line, "until")
        return None
    return Period(start, until)


def _new_appointment(seat: Seat) -> appointments.NewAppointment:
    during = PeriodIn.model_validate({"from": seat.term.start, "until": seat.term.until})
    return appointments.NewAppointment(
        id=seat.id, person_id=seat.person_id, post_id=seat.post_id, during=during
    )
