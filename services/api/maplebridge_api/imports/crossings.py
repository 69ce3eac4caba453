"""Second posts on the strength of a first, as a sheet has them: what each rests on, and what shows it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from itertools import product
from uuid import UUID

from maplebridge_domain.cross_appointment import (
    STEPS,
    Contract,
    Step,
    check_cross_appointment_posts,
)
from maplebridge_domain.importing import BasisAmbiguous, SourceUnknown
from maplebridge_domain.period import Period
from maplebridge_domain.spreadsheet import CellMissing, refusal_of

from ..appointments import service as appointments
from ..organisations import service as organisations
from ..platform.request import Items
from .loading import Loading
from .offices import Posts
from .reading import Line

_ELECTION = ("voted_on", "filing_number", "filed_on")
_VOTES = tuple(appointments.VotesIn.model_fields)


@dataclass(frozen=True)
class Seat:
    """A term that a line enters."""

    line: Line
    id: UUID
    post_id: UUID
    person_id: UUID
    term: Period

    @property
    def step(self) -> int | None:
        """By which of the five steps; None: in their own right."""
        step: int | None = self.line.values["step"]
        return step


@dataclass(frozen=True)
class Source:
    """What a cross-appointment may rest on."""

    id: UUID
    post_id: UUID
    term: Period


def crossing_cells(one: appointments.AppointmentLine) -> dict[str, object]:
    """Return what a sheet's columns say of the five steps, of an appointment that is there."""
    election = one.election or {}
    votes = election.get("votes") or {}
    return {
        "step": one.step,
        "source_id": one.rests_on,
        "contract_id": one.contract_id,
        "voted_on": _day(election.get("voted_on")),
        "filing_number": election.get("filing_number"),
        "filed_on": _day(election.get("filed_on")),
        **{name: votes.get(name) for name in _VOTES},
        "no_interest_declared_on": one.no_interest_declared_on,
        "evidence": tuple(
            (file["name"], file["sha256"], _day(file["dated_on"]), file.get("number"))
            for file in one.evidence
        )
        or None,
    }


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


class Crossings:
    """The cross-appointments of a sheet; each is held against the rules of its step."""

    def __init__(
        self, loading: Loading, posts: Posts, contracts: Sequence[organisations.ContractLine]
    ) -> None:
        self._loading = loading
        self._posts = posts
        self._contracts = contracts
        self._held: defaultdict[UUID, list[Source]] = defaultdict(list)  # by each person
        self._refused: set[UUID] = set()

    def may_rest_on(self, id_: UUID, post_id: UUID, person_id: UUID, term: Period) -> None:
        """Let cross-appointments of a person rest on an appointment of theirs."""
        self._held[person_id].append(Source(id_, post_id, term))

    async def enter(self, number: int, seats: Sequence[Seat]) -> None:
        """Enter cross-appointments by one step whose sources are there; name every cell that is wrong."""
        tx = self._loading.write.tx
        at = await tx.by_id(organisations.POST, self._posts_of(STEPS[number], seats))
        sound = []
        for seat in seats:
            new = self._new(STEPS[number], seat, at)
            if new is None or new.source_id in self._refused:
                self._refused.add(seat.id)
            else:
                sound.append((seat, new))
        grounds = await appointments.find_grounds(tx, Items([new for _, new in sound], batch=True))
        findings, made = self._loading.findings, []
        findings.under_way = [seat.line.row for seat, _ in sound]
        for no, (seat, new) in enumerate(sound):
            rules = partial(appointments.check_rules, new, grounds(new), self._loading.write.now)
            problem = refusal_of(rules)
            if problem is None:
                made.append((seat.line, new))
            else:
                self._refused.add(seat.id)
                problem.pointer = f"/items/{no}{problem.pointer}"
                findings.refuse_under_way(problem)
        await self._loading.enter("appointment", made, appointments.cross_appoint)

    def _posts_of(self, step: Step, seats: Sequence[Seat]) -> set[UUID]:
        """Return the posts that cross-appointments lead to, and those that they may start from."""
        sources = {one.post_id for seat in seats for one in self._sources(step, seat)}
        return sources | {seat.post_id for seat in seats}

    def _sources(self, step: Step, seat: Seat) -> list[Source]:
        given = seat.line.values["source_id"]
        held = self._held[seat.person_id]
        if given is not None:
            return [one for one in held if one.id == given]
        return [
            one for one in held if self._posts.starts(step, one.post_id) and seat.term in one.term
        ]

    def _new(
        self, step: Step, seat: Seat, at: Mapping[UUID, organisations.Post]
    ) -> appointments.NewCrossAppointment | None:
        basis, election = self._basis(step, seat, at), self._election(seat.line)
        if basis is None or election is None:
            return None
        values = seat.line.values
        return appointments.NewCrossAppointment.model_validate(
            {
                "id": seat.id,
                "step": step.number,
                "source_id": basis[0],
                "post_id": seat.post_id,
                "during": {"from": seat.term.start, "until": seat.term.until},
                "contract_id": basis[1],
                "election": election or None,
                "no_interest_declared_on": values["no_interest_declared_on"],
                "evidence": [
                    {"name": name, "sha256": digest, "dated_on": day, "number": number}
                    for name, digest, day, number in values["evidence"] or ()
                ],
            }
        )

    def _basis(
        self, step: Step, seat: Seat, at: Mapping[UUID, organisations.Post]
    ) -> tuple[UUID, UUID | None] | None:
        """Return on which appointment, and contract, a cross-appointment rests: what it says, or what fits.

        None: it is refused.
        """
        sources, given = self._sources(step, seat), seat.line.values["contract_id"]
        contracts: list[organisations.ContractLine | None] = [
            one
            for one in self._contracts
            if step.needs_contract
            and (one.id == given if given else seat.term in Period(one.start, one.until))
        ]
        fitting = [
            (source.id, contract.id if contract else None)
            for source, contract in product(sources, contracts or [None])
            if _fits(step, at[source.post_id], at[seat.post_id], contract)
        ]
        if len(fitting) == 1:
            return fitting[0]
        if not sources:
            self._loading.refuse(SourceUnknown(), seat.line, "source_id")
        elif fitting:
            several = "source_id" if len(sources) > 1 else "contract_id"
            self._loading.refuse(BasisAmbiguous(), seat.line, several)
        else:  # the rules say what is wrong
            return sources[0].id, given if contracts else None
        return None

    def _election(self, line: Line) -> dict[str, object] | None:
        """Return the vote and its filing as a line gives them; empty: none; None: half of it is missing."""
        names = (*_ELECTION, *_VOTES)
        missing = [name for name in names if line.values[name] is None]
        if len(missing) == len(names):
            return {}
        for name in missing:
            self._loading.refuse(CellMissing(), line, name)
        votes = {name: line.values[name] for name in _VOTES}
        given = {name: line.values[name] for name in _ELECTION}
        return None if missing else {**given, "votes": votes}


def _fits(
    step: Step,
    source: organisations.Post,
    post: organisations.Post,
    contract: organisations.ContractLine | None,
) -> bool:
    served = [Contract(contract.enterprise_id, contract.grid_path)] if contract else []
    rule = partial(check_cross_appointment_posts, step, source.place, post.place, served)
    return refusal_of(rule) is None
