"""Organisations are listed by pinyin and found by a part of the name."""

from tests.api.people.test_list import ids, pages
from tests.world import Actor, Tianqiao, id_of, outcome

#: ān, cháng, chóng, lǜ, luò, xiào, zhǎng: not cháng for 长者, nor zhòng for 重庆.
BY_PINYIN = (
    *("安康物业", "长安社区调解组", "重庆银行天桥支行", "绿城物业（天桥）有限公司", "漯河市图书馆"),
    *("校长联谊会", "长者服务站"),
)


async def enter(clerk: Actor) -> None:
    items = [
        {"id": id_of(name), "grid_id": id_of("jiayuan"), "kind": "resident_unit", "name": name}
        for name in reversed(BY_PINYIN)
    ]
    assert (await clerk.posts("/organisations/batch", {"items": items})).status_code == 201


async def test_organisations_are_listed_by_pinyin_page_by_page(tianqiao: Tianqiao) -> None:
    clerk = tianqiao.clerk_li
    await enter(clerk)
    found = ids(await pages(clerk, f"/organisations?limit=3&grid_id={id_of('jiayuan')}"))
    # Letters stand among the letters: `jiayuan committee` between 重庆 and 漯河, 绿 (lǜ) before 漯 (luò).
    ours = [id_of(name) for name in BY_PINYIN]
    assert found == [*ours[:3], id_of("jiayuan committee"), *ours[3:]]
    everything = ids(await pages(clerk, "/organisations?limit=4"))
    assert len(everything) == len(set(everything))


async def test_two_characters_find_an_organisation(tianqiao: Tianqiao) -> None:
    clerk = tianqiao.clerk_li
    await enter(clerk)
    for typed, found in (
        ("天桥", ["重庆银行天桥支行", "绿城物业（天桥）有限公司"]),
        ("物业", ["安康物业", "绿城物业（天桥）有限公司"]),
        ("业 (天", ["绿城物业（天桥）有限公司"]),
        ("　长者", ["长者服务站"]),
        ("物%天", []),
        ("物_", None),
        ("桥", None),
        ("__", None),
        ("%%", None),
    ):
        answer = await clerk.gets("/organisations", params={"name": typed})
        if found is None:
            assert outcome(answer) == "422 invalid_request", typed
            [fault] = answer.json()["errors"]
            assert (fault["pointer"], fault["code"]) == ("query:name", "part_too_short")
            assert fault["detail"] == "请至少填写姓名或名称中的两个字。"
        else:
            assert ids([answer.json()]) == [id_of(name) for name in found], typed
    both = await pages(clerk, "/organisations?name=天桥&limit=1&kind=resident_unit")
    assert ids(both) == [id_of("重庆银行天桥支行"), id_of("绿城物业（天桥）有限公司")]
    assert (await tianqiao.stranger.gets("/organisations?name=天桥")).json()["items"] == []


async def test_who_is_renamed_is_found_and_listed_by_the_new_name(tianqiao: Tianqiao) -> None:
    clerk = tianqiao.clerk_li
    await enter(clerk)
    place = f"/organisations/{id_of('安康物业')}"
    page = (await clerk.gets("/organisations?limit=1")).json()
    assert ids([page]) == [id_of("安康物业")]
    assert (await clerk.amends(place, {"name": "尊安物业"})).is_success
    assert outcome(await clerk.gets(page["next"].removeprefix("/v1"))) == "409 page_moved"
    assert ids([(await clerk.gets("/organisations?name=尊安")).json()]) == [id_of("安康物业")]
    assert ids(await pages(clerk, "/organisations"))[-1] == id_of("安康物业")
    assert (await clerk.amends(place, {"uscc": None})).is_success  # the name stays, and its order
    assert ids(await pages(clerk, "/organisations"))[-1] == id_of("安康物业")
