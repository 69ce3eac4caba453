"""The ballots of a meeting: each delegate present marks some of the subjects before the table."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from random import Random

from maplebridge.sample.bodies import Ballot
from maplebridge.sample.month import Sitting
from maplebridge.sample.seed import Seed
from maplebridge.sample.standing import Delegate, Interests, Subject
from maplebridge_domain.meeting import SubjectKind

#: Which indicators a ballot may mark, by kind of subject: the rubric says.
Form = Mapping[SubjectKind, Sequence[str]]

SUBJECTS_BESIDE_THE_ENTERPRISE = 5
MARKS_A_BALLOT = 3
CHANNELS = ("phone",) * 6 + ("paper",) * 3 + ("telephone",)


def vote(
    seed: Seed, sitting: Sitting, subjects: tuple[Subject, ...], interests: Interests, form: Form
) -> Iterator[Ballot]:
    """Cast the ballots of one meeting; nobody marks where they have an interest."""
    # What a meeting is held for above all: every delegate marks the enterprise, if one serves here.
    enterprises = [s for s in subjects if s.kind is SubjectKind.ENTERPRISE]
    others = [s for s in subjects if s.kind is not SubjectKind.ENTERPRISE]
    for delegate in sitting.present:
        dice = seed.dice(f"ballots/{sitting.meeting['id']}/{delegate.holder.appointment['id']}")
        person_id = delegate.holder.person["id"]
        free = [s for s in others if not interests.lie_in(s, person_id)]
        chosen = dice.sample(free, SUBJECTS_BESIDE_THE_ENTERPRISE)
        chosen += [s for s in enterprises if not interests.lie_in(s, person_id)]
        mildness = dice.randint(-3, 3)
        for subject in chosen:
            marks = {
                indicator: _mark(dice, subject.quality + mildness + _bent(seed, subject, indicator))
                for indicator in _asked(dice, form[subject.kind])
            }
            yield _ballot(seed, dice, sitting, delegate, subject, marks=marks)


def _ballot(
    seed: Seed,
    dice: Random,
    sitting: Sitting,
    delegate: Delegate,
    subject: Subject,
    *,
    marks: dict[str, int],
) -> Ballot:
    rater_id = delegate.holder.appointment["id"]
    meeting_id = sitting.meeting["id"]
    cast_at = sitting.starts_at + timedelta(minutes=dice.randrange(40, 75))
    return Ballot(
        id=seed.id("ballot", f"{meeting_id}/{rater_id}/{subject.id}"),
        meeting_id=meeting_id,
        rater_id=rater_id,
        subject_kind=subject.kind,
        subject_id=subject.id,
        marks=marks,
        cast_at=cast_at.isoformat(),
        channel=dice.choice(CHANNELS),
    )


def _asked(dice: Random, indicators: Sequence[str]) -> list[str]:
    return sorted(dice.sample(indicators, min(MARKS_A_BALLOT, len(indicators))))


def _bent(seed: Seed, subject: Subject, indicator: str) -> int:
    """What a subject is better or worse at than its work as a whole."""
    return seed.dice(f"bent/{subject.id}/{indicator}").randint(-6, 6)


def _mark(dice: Random, around: int) -> int:
    return min(max(around + dice.randint(-4, 4) + dice.randint(-4, 4), 0), 100)
