"""The one spelling of a run's input, whatever order the database gave it in, and its SHA-256."""

import hashlib
import json
from dataclasses import replace

import polars as pl

from maplebridge_domain.assessment import ENGINE_VERSION

from .feed import FRAMES, Feed


def coded(feed: Feed) -> Feed:
    """Replace the text of every frame by enums that all frames share, in alphabetical order.

    Comparing and grouping small integers takes a third of the time that text takes.
    """
    frames = {name: getattr(feed, name) for name in FRAMES}
    text = {c for frame in frames.values() for c, t in frame.schema.items() if t == pl.String}
    for column in sorted(text):
        having = [name for name, frame in frames.items() if column in frame.columns]
        words = pl.concat([frames[name][column].unique() for name in having])
        enum = pl.Enum(words.unique().drop_nulls().sort())
        for name in having:
            frames[name] = frames[name].with_columns(pl.col(column).cast(enum))
    return replace(feed, **frames)


def input_sha256(feed: Feed) -> str:
    """Hash all that decides a run's results: engine version, run, rubric, and the coded frames.

    Hashed are lines of UTF-8: one of JSON for the engine, street, period, kinds and rubric; then
    for each frame its name, each column's words or least and greatest value, and its rows as
    sorted numbers (see `_packed`). The run's id is not in it: the same month computed again is
    the same.
    """
    run = feed.run
    head = [
        ENGINE_VERSION,
        run.street_id,
        run.start.isoformat(),
        run.until.isoformat(),
        sorted(run.kinds),
        run.rubric.sha256(),
    ]
    digest = hashlib.sha256(_line(head))
    for name in FRAMES:
        described, rows = _packed(getattr(feed, name))
        digest.update(_line([name, described]))
        digest.update(rows.sort(pl.all()).write_csv(include_header=False).encode())
    return digest.hexdigest()


def _line(content: object) -> bytes:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _packed(frame: pl.DataFrame) -> tuple[list[object], pl.DataFrame]:
    """Write each row as a few 64-bit numbers, its columns being the digits, null the least.

    They sort as the columns do, several times faster. Returns what is needed to read them back,
    and the numbers.
    """
    numbers: list[pl.Expr] = []
    described: list[object] = []
    room = 0
    for column in frame.columns:
        series = frame[column]
        words = series.dtype.categories.to_list() if isinstance(series.dtype, pl.Enum) else None
        digits = series.to_physical().cast(pl.Int64)
        ends = (digits.min(), digits.max())
        least, greatest = (int(end) if isinstance(end, int) else 0 for end in ends)
        radix = greatest - least + 2
        digit = (pl.lit(digits) - (least - 1)).fill_null(0)
        if numbers and radix <= room:
            numbers[-1] = numbers[-1] * radix + digit
            room //= radix
        else:
            numbers.append(digit)
            room = (2**62) // radix
        described.append([column, words or [least, greatest]])
    return described, pl.select(n.alias(str(i)) for i, n in enumerate(numbers))
