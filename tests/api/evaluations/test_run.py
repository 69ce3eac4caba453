"""A run from request to final: queued, computing, drafted, under notice, final."""

import json
from asyncio import gather
from datetime import datetime

import asyncpg
import pytest
from joserfc import jws
from joserfc.jwk import KeySet

from maplebridge_api.evaluations.queries import HandedOut
from maplebridge_api.evaluations.service import HAND_OUT_AGAIN_AFTER, hand_out
from maplebridge_api.platform.clock import clock
from maplebridge_api.platform.database import EVERYWHERE
from maplebridge_domain.authority import AUTHORITY, Role
from tests.world import TIANQIAO, Json, Tianqiao, id_of, new_id, outcome, outcomes

PERIOD = {"from": "2026-10-01", "until": "2026-11-01"}
CLAIM = {"worker": "one", "lease_seconds": 30}
EXPLANATION: Json = {
    "category": "property_enterprise",
    "max": 10000,
    "too_little_data": False,
    "bad_record": False,
    "veto": None,
    "rank": None,
    "of": None,
    "moved_most": [],
    "components": [],
    "indicators": [],
}
NOTICE = {"method": "posted", "evidence": "公示栏张贴，照片存档"}


def request(**more: object) -> Json:
    run = {
        "id": id_of("run"),
        "street_id": TIANQIAO,
        "period": PERIOD,
        "rubric_id": id_of("rubric"),
    }
    return run | {"kinds": ["credit_rating", "member_score"]} | more


async def handed_out(tianqiao: Tianqiao) -> list[HandedOut]:
    async with tianqiao.app.state.database.transaction(EVERYWHERE) as tx:
        return await hand_out(tx)


def publication(**more: object) -> Json:
    results = [
        ("credit_rating", "enterprise", "chenguang", 8731, "A"),
        ("member_score", "appointment", "wang in huayuan branch", None, "unrated"),
    ]
    return {
        "engine_version": "1",
        "input_sha256": "ab" * 32,
        "results": [
            {
                "kind": kind,
                "subject_kind": subject_kind,
                "subject_id": id_of(subject),
                "score": score,
                "grade": grade,
                "explanation": EXPLANATION,
            }
            for kind, subject_kind, subject, score, grade in results
        ],
    } | more


RUN = f"/evaluation-runs/{id_of('run')}"


async def drafted(tianqiao: Tianqiao) -> None:
    await tianqiao.clerk_li.makes("/evaluation-runs", request())
    assert (await tianqiao.worker.puts(f"{RUN}/claim", CLAIM)).json()["state"] == "computing"
    published = await tianqiao.worker.puts(f"{RUN}/results", publication())
    assert published.json()["state"] == "drafted"


async def under_notice(tianqiao: Tianqiao) -> str:
    await drafted(tianqiao)
    served = (await tianqiao.clerk_li.changes(RUN, "notice", NOTICE)).json()
    assert served["state"] == "under_notice"
    return str(served["notice_until"])


async def test_results_become_final_by_a_person_after_the_notice(tianqiao: Tianqiao) -> None:
    until = await under_notice(tianqiao)
    assert until == "2026-11-10T00:00:00+08:00"  # five working days after Monday, 2 November
    xu = await tianqiao.in_office("xu in working committee")
    early = await xu.changes(RUN, "confirmation", {})
    assert outcome(early) == "409 notice_running"
    assert "2026-11-09" in early.json()["detail"]

    clock.set_to = datetime.fromisoformat(until)
    assert (await xu.changes(RUN, "confirmation", {})).json()["state"] == "final"
    assert await tianqiao.new_events() == [
        "evaluation_run.requested",
        "evaluation_run.claimed",
        "evaluation_run.drafted",
        "evaluation_run.under_notice",
        "evaluation_run.final",
    ]


async def test_a_run_tells_how_it_was_served_and_who_confirmed_it(tianqiao: Tianqiao) -> None:
    clock.set_to = datetime.fromisoformat(await under_notice(tianqiao))
    served = (await tianqiao.clerk_li.gets(RUN)).json()
    assert served["service_method"] == NOTICE["method"]
    assert served["served_at"] == "2026-11-02T09:00:00+08:00"
    assert (served["notice_provisional"], served["confirmed_by"]) == (False, None)

    xu = await tianqiao.in_office("xu in working committee")
    await xu.changes(RUN, "confirmation", {})
    final = (await tianqiao.clerk_li.gets(RUN)).json()
    assert final["confirmed_by"] == {
        "capacity": id_of("xu in working committee"),
        "person_id": id_of("xu"),
    }
    assert datetime.fromisoformat(final["confirmed_at"]) == clock.set_to


async def test_what_proves_the_notice_is_not_for_everybody(tianqiao: Tianqiao) -> None:
    clerk = tianqiao.clerk_li
    await drafted(tianqiao)
    assert outcome(await clerk.gets(f"{RUN}/notice")) == "404 not_found"
    until = (await clerk.changes(RUN, "notice", NOTICE)).json()["notice_until"]
    served_at = "2026-11-02T09:00:00+08:00"
    notice = (await clerk.gets(f"{RUN}/notice")).json()
    assert notice == {**NOTICE, "served_at": served_at, "notice_until": until}
    wang = await tianqiao.in_office("wang in huayuan branch")
    assert outcome(await wang.gets(f"{RUN}/notice")) == "403 right_missing"
    assert NOTICE["evidence"] not in (await wang.gets(RUN)).text
    # Who does not read the run, though every event, does not read how it was served.
    integrator = tianqiao.system("integrator", rights=AUTHORITY[Role.INTEGRATOR])
    for path in (RUN, f"{RUN}/notice"):
        assert outcome(await integrator.gets(path)) == "403 right_missing"


async def test_a_result_states_what_it_was_computed_from(tianqiao: Tianqiao) -> None:
    await drafted(tianqiao)
    rubric = (await tianqiao.clerk_li.gets(f"/rubrics/{id_of('rubric')}")).json()
    listed = (await tianqiao.clerk_li.gets("/evaluation-results")).json()["items"]
    assert len(listed) == 2
    for result in listed:
        assert (result["input_sha256"], result["engine_version"]) == ("ab" * 32, "1")
        named = ("id", "code", "edition", "sha256")
        assert result["rubric"] == {name: rubric[name] for name in named}
        single = await tianqiao.clerk_li.gets(f"/evaluation-results/{result['id']}")
        assert single.json() == result


async def test_a_statement_is_verified_offline_by_the_published_keys(tianqiao: Tianqiao) -> None:
    until = await under_notice(tianqiao)
    assert (await tianqiao.clerk_li.gets("/rating-statements")).json()["items"] == []
    results = (await tianqiao.clerk_li.gets("/evaluation-results")).json()["items"]
    for result in results:
        early = await tianqiao.clerk_li.gets(f"/rating-statements/{result['id']}")
        assert outcome(early) == "404 not_found"  # a draft does not leave
    clock.set_to = datetime.fromisoformat(until)
    xu = await tianqiao.in_office("xu in working committee")
    await xu.changes(RUN, "confirmation", {})

    [listed] = (await tianqiao.clerk_li.gets("/rating-statements")).json()["items"]
    single = await tianqiao.clerk_li.gets(f"/rating-statements/{listed['id']}")
    assert single.json() == listed
    keys = KeySet.import_key_set((await tianqiao.http.get("/.well-known/jwks.json")).json())
    signed = json.loads(jws.deserialize_compact(listed["statement"], keys, ["EdDSA"]).payload)
    assert (signed["score"], signed["grade"], signed["enterprise"]) == (8731, "A", "chenguang")
    assert signed["period"] == PERIOD
    assert signed["test"] is True  # a sandbox's statement says so
    assert signed["confirmed_in_capacity"] == id_of("xu in working committee")
    assert signed["entrusted_by_county"] is False


#: A street of another district with what a rating rests on, copied as it stands.
NEXT_DISTRICT = 411103001
COPIED = """
SET session_replication_role = replica;
INSERT INTO {table} SELECT (jsonb_populate_record(row, '{{"street_id": {to}}}')).*
FROM {table} row WHERE street_id = {of} {only};
"""


async def test_of_two_districts_each_department_sees_its_own_statements(tianqiao: Tianqiao) -> None:
    clock.set_to = datetime.fromisoformat(await under_notice(tianqiao))
    xu = await tianqiao.in_office("xu in working committee")
    assert (await xu.changes(RUN, "confirmation", {})).is_success
    [ours] = (await tianqiao.clerk_li.gets("/rating-statements")).json()["items"]
    connection = await asyncpg.connect(tianqiao.owner_url)
    places = {"of": TIANQIAO, "to": NEXT_DISTRICT}
    another = (
        f"UPDATE evaluation_result SET id = '{id_of('theirs')}' WHERE street_id = {NEXT_DISTRICT}"
    )
    for table in ("street", "organisation", "rubric", "evaluation_run", "evaluation_result"):
        only = "AND statement IS NOT NULL" if table == "evaluation_result" else ""
        await connection.execute(COPIED.format(table=table, only=only, **places))
    await connection.execute(another)
    await connection.close()

    districts = {411104: (ours["id"], TIANQIAO), 411103: (id_of("theirs"), NEXT_DISTRICT)}
    for district, (own, street_id) in districts.items():
        streets = (district * 1000, district * 1000 + 999)
        rights = AUTHORITY[Role.MANAGEMENT_DEPARTMENT]
        department = tianqiao.system(f"department {district}", rights=rights, streets=streets)
        listed = (await department.gets("/rating-statements")).json()["items"]
        assert [(one["id"], one["street_id"]) for one in listed] == [(own, street_id)]
        read = {
            id_: outcome(await department.gets(f"/rating-statements/{id_}"))
            for id_, _ in districts.values()
        }
        assert {id_ for id_, got in read.items() if got == "200"} == {own}
        assert sorted(read.values()) == ["200", "404 not_found"]
        for path in ("/evaluation-results", "/evaluation-runs", "/records", "/streets", "/events"):
            assert outcome(await department.gets(path)) == "403 right_missing", path


async def test_a_notice_cannot_be_dated_back_nor_ahead(tianqiao: Tianqiao) -> None:
    """Dated back far enough, the notice period would be over as it begins."""
    await drafted(tianqiao)
    await tianqiao.new_events()
    clock.set_to = datetime.fromisoformat("2026-11-03T09:00:00+08:00")
    for served_at in ("2026-11-02T08:59:59+08:00", "2026-11-03T09:00:01+08:00"):
        notice = NOTICE | {"served_at": served_at}
        answer = await tianqiao.clerk_li.changes(RUN, "notice", notice)
        assert outcome(answer) == "422 served_out_of_time"
    assert await tianqiao.new_events() == []
    yesterday = NOTICE | {"served_at": "2026-11-02T10:00:00+08:00"}
    served = await tianqiao.clerk_li.changes(RUN, "notice", yesterday)
    assert served.json()["notice_until"] == "2026-11-10T00:00:00+08:00"


async def test_a_machine_does_not_confirm(tianqiao: Tianqiao) -> None:
    clock.set_to = datetime.fromisoformat(await under_notice(tianqiao))
    answer = await tianqiao.clerk_li.changes(RUN, "confirmation", {})
    assert outcome(answer) == "403 needs_a_person"


async def test_nobody_confirms_a_result_of_their_own(tianqiao: Tianqiao) -> None:
    own = publication()
    own["results"][1]["subject_id"] = id_of("xu in working committee")
    await tianqiao.clerk_li.makes("/evaluation-runs", request())
    await tianqiao.worker.puts(f"{RUN}/results", own)
    served = await tianqiao.clerk_li.changes(RUN, "notice", NOTICE)
    clock.set_to = datetime.fromisoformat(served.json()["notice_until"])
    xu = await tianqiao.in_office("xu in working committee")
    assert outcome(await xu.changes(RUN, "confirmation", {})) == "403 own_result"


async def test_a_secretary_of_a_quarter_does_not_confirm(tianqiao: Tianqiao) -> None:
    await under_notice(tianqiao)
    wang = await tianqiao.in_office("wang in huayuan branch")
    answer = await wang.posts(f"{RUN}/confirmation", {}, headers={"If-Match": '"1"'})
    assert outcome(answer) == "403 right_missing"


async def test_steps_of_a_run_are_taken_in_order(tianqiao: Tianqiao) -> None:
    await tianqiao.clerk_li.makes("/evaluation-runs", request())
    for act, body in (("notice", NOTICE), ("confirmation", {})):
        answer = await tianqiao.clerk_li.changes(RUN, act, body)
        assert outcome(answer) == "409 run_not_in_state"


async def test_the_same_results_twice_are_published_once(tianqiao: Tianqiao) -> None:
    await drafted(tianqiao)
    await tianqiao.new_events()
    again = await tianqiao.worker.puts(f"{RUN}/results", publication())
    assert (again.status_code, again.json()["state"]) == (200, "drafted")
    other = await tianqiao.worker.puts(f"{RUN}/results", publication(input_sha256="cd" * 32))
    assert outcome(other) == "409 run_not_open"
    assert await tianqiao.new_events() == []
    assert await tianqiao.asks("SELECT count(*) FROM evaluation_result") == 2


async def test_two_workers_that_publish_at_once_write_once(tianqiao: Tianqiao) -> None:
    await tianqiao.clerk_li.makes("/evaluation-runs", request())
    answers = await gather(
        *(tianqiao.worker.puts(f"{RUN}/results", publication()) for _ in range(2))
    )
    assert outcomes(answers) == ["200", "200"]
    assert await tianqiao.asks("SELECT count(*) FROM evaluation_result") == 2
    assert (await tianqiao.new_events()).count("evaluation_run.drafted") == 1


@pytest.mark.parametrize("change", ["a kind not asked for", "a subject twice"])
async def test_results_are_published_whole_or_not_at_all(tianqiao: Tianqiao, change: str) -> None:
    await tianqiao.clerk_li.makes("/evaluation-runs", request())
    wrong = publication()
    if change == "a subject twice":
        wrong["results"].append(wrong["results"][0])
        expected = "409 result_twice"
    else:
        wrong["results"][1] |= {"kind": "unit_assessment", "subject_kind": "organisation"}
        expected = "422 incomplete_results"
    assert outcome(await tianqiao.worker.puts(f"{RUN}/results", wrong)) == expected
    assert await tianqiao.asks("SELECT count(*) FROM evaluation_result") == 0
    assert (await tianqiao.clerk_li.gets(RUN)).json()["state"] == "queued"


async def test_a_result_about_another_kind_of_subject_is_refused(tianqiao: Tianqiao) -> None:
    await tianqiao.clerk_li.makes("/evaluation-runs", request())
    wrong = publication()
    wrong["results"][1]["subject_kind"] = "organisation"
    answer = await tianqiao.worker.puts(f"{RUN}/results", wrong)
    assert outcome(answer) == "422 subject_not_of_that_kind"
    assert (await tianqiao.clerk_li.gets(RUN)).json()["state"] == "queued"


@pytest.mark.parametrize("subject", ["next enterprise", "nobody", "library"])
async def test_a_result_about_what_the_street_does_not_have_is_refused(
    tianqiao: Tianqiao, subject: str
) -> None:
    """Next door's enterprise, an id that nothing has, and the street's own of another kind."""
    await tianqiao.clerk_li.makes("/evaluation-runs", request())
    await tianqiao.new_events()
    wrong = publication()
    wrong["results"].append(wrong["results"][0] | {"subject_id": id_of(subject)})
    answer = await tianqiao.worker.puts(f"{RUN}/results", wrong)
    assert outcome(answer) == "404 not_found"
    assert answer.json()["errors"][0]["pointer"] == "/results/2/subject_id"
    assert await tianqiao.asks("SELECT count(*) FROM evaluation_result") == 0
    assert (await tianqiao.clerk_li.gets(RUN)).json()["state"] == "queued"
    assert await tianqiao.new_events() == []


@pytest.mark.parametrize(
    ("instead_of", "wrong"),
    [
        ('"property_enterprise"', '"\\u0000"'),
        ('"property_enterprise"', '"\\ud800"'),
        ('"property_enterprise"', "NaN"),
        ('"unrated"', '"\\u0000"'),
        ("8731", "true"),
        ("8731", "87.31"),
        ('"rank": null', '"rnak": null'),
    ],
)
async def test_a_result_out_of_form_is_refused_and_never_a_fault(
    tianqiao: Tianqiao, instead_of: str, wrong: str
) -> None:
    await tianqiao.clerk_li.makes("/evaluation-runs", request())
    body = json.dumps(publication())
    assert instead_of in body
    answer = await tianqiao.worker.asks(
        "PUT",
        f"{RUN}/results",
        content=body.replace(instead_of, wrong),
        headers={"Content-Type": "application/json"},
    )
    assert outcome(answer) == "422 invalid_request"
    assert await tianqiao.asks("SELECT count(*) FROM evaluation_result") == 0


async def test_results_that_the_database_cannot_keep_are_refused(tianqiao: Tianqiao) -> None:
    await tianqiao.clerk_li.makes("/evaluation-runs", request())
    wrong = publication()
    wrong["results"][0]["grade"] = "A\u0000"
    answer = await tianqiao.worker.puts(f"{RUN}/results", wrong)
    assert outcome(answer) == "422 invalid_request"
    assert (await tianqiao.clerk_li.gets(RUN)).json()["state"] == "queued"


async def test_one_worker_computes_a_run_until_its_lease_passes(tianqiao: Tianqiao) -> None:
    await tianqiao.clerk_li.makes("/evaluation-runs", request())
    first = await tianqiao.worker.puts(f"{RUN}/claim", CLAIM)
    assert first.json()["attempt"] == 1
    other = CLAIM | {"worker": "two"}
    assert outcome(await tianqiao.worker.puts(f"{RUN}/claim", other)) == "409 run_claimed"
    await tianqiao.asks("UPDATE evaluation_run SET lease_until = lease_until - interval '1 hour'")
    after = await tianqiao.worker.puts(f"{RUN}/claim", other)
    assert after.json()["attempt"] == 2


async def test_a_run_that_took_its_workers_with_it_is_given_up(tianqiao: Tianqiao) -> None:
    await tianqiao.clerk_li.makes("/evaluation-runs", request())
    await tianqiao.worker.puts(f"{RUN}/claim", CLAIM)
    await tianqiao.asks(
        "UPDATE evaluation_run SET attempt = 5, lease_until = lease_until - interval '1 hour'"
    )
    assert await handed_out(tianqiao) == []
    assert (await tianqiao.new_events())[-1] == "evaluation_run.failed"
    run = (await tianqiao.clerk_li.gets(RUN)).json()
    assert (run["state"], run["failure"]["code"]) == ("failed", "attempts_exhausted")


async def test_a_failure_is_entered_once_with_its_reason(tianqiao: Tianqiao) -> None:
    await tianqiao.clerk_li.makes("/evaluation-runs", request())
    failure = {"code": "rubric_changed", "detail": "The rubric has another digest."}
    for _ in range(2):
        failed = await tianqiao.worker.puts(f"{RUN}/failure", failure)
        assert (failed.json()["state"], failed.json()["failure"]) == ("failed", failure)
    assert (await tianqiao.new_events()).count("evaluation_run.failed") == 1


async def test_a_run_is_handed_out_again_until_it_is_computed(tianqiao: Tianqiao) -> None:
    await tianqiao.clerk_li.makes("/evaluation-runs", request())
    assert [str(run.id) for run in await handed_out(tianqiao)] == [id_of("run")]
    assert await handed_out(tianqiao) == []  # just now
    earlier = f"UPDATE evaluation_run SET handed_out_at = handed_out_at - interval '{HAND_OUT_AGAIN_AFTER}'"
    await tianqiao.asks(earlier)
    assert len(await handed_out(tianqiao)) == 1
    await tianqiao.worker.puts(f"{RUN}/claim", CLAIM)
    await tianqiao.asks(earlier)
    assert await handed_out(tianqiao) == []  # a worker has it
    await tianqiao.asks("UPDATE evaluation_run SET lease_until = lease_until - interval '1 hour'")
    assert len(await handed_out(tianqiao)) == 1  # the worker is gone


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"period": {"from": "2026-11-01", "until": "2026-12-01"}}, "422 period_not_over"),
        ({"period": {"from": "2026-10-01", "until": "2026-10-01"}}, "422 empty_period"),
        ({"rubric_id": id_of("next rubric")}, "404 not_found"),
        ({"rubric_id": new_id()}, "404 not_found"),
        ({"kinds": []}, "422 invalid_request"),
        ({"period": {"from": "1999-10-01", "until": "1999-11-01"}}, "422 rubric_not_in_force"),
    ],
)
async def test_a_run_that_cannot_be_is_refused(
    tianqiao: Tianqiao, change: Json, expected: str
) -> None:
    answer = await tianqiao.clerk_li.posts("/evaluation-runs", request(**change))
    assert outcome(answer) == expected
    assert await tianqiao.new_events() == []
