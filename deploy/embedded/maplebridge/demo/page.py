"""The page for the notice board: one A4 sheet, self-contained, with one person's name: who confirmed it."""

from collections import Counter
from html import escape
from importlib.resources import files
from pathlib import Path
from string import Template

from maplebridge.demo import charts
from maplebridge.demo.report import Report, grades, indicator_names
from maplebridge.sample.world import World
from maplebridge_domain.dispute import TRANSITIONS, Act, DisputeState
from maplebridge_domain.evaluation import ResultKind
from maplebridge_domain.organisation import Party
from maplebridge_domain.rubric import GradeByScore, Rubric, read_rubric

PARTIES = {
    Party.COMMUNITY_PARTY_ORG: "社区党组织",
    Party.QUARTER_PARTY_ORG: "小区党组织",
    Party.OWNERS_COMMITTEE: "业主委员会",
    Party.ENTERPRISE_PARTY_ORG: "物业企业党组织",
    Party.RESIDENT_UNIT: "共驻共建单位",
    Party.VOLUNTEER_POINT: "志愿服务点",
}
STATES = {
    DisputeState.CLOSED: "已结案",
    DisputeState.AGREED: "达成协议",
    DisputeState.IN_MEDIATION: "调解中",
    DisputeState.ACCEPTED: "已受理",
    DisputeState.REPORTED: "已上报",
    DisputeState.WITHDRAWN: "已撤回",
}


def write_page(report: Report, world: World, path: Path) -> None:
    """Write the page."""
    rubric = read_rubric(world.rubric["rubric"])
    template = Template((files("maplebridge.demo") / "page.html").read_text("utf-8"))
    page = template.substitute(
        figures=_figures(report, world),
        ratings=charts.rating_rows(report.ratings, indicator_names(rubric), bands(rubric)),
        columns=" · ".join(name.en for name in indicator_names(rubric).values()),
        grades=charts.grade_blocks(_grades(report, rubric)),
        attendance=charts.shares(attendance(world)),
        disputes=charts.stack(dispute_states(world)),
        verified=report.verified,
        name=escape(report.confirmed.name),
        office=escape(report.confirmed.office),
        confirmed_on=report.confirmed.at[:10],
    )
    path.write_text(page, encoding="utf-8")


def bands(rubric: Rubric) -> dict[str, int]:
    """Where each grade of a credit rating begins, in points."""
    return {
        band.grade: band.from_ // 100
        for scheme in rubric.schemes
        if scheme.kind is ResultKind.CREDIT_RATING and isinstance(scheme.grading, GradeByScore)
        for band in scheme.grading.bands
    }


def attendance(world: World) -> dict[str, float]:
    """The share of each party's delegates who came, over all meetings."""
    seats = [seat for list_ in world.attendance for seat in list_["items"]]
    sent = Counter(seat["party"] for seat in seats)
    came = Counter(seat["party"] for seat in seats if seat["present"])
    return {name: came[party] / sent[party] for party, name in PARTIES.items()}


def dispute_states(world: World) -> dict[str, int]:
    """How many disputes had come to which state by the end of the month."""
    states = {dispute["id"]: DisputeState.REPORTED for dispute in world.disputes}
    for step in world.steps:
        states[step["dispute_id"]] = TRANSITIONS[states[step["dispute_id"]], Act(step["act"])]
    numbers = Counter(states.values())
    return {name: numbers[state] for state, name in STATES.items()}


def _grades(report: Report, rubric: Rubric) -> dict[str, int]:
    """How many enterprises got each grade, the best first, those without one last."""
    best_first = dict.fromkeys([*bands(rubric), *sorted(grades(report))])
    return {grade: grades(report)[grade] for grade in best_first}


def _figures(report: Report, world: World) -> str:
    figures = {
        "户 <span lang=en>households</span>": report.households,
        "居民 <span lang=en>residents</span>": report.residents,
        "物业服务企业 <span lang=en>enterprises</span>": len(report.ratings),
        "议事会 <span lang=en>meetings</span>": len(world.meetings),
        "评议票 <span lang=en>ballots</span>": len(world.ballots),
        "单位考核 <span lang=en>units assessed</span>": report.unit_assessments,
    }
    return "".join(
        f"<div><dd>{number:,}</dd><dt>{name}</dt></div>" for name, number in figures.items()
    )
