"""The conventions, held by every resource alike: create, batch, get, list, repeat, refuse."""

from asyncio import gather
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import asyncpg
import pytest

from maplebridge_api.main import create_app
from maplebridge_api.platform.openapi import routes_of
from maplebridge_api.platform.schema import SHARED_TABLES, STREET_TABLES
from tests.api.appointments.test_cross_appoint import step
from tests.api.committees.test_term import MEMBERS, term
from tests.world import (
    RUBRIC,
    TERM,
    TIANQIAO,
    Actor,
    Json,
    Tianqiao,
    ballot,
    dispute,
    id_of,
    new_id,
    outcome,
    outcomes,
)


@dataclass(frozen=True)
class Resource:
    """A collection: how a member is written, what happens then, and what would break a rule."""

    path: str
    new: Callable[[int], Json]
    event: str
    refused: tuple[Json, str]
    shown_at: str = ""
    batch: bool = True

    @property
    def place(self) -> str:
        return self.shown_at or self.path


def _rubric(n: int) -> Json:
    valid = {"from": f"20{10 + n}-01-01", "until": f"20{11 + n}-01-01"}
    return {"street_id": TIANQIAO, "rubric": RUBRIC | {"valid": valid}}


def _meeting(n: int) -> Json:
    place = {"quarter_id": id_of("jiayuan"), "kind": "weekly", "hall": "议事厅"}
    day = f"2026-10-{10 + n}"
    return place | {"starts_at": f"{day}T19:00:00+08:00", "ends_at": f"{day}T20:00:00+08:00"}


def _task(n: int) -> Json:
    return {
        "meeting_id": id_of("meeting"),
        "organisation_id": id_of("chenguang"),
        "title": f"修路{n}",
        "due_at": "2026-10-20T00:00:00+08:00",
    }


def _record(n: int) -> Json:
    return {
        "street_id": TIANQIAO,
        "subject_kind": "organisation",
        "subject_id": id_of("volunteers"),
        "kind": "commendation",
        "code": "tidy",
        "title": f"表扬{n}",
        "basis": "街道决定",
        "occurred_on": "2026-10-01",
    }


def _run(n: int) -> Json:
    period = {"from": "2026-10-01", "until": f"2026-10-0{2 + n}"}
    run = {"street_id": TIANQIAO, "period": period, "rubric_id": id_of("rubric")}
    return run | {"kinds": ["credit_rating"]}


HIDDEN = "404 not_found"
RESOURCES = [
    Resource(
        "/grids",
        lambda n: {"parent_id": id_of("huayuan"), "level": "unit", "code": f"07{n}", "name": "楼"},
        "grid.created",
        ({"level": "street"}, "422 wrong_level"),
    ),
    Resource(
        "/households",
        lambda n: {"grid_id": id_of("huayuan unit 1"), "address": f"{n}室", "residents": n},
        "household.created",
        ({"grid_id": id_of("huayuan")}, "422 not_a_unit"),
    ),
    Resource(
        "/organisations",
        lambda n: {"grid_id": id_of("jiayuan"), "kind": "resident_unit", "name": f"银行{n}"},
        "organisation.created",
        ({"kind": "enterprise_party_org"}, "422 wrong_parent"),
    ),
    Resource(
        "/people",
        lambda n: {"street_id": TIANQIAO, "name": f"周{n}", "phone": f"1540000000{n}"},
        "person.created",
        ({"street_id": TIANQIAO + 1}, HIDDEN),
    ),
    Resource(
        "/posts",
        lambda n: {"organisation_id": id_of("library"), "kind": "member", "name": f"馆员{n}"},
        "post.created",
        ({"kind": "grid_member"}, "422 wrong_place_for_post"),
    ),
    Resource(
        "/service-contracts",
        lambda n: {
            "enterprise_id": id_of("wanjia"),
            "quarter_id": id_of(("jiayuan", "laoyuan")[n]),
            "during": TERM,
        },
        "service_contract.created",
        ({"enterprise_id": id_of("library")}, "422 not_an_enterprise"),
    ),
    Resource(
        "/appointments",
        lambda n: {
            "person_id": id_of(("liu", "zhao")[n]),
            "post_id": id_of("member of huayuan committee"),
            "during": TERM,
        },
        "appointment.made",
        ({"post_id": id_of("director of library")}, "409 post_taken"),
    ),
    Resource(
        "/cross-appointments",
        lambda n: step((1, 5)[n]),
        "cross_appointment.made",
        ({"source_id": id_of("liu in library")}, "422 wrong_source_post"),
        shown_at="/appointments",
    ),
    Resource(
        "/appointment-proposals",
        lambda n: {
            "person_id": id_of(("liu", "zhao")[n]),
            "post_id": id_of("member of huayuan committee"),
            "during": TERM,
        },
        "appointment_proposal.made",
        ({"during": TERM | {"until": TERM["from"]}}, "422 empty_period"),
        batch=False,
    ),
    Resource(
        "/cross-appointment-proposals",
        lambda n: step((3, 4)[n]),
        "appointment_proposal.made",
        ({"source_id": id_of("liu in library")}, "422 wrong_source_post"),
        shown_at="/appointment-proposals",
        batch=False,
    ),
    Resource(
        "/committee-terms",
        lambda n: term(
            id=None,
            organisation_id=id_of(("huayuan committee", "jiayuan committee")[n]),
            members=MEMBERS[2:],
        ),
        "committee_term.begun",
        ({"election": None}, "422 owners_vote_missing"),
        batch=False,
    ),
    Resource(
        "/disputes",
        lambda n: dispute(title=f"纠纷{n}"),
        "dispute.reported",
        ({"quarter_id": id_of("binhe")}, "422 not_a_quarter"),
        batch=False,
    ),
    Resource(
        "/meetings",
        _meeting,
        "meeting.created",
        ({"quarter_id": id_of("binhe")}, "422 not_a_quarter"),
    ),
    Resource(
        "/tasks",
        _task,
        "task.created",
        ({"meeting_id": new_id()}, HIDDEN),
    ),
    Resource(
        "/ballots",
        lambda n: ballot(
            ("chen in huayuan committee", "liu in library")[n], "enterprise", "chenguang"
        ),
        "ballot.cast",
        ({"marks": {"charm": 1}}, "422 unknown_indicator"),
    ),
    Resource("/records", _record, "record.created", ({"class": "minor"}, "422 class_missing")),
    Resource(
        "/rubrics",
        _rubric,
        "rubric.created",
        ({"rubric": RUBRIC}, "409 rubric_in_force"),
        batch=False,
    ),
    Resource(
        "/evaluation-runs",
        _run,
        "evaluation_run.requested",
        ({"rubric_id": new_id()}, HIDDEN),
        batch=False,
    ),
]
BY_PATH = {one.path: one for one in RESOURCES}
every_resource = pytest.mark.parametrize("resource", RESOURCES, ids=lambda one: one.path)
every_batch = pytest.mark.parametrize(
    "resource", [one for one in RESOURCES if one.batch], ids=lambda one: one.path
)


async def rows_of(street: Tianqiao) -> dict[str, int]:
    """Count the rows of every table."""
    connection = await asyncpg.connect(street.owner_url)
    counted = {
        table: await connection.fetchval(f"SELECT count(*) FROM {table}")
        for table in (*STREET_TABLES, *SHARED_TABLES)
    }
    await connection.close()
    return counted


#: What these give is shown once and cannot be read again: tests/api/sessions/.
OF_LOGINS = {"/sessions/wechat", "/sessions/oidc", "/people/{id:uuid}/binding-codes"}


def test_no_resource_is_left_out() -> None:
    creating = {
        route.path.removeprefix("/v1").removesuffix("/batch")
        for route in routes_of(create_app())
        if route.status_code == 201
    }
    assert {one.path for one in RESOURCES} | {"/streets"} | OF_LOGINS == creating


@every_resource
async def test_what_is_created_is_found_again_and_told_by_one_event(
    tianqiao: Tianqiao, resource: Resource
) -> None:
    clerk = tianqiao.clerk_li
    answer = await clerk.posts(resource.path, resource.new(0))
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert answer.headers["Location"] == f"/v1{resource.place}/{made['id']}"
    assert answer.headers["ETag"] == '"1"'
    assert await tianqiao.new_events() == [resource.event]

    place = f"{resource.place}/{made['id']}"
    found = await clerk.gets(place)
    assert (found.json(), found.headers["ETag"]) == (made, '"1"')
    assert (await clerk.gets(place, headers={"If-None-Match": '"1"'})).status_code == 304
    assert made in (await clerk.gets(f"{resource.place}?limit=200")).json()["items"]

    subject = await tianqiao.asks("SELECT subject FROM event ORDER BY no DESC LIMIT 1")
    assert subject.endswith(f"/{made['id']}")
    assert await tianqiao.asks("SELECT actor FROM event ORDER BY no DESC LIMIT 1") == (
        "clients/clerk_li"
    )


@every_resource
async def test_a_client_may_bring_an_id_once(tianqiao: Tianqiao, resource: Resource) -> None:
    clerk = tianqiao.clerk_li
    id_ = new_id()
    first = await clerk.posts(resource.path, resource.new(0) | {"id": id_})
    assert first.json()["id"] == id_
    before = await rows_of(tianqiao)
    again = await clerk.posts(resource.path, resource.new(1) | {"id": id_})
    assert outcome(again) == "409 id_taken"
    assert again.json()["errors"][0]["pointer"] == "/id"
    assert await rows_of(tianqiao) == before


@every_resource
async def test_of_two_who_bring_one_id_at_once_one_hears_that_it_is_taken(
    tianqiao: Tianqiao, resource: Resource
) -> None:
    id_ = new_id()
    answers = await gather(
        tianqiao.clerk_li.posts(resource.path, resource.new(0) | {"id": id_}),
        tianqiao.clerk_zheng.posts(resource.path, resource.new(1) | {"id": id_}),
    )
    assert outcomes(answers) == ["201", "409 id_taken"]
    assert await tianqiao.new_events() == [resource.event]


@every_resource
async def test_a_repetition_with_its_key_is_answered_as_the_first_time(
    tianqiao: Tianqiao, resource: Resource
) -> None:
    headers = {"Idempotency-Key": "again"}
    clerk = tianqiao.clerk_li
    first, again = [
        await clerk.posts(resource.path, resource.new(0), headers=headers) for _ in range(2)
    ]
    assert outcomes([first, again]) == ["201", "201"]
    assert first.text == again.text
    for header in ("Location", "ETag"):
        assert first.headers[header] == again.headers[header]
    other = await clerk.posts(resource.path, resource.new(1), headers=headers)
    assert outcome(other) == "422 idempotency_key_reused"
    assert await tianqiao.new_events() == [resource.event]


@every_resource
async def test_what_breaks_a_rule_leaves_no_row_and_no_event(
    tianqiao: Tianqiao, resource: Resource
) -> None:
    wrong, expected = resource.refused
    before = await rows_of(tianqiao)
    for headers in ({}, {"Idempotency-Key": "refused"}, {"Accept-Language": "en"}):
        body = resource.new(0) | wrong
        answer = await tianqiao.clerk_li.posts(resource.path, body, headers=headers)
        assert outcome(answer) == expected
        language = headers.get("Accept-Language", "zh")
        assert answer.headers["Content-Language"] == language
        assert answer.json()["detail"].isascii() == (language == "en")
        assert answer.json()["errors"][0]["detail"] == answer.json()["detail"]
    assert await rows_of(tianqiao) == before


@every_resource
async def test_a_stranger_neither_sees_nor_writes_it(
    tianqiao: Tianqiao, resource: Resource
) -> None:
    made = await tianqiao.clerk_li.makes(resource.path, resource.new(0))
    assert outcome(await tianqiao.stranger.gets(f"{resource.place}/{made['id']}")) == HIDDEN
    listed = (await tianqiao.stranger.gets(f"{resource.place}?limit=200")).json()["items"]
    assert made["id"] not in {one["id"] for one in listed}
    before = await rows_of(tianqiao)
    assert outcome(await tianqiao.stranger.posts(resource.path, resource.new(1))) == HIDDEN
    assert await rows_of(tianqiao) == before


@every_batch
async def test_a_batch_is_one_change_with_its_ids_in_order(
    tianqiao: Tianqiao, resource: Resource
) -> None:
    ids = [new_id(), new_id()]
    items = [resource.new(n) | {"id": id_} for n, id_ in enumerate(ids)]
    answer = await tianqiao.clerk_li.posts(f"{resource.path}/batch", {"items": items})
    assert (answer.status_code, answer.json()) == (201, {"count": 2, "ids": ids})
    assert await tianqiao.new_events() == [resource.event]
    for id_ in ids:
        assert (await tianqiao.clerk_li.gets(f"{resource.place}/{id_}")).status_code == 200


@every_batch
async def test_a_batch_with_one_wrong_item_writes_nothing_and_says_which(
    tianqiao: Tianqiao, resource: Resource
) -> None:
    wrong, expected = resource.refused
    items = [resource.new(0), resource.new(1) | wrong]
    before = await rows_of(tianqiao)
    headers = {"Idempotency-Key": "box"}
    answer = await tianqiao.clerk_li.posts(
        f"{resource.path}/batch", {"items": items}, headers=headers
    )
    assert outcome(answer) == expected
    assert answer.json()["errors"][0]["pointer"].startswith("/items/1")
    assert await rows_of(tianqiao) == before


@every_batch
async def test_what_the_database_refuses_of_a_batch_is_named_too(
    tianqiao: Tianqiao, resource: Resource
) -> None:
    taken = resource.new(0) | {"id": new_id()}
    await tianqiao.clerk_li.makes(resource.path, taken)
    before = await rows_of(tianqiao)
    for items, wrong in (([resource.new(1), taken], 1), ([taken, resource.new(1)], 0)):
        answer = await tianqiao.clerk_li.posts(f"{resource.path}/batch", {"items": items})
        assert answer.status_code == 409, answer.text
        [error] = answer.json()["errors"]
        assert error["pointer"].startswith(f"/items/{wrong}/"), error
    assert await rows_of(tianqiao) == before


@every_resource
async def test_a_list_is_complete_when_it_is_followed_one_by_one(
    tianqiao: Tianqiao, resource: Resource
) -> None:
    for n in range(2):
        await tianqiao.clerk_li.makes(resource.path, resource.new(n))
    whole = (await tianqiao.clerk_li.gets(f"{resource.place}?limit=200")).json()
    assert whole["next"] is None
    followed: list[Any] = []
    link: str | None = f"/v1{resource.place}?limit=1"
    while link:
        page = (await tianqiao.clerk_li.gets(link.removeprefix("/v1"))).json()
        assert len(page["items"]) == 1
        followed += page["items"]
        assert len(followed) <= len(whole["items"]), "the list goes in a circle"
        link = page["next"]
    assert followed == whole["items"]


#: Every change of what is there: where, and a body that would be accepted.
CHANGES: dict[str, tuple[str, Json]] = {
    "/v1/appointments/{id}/end": (
        f"/appointments/{id_of('liu in library')}/end",
        {"at": "2026-06-30T00:00:00+08:00", "reason": "resignation"},
    ),
    "/v1/appointments/{id}/withdrawal": (
        f"/appointments/{id_of('liu in library')}/withdrawal",
        {"note": "未到任"},
    ),
    "/v1/appointments/{id}/correction": (
        f"/appointments/{id_of('liu in library')}/correction",
        {"during": TERM, "note": "日期录入有误"},
    ),
    "/v1/appointment-proposals/{id}/approval": (
        f"/appointment-proposals/{id_of('proposal')}/approval",
        {},
    ),
    "/v1/appointment-proposals/{id}/rejection": (
        f"/appointment-proposals/{id_of('proposal')}/rejection",
        {"reason": "另有任用"},
    ),
    "/v1/appointment-proposals/{id}/withdrawal": (
        f"/appointment-proposals/{id_of('proposal')}/withdrawal",
        {},
    ),
    "/v1/service-contracts/{id}/withdrawal": (
        f"/service-contracts/{id_of('contract of huayuan')}/withdrawal",
        {"note": "未履行"},
    ),
    "/v1/service-contracts/{id}/end": (
        f"/service-contracts/{id_of('contract of huayuan')}/end",
        {"at": "2026-06-30T00:00:00+08:00", "reason": "agreed"},
    ),
    "/v1/committee-terms/{id}/filing": (
        f"/committee-terms/{id_of('first term')}/filing",
        {"filed_on": "2026-10-30", "filing_number": "7"},
    ),
    "/v1/committee-terms/{id}/end": (
        f"/committee-terms/{id_of('first term')}/end",
        {"at": "2026-11-01T00:00:00+08:00", "reason": "recall"},
    ),
    "/v1/committee-terms/{id}/handover": (
        f"/committee-terms/{id_of('first term')}/handover",
        {"handed_over_on": "2026-10-30", "what": ["seals"]},
    ),
    "/v1/disputes/{id}/steps": (
        f"/disputes/{id_of('flooded kitchen')}/steps",
        {"act": "accept"},
    ),
    "/v1/tasks/{id}/completion": (f"/tasks/{id_of('task')}/completion", {}),
    "/v1/disputes/{id}/redaction": (
        f"/disputes/{id_of('flooded kitchen')}/redaction",
        {"strike": ["厨房"]},
    ),
    "/v1/organisations/{id}": (f"/organisations/{id_of('library')}", {"name": "图书馆"}),
    "/v1/organisations/{id}/dissolution": (
        f"/organisations/{id_of('wanjia')}/dissolution",
        {"at": "2026-10-31T00:00:00+08:00"},
    ),
    "/v1/posts/{id}": (f"/posts/{id_of('members of binhe committee')}", {"seats": 3}),
    "/v1/service-contracts/{id}/filing": (
        f"/service-contracts/{id_of('contract of huayuan')}/filing",
        {"filed_on": "2026-10-30"},
    ),
    "/v1/grids/{id}/describe": (f"/grids/{id_of('huayuan')}/describe", {"name": "花园小区"}),
    "/v1/grids/{id}/renumber": (f"/grids/{id_of('huayuan')}/renumber", {"code": "0009"}),
    "/v1/grids/{id}/move": (
        f"/grids/{id_of('huayuan')}/move",
        {"parent_id": id_of("tiegong"), "code": "0009"},
    ),
    "/v1/grids/{id}/split": (
        f"/grids/{id_of('huayuan')}/split",
        {"into": [{"code": "0009", "name": "北区", "grids": [id_of("huayuan lane")]}]},
    ),
    "/v1/grids/{id}/merge": (f"/grids/{id_of('jiayuan')}/merge", {"grids": [id_of("huayuan")]}),
    "/v1/grids/{id}/close": (f"/grids/{id_of('jiayuan')}/close", {}),
    "/v1/households/{id}/move": (
        f"/households/{id_of('household 101')}/move",
        {"grid_id": id_of("huayuan unit 2")},
    ),
    "/v1/households/{id}/recount": (
        f"/households/{id_of('household 101')}/recount",
        {"residents": 4},
    ),
    "/v1/households/{id}/end": (f"/households/{id_of('household 101')}/end", {}),
    "/v1/people/{id}/correction": (f"/people/{id_of('wang')}/correction", {"name": "王"}),
    "/v1/people/{id}/erase": (f"/people/{id_of('gao')}/erase", {"reason": "purpose_achieved"}),
    "/v1/people/{id}/merge": (f"/people/{id_of('gao')}/merge", {"into": id_of("wang")}),
    "/v1/evaluation-runs/{id}/notice": (
        f"/evaluation-runs/{id_of('run')}/notice",
        {"method": "posted", "evidence": "照片"},
    ),
    "/v1/evaluation-runs/{id}/confirmation": (f"/evaluation-runs/{id_of('run')}/confirmation", {}),
    "/v1/meetings/{id}/attendance": (
        f"/meetings/{id_of('meeting')}/attendance",
        {
            "items": [
                {
                    "appointment_id": id_of("liu in library"),
                    "party": "resident_unit",
                    "present": False,
                }
            ]
        },
    ),
    "/v1/imports/{id}/undo": (f"/imports/{id_of('import')}/undo", {}),
}


APPLIED_IMPORT = """
    INSERT INTO import_run (street_id, id, shape, state, requested_by, caller, requested_at, ended_at)
    VALUES ($1, $2, 'people', 'applied', 'clients/clerk_li', '{}', now(), now())
"""


def test_no_change_is_left_out() -> None:
    document = create_app().openapi()
    changing = {
        path
        for path, operations in document["paths"].items()
        for operation in operations.values()
        if "428" in operation["responses"]
    }
    assert set(CHANGES) == changing


@pytest.mark.parametrize("route", CHANGES)
async def test_a_change_is_made_from_the_version_that_was_read(
    tianqiao: Tianqiao, route: str
) -> None:
    clerk = tianqiao.clerk_li
    await clerk.makes("/tasks", _task(0) | {"id": id_of("task")})
    await clerk.makes("/evaluation-runs", _run(0) | {"id": id_of("run")})
    await clerk.makes("/people", {"id": id_of("gao"), "street_id": TIANQIAO, "name": "高"})
    await tianqiao.asks(APPLIED_IMPORT, TIANQIAO, id_of("import"))
    proposal = BY_PATH["/appointment-proposals"].new(0) | {"id": id_of("proposal")}
    await clerk.makes("/appointment-proposals", proposal)
    await clerk.makes("/committee-terms", term(members=MEMBERS[2:]))
    before = await rows_of(tianqiao)
    place, body = CHANGES[route]
    methods = {*create_app().openapi()["paths"][route]} & {"put", "patch", "post"}
    method = methods.pop().upper()
    read = await clerk.gets(place.rpartition("/")[0] if method == "POST" else place)
    version = int(read.headers["etag"].strip('"'))

    async def change(by: Actor, at: str, **headers: str) -> str:
        return outcome(await by.asks(method, at, json=body, headers=headers))

    assert await change(clerk, place) == "428 precondition_required"
    before_and_after = (f'"{version - 1}"', f'"{version + 1}"', f'"{version}", "{version + 1}"')
    for stale in (*before_and_after, '"99999999999"', str(version)):
        assert await change(clerk, place, **{"If-Match": stale}) == "412 stale", stale
    gone = place.replace(place.split("/")[2], new_id())
    current = {"If-Match": f'"{version}"'}
    assert await change(clerk, gone, **current) == HIDDEN
    assert await change(tianqiao.stranger, place, **current) == HIDDEN
    assert await rows_of(tianqiao) == before
