"""How names are found and listed: surnames by their own readings, words as they are read."""

import pytest

from maplebridge_domain.naming import _exceptions, _readings, listed, sought
from maplebridge_domain.person import _two_character_surnames


def in_order(*names: str, of_person: bool = False) -> bool:
    keys = [listed(name, of_person=of_person) for name in names]
    return keys == sorted(keys) and len(set(keys)) == len(keys)


def test_people_stand_by_the_reading_of_their_surname() -> None:
    """曾 is not céng here, nor 单 dān, 解 jiě, 仇 chóu, 查 chá, 区 qū, 翟 dí, 尉迟 wèi chí, 万俟 wàn qí."""
    roll = (
        *("安心", "陈静", "澹台明", "段誉", "单于夜", "葛优", "华佗"),
        *("李白", "吕布", "万俟雅", "欧阳修", "区楚良", "朴信", "仇英", "任贤", "单雄信", "尉迟恭"),
        *("解晓东", "翟志刚", "张三", "张伟", "章伟", "查良镛", "曾国藩"),
    )
    order = sorted(roll, key=lambda name: listed(name, of_person=True))
    expected = [
        *("安心", "单于夜", "陈静", "段誉", "葛优", "华佗", "李白", "吕布", "万俟雅", "区楚良"),
        *("欧阳修", "朴信", "仇英", "任贤", "单雄信", "澹台明", "解晓东", "尉迟恭", "曾国藩"),
        *("查良镛", "翟志刚", "张三", "张伟", "章伟"),
    ]
    assert order == expected


def test_a_surnames_reading_counts_at_the_head_of_a_persons_name_only() -> None:
    assert listed("曾解", of_person=True) == "zeng1曾 jie3解"
    assert listed("解放路社区").startswith("jie3解 ")
    assert listed("单于", of_person=True) == "shan4单 yu2于"  # a surname, and a given name
    assert listed("单于夜", of_person=True).startswith("chan2单 yu2于")


def test_syllable_goes_before_tone_and_tone_before_the_character() -> None:
    assert in_order("汤", "唐", "躺", "烫")  # tāng táng tǎng tàng
    assert in_order("李", "林", "卢", "吕", "栾", "略", "罗", "王")  # lu, lü, luan, lüe, luo
    assert in_order("卢", "鲁", "路", "吕", "绿")
    assert in_order("张伟", "章伟")  # one family, then the other
    assert in_order("张", "张三", "张三丰", "张伟")


def test_words_are_read_as_words() -> None:
    """A library's table of phrases has tà for the 漯 of 漯河."""
    assert listed("漯河") == "luo4漯 he2河"
    assert listed("重庆银行长江路") == "chong2重 qing4庆 yin2银 hang2行 chang2长 jiang1江 lu4路"
    assert in_order("长安社区", "重庆路社区", "调解室", "校长办公室")


def test_letters_stand_among_the_letters_and_what_has_no_reading_last() -> None:
    assert in_order("3号楼", "Alice", "安", "Bob", "王", "㐂")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("张　伟", "张伟"),
        (" 张 伟 ", "张伟"),
        ("买买提·吐尔逊", "买买提•吐尔逊"),
        ("ＡＢＣ物业（天桥）", "abc物业天桥"),
        ("⾦", "金"),  # a radical's sign for the character
        ("%_", ""),
    ],
)
def test_a_name_is_sought_however_it_was_typed(typed: str, meant: str) -> None:
    assert sought(typed) == sought(meant)
    assert listed(typed) == listed(meant)


def test_the_tables_are_whole() -> None:
    readings = _readings()
    assert len(readings) > 40_000
    for kind in _exceptions().values():
        for word, said in kind.items():
            assert len(word) == len(said), word
            assert set(word) <= readings.keys(), word
    for word, said in _exceptions()["surnames"].items():
        if len(word) == 2:
            assert word in _two_character_surnames(), word
        else:
            assert said != (readings[word],), word
