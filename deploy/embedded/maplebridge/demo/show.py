"""The report on the terminal."""

from pathlib import Path

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from maplebridge.demo.report import Indicator, Rating, Report, grades
from maplebridge.typed import typed

COLOURS = {"AA": "green", "A": "cyan", "B": "yellow", "C": "red"}


def show(console: Console, report: Report, page: Path, data: Path) -> None:
    """Print the ratings, the counts, and where to look next."""
    console.print(_table(report))
    spread = ", ".join(f"{number} {grade}" for grade, number in sorted(grades(report).items()))
    console.print(
        f"{report.households:,} households, {report.residents:,} residents; "
        f"{len(report.ratings)} ratings ({spread}), {report.verified} verified offline; "
        f"{report.member_scores} member scores, {report.unit_assessments} unit assessments; "
        f"{sum(report.timings.values()):.0f} seconds."
    )
    by = report.confirmed
    console.print(f"Confirmed on {by.at[:10]} by {by.name}, {by.office}.")
    console.print(f"A page for the notice board: {page}")
    console.print(f"The same as data: {page.with_suffix('.json')}")
    console.print(f"Look around: {typed('up', '--sandbox', data=data)}", markup=False)
    console.print("and then open http://127.0.0.1:8000/docs")


def _table(report: Report) -> Table:
    title = "天桥街街道 2026年10月 物业服务企业信用评级 · credit ratings"
    table = Table(title=title, box=SIMPLE, padding=0)
    table.add_column("企业", no_wrap=True)
    table.add_column("得分", justify="right", no_wrap=True)
    table.add_column("等级", justify="center", no_wrap=True)
    table.add_column("影响最大的两项（分） moved it most", no_wrap=True)
    for rating in report.ratings:
        table.add_row(rating.enterprise, points(rating.score), _grade(rating), _moved(rating))
    return table


def points(hundredths: int | None) -> str:
    """Write hundredths as points."""
    return "–" if hundredths is None else f"{hundredths / 100:.2f}"


def _grade(rating: Rating) -> str:
    return f"[{COLOURS.get(rating.grade, 'white')}]{rating.grade}[/]"


def _moved(rating: Rating) -> str:
    return "  ".join(map(_signed, rating.moved_most))


def _signed(indicator: Indicator) -> str:
    return f"{indicator.name.zh} {indicator.moved / 100:+.2f}"
