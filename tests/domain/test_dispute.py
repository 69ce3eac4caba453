from itertools import product

import pytest

from maplebridge_domain.dispute import (
    TRANSITIONS,
    Act,
    ActNotPossible,
    DisputeState,
    SatisfactionWithClosureOnly,
    next_state,
)


def test_a_dispute_goes_from_report_over_mediation_and_agreement_to_closure() -> None:
    state = DisputeState.REPORTED
    for act, expected in (
        (Act.ACCEPT, DisputeState.ACCEPTED),
        (Act.MEDIATE, DisputeState.IN_MEDIATION),
        (Act.AGREE, DisputeState.AGREED),
    ):
        state = next_state(state, act, None)
        assert state is expected
    assert next_state(state, Act.CLOSE, 90) is DisputeState.CLOSED


def test_what_is_settled_at_once_needs_no_mediation() -> None:
    assert next_state(DisputeState.ACCEPTED, Act.AGREE, None) is DisputeState.AGREED


@pytest.mark.parametrize(
    "state", [DisputeState.REPORTED, DisputeState.ACCEPTED, DisputeState.IN_MEDIATION]
)
def test_mediation_is_voluntary_until_an_agreement(state: DisputeState) -> None:
    assert next_state(state, Act.WITHDRAW, None) is DisputeState.WITHDRAWN


def test_nothing_else_is_possible() -> None:
    for state, act in product(DisputeState, Act):
        if (state, act) not in TRANSITIONS:
            with pytest.raises(ActNotPossible, match=f"{state} cannot take the act {act}"):
                next_state(state, act, 90 if act is Act.CLOSE else None)
    assert len(TRANSITIONS) == 8


def test_what_is_closed_or_withdrawn_stays_so() -> None:
    left = {state for state, _ in TRANSITIONS}
    assert left.isdisjoint({DisputeState.CLOSED, DisputeState.WITHDRAWN})


def test_satisfaction_is_asked_at_closure_and_only_then() -> None:
    with pytest.raises(SatisfactionWithClosureOnly):
        next_state(DisputeState.AGREED, Act.CLOSE, None)
    with pytest.raises(SatisfactionWithClosureOnly):
        next_state(DisputeState.REPORTED, Act.ACCEPT, 90)
    assert next_state(DisputeState.AGREED, Act.CLOSE, 0) is DisputeState.CLOSED
