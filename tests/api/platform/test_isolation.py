"""Streets do not see each other: over every route of the API document, whichever slice it is in."""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import pytest

from maplebridge_api.jobs import sign_heads
from maplebridge_api.platform.clock import clock
from maplebridge_api.platform.database import Scope, Statement
from maplebridge_api.platform.openapi import routes_of
from maplebridge_api.platform.schema import STREET_TABLES
from maplebridge_domain.meeting import SubjectKind
from maplebridge_domain.rubrics import shipped_rubric
from tests.api.committees import test_term
from tests.api.evaluations import test_run
from tests.api.imports.sheets import PEOPLE, csv_of, imports
from tests.contract import contract
from tests.world import (
    AT_MEETING,
    MEETING,
    NEIGHBOUR,
    NEXT_DOOR,
    STREET,
    TERM,
    TIANQIAO,
    Actor,
    Json,
    Tianqiao,
    appointment,
    ballot,
    dispute,
    enter,
    grid,
    id_of,
    organisation,
    outcome,
    post,
    service_contract,
)

COMMITTEE = test_term.term(members=test_term.MEMBERS[:1])
#: What stands next door, so that there is one of each kind of thing.
FURNITURE: list[tuple[str, Json]] = [
    organisation("next unit", "resident_unit", "next community"),
    post("next director", "director", "next unit"),
    appointment("next office", "next person", "next director"),
    service_contract("next contract", "next enterprise", "next quarter"),
    grid("next house", "next quarter", "unit", "001"),
    (
        "/households",
        {
            "id": id_of("next household"),
            "grid_id": id_of("next house"),
            "address": "1",
            "residents": 1,
        },
    ),
    (
        "/meetings",
        {"id": id_of("next meeting"), "quarter_id": id_of("next quarter"), "kind": "weekly"}
        | {"hall": "议事厅"}
        | MEETING,
    ),
    (
        f"/meetings/{id_of('next meeting')}/attendance",
        {
            "items": [
                {"appointment_id": id_of("next office"), "party": "resident_unit", "present": True}
            ]
        },
    ),
    (
        "/ballots",
        {
            "id": id_of("next ballot"),
            "meeting_id": id_of("next meeting"),
            "rater_id": id_of("next office"),
            "subject_kind": "enterprise",
            "subject_id": id_of("next enterprise"),
            "marks": {shipped_rubric("luohe").ballot_form()[SubjectKind.ENTERPRISE][0]: 70},
            "cast_at": AT_MEETING,
            "channel": "paper",
        },
    ),
    (
        "/tasks",
        {
            "id": id_of("next task"),
            "meeting_id": id_of("next meeting"),
            "organisation_id": id_of("next unit"),
            "title": "交办",
            "due_at": "2026-10-20T00:00:00+08:00",
        },
    ),
    (
        "/disputes",
        {"id": id_of("next dispute"), "quarter_id": id_of("next quarter"), "title": "x"}
        | {"summary": "x", "reported_at": "2026-10-10T08:00:00+08:00"},
    ),
    (
        "/records",
        {
            "id": id_of("next record"),
            "street_id": NEIGHBOUR,
            "subject_kind": "enterprise",
            "subject_id": id_of("next enterprise"),
            "kind": "commendation",
            "code": "commended_by_county",
            "title": "表扬",
            "basis": "x",
            "occurred_on": "2026-10-01",
        },
    ),
    (
        "/appointment-proposals",
        {
            "id": id_of("next proposal"),
            "person_id": id_of("next person"),
            "post_id": id_of("next director"),
            "during": TERM,
        },
    ),
    organisation("next committee", "owners_committee", "next quarter"),
    (
        "/committee-terms",
        COMMITTEE
        | {"id": id_of("next term"), "organisation_id": id_of("next committee")}
        | {"members": [{"person_id": id_of("next person")}]},
    ),
    (
        "/evaluation-runs",
        {"id": id_of("next run"), "street_id": NEIGHBOUR}
        | {"period": {"from": "2026-10-01", "until": "2026-11-01"}, "kinds": ["credit_rating"]}
        | {"rubric_id": id_of("next rubric")},
    ),
]
#: Everything next door that has an id.
NEXT_DOORS = sorted(
    {body["id"] for _, body in (*NEXT_DOOR, *FURNITURE) if "id" in body}
    | {id_of("next import"), id_of("next session")}
)

#: A body for each route that takes one, about things that are there; a new route needs one here.
BODIES: dict[str, Json] = {
    **{path: body for path, body in reversed(STREET) if not path.endswith("/attendance")},
    "/organisations": organisation("x", "enterprise_party_org", f"root {TIANQIAO}", "chenguang")[1]
    | {"community_party_org_id": id_of("binhe committee")},
    "/ballots": ballot("liu in library", "enterprise", "chenguang"),
    "/disputes": dispute(grid_id=id_of("huayuan lane")),
    "/cross-appointments": {
        "step": 3,
        "source_id": id_of("wang in huayuan branch"),
        "post_id": id_of("members of chenguang branch"),
        "contract_id": id_of("contract of huayuan"),
        "during": TERM,
    },
    "/records": {
        "street_id": TIANQIAO,
        "subject_kind": "enterprise",
        "subject_id": id_of("chenguang"),
        "kind": "commendation",
        "code": "commended_by_county",
        "title": "表扬",
        "basis": "区住建局通报",
        "occurred_on": "2026-10-01",
    },
    "/tasks": {
        "meeting_id": id_of("meeting"),
        "organisation_id": id_of("library"),
        "title": "清理楼道",
        "due_at": "2026-10-20T00:00:00+08:00",
    },
    "/evaluation-runs": {
        "street_id": TIANQIAO,
        "period": {"from": "2026-10-01", "until": "2026-11-01"},
        "kinds": ["credit_rating"],
        "rubric_id": id_of("rubric"),
    },
    "/committee-terms": COMMITTEE,
    "/committee-terms/{id}/filing": {"filed_on": "2026-10-30", "filing_number": "7"},
    "/committee-terms/{id}/end": {"at": "2026-11-01T00:00:00+08:00", "reason": "recall"},
    "/committee-terms/{id}/handover": {"handed_over_on": "2026-10-30", "what": ["seals"]},
    "/organisations/{id}": {
        "parent_id": id_of("chenguang"),
        "community_party_org_id": id_of("binhe committee"),
    },
    "/organisations/{id}/dissolution": {"at": "2026-11-01T00:00:00+08:00"},
    "/posts/{id}": {"seats": 3},
    "/service-contracts/{id}/filing": {"filed_on": "2026-10-30"},
    "/grids/{id}/describe": {
        "central_household_id": id_of("household 101"),
        "party_org_id": id_of("huayuan branch"),
    },
    "/grids/{id}/renumber": {"code": "0009"},
    "/grids/{id}/move": {"parent_id": id_of("tiegong"), "code": "0009"},
    "/grids/{id}/split": {
        "into": [
            {"code": "0019", "name": "北区", "grids": [id_of("huayuan lane")]}
            | {"households": [id_of("household 101")]}
        ]
    },
    "/grids/{id}/merge": {"grids": [id_of("jiayuan")]},
    "/grids/{id}/close": {},
    "/households/{id}/move": {"grid_id": id_of("huayuan unit 2")},
    "/households/{id}/recount": {"residents": 7},
    "/households/{id}/end": {},
    "/exports": {"street_id": TIANQIAO, "shape": "grids"},
    "/people/lookup": {"street_id": TIANQIAO, "phone": "15400000001"},
    "/people/search": {"street_id": TIANQIAO, "name": "wang"},
    "/people/{id}/correction": {"name": "周远"},
    "/people/{id}/unmask": {"purpose": "answer_person"},
    "/people/{id}/erase": {"reason": "purpose_achieved"},
    "/people/{id}/merge": {"into": id_of("chen")},
    "/disputes/{id}/redaction": {"strike": ["厨房"]},
    "/appointments/{id}/end": {"at": "2026-11-01T00:00:00+08:00", "reason": "resignation"},
    "/appointment-proposals": {
        "person_id": id_of("liu"),
        "post_id": id_of("member of huayuan committee"),
        "during": TERM,
    },
    "/cross-appointment-proposals": {
        "step": 3,
        "source_id": id_of("wang in huayuan branch"),
        "post_id": id_of("members of chenguang branch"),
        "contract_id": id_of("contract of huayuan"),
        "during": TERM,
    },
    "/appointment-proposals/{id}/approval": {},
    "/appointment-proposals/{id}/rejection": {"reason": "另有任用"},
    "/appointment-proposals/{id}/withdrawal": {},
    "/appointments/{id}/withdrawal": {"note": "未到任"},
    "/appointments/{id}/correction": {"during": TERM, "note": "日期录入有误"},
    "/service-contracts/{id}/withdrawal": {"note": "未履行"},
    "/service-contracts/{id}/end": {"at": "2026-11-01T00:00:00+08:00", "reason": "agreed"},
    "/disputes/{id}/steps": {"act": "accept"},
    "/tasks/{id}/completion": {},
    "/meetings/{id}/attendance": {
        "items": [
            {"appointment_id": id_of("liu in library"), "party": "resident_unit", "present": True}
        ]
    },
    "/evaluation-runs/{id}/claim": {"worker": "w", "lease_seconds": 60},
    "/evaluation-runs/{id}/failure": {"code": "x", "detail": "x"},
    "/evaluation-runs/{id}/notice": {
        "method": "posted",
        "evidence": "照片",
    },
    "/evaluation-runs/{id}/confirmation": {},
    "/evaluation-runs/{id}/results": test_run.publication(),
}
#: A second body where two fields that name something exclude each other.
OTHERWISE: dict[str, Json] = {
    "/posts": post("y", "grid_member", "huayuan", on_grid=True)[1],
    "/grids": grid("y", "binhe", "quarter", "0017", party_org_id=id_of("huayuan branch"))[1],
    "/grids/{id}/split": {
        "into": [{"code": "0018", "name": "南区", "party_org_id": id_of("huayuan branch")}]
    },
}
#: What else a request holds that takes a file.
FILES: dict[str, Json] = {
    "/imports": {"content": b"x", "headers": {"Content-Type": "text/csv"}},
}
#: What a query must hold beside a street.
QUERIES: dict[str, Json] = {
    "/imports": {"shape": "people"},
    "/grids/{id}/weekly-meetings": {"from": "2026-10-01", "until": "2026-11-01"},
}
#: What is changed by a route with an id in its path, in the street itself.
OWN = {
    "people": "wang",
    "households": "household 101",
    "meetings": "second meeting",
    "evaluation-runs": "run",
    "organisations": "chenguang branch",
    "posts": "members of binhe committee",
    "service-contracts": "contract of huayuan",
}
#: Routes about no street: their bodies name nothing that belongs to one.
OF_NO_STREET = {"/sandbox/clock", "/sessions/wechat", "/sessions/oidc", "/sessions/refresh"}


def named_in(schema: Json, at: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Find where a body names something, as the API document says: by an id but its own, or a street."""
    while "$ref" in schema:
        schema = contract().document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    if (schema.get("format") == "uuid" and at[-1] != "id") or at[-1:] == ("street_id",):
        yield at
        return
    for branch in (*schema.get("anyOf", ()), *schema.get("oneOf", ())):
        yield from named_in(branch, at)
    for name, member in schema.get("properties", {}).items():
        yield from named_in(member, (*at, name))
    if "items" in schema:
        yield from named_in(schema["items"], (*at, 0))


def places(method: str, path: str) -> list[tuple[str | int, ...]]:
    """List where a route's body names something that belongs to a street."""
    operation = contract().document["paths"][f"/v1{path}"][method.lower()]
    body = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if body is None:  # none, or a file
        return []
    found = named_in(body["schema"])
    # A street brings its root along.
    return [at for at in found if (path, at) != ("/streets", ("grid_id",))]


def there(body: Any, at: tuple[str | int, ...]) -> Any:
    """Return what a body has in a place; null: nothing."""
    for step in at:
        body = body[step] if isinstance(step, int) else body.get(step)
        if body is None:
            return None
    return body


def replaced(body: Any, at: tuple[Any, ...], value: Any) -> Any:
    """Copy a body with another value in one place."""
    if not at:
        return value
    copy = dict(body) if isinstance(body, dict) else list(body)
    copy[at[0]] = replaced(body[at[0]], at[1:], value)
    return copy


def operations(tianqiao: Tianqiao) -> Iterator[tuple[str, str, Any]]:
    """List method, path and route of everything under /v1."""
    for route in routes_of(tianqiao.app):
        path = route.path_format.removeprefix("/v1")
        if route.path_format.startswith("/v1") and path not in OF_NO_STREET:
            for method in route.methods or ():
                yield method, path, route


def bodies_of(path: str) -> list[Json]:
    """Return bodies about what is there: none for a route that takes none."""
    single = path.removesuffix("/batch")
    known = [bodies[single] for bodies in (BODIES, OTHERWISE) if single in bodies]
    bodies = [{key: value for key, value in body.items() if key != "id"} for body in known]
    return [{"items": [body]} for body in bodies] if path.endswith("/batch") else bodies


def body_of(path: str) -> Json | None:
    return next(iter(bodies_of(path)), None)


def own(path: str) -> str:
    """Put something of the street itself into a path."""
    return path.replace("{id}", id_of(OWN.get(path.split("/")[1], "huayuan")))


async def contents(tianqiao: Tianqiao, street_id: int) -> dict[str, Any]:
    """Return a digest of every table's rows of a street."""
    return {
        table: await tianqiao.asks(
            f"SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM {table} t"
            " WHERE street_id = $1",
            street_id,
        )
        for table in STREET_TABLES
    }


@pytest.fixture
async def clerk(tianqiao: Tianqiao) -> Actor:
    """Someone with every right, in one street, where a run and a meeting wait; next door is furnished."""
    await enter(tianqiao.stranger, FURNITURE)
    await tianqiao.asks(IMPORT, NEIGHBOUR, id_of("next import"))
    await tianqiao.asks(SESSION, NEIGHBOUR, id_of("next person"), id_of("next session"))
    await tianqiao.clerk_li.makes("/evaluation-runs", test_run.request())
    second = {"starts_at": "2026-10-20T19:00:00+08:00", "ends_at": "2026-10-20T20:00:00+08:00"}
    meeting = BODIES["/meetings"] | {"id": id_of("second meeting")} | second
    await tianqiao.clerk_li.makes("/meetings", meeting)
    headers = {"If-Match": '"1"'}
    return Actor(tianqiao.http, tianqiao.clerk_li.token, headers)


def test_every_route_that_takes_a_body_is_tried_with_one(tianqiao: Tianqiao) -> None:
    for method, path, route in operations(tianqiao):
        assert (route.body_field is None) == (body_of(path) is None or method == "GET"), path


async def test_another_streets_id_in_a_path_is_not_there(tianqiao: Tianqiao, clerk: Actor) -> None:
    before = await contents(tianqiao, NEIGHBOUR)
    for method, path, _ in operations(tianqiao):
        if "{" not in path:
            continue
        body = None if method == "GET" else body_of(path)
        for other in NEXT_DOORS:
            place = path.replace("{id}", other).replace("{street_id}", str(NEIGHBOUR))
            place = place.replace("{number}", "1")
            answer = await clerk.asks(method, place, json=body, params=QUERIES.get(path))
            assert outcome(answer) == "404 not_found", (method, path)
    assert await contents(tianqiao, NEIGHBOUR) == before


async def test_another_streets_id_in_a_query_is_not_there(tianqiao: Tianqiao, clerk: Actor) -> None:
    for method, path, route in operations(tianqiao):
        names = [field.name for field in route.dependant.query_params]
        place = path.replace("{id}", id_of("huayuan")).replace("{street_id}", str(TIANQIAO))
        for name in names:
            if name == "street_id":
                required = QUERIES.get(path, {})
                file = FILES.get(path, {}) if method == "POST" else {}
                params = {name: NEIGHBOUR, **required}
                answer = await clerk.asks(method, place, params=params, **file)
                assert outcome(answer) == "404 not_found", (path, name)
            elif name.endswith("_id") or name == "rests_on":
                required = {"street_id": TIANQIAO} if "street_id" in names else {}
                for other in NEXT_DOORS:
                    answer = await clerk.asks(method, place, params={name: other, **required})
                    assert outcome(answer) == "404 not_found", (path, name)


async def test_another_streets_id_in_a_body_is_not_there(tianqiao: Tianqiao, clerk: Actor) -> None:
    """In every place where the API document lets a body name something, also where it need not."""
    before = await contents(tianqiao, NEIGHBOUR)
    tried = 0
    for method, path, _ in operations(tianqiao):
        for at in places(method, path):
            body = next((one for one in bodies_of(path) if there(one, at)), None)
            assert body is not None, f"no body of {path} has anything at {at}"
            for other in [NEIGHBOUR] if at[-1] == "street_id" else NEXT_DOORS:
                answer = await clerk.asks(method, own(path), json=replaced(body, at, other))
                assert outcome(answer) in ("404 not_found", "404 unknown_reference"), (path, at)
                tried += 1
    assert tried > 700
    assert await contents(tianqiao, NEIGHBOUR) == before


async def test_the_bodies_that_name_what_is_there_are_not_refused_as_absent(
    tianqiao: Tianqiao, clerk: Actor
) -> None:
    """Otherwise the tests above would prove nothing."""
    for method, path, _ in operations(tianqiao):
        for body in bodies_of(path) if places(method, path) else ():
            answer = await clerk.asks(method, own(path), json=body)
            assert answer.status_code != 404, (path, answer.text)


#: Lists of which nothing is read singly: for the first two by nobody, for the others one sees one's own.
LISTED_ONLY = {
    *("/event-heads", "/office-holders", "/sessions", "/capacities"),
    *("/appointments/expiring", "/posts/vacant"),  # read singly as what they are
    "/service-contracts/ending",  # each is read as a service contract
    *("/committee-terms/renewals", "/committee-terms/party-shares"),  # as the terms that they are
}


def collections() -> list[str]:
    """List the paths of all lists in the API document."""
    document = contract().document
    found = []
    for path, operations in document["paths"].items():
        if "get" in operations and "{" not in path:
            [content] = operations["get"]["responses"]["200"]["content"].values()
            name = content["schema"].get("$ref", "").rpartition("/")[2]
            if "items" in document["components"]["schemas"].get(name, {}).get("properties", {}):
                found.append(path.removeprefix("/v1"))
    return found


def single(path: str, item: Json) -> str:
    """Say where one thing of a list is read."""
    if path == "/events":
        return f"{path}/{item['source'].removeprefix('/streets/')}/{item['id']}"
    return f"{path}/{item['street_id' if path == '/streets' else 'id']}"


async def everything(actor: Actor, path: str) -> list[Json] | None:
    """Return all that a list shows an actor; null: they may not list it."""
    items: list[Json] = []
    following: str | None = f"{path}?limit=200"
    while following:
        answer = await actor.gets(following.removeprefix("/v1"))
        if answer.status_code == 403:
            return None
        items += answer.json()["items"]
        following = answer.json().get("next")
    return items


async def furnish(tianqiao: Tianqiao) -> None:
    """Let there be something in each list: also a signed head, a session, results and a rating."""
    clerk = tianqiao.clerk_li
    await clerk.makes("/people", {"id": id_of("gao"), "street_id": TIANQIAO, "name": "高"})
    await tianqiao.logged_in("gao").makes("/disputes", dispute())
    for rater in ("liu in library", "chen in huayuan committee"):
        await clerk.makes("/ballots", ballot(rater, "enterprise", "chenguang"))
    await clerk.makes("/disputes", dispute(quarter_id=id_of("jiayuan")))
    soon = {"during": TERM | {"until": "2027-02-01T00:00:00+08:00"}}
    await clerk.makes("/service-contracts", service_contract("s", "wanjia", "laoyuan")[1] | soon)
    to_be_renewed = {"during": test_term.DURING | {"until": "2027-01-01T00:00:00+08:00"}}
    members = {"members": [{"person_id": id_of("lin")}]}  # without a second office
    await clerk.makes("/committee-terms", COMMITTEE | to_be_renewed | members)
    for path in ("/records", "/tasks", "/appointment-proposals"):
        await clerk.makes(path, BODIES[path])
    wrong = csv_of(PEOPLE, ["A-1", "高", "154", ""])
    assert (await imports(tianqiao, "people", wrong))["state"] == "refused"
    clock.set_to = datetime.fromisoformat(await test_run.under_notice(tianqiao))
    xu = await tianqiao.in_office("xu in working committee")
    assert (await xu.changes(test_run.RUN, "confirmation", {})).is_success
    await sign_heads({"database": tianqiao.app.state.database})
    await clerk.makes("/people", {"id": id_of("soon"), "street_id": TIANQIAO, "name": "孙"})
    await clerk.makes(
        "/appointments",
        BODIES["/appointment-proposals"]
        | {"person_id": id_of("soon")}
        | {"during": test_term.DURING | {"until": "2026-12-01T00:00:00+08:00"}},
    )
    await tianqiao.asks(SESSION, TIANQIAO, id_of("wang"), id_of("session"))


SESSION = """
    INSERT INTO session (street_id, person_id, id, client_id, family_sha256, refresh_sha256, begun_at,
        used_at, ends_at) VALUES ($1, $2, $3, 'app', 'x', 'y', now(), now(), now() + interval '1 day')
"""
IMPORT = """
    INSERT INTO import_run (street_id, id, shape, state, requested_by, caller, requested_at, ended_at)
    VALUES ($1, $2, 'people', 'refused', 'clients/stranger', '{}', now(), now())
"""


def everybody(tianqiao: Tianqiao) -> list[Actor]:
    """Return the clerk, the stranger, and people of all kinds of offices."""
    people = ("gao", "wang", "chen", "liu", "sun", "qian", "xu", "lin", "he")
    return [tianqiao.clerk_li, *(tianqiao.logged_in(name) for name in people), tianqiao.stranger]


async def test_a_list_never_shows_what_a_single_read_refuses(tianqiao: Tianqiao) -> None:
    """Nor hides what it shows: for every collection, and everyone in the street."""
    await furnish(tianqiao)
    paths = sorted({*collections()} - LISTED_ONLY)
    assert len(paths) > 16
    for path in paths:
        there = await everything(tianqiao.clerk_li, path)
        assert there, path
        for actor in everybody(tianqiao):
            shown = await everything(actor, path)
            listed = None if shown is None else {single(path, one) for one in shown}
            for one in {single(path, one) for one in there}:
                code = (await actor.gets(one)).status_code
                expected = 403 if listed is None else 200 if one in listed else 404
                assert code == expected, one


def below_one() -> list[str]:
    """List the paths of all reads below one thing: its history, members, tree."""
    paths = contract().document["paths"]
    return [
        path.removeprefix("/v1")
        for path, operations in paths.items()
        if "get" in operations and "/{id}/" in path
    ]


#: What is read below a person is read by themselves, or by a right of its own, also where the entry is not.
BY_RIGHTS_OF_THEIR_OWN = {"/people/{id}/export"}


async def test_what_is_read_below_a_thing_is_refused_where_the_thing_is(
    tianqiao: Tianqiao,
) -> None:
    """And no list there shows a thing that is refused singly: for every such read, and everyone."""
    await furnish(tianqiao)
    paths = below_one()
    assert {*paths} > BY_RIGHTS_OF_THEIR_OWN
    for path in paths:
        parent, _ = path.split("/{id}/")
        things = [one["id"] for one in (await everything(tianqiao.clerk_li, parent) or [])[-5:]]
        shown = 0
        for actor in everybody(tianqiao):
            for id_ in things:
                answer = await actor.asks(
                    "GET", path.replace("{id}", id_), params=QUERIES.get(path)
                )
                if not answer.is_success:
                    continue
                shown += 1
                if path not in BY_RIGHTS_OF_THEIR_OWN:
                    assert (await actor.gets(f"{parent}/{id_}")).is_success, (path, id_)
                for one in answer.json()["items"] if path.endswith("/tree") else ():
                    assert (await actor.gets(f"{parent}/{one['id']}")).is_success, (path, one)
        assert shown, path


async def test_what_is_only_listed_is_shown_to_nobody_next_door(tianqiao: Tianqiao) -> None:
    await furnish(tianqiao)
    for path in sorted(LISTED_ONLY & {*collections()}):
        *own, next_door = [await everything(actor, path) or [] for actor in everybody(tianqiao)]
        assert any(own), path
        assert not [one for items in own for one in items if one in next_door], path
    assert {*collections()} >= LISTED_ONLY


PREPARE = Statement.prepare


def unfiltered(statement: Statement[Any], scope: Scope, values: Mapping[str, Any]) -> list[Any]:
    """Prepare a statement without its conditions on the range: as if they had been forgotten."""
    sql, *arguments = PREPARE(statement, scope, values)
    names = (statement.one if scope.lo == scope.hi else statement.several).names
    if "lo" not in names:
        return [sql, *arguments]
    lo = f"${names.index('lo') + 1}::INTEGER"
    hi = f"${names.index('hi') + 1}::INTEGER" if "hi" in names else "no"
    condition = rf"[\w.]*street_id (= {re.escape(lo)}|BETWEEN {re.escape(lo)} AND {re.escape(hi)})"
    # The argument stays, so that PostgreSQL knows of what type it is.
    return [re.sub(condition, lambda _: f"{lo} IS NOT NULL", sql), *arguments]


async def shown_next_door(tianqiao: Tianqiao) -> set[str]:
    """Return the lists and single reads that show the stranger something of Tianqiao's."""
    shown = set()
    for path in collections():
        ours = await everything(tianqiao.clerk_li, path) or []
        theirs = await everything(tianqiao.stranger, path) or []
        shown |= {path for one in ours if one in theirs}
        for one in () if path in LISTED_ONLY else ours:
            if (await tianqiao.stranger.gets(single(path, one))).is_success:
                shown.add(f"{path}/{{id}}")
    return shown


async def test_row_level_security_alone_keeps_streets_apart(
    tianqiao: Tianqiao, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where every statement has lost its condition; without either all would be seen."""
    await furnish(tianqiao)
    monkeypatch.setattr(Statement, "prepare", unfiltered)
    assert await shown_next_door(tianqiao) == set()
    for table in STREET_TABLES:
        await tianqiao.asks(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
    everywhere = {*collections()} | {f"{path}/{{id}}" for path in {*collections()} - LISTED_ONLY}
    # These are asked for by a street or a person, and a view and a function that repeat the range.
    still_closed = {"/events", "/sessions", "/capacities", "/office-holders", "/people"}
    assert await shown_next_door(tianqiao) == everywhere - still_closed
