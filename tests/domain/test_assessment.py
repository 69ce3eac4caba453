from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maplebridge_domain.assessment import (
    CreditRecord,
    Earned,
    Judgement,
    Standing,
    grade_by_rank,
    judge,
    months_later,
    rounded,
    standings,
)
from maplebridge_domain.record import RecordClass, RecordKind
from maplebridge_domain.rubric import Rubric, Scheme, Share, read_rubric
from maplebridge_domain.rubrics import shipped_rubric

OCTOBER_ENDS = date(2026, 10, 31)
SHANDONG = shipped_rubric("shandong").schemes[0]
YANTAI = shipped_rubric("yantai").schemes[0]


def penalty(
    grade: RecordClass = RecordClass.GENERAL,
    *,
    code: str = "fine",
    on: date = date(2026, 9, 1),
    until: date | None = None,
    number: int = 1,
) -> CreditRecord:
    return CreditRecord(f"p{number}", RecordKind.PENALTY, grade, code, on, until)


def commendations(count: int) -> list[CreditRecord]:
    return [
        CreditRecord(f"c{n}", RecordKind.COMMENDATION, None, "prize", date(2026, 9, 1))
        for n in range(count)
    ]


def rated(scheme: Scheme, basic: int, *records: CreditRecord) -> Judgement:
    """Judge a subject whose indicators gave so many hundredths of a point."""
    parts = [Earned(basic if c.indicators else 0, 100) for c in scheme.components]
    return judge(scheme, parts, records, OCTOBER_ENDS)


def grade(scheme: Scheme, basic: int, *records: CreditRecord) -> str:
    return standings(scheme, [rated(scheme, basic, *records)])[0].grade


@pytest.mark.parametrize(
    ("numerator", "denominator", "nearest"),
    [(0, 3, 0), (1, 3, 0), (1, 2, 1), (2, 3, 1), (3, 2, 2), (-1, 2, 0), (-3, 2, -1), (7, 7, 1)],
)
def test_one_rounding_rule_nearest_and_a_half_goes_up(
    numerator: int, denominator: int, nearest: int
) -> None:
    assert rounded(numerator, denominator) == nearest


@given(st.integers(-(10**9), 10**9), st.integers(1, 10**6))
def test_rounding_is_never_off_by_more_than_a_half(numerator: int, denominator: int) -> None:
    assert abs(2 * (rounded(numerator, denominator) * denominator - numerator)) <= denominator


@pytest.mark.parametrize(
    ("basic", "expected"),
    [(8500, "AAA"), (8499, "AA"), (8000, "AA"), (7999, "A"), (7000, "A"), (6999, "B"), (6000, "B")],
)
def test_shandong_grades_by_its_published_bands(basic: int, expected: str) -> None:
    assert grade(SHANDONG, basic) == expected


def test_in_shandong_less_than_60_is_b_without_a_bad_record_and_c_with_one() -> None:
    assert grade(SHANDONG, 3000) == "B"
    assert grade(SHANDONG, 3000, penalty()) == "C"


def test_in_shandong_an_enterprise_that_did_not_register_is_c_missing_whatever_it_scores() -> None:
    missing = CreditRecord(
        "f1", RecordKind.FINDING, RecordClass.MINOR, "not_registered", date(2026, 1, 5)
    )
    assert grade(SHANDONG, 9900, missing) == "C_missing"


def test_yantai_counts_at_most_40_good_points_on_top_of_at_most_80() -> None:
    assert rated(YANTAI, 8000, *commendations(20)).score == 12_000
    assert rated(YANTAI, 8000, *commendations(7)).score == 11_500
    assert rated(YANTAI, 9900).score == 8000


def test_yantai_deducts_a_bad_record_for_a_year_unless_it_says_otherwise() -> None:
    assert rated(YANTAI, 8000, penalty(on=date(2025, 11, 1))).score == 7500
    assert rated(YANTAI, 8000, penalty(on=date(2025, 10, 31))).score == 8000
    assert rated(YANTAI, 8000, penalty(on=date(2024, 1, 1), until=date(2026, 11, 1))).score == 7500
    assert rated(YANTAI, 8000, penalty(on=date(2026, 9, 1), until=date(2026, 10, 31))).score == 8000


def test_yantai_uses_a_grave_record_until_it_is_remedied_and_once_only() -> None:
    for day in (date(2020, 1, 1), date(2026, 9, 1)):
        judgement = rated(YANTAI, 8000, penalty(RecordClass.SERIOUS, on=day))
        assert judgement.score == 6000
        assert [c.rule for part in judgement.components for c in part.records] == ["grave"]


def test_a_grave_breach_of_trust_goes_on_yantais_list_whatever_the_score() -> None:
    assert grade(YANTAI, 8000, penalty(RecordClass.SERIOUS, code="grave_breach")) == "blacklist"


def test_a_record_of_the_future_does_not_count() -> None:
    assert rated(YANTAI, 8000, penalty(on=date(2026, 11, 1))).score == 8000


def test_minor_records_take_no_more_than_their_limit() -> None:
    luohe = shipped_rubric("luohe").schemes[2]
    minor = [penalty(RecordClass.MINOR, number=n) for n in range(10)]
    assert rated(luohe, 9000, *minor).score == 8700


def test_a_score_stays_within_nothing_and_the_highest() -> None:
    many = [penalty(RecordClass.SERIOUS, number=n) for n in range(10)]
    assert rated(SHANDONG, 5000, *many).score == 0
    assert rated(SHANDONG, 9999, *commendations(100)).score == 15_000


def test_a_subject_about_which_too_little_is_known_is_not_rated() -> None:
    luohe = shipped_rubric("luohe").schemes[0]
    judgement = judge(luohe, [Earned(4900, 49)], [], OCTOBER_ENDS)
    assert judgement.score is None
    assert standings(luohe, [judgement]) == [Standing("unrated", None, None)]
    assert judge(luohe, [Earned(4900, 50)], [], OCTOBER_ENDS).score == 4900


def test_persons_get_a_grade_and_no_place() -> None:
    luohe = shipped_rubric("luohe").schemes[0]
    assert standings(luohe, [rated(luohe, 9500), rated(luohe, 8000)]) == [
        Standing("AA", None, None),
        Standing("A", None, None),
    ]


def test_equal_scores_share_the_better_place_and_vetoed_ones_have_none() -> None:
    breach = penalty(RecordClass.SERIOUS, code="grave_breach")
    judgements = [rated(YANTAI, points) for points in (7000, 8000, 7000, 6000)]
    places = standings(YANTAI, [*judgements, rated(YANTAI, 8000, breach)])
    assert [(place.rank, place.of) for place in places] == [
        *((2, 4), (1, 4), (2, 4), (4, 4)),
        (None, None),
    ]


def by_rank() -> Rubric:
    document = shipped_rubric("yantai").model_dump(mode="json")
    document["schemes"][0]["grading"] = {
        "by": "rank",
        "shares": [
            {"grade": "AAA", "share": 10, "at_least": 60},
            {"grade": "A", "share": 40},
            {"grade": "C", "share": 50},
        ],
    }
    return read_rubric(document)


def test_a_share_of_the_places_is_rounded_up_and_may_need_a_least_score() -> None:
    scheme = by_rank().schemes[0]
    fourteen = [rated(scheme, 8000 - 100 * n) for n in range(14)]
    given_grades = [standing.grade for standing in standings(scheme, fourteen)]
    assert given_grades == ["AAA"] * 2 + ["A"] * 5 + ["C"] * 7
    assert standings(scheme, [rated(scheme, 5999)])[0].grade == "A"


@given(st.integers(1, 500), st.data())
def test_a_better_place_never_has_a_worse_grade(of: int, data: st.DataObject) -> None:
    shares = [Share(grade=g, share=s) for g, s in (("a", 15), ("b", 35), ("c", 50))]
    rank = data.draw(st.integers(1, of))
    grades = [grade_by_rank(shares, 0, place, of) for place in (1, rank, of)]
    assert grades == sorted(grades)


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2027, 11, 30), 3, date(2028, 2, 29)),
        (date(2026, 12, 15), 12, date(2027, 12, 15)),
    ],
)
def test_some_months_later_is_the_same_day_or_the_last_of_the_month(
    day: date, months: int, later: date
) -> None:
    assert months_later(day, months) == later
