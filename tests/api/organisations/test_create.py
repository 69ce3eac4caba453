"""Entering organisations, posts and service contracts."""

import pytest

from maplebridge.sample.uscc import credit_code
from tests.world import TERM, TIANQIAO, Json, Tianqiao, id_of, outcome

ORGANISATION: Json = {"grid_id": id_of("jiayuan"), "kind": "resident_unit", "name": "银行"}


@pytest.mark.parametrize(
    ("path", "body", "expected"),
    [
        (
            "/organisations",
            {"grid_id": id_of("huayuan"), "kind": "enterprise_party_org", "name": "党支部"},
            "422 wrong_parent",
        ),
        (
            "/organisations",
            ORGANISATION | {"parent_id": id_of("working committee")},
            "422 wrong_parent",
        ),
        (
            "/organisations",
            ORGANISATION | {"grid_id": id_of("laoyuan"), "parent_id": id_of("binhe committee")},
            "422 parent_elsewhere",
        ),
        (
            "/organisations",
            ORGANISATION | {"community_party_org_id": id_of("binhe committee")},
            "422 dual_leadership_not_here",
        ),
        (
            "/organisations",
            ORGANISATION | {"uscc": credit_code(1)[:17] + "0"},
            "422 credit_code_wrong",
        ),
        (
            "/organisations",
            ORGANISATION | {"uscc": "91411104MA00000102"},
            "422 credit_code_body_wrong",
        ),
        (
            "/organisations",
            {"grid_id": id_of("next quarter"), "kind": "resident_unit", "name": "银行"},
            "404 not_found",
        ),
        (
            "/posts",
            {"grid_id": id_of("huayuan"), "kind": "secretary", "name": "书记"},
            "422 wrong_place_for_post",
        ),
        (
            "/posts",
            {"organisation_id": id_of("library"), "kind": "grid_member", "name": "网格员"},
            "422 wrong_place_for_post",
        ),
        ("/posts", {"kind": "secretary", "name": "书记"}, "422 wrong_place_for_post"),
        (
            "/posts",
            {"organisation_id": id_of("library"), "kind": "secretary", "name": "书记"},
            "422 no_such_post_here",
        ),
        (
            "/posts",
            {"organisation_id": id_of("wanjia"), "kind": "director", "name": "经理", "seats": 2},
            "422 too_many_places",
        ),
        (
            "/posts",
            {"organisation_id": id_of("library"), "kind": "director", "name": "馆长"},
            "409 leader_there_already",
        ),
        (
            "/service-contracts",
            {"enterprise_id": id_of("wanjia"), "quarter_id": id_of("jiayuan"), "during": TERM}
            | {"signed_on": "2026-10-02", "filed_on": "2026-10-01"},
            "422 contract_dates_wrong",
        ),
        (
            "/service-contracts",
            {"enterprise_id": id_of("wanjia"), "quarter_id": id_of("huayuan"), "during": TERM},
            "409 quarter_already_served",
        ),
        (
            "/service-contracts",
            {"enterprise_id": id_of("library"), "quarter_id": id_of("jiayuan"), "during": TERM},
            "422 not_an_enterprise",
        ),
        (
            "/service-contracts",
            {"enterprise_id": id_of("wanjia"), "quarter_id": id_of("binhe"), "during": TERM},
            "422 not_a_quarter",
        ),
        (
            "/service-contracts",
            {
                "enterprise_id": id_of("wanjia"),
                "quarter_id": id_of("jiayuan"),
                "during": {"from": TERM["until"], "until": TERM["from"]},
            },
            "422 empty_period",
        ),
    ],
)
async def test_what_breaks_a_rule_is_refused(
    tianqiao: Tianqiao, path: str, body: Json, expected: str
) -> None:
    assert outcome(await tianqiao.clerk_li.posts(path, body)) == expected
    assert await tianqiao.new_events() == []


async def test_organisations_posts_and_contracts_are_found_again(tianqiao: Tianqiao) -> None:
    clerk = tianqiao.clerk_li
    branch = {
        "grid_id": id_of(f"root {TIANQIAO}"),
        "kind": "enterprise_party_org",
        "name": "万家物业党支部",
        "parent_id": id_of("wanjia"),
        "uscc": credit_code(1),
    }
    organisation = await clerk.makes("/organisations", branch)
    post = await clerk.makes(
        "/posts", {"organisation_id": organisation["id"], "kind": "secretary", "name": "书记"}
    )
    contract = await clerk.makes(
        "/service-contracts",
        {"enterprise_id": id_of("wanjia"), "quarter_id": id_of("jiayuan"), "during": TERM},
    )
    for path, one in (
        ("/organisations?kind=enterprise_party_org", organisation),
        (f"/posts?organisation_id={organisation['id']}", post),
        (f"/service-contracts?enterprise_id={id_of('wanjia')}", contract),
    ):
        assert one in (await clerk.gets(path)).json()["items"]
        alone = f"{path.partition('?')[0]}/{one['id']}"
        assert (await clerk.gets(alone)).json() == one
    assert await tianqiao.new_events() == [
        "organisation.created",
        "post.created",
        "service_contract.created",
    ]
