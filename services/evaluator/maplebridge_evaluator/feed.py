"""The feed: what one street's run reads, columnar, from one snapshot of the database.

The views of schema `feed` are the contract with the API; the database role can read nothing else.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from queue import Empty, SimpleQueue
from uuid import UUID
from zoneinfo import ZoneInfo

import adbc_driver_postgresql.dbapi as postgresql  # type: ignore[import-untyped]
import polars as pl
from adbc_driver_manager import Error
from adbc_driver_manager.dbapi import Cursor

from maplebridge_domain.evaluation import ResultKind
from maplebridge_domain.rubric import Rubric, read_rubric

#: The business day; see the contract of `feed.run_v1`.
SHANGHAI = ZoneInfo("Asia/Shanghai")

_INSTANT: pl.DataType = pl.Datetime("us", "UTC")
SUBJECTS = pl.Schema(
    {
        "result_kind": pl.String(),
        "subject_kind": pl.String(),
        "subject_id": pl.String(),
        "category": pl.String(),
    }
)
MARKS = pl.Schema(
    {
        "subject_kind": pl.String(),
        "subject_id": pl.String(),
        "indicator": pl.String(),
        "party": pl.String(),
        "person_id": pl.String(),
        "cast_at": _INSTANT,
        "mark": pl.Int32(),
    }
)
INTERESTS = pl.Schema(
    {
        "person_id": pl.String(),
        "subject_kind": pl.String(),
        "subject_id": pl.String(),
        "active_from": _INSTANT,
        "active_until": _INSTANT,
    }
)
FACTS = pl.Schema(
    {
        "subject_kind": pl.String(),
        "subject_id": pl.String(),
        "fact": pl.String(),
        "at": _INSTANT,
        "value": pl.Int32(),
    }
)
RECORDS = pl.Schema(
    {
        "record_id": pl.String(),
        "subject_kind": pl.String(),
        "subject_id": pl.String(),
        "kind": pl.String(),
        "class": pl.String(),
        "code": pl.String(),
        "occurred_on": pl.Date(),
        "valid_until": pl.Date(),
    }
)

#: The frames of a feed, by the name of their field.
FRAMES = {
    "subjects": SUBJECTS,
    "marks": MARKS,
    "interests": INTERESTS,
    "facts": FACTS,
    "records": RECORDS,
}


class RubricChanged(Exception):
    """The rubric in the feed is not the one whose hash the run names."""


@dataclass(frozen=True)
class Run:
    """What is to be computed: a street's period in business days (`until` exclusive), and how."""

    street_id: int
    start: date
    until: date
    kinds: tuple[ResultKind, ...]
    rubric: Rubric


@dataclass(frozen=True)
class Feed:
    """A run with all its input. Rows are in no order; times are UTC, microseconds.

    The frames have the columns of `SUBJECTS`, `MARKS` (cast within the period), `INTERESTS`,
    `FACTS` (0..100, within the period) and `RECORDS`.
    """

    run: Run
    subjects: pl.DataFrame
    marks: pl.DataFrame
    interests: pl.DataFrame
    facts: pl.DataFrame
    records: pl.DataFrame


class Database:
    """The way to the feed. Connections are kept: opening one takes half as long as a street."""

    def __init__(self, url: str) -> None:
        """Take a libpq URL; nothing is opened yet. Usable from several threads."""
        self._url = url
        self._idle: SimpleQueue[postgresql.Connection] = SimpleQueue()

    @contextmanager
    def snapshot(self, street_id: int) -> Iterator[Cursor]:
        """Enter a read-only transaction that sees one street at one instant, as the evaluator.

        Raises:
            adbc_driver_manager.Error: the database cannot be reached, or refuses.
        """
        connection = self._begun()
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL ROLE mb_evaluator")
                cursor.execute(f"SELECT mb_enter({street_id:d}, {street_id:d})")
                yield cursor
            connection.rollback()
        except BaseException:
            connection.close()
            raise
        self._idle.put(connection)

    def _begun(self) -> postgresql.Connection:
        while True:
            try:
                connection, kept = self._idle.get_nowait(), True
            except Empty:
                connection, kept = postgresql.connect(self._url), False
            try:
                with connection.cursor() as cursor:
                    cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            except Error:
                connection.close()
                if not kept:
                    raise  # else the server was restarted since: try the next one
            else:
                return connection

    def close(self) -> None:
        """Close the connections that nobody uses."""
        with suppress(Empty):
            while True:
                self._idle.get_nowait().close()


def read_feed(database: Database, street_id: int, run_id: UUID) -> Feed:
    """Read all that a run needs, in one snapshot of its street. Blocks.

    Raises:
        adbc_driver_manager.Error: the database cannot be reached, or refuses.
        LookupError: the street has no such run.
        RubricChanged: the rubric has not the hash that the run names.
    """
    with database.snapshot(street_id) as cursor:
        run = _read_run(cursor, street_id, run_id)
        frames = {}
        for name, select in selects(street_id, run.start, run.until).items():
            cursor.execute(select)
            frames[name] = cursor.fetch_polars().cast(FRAMES[name])
    return Feed(run, **frames)


_VIEWS = {
    "subjects": "subject_v1",
    "marks": "mark_v1",
    "interests": "interest_v1",
    "facts": "fact_v1",
    "records": "record_v1",
}


def selects(street_id: int, start: date, until: date) -> dict[str, str]:
    """Write the statement of every frame of a street's period (`until` exclusive).

    Literals, not parameters: only without them does the driver read by binary COPY. All of them are
    integers, dates and times of our own.
    """
    first, last = _midnight(start), _midnight(until)
    alive = (
        f"(active_from IS NULL OR active_from < '{last}')"
        f" AND (active_until IS NULL OR active_until > '{first}')"
    )
    where = {
        "subjects": alive,
        "marks": f"cast_at >= '{first}' AND cast_at < '{last}'",
        "interests": alive,
        "facts": f"at >= '{first}' AND at < '{last}'",
        "records": f"occurred_on < '{until}'",
    }
    return {
        name: f"SELECT {_columns(name)} FROM feed.{view}"  # noqa: S608
        f" WHERE street_id = {street_id:d} AND {where[name]}"
        for name, view in _VIEWS.items()
    }


def _columns(name: str) -> str:
    named = {"person_id": "rater_person_id AS person_id"} if name == "marks" else {}
    return ", ".join(named.get(column, f'"{column}"') for column in FRAMES[name])


def _read_run(cursor: Cursor, street_id: int, run_id: UUID) -> Run:
    cursor.execute(
        "SELECT period_from, period_until, kinds, rubric, rubric_sha256 FROM feed.run_v1"  # noqa: S608
        f" WHERE street_id = {street_id:d} AND run_id = '{run_id}'"
    )
    found = cursor.fetch_polars().rows()
    if not found:
        raise LookupError("no such run in this street")
    start, until, kinds, rubric_text, sha256 = found[0]
    rubric = read_rubric(json.loads(rubric_text))
    if rubric.sha256() != sha256:
        raise RubricChanged("the rubric has not the hash that the run names")
    kinds = tuple(sorted(ResultKind(kind) for kind in kinds.split(",")))
    return Run(street_id, start, until, kinds, rubric)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), SHANGHAI).astimezone(UTC)
