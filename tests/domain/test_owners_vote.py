from dataclasses import replace

import pytest

from maplebridge_domain.owners_vote import (
    TooFewOwnersAgreed,
    TooFewOwnersTookPart,
    TooLittleAreaAgreed,
    TooLittleAreaTookPart,
    Votes,
    VotesInconsistent,
    check_votes,
)
from maplebridge_domain.problem import Problem

M2 = 10_000
JUST = Votes(
    owners=300,
    owners_taking_part=200,
    owners_agreeing=101,
    area_cm2=300 * M2,
    area_taking_part_cm2=200 * M2,
    area_agreeing_cm2=100 * M2 + 1,
)


def test_two_thirds_take_part_and_more_than_half_agree_by_owners_and_by_area() -> None:
    check_votes(JUST)


@pytest.mark.parametrize(
    ("field", "value", "refusal"),
    [
        ("owners_taking_part", 199, TooFewOwnersTookPart),
        ("area_taking_part_cm2", 200 * M2 - 1, TooLittleAreaTookPart),
        ("owners_agreeing", 100, TooFewOwnersAgreed),
        ("area_agreeing_cm2", 100 * M2, TooLittleAreaAgreed),
        ("owners_agreeing", 201, VotesInconsistent),
        ("area_taking_part_cm2", 301 * M2, VotesInconsistent),
    ],
)
def test_one_too_few_of_any_of_the_four_is_refused_by_its_name(
    field: str, value: int, refusal: type[Problem]
) -> None:
    with pytest.raises(refusal):
        check_votes(replace(JUST, **{field: value}))
