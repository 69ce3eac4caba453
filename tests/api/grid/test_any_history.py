"""Any history of changes, made through the API and in a plain model: every day's tree is the same."""

from collections.abc import AsyncIterator, Iterator
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from maplebridge_api.main import create_app
from maplebridge_api.platform.clock import clock
from maplebridge_api.platform.database import Database, Scope
from maplebridge_api.platform.identity import Caller, everywhere, issue
from maplebridge_domain.authority import Right
from maplebridge_domain.grid import CHILDREN, CODE_DIGITS, GridLevel
from tests.api.committees.test_term import ELECTION
from tests.api.grid.plain import Home, Node, Running, Street
from tests.conftest import Databases
from tests.providers.serving import serving
from tests.world import NOW, Json, id_of

BEGAN = datetime.fromisoformat("2026-01-01T00:00:00+08:00")
STREETS = count(411104100)
COMMUNITY, QUARTER, LANE, UNIT = list(GridLevel)[1:]
#: (name, level, code, parent) of the street with which each history begins.
FIRST = (
    ("A", COMMUNITY, "001", ""),
    ("B", COMMUNITY, "002", ""),
    ("A1", QUARTER, "0001", "A"),
    ("A2", QUARTER, "0002", "A"),
    ("B1", QUARTER, "0001", "B"),
    ("A1x", LANE, "01", "A1"),
    ("A2x", LANE, "02", "A2"),
    ("A1x1", UNIT, "001", "A1x"),
    ("A1x2", UNIT, "002", "A1x"),
    ("A23", UNIT, "003", "A2"),
    ("B11", UNIT, "004", "B1"),
)
#: What runs as it begins, in which quarter of A1, A2, B1, for how many days: not all can be merged at once.
RUNNING = (("contract", 0, 4), ("contract", 1, 40), ("term", 1, 5), ("term", 2, 40))
ACTS = (
    *("move", "renumber", "split", "merge", "close", "house", "recount", "leave"),
    *("contract", "term", "lapse", "unite"),
)
PLACES = {"contract": "/service-contracts", "term": "/committee-terms"}
ENDING = {"contract": "agreed", "term": "term_over"}
OF_QUARTERS = ("split", "close", "unite", "contract", "term", "lapse")


@pytest.fixture(scope="module")
async def http(databases: Databases) -> AsyncIterator[httpx.Client]:
    """Serve the application on an empty database to a system that may do everything in a county."""
    name = await databases.copy("maplebridge")
    clock.set_to = NOW
    app = create_app()
    app.state.database = Database(databases.url(name, "mb_api"), 5)
    token = issue(Caller("county", Scope(411104000, 411104999), everywhere(Right)))
    headers = {"Authorization": f"Bearer {token}"}
    with serving(app) as url, httpx.Client(base_url=f"{url}/v1", headers=headers) as client:
        yield client
    await databases.drop(name)


class History:
    """A street through the API and as a model, side by side, a day for each change."""

    def __init__(self, http: httpx.Client) -> None:
        self.http = http
        self.street_id = next(STREETS)
        self.numbers = count()
        self.then: dict[int, Street] = {}
        self.day = 0
        root = self.id("")
        self.street = Street({root: Node(GridLevel.STREET, str(self.street_id), None)})
        place = {"name": "街道", "district": "区", "city": "市", "province": "省"}
        self.makes("/streets", place | {"grid_id": root} | self._of_street())
        for level in (COMMUNITY, QUARTER, LANE, UNIT):
            self.makes("/grids/batch", {"items": list(self._first(level))})
        homes = [self._home(unit, n) for unit in ("A1x1", "A1x2", "A23", "B11") for n in (1, 2)]
        self.makes("/households/batch", {"items": homes})
        self.makes("/organisations", self._organisation("enterprise", "property_enterprise", root))
        self.makes("/people", {"id": self.id("elected"), "name": "某人"} | self._of_street())
        for kind, quarter, days in RUNNING:
            self.does(kind, quarter, 0, days)
        self.then = {self.day: self.street.copy()}

    def id(self, name: str) -> str:
        return id_of(f"{self.street_id} {name}")

    def makes(self, path: str, body: Json) -> None:
        answer = self.http.post(path, json=body)
        assert answer.status_code == 201, answer.text

    def _first(self, of: GridLevel) -> Iterator[Json]:
        for name, level, code, parent in FIRST:
            if level is of:
                self.street.nodes[self.id(name)] = Node(level, code, self.id(parent))
                body = {"id": self.id(name), "parent_id": self.id(parent), "level": level}
                yield body | {"code": code, "name": name, "since": BEGAN.isoformat()}

    def _home(self, unit: str, residents: int) -> Json:
        id_ = self.id(f"{unit} {residents}")
        self.street.homes[id_] = Home(self.id(unit), residents)
        body = {"id": id_, "grid_id": self.id(unit), "address": id_, "residents": residents}
        return body | {"since": BEGAN.isoformat()}

    def _of_street(self) -> Json:
        return {"street_id": self.street_id}

    def _organisation(self, name: str, kind: str, grid_id: str) -> Json:
        return {"id": self.id(name), "grid_id": grid_id, "kind": kind, "name": name}

    def _date(self, day: int) -> str:
        return (BEGAN + timedelta(days=day)).isoformat()

    def does(self, act: str, *picks: int) -> None:
        """Do something to the street on the next day, as far as the rules allow."""
        model = self.street.copy()
        self.day += 1
        place, body = getattr(self, f"_{act}")(model, *picks)
        if not place:
            return  # nobody is left to do it to
        at, etag = self._date(self.day), {}
        if place not in PLACES.values():  # a change of what is there
            body = body | {"at": at}
            etag = {"If-Match": self.http.get(place.rpartition("/")[0]).headers["etag"]}
        answer = self.http.post(place, json=body, headers=etag)
        assert answer.is_success == model.is_right(), (act, body, answer.text)
        if answer.is_success:
            self.street = model
        self.then[self.day] = self.street.copy()

    def _grid(self, model: Street, pick: int) -> str:
        grids = [one for one, node in model.nodes.items() if node.parent is not None]
        return grids[pick % len(grids)]

    def _code(self, model: Street, id_: str, pick: int) -> str:
        return f"{pick % 5 + 1:0{CODE_DIGITS[model.nodes[id_].level]}}"

    def _move(self, model: Street, *picks: int) -> tuple[str, Json]:
        id_, parent = (self._grid(model, pick) for pick in picks[:2])
        if picks[2] > 2:  # mostly to where its level may stand
            holds = [
                one
                for one, node in model.nodes.items()
                if model.nodes[id_].level in CHILDREN[node.level]
            ]
            parent = holds[picks[1] % len(holds)]
        code = self._code(model, id_, picks[2])
        if id_ in model.above(parent):
            return "", {}  # the model has no word for a circle; test_move.py has
        model.move(id_, parent, code)
        return f"/grids/{id_}/move", {"parent_id": parent, "code": code}

    def _renumber(self, model: Street, *picks: int) -> tuple[str, Json]:
        id_ = self._grid(model, picks[0])
        model.nodes[id_].code = self._code(model, id_, picks[1])
        return f"/grids/{id_}/renumber", {"code": model.nodes[id_].code}

    def _split(self, model: Street, *picks: int) -> tuple[str, Json]:
        id_, new = self._grid(model, picks[0]), self.id(f"new {next(self.numbers)}")
        code = self._code(model, id_, picks[1])
        grids, homes = model.children(id_)[picks[2] % 3 :], model.living(id_)[picks[2] % 3 :]
        model.split(id_, new, code, [*grids, *homes])
        part = {"id": new, "code": code, "name": new, "grids": grids, "households": homes}
        return f"/grids/{id_}/split", {"into": [part]}

    def _unite(self, model: Street, *picks: int) -> tuple[str, Json]:
        """Merge quarters: there something may run in both."""
        quarters = [one for one, node in model.nodes.items() if node.level is QUARTER]
        return (
            self._into(model, quarters[picks[0] % len(quarters)], picks[1])
            if quarters
            else ("", {})
        )

    def _merge(self, model: Street, *picks: int) -> tuple[str, Json]:
        return self._into(model, self._grid(model, picks[0]), picks[1])

    def _into(self, model: Street, id_: str, pick: int) -> tuple[str, Json]:
        level = model.nodes[id_].level
        others = [one for one, node in model.nodes.items() if node.level is level and one != id_]
        if not others:
            return "", {}
        other = others[pick % len(others)]
        model.merge(id_, other, self.day)
        return f"/grids/{id_}/merge", {"grids": [other]}

    def _close(self, model: Street, *picks: int) -> tuple[str, Json]:
        empty = [one for one in model.nodes if not model.children(one) and not model.living(one)]
        if not empty:
            return "", {}
        id_ = empty[picks[0] % len(empty)]
        model.close(id_)
        return f"/grids/{id_}/close", {}

    def _one_home(self, model: Street, pick: int) -> str:
        homes = list(model.homes)
        return homes[pick % len(homes)] if homes else ""

    def _house(self, model: Street, *picks: int) -> tuple[str, Json]:
        id_ = self._one_home(model, picks[0])
        units = [one for one, node in model.nodes.items() if node.level is UNIT]
        if not id_ or not units:
            return "", {}
        model.homes[id_].unit = units[picks[1] % len(units)]
        return f"/households/{id_}/move", {"grid_id": model.homes[id_].unit}

    def _recount(self, model: Street, *picks: int) -> tuple[str, Json]:
        id_ = self._one_home(model, picks[0])
        if not id_:
            return "", {}
        model.homes[id_].residents = picks[1]
        return f"/households/{id_}/recount", {"residents": picks[1]}

    def _leave(self, model: Street, *picks: int) -> tuple[str, Json]:
        id_ = self._one_home(model, picks[0])
        model.homes.pop(id_, None)
        return (f"/households/{id_}/end", {}) if id_ else ("", {})

    def _begin(self, model: Street, kind: str, *picks: int) -> tuple[str, str, Json]:
        """Let something run in a quarter, from the day or a later one on; return its id, where, and when."""
        quarters = [one for one, node in model.nodes.items() if node.level is QUARTER]
        if not quarters:
            return "", "", {}
        quarter, since = quarters[picks[0] % len(quarters)], self.day + picks[1] % 3
        id_, until = self.id(f"{kind} {next(self.numbers)}"), since + picks[2] + 1
        model.running[id_] = Running(kind, quarter, since, until)
        return id_, quarter, {"from": self._date(since), "until": self._date(until)}

    def _contract(self, model: Street, *picks: int) -> tuple[str, Json]:
        id_, quarter, during = self._begin(model, "contract", *picks)
        body = {"id": id_, "quarter_id": quarter, "enterprise_id": self.id("enterprise")}
        return (PLACES["contract"], body | {"during": during}) if id_ else ("", {})

    def _term(self, model: Street, *picks: int) -> tuple[str, Json]:
        id_, quarter, during = self._begin(model, "term", *picks)
        if not id_:
            return "", {}
        committee = self._organisation(f"of {id_}", "owners_committee", quarter)
        self.makes("/organisations", committee)
        election = ELECTION | {"voted_on": during["from"][:10]}
        members = {"members": [{"person_id": self.id("elected")}], "election": election}
        body = {"id": id_, "organisation_id": committee["id"], "during": during}
        return PLACES["term"], body | members

    def _lapse(self, model: Street, *picks: int) -> tuple[str, Json]:
        """End early what runs in a quarter, or ran in one that is no more."""
        begun = [id_ for id_, one in model.running.items() if one.since < self.day < one.until]
        if not begun:
            return "", {}
        id_ = begun[picks[0] % len(begun)]
        one = model.running[id_]
        one.until = self.day
        return f"{PLACES[one.kind]}/{id_}/end", {"reason": ENDING[one.kind]}

    def runs(self, day: int) -> dict[str, set[str]]:
        """Return in which quarters there was a contract, and a committee's term, by the API."""
        at = {"at": self._date(day)}
        report = self.http.get(f"/grids/{self.id('')}/coverage", params=at).json()
        nodes = self.then[day].nodes.items()
        quarters = {id_ for id_, node in nodes if node.level is QUARTER}
        lacking = {"contract": "without_contract", "term": "without_owners_committee"}
        return {
            kind: quarters - {one["id"] for one in report[name]["items"]}
            for kind, name in lacking.items()
        }

    def shown(self, day: int) -> dict[str, tuple[Any, ...]]:
        """Return the tree that the API shows of a day."""
        params = {"at": self._date(day)}
        answer = self.http.get(f"/grids/{self.id('')}/tree", params=params)
        return {
            one["id"]: (one["path"], one["parent_id"], one["households"], one["residents"])
            for one in answer.json()["items"]
        }


@pytest.mark.parametrize("of", [ACTS, OF_QUARTERS], ids=["tree", "quarters"])
def test_every_day_of_any_history_is_as_a_plain_model_has_it(
    http: httpx.Client, of: tuple[str, ...]
) -> None:
    #: An act, and numbers from which it takes its grids, codes and days.
    act = st.tuples(st.sampled_from(of), *(st.integers(0, 11) for _ in range(3)))

    @given(acts=st.lists(act, min_size=4, max_size=9))
    @settings(
        max_examples=10,
        derandomize=True,
        deadline=None,
        database=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    def any_history(acts: list[tuple[Any, ...]]) -> None:
        history = History(http)
        for act, *picks in acts:
            history.does(act, *picks)
        for day, street in history.then.items():
            assert history.shown(day) == street.shown(), day
            assert history.runs(day) == street.runs(day), day

    any_history()
