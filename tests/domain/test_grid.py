from itertools import product

import pytest

from maplebridge_domain.grid import (
    CHILDREN,
    CODE_DIGITS,
    GridLevel,
    Management,
    ManagementNotHere,
    WrongGridCode,
    WrongLevel,
)
from maplebridge_domain.grid_attributes import Attributes, check_grid

STREET, COMMUNITY, QUARTER, LANE, UNIT = GridLevel
CODES = {COMMUNITY: "001", QUARTER: "0001", LANE: "01", UNIT: "001"}


def test_a_street_holds_communities_a_community_quarters_and_a_quarter_lanes_or_units() -> None:
    allowed = {(STREET, COMMUNITY), (COMMUNITY, QUARTER), (QUARTER, LANE), (QUARTER, UNIT)}
    allowed |= {(LANE, UNIT)}
    assert {(parent, child) for parent in CHILDREN for child in CHILDREN[parent]} == allowed
    for parent, child in product(GridLevel, CODES):
        if (parent, child) in allowed:
            check_grid(child, CODES[child], Attributes(), parent)
        else:
            with pytest.raises(WrongLevel):
                check_grid(child, CODES[child], Attributes(), parent)


def test_there_is_no_second_street_below_a_street() -> None:
    with pytest.raises(WrongLevel):
        check_grid(STREET, "411104001", Attributes(), STREET)


@pytest.mark.parametrize("code", ["", "01", "0001", "00a", " 01", "001\n", "００１"])
def test_a_code_has_the_digits_of_its_level(code: str) -> None:
    with pytest.raises(WrongGridCode, match="must have 3 digits"):
        check_grid(COMMUNITY, code, Attributes(), STREET)


def test_every_level_has_a_number_of_digits() -> None:
    assert CODE_DIGITS == {STREET: 9, COMMUNITY: 3, QUARTER: 4, LANE: 2, UNIT: 3}


def test_quarters_and_lanes_are_managed_and_nothing_else_is() -> None:
    check_grid(QUARTER, "0001", Attributes(Management.THREE_NOS), COMMUNITY)
    check_grid(LANE, "01", Attributes(Management.SELF_MANAGED), QUARTER)
    for level, parent in ((COMMUNITY, STREET), (UNIT, LANE)):
        with pytest.raises(ManagementNotHere):
            check_grid(level, "001", Attributes(Management.PROFESSIONAL), parent)
