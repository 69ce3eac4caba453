"""Random histories of appointments: a simple model in memory against the service and its database."""

from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any

import pytest

from tests.world import NOW, TERM, Json, Tianqiao, id_of, new_id, outcome

#: Day 0; the present is day 40, so that some terms have begun and others have not.
TODAY, LAST = 40, 80
SECRETARY, MEMBERS = id_of("secretary of huayuan branch"), id_of("members of chenguang branch")
SEATS = {SECRETARY: 1, MEMBERS: 3}
PEOPLE = ("chen", "liu", "zhao", "sun")
WANG = "wang in huayuan branch"


def instant(day: int) -> str:
    return (NOW + timedelta(days=day - TODAY)).isoformat()


def period(start: int, until: int | None) -> Json:
    return {"from": instant(start), "until": None if until is None else instant(until)}


@dataclass
class Held:
    """An appointment of the model; without a term it was withdrawn."""

    person: str
    post: str
    seat: int
    term: tuple[int, int] | None
    source: str | None = None
    version: int = 1

    def at(self, day: int) -> bool:
        return self.term is not None and self.term[0] <= day < self.term[1]

    def meets(self, term: tuple[int, int]) -> bool:
        return self.term is not None and self.term[0] < term[1] and term[0] < self.term[1]


@dataclass
class Model:
    """What should be there; each act says what should become of it."""

    contract: tuple[int, int]
    held: dict[str, Held] = field(default_factory=dict)

    def seat(self, new: Held, term: tuple[int, int], own: str = "") -> str:
        """Seat somebody in the lowest place that is free; `own` is the one that moves."""
        others = [h for id_, h in self.held.items() if id_ != own and h.post == new.post]
        meeting = [h for h in others if h.meets(term)]
        free = {*range(1, SEATS[new.post] + 1)} - {h.seat for h in meeting}
        if not free:
            return "409 post_taken"
        if any(h.person == new.person for h in meeting):
            return "409 already_holds_post"
        new.seat, new.term = min(free), term
        return ""

    def carries(self, source: Held, term: tuple[int, int]) -> str:
        if source.term is None:
            return "404 not_found"
        if not source.term[0] <= term[0] < term[1] <= source.term[1]:
            return "409 outlasts_its_source"
        if not self.contract[0] <= term[0] < term[1] <= self.contract[1]:
            return "409 no_contract_in_force"
        return ""

    def appoint(self, id_: str, person: str, term: tuple[int, int]) -> str:
        new = Held(person, SECRETARY, 0, None)
        return self.seat(new, term) or self._add(id_, new)

    def cross(self, id_: str, source: str, term: tuple[int, int]) -> str:
        new = Held(self.held[source].person, MEMBERS, 0, None, source)
        refused = self.carries(self.held[source], term) or self.seat(new, term)
        return refused or self._add(id_, new)

    def _add(self, id_: str, new: Held) -> str:
        self.held[id_] = new
        return "201"

    def end(self, id_: str, day: int) -> str:
        one = self.held[id_]
        if one.term is None:
            return "409 appointment_withdrawn"
        if not one.term[0] < day < one.term[1]:
            return "409 appointment_ended"
        self._cut([id_], day)
        return "200"

    def withdraw(self, id_: str) -> str:
        one = self.held[id_]
        if one.term is None:
            return "409 appointment_withdrawn"
        if one.term[0] <= TODAY:
            return "409 term_begun"
        self._cut([id_], one.term[0])
        return "200"

    def correct(self, id_: str, term: tuple[int, int]) -> str:
        one = self.held[id_]
        if one.term is None:
            return "409 appointment_withdrawn"
        refused = self.carries(self.held[one.source], term) if one.source else ""
        resting = [h.term for h in self.held.values() if h.source == id_ and h.term]
        if not refused and any(t[0] < term[0] or term[1] < t[1] for t in resting):
            refused = "409 dependant_does_not_fit"
        refused = refused or self.seat(one, term, id_)
        one.version += not refused
        return refused or "200"

    def end_contract(self, day: int) -> str:
        if not self.contract[0] < day < self.contract[1]:
            return "409 contract_not_in_force"
        self._cut([id_ for id_, one in self.held.items() if one.source], day)
        self.contract = (self.contract[0], day)
        return "200"

    def _cut(self, ids: list[str], day: int) -> None:
        for id_ in [*ids, *(i for i, h in self.held.items() if h.source in ids and i not in ids)]:
            one = self.held[id_]
            if one.term is not None and day < one.term[1]:
                one.term = (one.term[0], day) if one.term[0] < day else None
                one.version += 1


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_whatever_happens_the_service_says_what_a_simple_model_says(
    tianqiao: Tianqiao, seed: int
) -> None:
    clerk, chance = tianqiao.clerk_li, Random(seed)
    # The post is empty from day 0 on; Huayuan's contract runs through all days.
    empty = {"at": instant(0), "reason": "transfer"}
    assert (await clerk.changes(f"/appointments/{id_of(WANG)}", "end", empty)).is_success
    contract, contract_version = id_of("contract of huayuan"), 1
    model = Model((-10_000, 10_000))

    def term() -> tuple[int, int]:
        start = chance.randrange(LAST - 1)
        return start, chance.randrange(start + 1, LAST)

    async def change(path: str, version: int, body: Json) -> str:
        headers = {"If-Match": f'"{version}"'}
        return outcome(await clerk.posts(path, body, headers=headers))

    seen: dict[str, int] = {}
    for turn in range(200):
        ids = sorted(model.held)
        sources = [id_ for id_ in ids if model.held[id_].source is None]
        acts = ["appoint", "cross", "cross", "end", "withdraw", "correct", "correct"]
        act = chance.choice(acts) if sources else "appoint"
        act = "contract" if turn == 150 else act
        id_, when = new_id(), term()
        if act == "appoint":
            who = chance.choice(PEOPLE)
            body: Json = {"id": id_, "person_id": id_of(who), "post_id": SECRETARY}
            answer = await clerk.posts("/appointments", body | {"during": period(*when)})
            got, expected = outcome(answer), model.appoint(id_, who, when)
        elif act == "cross":
            source = chance.choice(sources)
            body = {"id": id_, "step": 3, "source_id": source, "post_id": MEMBERS}
            body |= {"contract_id": contract, "during": period(*when)}
            got = outcome(await clerk.posts("/cross-appointments", body))
            expected = model.cross(id_, source, when)
        elif act == "contract":
            end = {"at": instant(LAST // 2), "reason": "agreed"}
            got = await change(f"/service-contracts/{contract}/end", contract_version, end)
            expected = model.end_contract(LAST // 2)
        else:
            id_ = chance.choice(ids)
            bodies: dict[str, tuple[str, Json]] = {
                "end": ("end", {"at": instant(when[0]), "reason": "resignation"}),
                "withdraw": ("withdrawal", {}),
                "correct": ("correction", {"during": period(*when), "note": "x"}),
            }
            verb, body = bodies[act]
            got = await change(f"/appointments/{id_}/{verb}", model.held[id_].version, body)
            arguments: dict[str, tuple[Any, ...]] = {"end": (when[0],), "correct": (when,)}
            expected = getattr(model, act)(id_, *arguments.get(act, ()))
        assert got == expected, (seed, turn, act, id_, when)
        seen[f"{act} {got}"] = seen.get(f"{act} {got}", 0) + 1

    assert len(seen) > 9, seen  # otherwise little was tried
    for day in range(LAST):
        at = instant(day).replace("+", "%2B")
        held = (await clerk.gets(f"/appointments?limit=200&at={at}")).json()["items"]
        shown = {one["id"] for one in held if one["post_id"] in SEATS}
        assert shown == {i for i, h in model.held.items() if h.at(day)}, (seed, day)
    assert await tianqiao.asks(BROKEN) == 0
    changes = sum(one.version - 1 for one in model.held.values())
    kept = "SELECT count(*) FROM appointment_history WHERE appointment_id <> $1"
    assert await tianqiao.asks(kept, id_of(WANG)) == changes


#: Overlapping terms of one seat; cross-appointments outside their source or contract, or without one.
BROKEN = """
    SELECT count(*) FROM appointment a
    WHERE EXISTS (SELECT 1 FROM appointment b WHERE b.street_id = a.street_id AND b.id <> a.id
                  AND b.post_id = a.post_id AND b.seat = a.seat AND b.during && a.during)
       OR a.rests_on IS NOT NULL AND a.during IS NOT NULL
          AND NOT EXISTS (SELECT 1 FROM appointment s WHERE s.street_id = a.street_id
                          AND s.id = a.rests_on AND s.during @> a.during)
       OR a.contract_id IS NOT NULL AND a.during IS NOT NULL
          AND NOT EXISTS (SELECT 1 FROM service_contract c WHERE c.street_id = a.street_id
                          AND c.id = a.contract_id AND c.during @> a.during)
"""
assert TERM["from"] < instant(0) < instant(LAST) < TERM["until"]
