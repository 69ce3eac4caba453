"""One small street that every test knows: Tianqiao in miniature, and a stranger next door.

Two communities; Huayuan and Jiayuan are served quarters, Laoyuan is a three-nos courtyard. Chenguang
is the enterprise. Secretary Wang leads Huayuan's party branch, Chen directs its owners' committee, Liu
sits for a resident unit, Zhao for the volunteers, Sun leads the enterprise's party branch, Qian manages
it, Xu leads the street's working committee, Lin is a grid member. Clerk Li and clerk Zheng are the
street's systems; the stranger is another street's.
"""

from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4, uuid5

import asyncpg
import httpx

from maplebridge_api.main import create_app
from maplebridge_api.platform.clock import clock
from maplebridge_api.platform.database import Database, Scope
from maplebridge_api.platform.identity import Caller, LoggedIn, everywhere, issue, register_client
from maplebridge_domain.authority import Right
from maplebridge_domain.rubrics import shipped_rubric
from tests.contract import contract

TIANQIAO, NEIGHBOUR = 411104001, 411104002
NOW = datetime.fromisoformat("2026-11-02T09:00:00+08:00")
MEETING = {"starts_at": "2026-10-13T19:00:00+08:00", "ends_at": "2026-10-13T21:00:00+08:00"}
AT_MEETING = "2026-10-13T20:00:00+08:00"
#: A term of office, and the contract that runs through it.
TERM = {"from": "2025-01-01T00:00:00+08:00", "until": "2028-01-01T00:00:00+08:00"}
SECRETS = {"clerk_li": "li's", "clerk_zheng": "zheng's", "stranger": "stranger's", "worker": "w"}

Json = dict[str, Any]
_NAMES = UUID(int=256)


def id_of(name: str) -> str:
    """Return the id of something in the small street, the same in every test."""
    return str(uuid5(_NAMES, name))


def outcomes(answers: Iterable[httpx.Response]) -> list[str]:
    """Say what became of several requests: `201`, `409 post_taken`."""
    return sorted(outcome(answer) for answer in answers)


def outcome(answer: httpx.Response) -> str:
    """Say what became of a request."""
    if answer.is_success:
        return str(answer.status_code)
    return f"{answer.status_code} {answer.json()['code']}"


@dataclass
class Actor:
    """Who calls the API: a person in office, or a system; each answer is checked by the contract."""

    http: httpx.AsyncClient
    token: str
    headers: dict[str, str] = field(default_factory=dict)

    async def asks(self, method: str, path: str, **more: Any) -> httpx.Response:
        headers = {
            "Authorization": f"Bearer {self.token}",
            **self.headers,
            **more.pop("headers", {}),
        }
        response = await self.http.request(method, f"/v1{path}", headers=headers, **more)
        contract().check(response)
        return response

    async def gets(self, path: str, **more: Any) -> httpx.Response:
        return await self.asks("GET", path, **more)

    async def posts(self, path: str, body: Any, **more: Any) -> httpx.Response:
        return await self.asks("POST", path, json=body, **more)

    async def puts(self, path: str, body: Any, **more: Any) -> httpx.Response:
        return await self.asks("PUT", path, json=body, **more)

    async def amends(self, place: str, body: Any) -> httpx.Response:
        """Read a resource and change some of its members from the version that was read."""
        etag = (await self.gets(place)).headers["etag"]
        return await self.asks("PATCH", place, json=body, headers={"If-Match": etag})

    async def replaces(self, place: str, body: Any) -> httpx.Response:
        """Read a list and put another in its place, from the version that was read."""
        etag = (await self.gets(place)).headers["etag"]
        return await self.puts(place, body, headers={"If-Match": etag})

    async def changes(self, place: str, act: str, body: Any) -> httpx.Response:
        """Read a resource and change it from the version that was read."""
        etag = (await self.gets(place)).headers["etag"]
        return await self.posts(f"{place}/{act}", body, headers={"If-Match": etag})

    async def makes(self, path: str, body: Json) -> Json:
        """Create something that must succeed."""
        answer = await self.posts(path, body)
        assert answer.status_code == 201, answer.text
        made: Json = answer.json()
        return made


@dataclass
class Tianqiao:
    """The street, who acts in it, and what an observer sees below the API."""

    owner_url: str
    app: Any
    http: httpx.AsyncClient
    seen: int = 0

    def system(
        self,
        name: str,
        *,
        rights: Iterable[Right] = Right,
        streets: tuple[int, int] = (TIANQIAO, TIANQIAO),
    ) -> Actor:
        """Return a system that acts in a range of streets with some rights."""
        return Actor(self.http, issue(Caller(name, Scope(*streets), everywhere(rights))))

    @property
    def clerk_li(self) -> Actor:
        return self.system("clerk_li")

    @property
    def clerk_zheng(self) -> Actor:
        return self.system("clerk_zheng")

    @property
    def stranger(self) -> Actor:
        return self.system("stranger", streets=(NEIGHBOUR, NEIGHBOUR))

    @property
    def worker(self) -> Actor:
        """The evaluator's client."""
        return self.system("worker", rights={Right.RUNS_COMPUTE})

    async def in_office(self, name: str) -> Actor:
        """Return a person acting by an appointment (`wang in huayuan branch`)."""
        form = {
            "grant_type": "client_credentials",
            "client_id": "clerk_li",
            "client_secret": SECRETS["clerk_li"],
            "act_as": id_of(name),
        }
        answer = await self.http.post("/oauth/token", data=form)
        contract().check(answer)
        return Actor(self.http, answer.json()["access_token"])

    def logged_in(self, name: str) -> Actor:
        """Return a person who says in each request in what capacity they act, or does not."""
        return Actor(self.http, issue(LoggedIn("app", TIANQIAO, UUID(id_of(name)))))

    async def asks(self, query: str, *values: Any) -> Any:
        """Ask the database as its owner: one value."""
        connection = await asyncpg.connect(self.owner_url)
        try:
            return await connection.fetchval(query, *values)
        finally:
            await connection.close()

    async def new_events(self) -> list[str]:
        """Return the kinds of events since the last time, in order."""
        connection = await asyncpg.connect(self.owner_url)
        rows = await connection.fetch(
            "SELECT no, type FROM event WHERE street_id = $1 AND no > $2 ORDER BY no",
            TIANQIAO,
            self.seen,
        )
        await connection.close()
        self.seen = max((row["no"] for row in rows), default=self.seen)
        return [row["type"] for row in rows]


async def listen(street: Tianqiao) -> list[str]:
    """Collect from now on what is sent to the database, on every connection."""
    sent: list[str] = []
    connections = street.app.state.database.connections
    async with AsyncExitStack() as stack:
        for _ in range(10):
            connection = await stack.enter_async_context(connections.use())
            connection.add_query_logger(lambda record: sent.append(record.query))
    return sent


@asynccontextmanager
async def open_street(owner_url: str, api_url: str) -> AsyncIterator[Tianqiao]:
    """Serve the real application on a database; business time stands at `NOW`."""
    clock.set_to = NOW
    app = create_app()
    app.state.database = Database(api_url, 10)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    try:
        async with httpx.AsyncClient(transport=transport, base_url="http://api") as http:
            street = Tianqiao(owner_url, app, http)
            await street.new_events()
            yield street
    finally:
        await app.state.database.close()
        await app.state.counters.close()


async def build_street(owner_url: str, api_url: str) -> None:
    """Enter the small street through the API, once a test process."""
    for name, secret in SECRETS.items():
        scope = Scope(NEIGHBOUR, NEIGHBOUR) if name == "stranger" else Scope(TIANQIAO, TIANQIAO)
        rights = [Right.RUNS_COMPUTE] if name == "worker" else list(Right)
        await register_client(
            owner_url, client_id=name, secret=secret, name=name, rights=rights, scope=scope
        )
    async with open_street(owner_url, api_url) as street:
        await enter(street.clerk_li, STREET)
        await enter(street.stranger, NEXT_DOOR)


async def enter(clerk: Actor, things: Iterable[tuple[str, Json]]) -> None:
    for path, body in things:
        if path.endswith("/attendance"):
            assert (await clerk.replaces(path, body)).status_code == 200
        else:
            await clerk.makes(path, body)


def _street(street_id: int, name: str) -> tuple[str, Json]:
    place = {"district": "召陵区", "city": "漯河市", "province": "河南省"}
    root = id_of(f"root {street_id}")
    return "/streets", {"street_id": street_id, "grid_id": root, "name": name, **place}


def grid(name: str, parent: str, level: str, code: str, **more: Any) -> tuple[str, Json]:
    since = {"since": "2025-01-01T00:00:00+08:00"}
    body = {"id": id_of(name), "parent_id": id_of(parent), "level": level, "code": code}
    return "/grids", body | {"name": name} | since | more


def household(door: str, unit: str, residents: int) -> tuple[str, Json]:
    body = {"id": id_of(f"household {door}"), "grid_id": id_of(unit), "address": f"{door}室"}
    return "/households", body | {"residents": residents, "since": "2025-01-01T00:00:00+08:00"}


def organisation(name: str, kind: str, grid: str, parent: str | None = None) -> tuple[str, Json]:
    body = {"id": id_of(name), "grid_id": id_of(grid), "kind": kind, "name": name}
    return "/organisations", body | {"parent_id": id_of(parent) if parent else None}


def post(
    name: str, kind: str, at: str, *, on_grid: bool = False, seats: int = 1
) -> tuple[str, Json]:
    place = {"grid_id" if on_grid else "organisation_id": id_of(at)}
    return "/posts", {"id": id_of(name), "kind": kind, "name": kind, "seats": seats} | place


def person(name: str, street_id: int = TIANQIAO, **more: Any) -> tuple[str, Json]:
    return "/people", {"id": id_of(name), "street_id": street_id, "name": name} | more


def appointment(name: str, person: str, post: str) -> tuple[str, Json]:
    body = {"id": id_of(name), "person_id": id_of(person), "post_id": id_of(post)}
    return "/appointments", body | {"during": TERM}


def service_contract(name: str, enterprise: str, quarter: str) -> tuple[str, Json]:
    body = {"id": id_of(name), "enterprise_id": id_of(enterprise), "quarter_id": id_of(quarter)}
    return "/service-contracts", body | {"during": TERM}


PEOPLE: Mapping[str, Json] = {
    "wang": {"phone": "15400000001", "party_member": True},
    "chen": {"party_member": False},
    "liu": {},
    "zhao": {},
    "sun": {"party_member": True},
    "qian": {},
    "xu": {"party_member": True},
    "lin": {"party_member": True},
    "he": {"party_member": True},
}
OFFICES = (
    ("wang in huayuan branch", "wang", "secretary of huayuan branch"),
    ("chen in huayuan committee", "chen", "member of huayuan committee"),
    ("liu in library", "liu", "director of library"),
    ("zhao in volunteers", "zhao", "director of volunteers"),
    ("sun in chenguang branch", "sun", "secretary of chenguang branch"),
    ("qian in chenguang", "qian", "manager of chenguang"),
    ("xu in working committee", "xu", "secretary of working committee"),
    ("lin on huayuan", "lin", "grid member of huayuan"),
    ("he in binhe committee", "he", "secretary of binhe committee"),
)
DELEGATES = (
    ("wang in huayuan branch", "quarter_party_org", True),
    ("chen in huayuan committee", "owners_committee", True),
    ("liu in library", "resident_unit", True),
    ("zhao in volunteers", "volunteer_point", False),
    ("sun in chenguang branch", "enterprise_party_org", True),
    ("he in binhe committee", "community_party_org", True),
)
RUBRIC: Json = shipped_rubric("luohe").model_dump(mode="json", exclude_defaults=True)
STREET: list[tuple[str, Json]] = [
    _street(TIANQIAO, "天桥街街道"),
    grid("binhe", f"root {TIANQIAO}", "community", "001"),
    grid("tiegong", f"root {TIANQIAO}", "community", "002"),
    grid("huayuan", "binhe", "quarter", "0001", management="professional"),
    grid("jiayuan", "binhe", "quarter", "0002", management="professional"),
    grid("laoyuan", "tiegong", "quarter", "0001", management="three_nos"),
    grid("huayuan lane", "huayuan", "lane", "01"),
    grid("huayuan unit 1", "huayuan lane", "unit", "001"),
    grid("huayuan unit 2", "huayuan", "unit", "012"),
    household("101", "huayuan unit 1", 3),
    household("201", "huayuan unit 2", 2),
    organisation("working committee", "street_working_committee", f"root {TIANQIAO}"),
    organisation("binhe committee", "community_party_org", "binhe"),
    organisation("huayuan branch", "quarter_party_org", "huayuan"),
    organisation("huayuan committee", "owners_committee", "huayuan"),
    organisation("jiayuan committee", "owners_committee", "jiayuan"),
    organisation("library", "resident_unit", "binhe"),
    organisation("volunteers", "volunteer_point", "binhe"),
    organisation("chenguang", "property_enterprise", f"root {TIANQIAO}"),
    organisation("chenguang branch", "enterprise_party_org", f"root {TIANQIAO}", "chenguang"),
    organisation("wanjia", "property_enterprise", f"root {TIANQIAO}"),
    post("secretary of working committee", "secretary", "working committee"),
    post("secretary of binhe committee", "secretary", "binhe committee"),
    post("members of binhe committee", "member", "binhe committee", seats=5),
    post("secretary of huayuan branch", "secretary", "huayuan branch"),
    post("director of huayuan committee", "director", "huayuan committee"),
    post("member of huayuan committee", "member", "huayuan committee", seats=5),
    post("director of jiayuan committee", "director", "jiayuan committee"),
    post("director of library", "director", "library"),
    post("director of volunteers", "director", "volunteers"),
    post("manager of chenguang", "manager", "chenguang"),
    post("supervisors of chenguang", "supervisor", "chenguang", seats=3),
    post("secretary of chenguang branch", "secretary", "chenguang branch"),
    post("members of chenguang branch", "member", "chenguang branch", seats=3),
    post("grid member of huayuan", "grid_member", "huayuan", on_grid=True),
    post("instructor of jiayuan", "party_building_instructor", "jiayuan", on_grid=True),
    post("instructor of laoyuan", "party_building_instructor", "laoyuan", on_grid=True),
    *(person(name, **more) for name, more in PEOPLE.items()),
    *(appointment(*office) for office in OFFICES),
    service_contract("contract of huayuan", "chenguang", "huayuan"),
    ("/rubrics", {"id": id_of("rubric"), "street_id": TIANQIAO, "rubric": RUBRIC}),
    (
        "/meetings",
        {"id": id_of("meeting"), "quarter_id": id_of("huayuan"), "kind": "weekly", "hall": "议事厅"}
        | MEETING,
    ),
    (
        f"/meetings/{id_of('meeting')}/attendance",
        {
            "items": [
                {"appointment_id": id_of(office), "party": party, "present": present}
                for office, party, present in DELEGATES
            ]
        },
    ),
    (
        "/disputes",
        {
            "id": id_of("flooded kitchen"),
            "quarter_id": id_of("huayuan"),
            "title": "厨房返水",
            "summary": "污水从地漏返出。",
            "reported_at": "2026-10-10T08:00:00+08:00",
        },
    ),
]
NEXT_DOOR: list[tuple[str, Json]] = [
    _street(NEIGHBOUR, "翟庄街道"),
    grid("next community", f"root {NEIGHBOUR}", "community", "001"),
    grid("next quarter", "next community", "quarter", "0001"),
    organisation("next enterprise", "property_enterprise", f"root {NEIGHBOUR}"),
    person("next person", NEIGHBOUR),
    ("/rubrics", {"id": id_of("next rubric"), "street_id": NEIGHBOUR, "rubric": RUBRIC}),
]


def ballot(rater: str, subject_kind: str, subject: str, **more: Any) -> Json:
    """Write a ballot at the small street's meeting, with a mark that the rubric asks for."""
    asked = shipped_rubric("luohe").ballot_form()
    marks = {asked[kind][0]: 80 for kind in asked if kind == subject_kind}
    return {
        "meeting_id": id_of("meeting"),
        "rater_id": id_of(rater),
        "subject_kind": subject_kind,
        "subject_id": id_of(subject),
        "marks": marks,
        "cast_at": AT_MEETING,
        "channel": "paper",
    } | more


def dispute(**more: Any) -> Json:
    """Write a report of a dispute in Huayuan."""
    return {"quarter_id": id_of("huayuan"), "title": "电梯故障", "summary": "电梯停运三天。"} | more


def new_id() -> str:
    """Make an id as a client would."""
    return str(uuid4())
