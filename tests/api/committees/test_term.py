"""A committee's life: elected, filed with the street, to be renewed, handed over."""

from asyncio import gather
from datetime import datetime
from itertools import count
from typing import Any

import pytest

from maplebridge_api.platform.clock import clock
from tests.world import (
    NEIGHBOUR,
    TIANQIAO,
    Actor,
    Json,
    Tianqiao,
    appointment,
    id_of,
    new_id,
    outcome,
    outcomes,
    person,
    post,
)

PLACE = f"/committee-terms/{id_of('first term')}"
DURING = {"from": "2026-10-20T00:00:00+08:00", "until": "2029-10-20T00:00:00+08:00"}
VOTES = {
    "owners": 900,
    "owners_taking_part": 600,
    "owners_agreeing": 301,
    "area_cm2": 900_000_000,
    "area_taking_part_cm2": 600_000_000,
    "area_agreeing_cm2": 300_000_001,
}
ELECTION: Json = {"voted_on": "2026-10-18", "votes": VOTES}
#: Lin is on file as a party member, Liu and Zhao are not known to be; of Zhao the election says so.
MEMBERS: list[Json] = [
    {"person_id": id_of("lin"), "post_id": id_of("director of huayuan committee")},
    {"person_id": id_of("liu"), "post_id": id_of("member of huayuan committee")},
    {"person_id": id_of("zhao"), "party_member": True},
    {"person_id": id_of("chen")},
]


def term(**more: Any) -> Json:
    """Write the election of Huayuan's owners' committee."""
    return {
        "id": id_of("first term"),
        "organisation_id": id_of("huayuan committee"),
        "during": DURING,
        "election": ELECTION,
        "members": MEMBERS,
    } | more


def at(day: str) -> None:
    """Let it be nine in the morning of a day."""
    clock.set_to = datetime.fromisoformat(f"{day}T09:00:00+08:00")


async def listed(actor: Actor, query: str) -> list[Json]:
    answer = await actor.gets(f"/committee-terms{query}")
    assert answer.status_code == 200, answer.text
    items: list[Json] = answer.json()["items"]
    return items


async def test_a_committee_is_elected_filed_renewed_and_handed_over(tianqiao: Tianqiao) -> None:
    clerk = tianqiao.clerk_li
    made = await clerk.makes("/committee-terms", term())
    assert await tianqiao.new_events() == ["committee_term.begun"]
    assert made["election"] == ELECTION
    assert (made["quarter_id"], made["members"]) == (id_of("huayuan"), 4)  # even: Henan sets none
    # The thirtieth day after the vote, and the ninetieth before the last day, which is the 19th.
    assert (made["file_by"], made["renew_from"]) == ("2026-11-17", "2029-07-21")
    assert (made["hand_over_by"], made["filed_late"]) == ("2029-10-29", None)

    elected = (await clerk.gets(f"{PLACE}/members")).json()["items"]
    assert [one["person_id"] for one in elected] == [one["person_id"] for one in MEMBERS]
    assert [one["appointment_id"] is not None for one in elected] == [True, True, False, False]
    office = (await clerk.gets(f"/appointments/{elected[0]['appointment_id']}")).json()
    assert office["post_id"] == id_of("director of huayuan committee")
    assert office["during"] == DURING

    at("2026-11-17")
    assert [one["id"] for one in await listed(clerk, "?filing=pending")] == [made["id"]]
    assert await listed(clerk, "?filing=missing") == []
    at("2026-11-18")
    assert [one["id"] for one in await listed(clerk, "?filing=missing")] == [made["id"]]
    filing = {"filed_on": "2026-11-18", "filing_number": "天桥备字〔2026〕7号"}
    filed = (await clerk.changes(PLACE, "filing", filing)).json()
    assert filed | filing | {"filed_late": True, "confirmer": "clients/clerk_li"} == filed
    assert filed["confirmed_at"] == "2026-11-18T09:00:00+08:00"
    assert await listed(clerk, "?filing=late") == [filed]
    assert await listed(clerk, "?filing=missing") == []

    at("2029-06-20")  # the renewal starts 31 days from here
    assert await listed(clerk, "/renewals") == []
    assert await listed(clerk, "/renewals?within_days=31") == [filed | {"renewal": "upcoming"}]
    at("2029-07-21")
    assert await listed(clerk, "/renewals?within_days=0") == [filed | {"renewal": "due"}]
    at("2029-10-20")
    assert await listed(clerk, "/renewals?within_days=0") == [filed | {"renewal": "overdue"}]

    assert await listed(clerk, "?handover=missing") == []
    some = {"handed_over_on": "2029-10-20", "what": ["seals", "records"]}
    assert outcome(await clerk.changes(PLACE, "handover", some)) == "200"
    at("2029-10-30")
    [missing] = await listed(clerk, "?handover=missing")
    assert (missing["seals_handed_on"], missing["documents_handed_on"]) == ("2029-10-20", None)
    rest = {"handed_over_on": "2029-10-30", "what": ["documents"]}
    handed = (await clerk.changes(PLACE, "handover", rest)).json()
    assert await listed(clerk, "?handover=missing") == []
    assert await listed(clerk, "?handover=late") == [handed]

    later = {"from": "2029-10-30T00:00:00+08:00", "until": "2034-10-30T00:00:00+08:00"}
    again = ELECTION | {"voted_on": "2029-10-25"}
    again_elected = term(id=None, during=later, election=again)
    assert outcome(await clerk.posts("/committee-terms", again_elected)) == "201"
    assert await listed(clerk, "/renewals?within_days=0") == []
    assert await tianqiao.new_events() == [
        *("committee_term.filed", "committee_term.handed_over", "committee_term.handed_over"),
        "committee_term.begun",
    ]


@pytest.mark.parametrize(
    ("more", "code", "pointer"),
    [
        ({"organisation_id": id_of("library")}, "not_a_committee", "/organisation_id"),
        ({"election": None}, "owners_vote_missing", "/election"),
        (
            {"election": ELECTION | {"voted_on": "2026-10-21"}},
            "committee_dates_wrong",
            "/election/voted_on",
        ),
        (
            {"election": ELECTION | {"votes": VOTES | {"owners_agreeing": 300}}},
            "too_few_owners_agreed",
            "/election/votes/owners_agreeing",
        ),
        (
            {"election": ELECTION | {"votes": VOTES | {"area_taking_part_cm2": 599_999_999}}},
            "too_little_area_took_part",
            "/election/votes/area_taking_part_cm2",
        ),
        ({"during": DURING | {"until": "2031-10-20T00:00:01+08:00"}}, "term_too_long", "/during"),
        ({"during": DURING | {"until": None}}, "term_too_long", "/during"),
        (
            {"members": [MEMBERS[2], MEMBERS[1] | {"post_id": id_of("director of library")}]},
            "not_its_post",
            "/members/1/post_id",
        ),
    ],
)
async def test_an_election_that_breaks_a_rule_is_refused(
    tianqiao: Tianqiao, more: Json, code: str, pointer: str
) -> None:
    answer = await tianqiao.clerk_li.posts("/committee-terms", term(**more))
    assert outcome(answer) == f"422 {code}"
    assert answer.json()["errors"][0]["pointer"] == pointer
    assert await tianqiao.new_events() == []


async def test_who_cannot_take_their_post_is_named_by_their_place_in_the_list(
    tianqiao: Tianqiao,
) -> None:
    director = {"post_id": id_of("director of huayuan committee")}
    two = [*MEMBERS, {"person_id": id_of("he")} | director]
    answer = await tianqiao.clerk_li.posts("/committee-terms", term(members=two))
    assert outcome(answer) == "409 post_taken"
    assert answer.json()["errors"][0]["pointer"] == "/members/4/post_id"
    nobody = [*MEMBERS, {"person_id": id_of("nobody")}]
    answer = await tianqiao.clerk_li.posts("/committee-terms", term(members=nobody))
    assert answer.json()["errors"][0]["pointer"] == "/members/4/person_id"
    twice = [*MEMBERS, {"person_id": id_of("lin")}]
    answer = await tianqiao.clerk_li.posts("/committee-terms", term(members=twice))
    assert outcome(answer) == "409 elected_twice"
    assert await tianqiao.new_events() == []


async def test_of_two_clerks_who_enter_or_file_one_committee_at_once_one_is_told(
    tianqiao: Tianqiao,
) -> None:
    li, zheng = tianqiao.clerk_li, tianqiao.clerk_zheng
    entered = await gather(
        li.posts("/committee-terms", term()), zheng.posts("/committee-terms", term(id=None))
    )
    assert outcomes(entered) == ["201", "409 committee_there_already"]
    assert await tianqiao.new_events() == ["committee_term.begun"]
    place = next(one for one in entered if one.is_success).headers["Location"].removeprefix("/v1")

    filing = {"filed_on": "2026-10-30", "filing_number": "7"}
    headers = {"If-Match": '"1"'}
    filed = await gather(
        *(one.posts(f"{place}/filing", filing, headers=headers) for one in (li, zheng))
    )
    assert outcomes(filed) == ["200", "412 stale"]
    assert await tianqiao.new_events() == ["committee_term.filed"]


async def test_a_filing_is_the_street_clerks_to_confirm_with_a_number_of_its_own(
    tianqiao: Tianqiao,
) -> None:
    clerk = tianqiao.clerk_li
    await clerk.makes("/committee-terms", term())
    jiayuan = {"id": id_of("other term"), "organisation_id": id_of("jiayuan committee")}
    await clerk.makes("/committee-terms", term(**jiayuan, members=MEMBERS[2:]))
    filing = {"filed_on": "2026-10-30", "filing_number": "7"}
    lin = await tianqiao.in_office("lin on huayuan")
    refused = await lin.posts(f"{PLACE}/filing", filing, headers={"If-Match": '"1"'})
    assert outcome(refused) == "403 right_missing"
    for day in ("2026-10-17", "2026-11-03"):  # before the vote; tomorrow
        answer = await clerk.changes(PLACE, "filing", filing | {"filed_on": day})
        assert outcome(answer) == "422 committee_dates_wrong"
        assert answer.json()["errors"][0]["pointer"] == "/filed_on"
    await clerk.makes(*post("desk", "clerk", "working committee"))
    await clerk.makes(*person("gao"))
    await clerk.makes(*appointment("gao at the desk", "gao", "desk"))
    gao = await tianqiao.in_office("gao at the desk")
    filed = await gao.changes(PLACE, "filing", filing)
    assert (filed.json()["filed_late"], filed.headers["ETag"]) == (False, '"2"')
    assert filed.json()["confirmer"] == f"persons/{id_of('gao')}"
    assert filed.json()["confirmed_in_capacity"] == id_of("gao at the desk")
    taken = await clerk.changes(f"/committee-terms/{id_of('other term')}", "filing", filing)
    assert outcome(taken) == "409 filing_number_taken"


async def test_the_share_of_party_members_is_shown_against_the_aim_and_bars_nobody(
    tianqiao: Tianqiao,
) -> None:
    clerk = tianqiao.clerk_li
    await clerk.makes("/committee-terms", term())
    below = {"id": id_of("other term"), "organisation_id": id_of("jiayuan committee")}
    four = [
        *({"person_id": id_of(name)} for name in ("lin", "liu", "chen")),
        {"person_id": id_of("sun"), "party_member": False},  # what the election says holds
    ]
    await clerk.makes("/committee-terms", term(**below, members=four))
    shares = "/party-shares"
    short, reached = sorted(await listed(clerk, shares), key=lambda one: one["reached"])
    figures = ("members", "party_members", "share_percent", "aim_percent", "reached")
    assert [short[name] for name in figures] == [4, None, None, 30, False]
    assert [reached[name] for name in figures] == [4, 2, 50, 30, True]
    assert await listed(clerk, f"{shares}?reached=false") == [short]
    assert await listed(clerk, f"{shares}?at=2026-10-19T00:00:00%2B08:00") == []
    # One by one it is shown nowhere, and the share to the street's offices only.
    for path in ("", f"/{id_of('first term')}", f"/{id_of('first term')}/members", "/renewals"):
        assert "party" not in (await clerk.gets(f"/committee-terms{path}")).text
    lin = await tianqiao.in_office("lin on huayuan")
    assert outcome(await lin.gets("/committee-terms/party-shares")) == "403 right_missing"


async def test_no_share_says_of_each_member_whether_they_are_in_the_party(
    tianqiao: Tianqiao,
) -> None:
    """Beside the list of members; what is told of none is told of one as well, of all as of all but one."""
    clerk, names, years = tianqiao.clerk_li, ("lin", "liu", "zhao", "chen", "sun"), count()
    for at_all, hidden in (
        (5, {0: False, 1: False, 4: True, 5: True}),
        (3, dict.fromkeys(range(4))),
        (1, dict.fromkeys(range(2))),
    ):
        for party_members in range(at_all + 1):
            members = [
                {"person_id": id_of(name), "party_member": n < party_members}
                for n, name in enumerate(names[:at_all])
            ]
            year = 2010 + next(years)
            made = {"id": new_id(), "election": ELECTION | {"voted_on": f"{year}-01-01"}}
            during = {"from": f"{year}-02-01T00:00:00+08:00"}
            during |= {"until": f"{year + 1}-02-01T00:00:00+08:00"}
            await clerk.makes("/committee-terms", term(members=members, during=during, **made))
            asked = f"/party-shares?at={year}-03-01T00:00:00%2B08:00"
            [share] = await listed(clerk, asked)
            told = (share["party_members"], share["share_percent"], share["reached"])
            if party_members in hidden:
                assert told == (None, None, hidden[party_members])
            else:
                assert told == (party_members, 20 * party_members, True)
            by_aim = [await listed(clerk, f"{asked}&reached={said}") for said in ("true", "false")]
            assert [bool(one) for one in by_aim] == [
                share["reached"] is said for said in (True, False)
            ]


async def test_who_is_forgotten_or_merged_leaves_the_committees_number_as_it_was(
    tianqiao: Tianqiao,
) -> None:
    clerk, past = tianqiao.clerk_li, {"from": "2020-01-02T00:00:00+08:00"}
    new = {"street_id": TIANQIAO, "name": "欧阳晓枫", "party_member": True}
    ouyang = await clerk.makes("/people", new)
    again = await clerk.makes("/people", new | {"party_member": None})
    members = [{"person_id": ouyang["id"]}, {"person_id": again["id"]}]
    over = term(
        during=past | {"until": "2025-01-02T00:00:00+08:00"},
        election=ELECTION | {"voted_on": "2020-01-01"},
    )
    await clerk.makes("/committee-terms", over | {"members": members})
    into = {"into": again["id"]}
    merged = await clerk.changes(f"/people/{ouyang['id']}", "merge", into)
    assert outcome(merged) == "409 elected_twice"
    kept = (await clerk.gets(f"/people/{ouyang['id']}/export")).json()["kept"]
    assert [row["party_member"] for row in kept["committee_member"]] == [True]

    reason = {"reason": "purpose_achieved"}
    assert outcome(await clerk.changes(f"/people/{ouyang['id']}", "erase", reason)) == "200"
    said = "SELECT count(party_member) FROM committee_member WHERE person_id = $1"
    assert await tianqiao.asks(said, ouyang["id"]) == 0
    assert await tianqiao.asks("SELECT party_members FROM committee_term") == 1


async def test_a_handover_before_the_term_or_tomorrow_is_refused(tianqiao: Tianqiao) -> None:
    clerk = tianqiao.clerk_li
    await clerk.makes("/committee-terms", term())
    for day in ("2026-10-19", "2026-11-03"):
        body = {"handed_over_on": day, "what": ["seals"]}
        assert outcome(await clerk.changes(PLACE, "handover", body)) == "422 handover_date_wrong"


async def test_a_committee_that_is_recalled_ends_with_its_members_and_hands_over(
    tianqiao: Tianqiao,
) -> None:
    clerk = tianqiao.clerk_li
    await clerk.makes("/committee-terms", term())
    await tianqiao.new_events()
    recall = {"at": "2026-11-01T00:00:00+08:00", "reason": "recall"}
    ended = (await clerk.changes(PLACE, "end", recall)).json()
    assert ended["during"]["until"] == recall["at"]
    assert ended["hand_over_by"] == "2026-11-10"
    elected = (await clerk.gets(f"{PLACE}/members")).json()["items"]
    lin = (await clerk.gets(f"/appointments/{elected[0]['appointment_id']}")).json()
    assert (lin["during"]["until"], lin["end_reason"]) == (recall["at"], "recall")
    assert await tianqiao.new_events() == ["committee_term.ended"]
    again = await clerk.changes(PLACE, "end", recall)
    assert outcome(again) == "409 committee_not_in_force"
    assert [one["renewal"] for one in await listed(clerk, "/renewals?within_days=0")] == ["overdue"]


async def test_who_is_elected_for_the_next_term_stays_so_when_this_one_is_recalled(
    tianqiao: Tianqiao,
) -> None:
    clerk = tianqiao.clerk_li
    await clerk.makes("/committee-terms", term())
    at("2029-10-12")
    following = {"from": DURING["until"], "until": "2034-10-20T00:00:00+08:00"}
    following_term = term(
        id=new_id(),
        during=following,
        election=ELECTION | {"voted_on": "2029-10-10"},
        members=[{"person_id": id_of("zhao"), "post_id": MEMBERS[0]["post_id"]}],
    )
    made = await clerk.makes("/committee-terms", following_term)
    recall = {"at": "2029-10-15T00:00:00+08:00", "reason": "recall"}
    assert outcome(await clerk.changes(PLACE, "end", recall)) == "200"
    [zhao] = (await clerk.gets(f"/committee-terms/{made['id']}/members")).json()["items"]
    seat = (await clerk.gets(f"/appointments/{zhao['appointment_id']}")).json()
    assert (seat["during"], seat["end_reason"]) == (made["during"], None)


async def test_nobody_sits_in_a_committee_for_longer_than_it_does(tianqiao: Tianqiao) -> None:
    clerk = tianqiao.clerk_li
    await clerk.makes("/committee-terms", term(members=MEMBERS[2:]))

    def seat(since: str, until: str) -> Json:
        during = {"from": f"{since}T00:00:00+08:00", "until": f"{until}T00:00:00+08:00"}
        director = {"person_id": id_of("lin"), "post_id": id_of("director of huayuan committee")}
        return director | {"during": during}

    for since, until in (
        ("2026-11-01", "2029-10-21"),  # a day longer than its committee
        ("2026-10-19", "2029-01-01"),  # a day before it begins
        ("2029-11-01", "2030-11-01"),  # nobody was elected for then
    ):
        refused = await clerk.posts("/appointments", seat(since, until))
        assert outcome(refused) == "422 committee_not_sitting", since
    # Who sat before the first committee on file is entered as it was.
    await clerk.makes("/appointments", seat("2021-10-20", "2026-10-20"))
    made = await clerk.makes("/appointments", seat("2026-11-01", "2029-10-20"))
    corrected = {"during": seat("2026-11-01", "2029-12-01")["during"], "note": "录入有误"}
    place = f"/appointments/{made['id']}"
    refused = await clerk.changes(place, "correction", corrected)
    assert outcome(refused) == "422 committee_not_sitting"
    # A seat that was entered before its committee's term was is found by the check.
    await tianqiao.asks(
        "UPDATE committee_term SET during = tstzrange('2026-12-01', upper(during)) WHERE id = $1",
        id_of("first term"),
    )
    query = f"/appointments/violations?street_id={TIANQIAO}&at=2026-12-15T00:00:00%2B08:00"
    found = (await clerk.gets(query)).json()
    assert {(one["appointment_id"], one["step"], one["code"]) for one in found["violations"]} == {
        (id_of("chen in huayuan committee"), None, "committee_not_sitting"),
        (made["id"], None, "committee_not_sitting"),
    }


async def test_next_door_nothing_of_it_is_seen_and_a_district_sees_both(
    tianqiao: Tianqiao,
) -> None:
    made = await tianqiao.clerk_li.makes("/committee-terms", term())
    district = tianqiao.system("district", streets=(TIANQIAO - 1, NEIGHBOUR + 1))
    for query in ("", "/renewals?within_days=1830", "/party-shares"):
        assert await listed(tianqiao.stranger, query) == []
        assert [one["id"] for one in await listed(district, query)] == [made["id"]]
