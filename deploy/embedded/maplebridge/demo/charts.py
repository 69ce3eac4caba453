"""The page's charts as SVG, drawn in millimetres."""

from collections.abc import Mapping, Sequence
from html import escape

from maplebridge.demo.report import Indicator, Name, Rating

GRADES = {"AA": "#2f7d5b", "A": "#4b8db4", "B": "#d19a33", "C": "#b8402f"}
UNRATED = "#9a928c"
STATES = ("#2f7d5b", "#7fb69a", "#4b8db4", "#a9c9dc", "#d19a33", "#c9c1ba")
INK, FAINT = "#2b2622", "#d8cfc8"
WARM, PALE, GREEN = (236, 168, 140), (248, 242, 226), (140, 198, 168)

ROW = 7.4
HEAD = 8.0
BAR_FROM, BAR_TO = 42.5, 99.0
GRADE_AT = 114.0
CELLS_FROM, CELL = 121.0, 9.2


def rating_rows(
    ratings: Sequence[Rating], names: Mapping[str, Name], bands: Mapping[str, int]
) -> str:
    """One row an enterprise: its score as a bar, its grade, and what it got for each indicator."""
    rows = [_rating(rating, HEAD + number * ROW) for number, rating in enumerate(ratings)]
    height = HEAD + len(ratings) * ROW
    return _svg(186, height, _bands(bands, height), _heads(names), *rows)


def grade_blocks(numbers: Mapping[str, int]) -> str:
    """One column a grade, one block an enterprise."""
    columns = [
        _column(4 + 13.5 * place, grade, number)
        for place, (grade, number) in enumerate(numbers.items())
        if number or grade in GRADES
    ]
    return _svg(58, 34, *columns)


def shares(parts: Mapping[str, float]) -> str:
    """Shares as bars, one a line."""
    lines = [
        _text(0, 5.6 * n + 3.6, name)
        + _rect(25, 5.6 * n + 0.6, 24, 4, "#f0ebe6")
        + _rect(25, 5.6 * n + 0.6, 24 * share, 4, "#a6342a")
        + _text(50, 5.6 * n + 3.6, f"{share:.0%}")
        for n, (name, share) in enumerate(parts.items())
    ]
    return _svg(58, 34, *lines)


def stack(parts: Mapping[str, int]) -> str:
    """Parts of a whole in one bar, with a line for each."""
    whole = sum(parts.values())
    drawn: list[str] = []
    at = 0.0
    for number, (name, count) in enumerate(parts.items()):
        width = 58 * count / whole
        drawn.append(_rect(at, 0.6, width, 6, STATES[number]))
        at += width
        x, y = 30 * (number % 2), 12 + 6 * (number // 2)
        drawn.append(_rect(x, y, 3, 3, STATES[number]) + _text(x + 4.5, y + 2.7, f"{name} {count}"))
    return _svg(58, 34, *drawn, _text(0, 33, f"共 {whole} 件 · total {whole}"))


def _rating(rating: Rating, top: float) -> str:
    middle = top + ROW / 2
    score = rating.score or 0
    colour = GRADES.get(rating.grade, UNRATED)
    width = (BAR_TO - BAR_FROM) * score / 10_000
    moved = {indicator.code for indicator in rating.moved_most}
    return "".join(
        (
            _text(0, middle + 1, rating.enterprise, size=2.9),
            _rect(BAR_FROM, top + 1.4, width, ROW - 2.8, colour),
            _text(BAR_TO + 1, middle + 1, f"{score / 100:.2f}" if rating.score else "–"),
            _text(GRADE_AT, middle + 1.2, rating.grade, size=3.8, colour=colour, anchor="middle"),
            *(
                _cell(CELLS_FROM + CELL * n, top, indicator, outlined=indicator.code in moved)
                for n, indicator in enumerate(rating.indicators)
            ),
        )
    )


def _cell(left: float, top: float, indicator: Indicator, *, outlined: bool) -> str:
    value = "–" if indicator.value is None else f"{indicator.value / 100:.0f}"
    arrow = ("▲" if indicator.moved > 0 else "▼") if outlined else ""
    box = _rect(left + 0.3, top + 0.6, CELL - 0.6, ROW - 1.2, _heat(indicator.value))
    if outlined:
        box = box.replace("/>", f' stroke="{INK}" stroke-width="0.45"/>')
    return box + _text(
        left + CELL / 2, top + ROW / 2 + 1, f"{value}{arrow}", size=2.6, anchor="middle"
    )


def _heat(value: int | None) -> str:
    """From a warm tone at 50 and below, over a pale one at 75, to green at 100."""
    if value is None:
        return "#f0ebe6"
    share = min(max((value - 5_000) / 2_500, 0), 1.999)
    low, high = (WARM, PALE) if share < 1 else (PALE, GREEN)
    red, green, blue = (round(a + (b - a) * (share % 1)) for a, b in zip(low, high, strict=True))
    return f"#{red:02x}{green:02x}{blue:02x}"


def _bands(bands: Mapping[str, int], height: float) -> str:
    return "".join(
        _rect(_bar(points), HEAD - 1, 0.2, height - HEAD + 1, FAINT)
        + _text(_bar(points) + 0.6, HEAD - 1.4, f"{grade} {points}", size=2.2)
        for grade, points in bands.items()
        if points
    )


def _bar(points: int) -> float:
    return BAR_FROM + (BAR_TO - BAR_FROM) * points / 100


def _heads(names: Mapping[str, Name]) -> str:
    return "".join(
        _text(CELLS_FROM + CELL * (n + 0.5), y, part, size=2.4, anchor="middle")
        for n, name in enumerate(names.values())
        for y, part in (
            (3, name.zh[: -(-len(name.zh) // 2)]),
            (6.2, name.zh[-(len(name.zh) // 2) :]),
        )
    )


def _column(left: float, grade: str, number: int) -> str:
    colour = GRADES.get(grade, UNRATED)
    blocks = "".join(_rect(left, 26 - 2.6 * n, 9, 2.2, colour) for n in range(1, number + 1))
    label = _text(left + 4.5, 30, grade, size=3.4, colour=colour, anchor="middle")
    return blocks + label + _text(left + 4.5, 33.4, f"{number} 家", size=2.5, anchor="middle")


def _rect(x: float, y: float, width: float, height: float, colour: str) -> str:
    return (
        f'<rect x="{x:.2f}" y="{y:.2f}" width="{width:.2f}" height="{height:.2f}" fill="{colour}"/>'
    )


def _text(
    x: float, y: float, text: str, *, size: float = 2.8, colour: str = INK, anchor: str = "start"
) -> str:
    return (
        f'<text x="{x:.2f}" y="{y:.2f}" font-size="{size}" fill="{colour}" '
        f'text-anchor="{anchor}">{escape(text)}</text>'
    )


def _svg(width: float, height: float, *parts: str) -> str:
    return f'<svg viewBox="0 0 {width} {height}" role="img">{"".join(parts)}</svg>'
