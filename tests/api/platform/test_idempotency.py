"""A request that is repeated with its key is answered as the first time, and done once."""

from asyncio import gather

import httpx

from tests.api.imports.sheets import PEOPLE, csv_of, hands_in
from tests.world import (
    TIANQIAO,
    Actor,
    Tianqiao,
    appointment,
    dispute,
    enter,
    id_of,
    outcome,
    outcomes,
    post,
)

PERSON = {"street_id": TIANQIAO, "name": "周远"}
KEY = {"Idempotency-Key": "k1"}


async def test_a_batch_that_is_sent_again_is_answered_as_the_first_time(tianqiao: Tianqiao) -> None:
    batch = {"items": [PERSON, PERSON]}
    first = await tianqiao.clerk_li.posts("/people/batch", batch, headers=KEY)
    again = await tianqiao.clerk_li.posts("/people/batch", batch, headers=KEY)
    assert (again.status_code, again.text) == (201, first.text)
    assert await tianqiao.new_events() == ["person.created"]


async def test_of_requests_with_one_key_at_once_one_is_done(tianqiao: Tianqiao) -> None:
    answers = await gather(
        *(tianqiao.clerk_li.posts("/people", PERSON, headers=KEY) for _ in range(5))
    )
    assert outcomes(answers) == ["201"] * 5
    assert len({answer.text for answer in answers}) == 1
    assert await tianqiao.new_events() == ["person.created"]


async def test_a_key_belongs_to_its_client_and_its_request(tianqiao: Tianqiao) -> None:
    await tianqiao.clerk_li.posts("/people", PERSON, headers=KEY)
    other = PERSON | {"name": "郑远"}
    answer = await tianqiao.clerk_li.posts("/people", other, headers=KEY)
    assert outcome(answer) == "422 idempotency_key_reused"
    elsewhere = await tianqiao.clerk_li.posts("/people/batch", {"items": [PERSON]}, headers=KEY)
    assert outcome(elsewhere) == "422 idempotency_key_reused"
    theirs = await tianqiao.clerk_zheng.posts("/people", other, headers=KEY)
    assert outcome(theirs) == "201"


async def test_persons_who_share_an_app_are_not_given_each_others_answers(
    tianqiao: Tianqiao,
) -> None:
    wang = await tianqiao.in_office("wang in huayuan branch")
    chen = await tianqiao.in_office("chen in huayuan committee")
    answers = [await person.posts("/disputes", dispute(), headers=KEY) for person in (wang, chen)]
    assert outcomes(answers) == ["201", "201"]
    assert answers[0].json()["id"] != answers[1].json()["id"]
    assert await tianqiao.new_events() == ["dispute.reported"] * 2


async def test_a_key_belongs_to_the_capacity_in_which_its_request_was_made(
    tianqiao: Tianqiao,
) -> None:
    """A hot write, a plain one and a file: the same asked in another capacity is not answered alike."""
    offices = [
        post("clerks", "clerk", "working committee", seats=2),
        appointment("wang as clerk", "wang", "clerks"),
        post("administrator", "administrator", "working committee"),
        appointment("wang as administrator", "wang", "administrator"),
    ]
    await enter(tianqiao.clerk_li, offices)
    await tianqiao.new_events()
    clerk, administrator = [
        await tianqiao.in_office(f"wang as {office}") for office in ("clerk", "administrator")
    ]
    sheet = csv_of(PEOPLE, ["", "郑远", "", ""])

    async def asks(by: Actor, key: str) -> httpx.Response:
        if key == "a-file":
            answer: httpx.Response = await hands_in(by, "people", sheet, key=key)
            return answer
        path, body = ("/people", PERSON) if key == "a-person" else ("/disputes", dispute())
        return await by.posts(path, body, headers={"Idempotency-Key": key})

    for key in ("a-case", "a-person", "a-file"):
        first, again = [await asks(clerk, key) for _ in range(2)]
        assert first.is_success, first.text
        assert again.text == first.text
        assert outcome(await asks(administrator, key)) == "422 idempotency_key_reused"
    assert await tianqiao.new_events() == ["dispute.reported", "person.created", "import.requested"]


async def test_a_refused_request_leaves_its_key_free(tianqiao: Tianqiao) -> None:
    for refused in ({"street_id": TIANQIAO}, PERSON | {"street_id": TIANQIAO + 1}):
        answer = await tianqiao.clerk_li.posts("/people", refused, headers=KEY)
        assert answer.status_code in (404, 422)
    assert outcome(await tianqiao.clerk_li.posts("/people", PERSON, headers=KEY)) == "201"


async def test_a_change_that_is_sent_again_is_done_once(tianqiao: Tianqiao) -> None:
    place = f"/appointments/{id_of('liu in library')}/end"
    end = {"at": "2026-06-30T00:00:00+08:00", "reason": "resignation"}
    headers = KEY | {"If-Match": '"1"'}
    first = await tianqiao.clerk_li.posts(place, end, headers=headers)
    again = await tianqiao.clerk_li.posts(place, end, headers=headers)
    assert (again.status_code, again.text) == (200, first.text)
    assert await tianqiao.new_events() == ["appointment.ended"]


async def test_a_key_out_of_form_is_refused(tianqiao: Tianqiao) -> None:
    for key in ("", "two words", "x" * 201):
        headers = {"Idempotency-Key": key}
        answer = await tianqiao.clerk_li.posts("/people", PERSON, headers=headers)
        assert outcome(answer) == "422 idempotency_key_invalid", key
