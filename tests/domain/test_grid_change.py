"""How the tree changes, by any random tree and any move in it, beside a plain model of parents."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maplebridge_domain.grid import CHILDREN, CODE_DIGITS, GridLevel, path_length
from maplebridge_domain.grid_change import (
    BeforeLastChange,
    ChangeInTheFuture,
    Move,
    NotOfOneLevel,
    Placement,
    StreetStays,
    check_date,
    check_merger,
    code_of,
    must_not_be_street,
    rehung,
)

STREET, COMMUNITY, QUARTER, LANE, UNIT = GridLevel
NOW = datetime.fromisoformat("2026-11-02T09:00:00+08:00")
SECOND = timedelta(seconds=1)

Parents = dict[int, int | None]
Codes = dict[int, str]


@st.composite
def trees(draw: st.DrawFn) -> tuple[Parents, Codes, dict[int, GridLevel]]:
    """Draw a tree: each node's parent, code and level; node 0 is the street."""
    parents: Parents = {0: None}
    codes: Codes = {0: "411104001"}
    levels = {0: STREET}
    for node in range(1, draw(st.integers(2, 25))):
        holding = [one for one, level in levels.items() if CHILDREN[level]]
        parent = draw(st.sampled_from(holding))
        levels[node] = draw(st.sampled_from(sorted(CHILDREN[levels[parent]])))
        parents[node] = parent
        codes[node] = f"{node:0{CODE_DIGITS[levels[node]]}}"
    return parents, codes, levels


def path(node: int, parents: Parents, codes: Codes) -> str:
    parent = parents[node]
    return codes[node] if parent is None else f"{path(parent, parents, codes)}/{codes[node]}"


def placements(parents: Parents, codes: Codes) -> list[Placement]:
    return [
        Placement(
            UUID(int=node + 1000),
            UUID(int=node),
            None if parent is None else UUID(int=parent),
            path(node, parents, codes),
            NOW,
        )
        for node, parent in parents.items()
    ]


@given(trees(), st.data())
def test_after_any_move_paths_and_parents_are_those_of_a_plain_model(
    tree: tuple[Parents, Codes, dict[int, GridLevel]], data: st.DataObject
) -> None:
    parents, codes, levels = tree
    node = data.draw(st.sampled_from(sorted(parents)[1:]))
    under = [one for one, level in levels.items() if levels[node] in CHILDREN[level]]
    parent, code = data.draw(st.sampled_from(under)), "9" * CODE_DIGITS[levels[node]]
    before = placements(parents, codes)
    old, new = path(node, parents, codes), f"{path(parent, parents, codes)}/{code}"
    moved = rehung(before, [Move(UUID(int=node), old, UUID(int=parent), new)])

    parents[node], codes[node] = parent, code
    after = placements(parents, codes)
    assert moved == [
        then
        for then, was in zip(after, before, strict=True)
        if then != was or (was.path + "/").startswith(old + "/")
    ]


@given(trees())
def test_paths_are_as_long_as_their_levels_say(
    tree: tuple[Parents, Codes, dict[int, GridLevel]],
) -> None:
    parents, codes, levels = tree
    for node, level in levels.items():
        parent = parents[node]
        in_lane = parent is None or levels[parent] is not QUARTER
        assert len(path(node, parents, codes)) == path_length(level, lane=in_lane)


def test_a_lane_does_not_take_along_a_unit_whose_number_begins_alike() -> None:
    lane, unit = "411104001/001/0001/01", "411104001/001/0001/012"
    standing = [
        Placement(UUID(int=n), UUID(int=n), UUID(int=9), at, NOW)
        for n, at in enumerate((lane, unit))
    ]
    [moved] = rehung(standing, [Move(UUID(int=0), lane, UUID(int=8), "411104001/001/0002/01")])
    assert (moved.path, code_of(moved.path)) == ("411104001/001/0002/01", "01")


def test_a_change_follows_what_it_replaces_and_what_it_rests_on_and_is_not_in_the_future() -> None:
    check_date(NOW, NOW, after=[None, NOW - SECOND], from_=[None, NOW])
    for after, from_ in (([NOW], []), ([], [NOW + SECOND])):
        with pytest.raises(BeforeLastChange, match="2026-11-02 09:00:0"):
            check_date(NOW, NOW, after=after, from_=from_)
    with pytest.raises(ChangeInTheFuture) as refused:
        check_date(NOW + SECOND, NOW, pointer="/since")
    assert refused.value.pointer == "/since"


def test_grids_of_one_level_are_merged_and_the_street_is_left_alone() -> None:
    check_merger(UNIT, [UNIT, UNIT])
    with pytest.raises(NotOfOneLevel):
        check_merger(QUARTER, [QUARTER, LANE])
    with pytest.raises(StreetStays):
        check_merger(STREET, [])
    must_not_be_street(COMMUNITY)
