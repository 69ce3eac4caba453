import json
from datetime import date
from typing import Any

import pytest
import yaml

from maplebridge_domain.evaluation import ResultKind
from maplebridge_domain.meeting import SubjectKind
from maplebridge_domain.period import EmptyPeriod
from maplebridge_domain.problem import Problem
from maplebridge_domain.rubric import Rubric, read_rubric
from maplebridge_domain.rubric_check import check_run
from maplebridge_domain.rubric_refusals import (
    BandsDoNotCover,
    CountsUseOfAnApp,
    DuplicateCode,
    EmptyRange,
    KindNotInRubric,
    OnlyRecordsDeduct,
    PartiesOutOfReach,
    PartyWeightsDoNotAddUp,
    PersonsAreNotRanked,
    PointsWithoutIndicators,
    RubricMalformed,
    RubricNotInForce,
    SchemesOverlap,
    SharesDoNotAddUp,
    SubjectDoesNotFit,
    UnknownFact,
    UnknownGrade,
    WeightsDoNotAddUp,
)
from maplebridge_domain.rubrics import shipped_rubric

SMALL = """
code: small
version: 1
name: {zh: 小样, en: small}
valid: {from: 2026-01-01, until: 2027-01-01}
grades:
  good: {zh: 好, en: good}
  poor: {zh: 差, en: poor}
schemes:
  - kind: credit_rating
    subject: enterprise
    max: 100
    parties: {owners_committee: 60, volunteer_point: 40}
    components:
      - code: service
        name: {zh: 服务, en: service}
        points: 100
        indicators:
          - {code: cleaning, name: {zh: 环境卫生, en: cleaning}, weight: 60, source: ballot}
          - {code: settled, name: {zh: 纠纷化解, en: settled}, weight: 40, source: fact,
             fact: disputes_on_time}
      - code: bad
        name: {zh: 不良, en: bad}
        effect: deducts
        records:
          - {code: penalty, name: {zh: 处罚, en: penalty}, match: {kinds: [penalty]}, points: 2.5}
    grading:
      by: score
      bands: [{grade: good, from: 60}, {grade: poor, from: 0, below: 60}]
    too_little_data: {grade: poor}
"""


def small(**changes: Any) -> dict[str, Any]:
    """The small rubric with changes, each at a path: `schemes__0__max=90`."""
    document: dict[str, Any] = yaml.safe_load(SMALL)
    for path, value in changes.items():
        part: Any = document
        *way, last = [int(step) if step.isdigit() else step for step in path.split("__")]
        for step in way:
            part = part[step]
        part[last] = value
    return document


FIRST = "schemes__0__components__0__indicators__0"
BANDS = "schemes__0__grading__bands"


@pytest.mark.parametrize("code", ["luohe", "shandong", "yantai"])
def test_the_schemes_of_three_cities_are_data_and_say_the_same_after_a_round_trip(
    code: str,
) -> None:
    rubric = shipped_rubric(code)
    assert rubric.code == code
    assert read_rubric(json.loads(rubric.canonical_json())) == rubric
    assert read_rubric(rubric.canonical_json()).sha256() == rubric.sha256()


def test_the_default_rubric_covers_all_three_kinds_of_results() -> None:
    rubric = shipped_rubric("luohe")
    assert {scheme.kind for scheme in rubric.schemes} == set(ResultKind)


def test_luohe_grades_in_four_words() -> None:
    assert set(shipped_rubric("luohe").grades) == {"AA", "A", "B", "C", "unrated"}


def test_spelling_and_order_do_not_change_the_hash_but_a_weight_does() -> None:
    turned = dict(reversed(small().items()))
    assert read_rubric(turned).sha256() == read_rubric(SMALL).sha256()
    other = small(
        **{f"{FIRST}__weight": 50, "schemes__0__components__0__indicators__1__weight": 50}
    )
    assert read_rubric(other).sha256() != read_rubric(SMALL).sha256()


def test_a_default_spelled_out_is_the_same_rubric() -> None:
    assert (
        read_rubric(small(**{f"{FIRST}__better": "higher"})).sha256() == read_rubric(SMALL).sha256()
    )


def test_points_are_counted_in_hundredths_without_rounding() -> None:
    rubric = read_rubric(SMALL)
    assert rubric.schemes[0].components[1].records[0].points == 250
    assert '"points":2.5' in rubric.canonical_json()
    with pytest.raises(RubricMalformed, match="two decimals"):
        read_rubric(small(schemes__0__max=99.999))


def test_the_ballot_form_lists_what_may_be_marked_and_no_facts() -> None:
    assert read_rubric(SMALL).ballot_form() == {
        SubjectKind.APPOINTMENT: [],
        SubjectKind.ORGANISATION: [],
        SubjectKind.ENTERPRISE: ["cleaning"],
    }


def test_a_scheme_that_names_a_category_goes_before_one_that_names_none() -> None:
    document = small()
    document["schemes"] += [{**document["schemes"][0], "categories": ["property_enterprise"]}]
    rubric = read_rubric(document)
    found = [
        rubric.scheme_for(ResultKind.CREDIT_RATING, SubjectKind.ENTERPRISE, category)
        for category in ("property_enterprise", "other")
    ]
    assert found == [rubric.schemes[1], rubric.schemes[0]]
    assert rubric.scheme_for(ResultKind.MEMBER_SCORE, SubjectKind.APPOINTMENT, "x") is None


REFUSED: list[tuple[dict[str, Any], type[Problem], str]] = [
    ({f"{FIRST}__weight": 55}, WeightsDoNotAddUp, "/schemes/0/components/0/indicators"),
    (
        {"schemes__0__parties": {"volunteer_point": 99}},
        PartyWeightsDoNotAddUp,
        "/schemes/0/parties",
    ),
    ({"schemes__0__parties": {}}, PartyWeightsDoNotAddUp, "/schemes/0/parties"),
    ({f"{BANDS}__1__below": 59}, BandsDoNotCover, "/schemes/0/grading/bands"),
    ({f"{BANDS}__1__below": 61}, BandsDoNotCover, "/schemes/0/grading/bands"),
    ({f"{BANDS}__1__from": 1}, BandsDoNotCover, "/schemes/0/grading/bands"),
    ({f"{BANDS}__0__below": 100}, BandsDoNotCover, "/schemes/0/grading/bands"),
    ({f"{BANDS}__0__when": "bad_record"}, BandsDoNotCover, "/schemes/0/grading/bands"),
    (
        {"schemes__0__components__0__indicators__1__fact": "likes_received"},
        UnknownFact,
        "/schemes/0/components/0/indicators/1/fact",
    ),
    ({"schemes__0__components__0__indicators__1__code": "cleaning"}, DuplicateCode, "/schemes/0"),
    ({"schemes__0__components__1__code": "service"}, DuplicateCode, "/schemes/0"),
    ({f"{FIRST}__range": [50, 50]}, EmptyRange, "/schemes/0/components/0/indicators/0/range"),
    (
        {f"{FIRST}__min_parties": 3},
        PartiesOutOfReach,
        "/schemes/0/components/0/indicators/0/min_parties",
    ),
    (
        {"schemes__0__components__0__points": 0},
        PointsWithoutIndicators,
        "/schemes/0/components/0/points",
    ),
    ({"schemes__0__components__1__base": 5}, OnlyRecordsDeduct, "/schemes/0/components/1/effect"),
    ({f"{BANDS}__1__grade": "awful"}, UnknownGrade, "/schemes/0"),
    ({"schemes__0__too_little_data__grade": "none"}, UnknownGrade, "/schemes/0"),
    ({"schemes__0__subject": "organisation"}, SubjectDoesNotFit, "/schemes/0/subject"),
    ({"valid__until": date(2026, 1, 1)}, EmptyPeriod, "/valid/until"),
    (
        {"schemes__0__grading": {"by": "rank", "shares": [{"grade": "good", "share": 90}]}},
        SharesDoNotAddUp,
        "/schemes/0/grading/shares",
    ),
]


@pytest.mark.parametrize(("changes", "refusal", "pointer"), REFUSED)
def test_a_rubric_that_breaks_a_rule_is_refused_with_the_place(
    changes: dict[str, Any], refusal: type[Problem], pointer: str
) -> None:
    with pytest.raises(refusal) as refused:
        read_rubric(small(**changes))
    assert refused.value.pointer == pointer
    assert refused.value.detail("zh") != refused.value.detail("en")


def test_a_gap_between_bands_is_named_by_its_score() -> None:
    with pytest.raises(BandsDoNotCover, match=r"59\.5"):
        read_rubric(small(**{f"{BANDS}__1__below": 59.5}))


def test_two_schemes_for_the_same_subjects_are_refused() -> None:
    document = small()
    document["schemes"] *= 2
    with pytest.raises(SchemesOverlap):
        read_rubric(document)


def test_persons_are_never_graded_by_rank() -> None:
    by_rank = {"by": "rank", "shares": [{"grade": "good", "share": 100}]}
    changes = {
        "schemes__0__kind": "member_score",
        "schemes__0__subject": "appointment",
        "schemes__0__grading": by_rank,
    }
    with pytest.raises(PersonsAreNotRanked):
        read_rubric(small(**changes))
    assert read_rubric(small(schemes__0__grading=by_rank)).schemes[0].grading.by == "rank"


@pytest.mark.parametrize(
    "words",
    [
        {"code": "logins"},
        {"code": "check_ins"},
        {"name": {"zh": "每日打卡", "en": "daily"}},
        {"name": {"zh": "在线时长", "en": "presence"}},
        {"name": {"zh": "活跃", "en": "Clicks in the app"}},
        {"name": {"zh": "活跃", "en": "usage time"}},
    ],
)
def test_an_indicator_that_counts_use_of_an_app_is_refused(words: dict[str, Any]) -> None:
    with pytest.raises(CountsUseOfAnApp):
        read_rubric(small(**{f"{FIRST}__{key}": value for key, value in words.items()}))


def test_work_that_only_sounds_like_an_app_is_not_refused() -> None:
    fine = {"zh": "在线调解质量", "en": "quality of mediation on line, shared facilities"}
    assert read_rubric(small(**{f"{FIRST}__name": fine}))


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"schemes__0__max": "100"}, "/schemes/0/max"),
        ({f"{FIRST}__weight": True}, "/schemes/0/components/0/indicators/0/weight"),
        ({f"{FIRST}__source": "gossip"}, "/schemes/0/components/0/indicators/0"),
        ({"schemes__0__parties": {"landlord": 100}}, "/schemes/0/parties/landlord"),
        ({"surprise": 1}, "/surprise"),
        ({"schemes": []}, "/schemes"),
    ],
)
def test_what_has_not_the_shape_of_a_rubric_is_refused_with_the_place(
    changes: dict[str, Any], pointer: str
) -> None:
    with pytest.raises(RubricMalformed) as refused:
        read_rubric(small(**changes))
    assert refused.value.pointer == pointer


@pytest.mark.parametrize(
    "text", ["", "[", "just words", "- a list", "{a: !!python/name:os.system }"]
)
def test_text_that_is_no_rubric_is_refused(text: str) -> None:
    with pytest.raises(RubricMalformed):
        read_rubric(text)


def test_a_run_needs_a_rubric_with_its_kinds_that_is_in_force_throughout() -> None:
    rubric: Rubric = read_rubric(SMALL)
    october = (date(2026, 10, 1), date(2026, 11, 1))
    check_run(rubric, [ResultKind.CREDIT_RATING], *october)
    check_run(rubric, [ResultKind.CREDIT_RATING], date(2026, 12, 1), date(2027, 1, 1))
    with pytest.raises(KindNotInRubric, match="member_score"):
        check_run(rubric, [ResultKind.MEMBER_SCORE], *october)
    with pytest.raises(RubricNotInForce):
        check_run(rubric, [ResultKind.CREDIT_RATING], date(2026, 12, 1), date(2027, 2, 1))
    with pytest.raises(RubricNotInForce):
        check_run(rubric, [ResultKind.CREDIT_RATING], date(2025, 12, 1), date(2026, 2, 1))
