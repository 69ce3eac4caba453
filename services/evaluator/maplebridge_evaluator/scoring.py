"""One pass over all subjects of a street: values, points, score, grade, and why.

The same feed, rubric and engine version give the same bytes: everything is counted in integers and
whatever is listed is sorted first.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import polars as pl

from maplebridge_domain.assessment import (
    ENGINE_VERSION,
    CreditRecord,
    Earned,
    Judgement,
    Standing,
    judge,
    rounded,
    standings,
)
from maplebridge_domain.evaluation import ResultKind
from maplebridge_domain.meeting import SubjectKind
from maplebridge_domain.record import RecordClass, RecordKind
from maplebridge_domain.rubric import Scheme

from .canonical import coded, input_sha256
from .explaining import PARTY, written
from .feed import Feed
from .valuing import ballot_values, fact_values, indicators_of

_CELL = ("subject", "place")


@dataclass(frozen=True)
class Scored:
    """A run's results, ready to be published: the body of `PUT .../results`."""

    input_sha256: str
    body: bytes


def score(feed: Feed) -> Scored:
    """Score every subject of the feed for which the rubric has a scheme. Pure, and blocks.

    The body is the JSON of `{engine_version, input_sha256, results}`, each result shaped as
    `maplebridge_domain.assessment.Result`, in the order of kind and subject.
    """
    feed = coded(feed)
    sha256 = input_sha256(feed)
    subjects = _subjects(feed)
    cells = _cells(feed, subjects)
    judgements = _judge(feed, subjects, cells)
    places = _grade(feed, subjects, judgements)
    schemes = [feed.run.rubric.schemes[number] for number in subjects["scheme"]]
    results = written(subjects, schemes, cells, judgements, places).str.join(",").item()
    head = f'{{"engine_version":"{ENGINE_VERSION}","input_sha256":"{sha256}","results":['
    return Scored(sha256, f"{head}{results or ''}]}}".encode())


def _subjects(feed: Feed) -> pl.DataFrame:
    """Number the subjects of the kinds asked for, and find the scheme of each."""
    schemes = feed.run.rubric.schemes
    sorts = feed.subjects.select("result_kind", "subject_kind", "category").unique()
    found = {
        row: schemes.index(scheme)
        for row in sorts.rows()
        if ResultKind(row[0]) in feed.run.kinds
        and (scheme := feed.run.rubric.scheme_for(ResultKind(row[0]), SubjectKind(row[1]), row[2]))
    }
    numbers = pl.Series([found.get(row) for row in sorts.rows()], dtype=pl.Int64)
    return (
        feed.subjects.join(
            sorts.with_columns(scheme=numbers), on=["result_kind", "subject_kind", "category"]
        )
        .drop_nulls("scheme")
        .sort("result_kind", "subject_kind", "subject_id", "category")
        .unique(["result_kind", "subject_kind", "subject_id"], keep="first", maintain_order=True)
        .with_row_index("subject")
    )


def _cells(feed: Feed, subjects: pl.DataFrame) -> pl.DataFrame:
    """Give points to every subject for each indicator of its scheme, one row each, in order."""
    indicators = indicators_of(feed.run.rubric)
    ballots, recused = ballot_values(
        feed.marks, feed.interests, subjects, indicators, feed.run.rubric
    )
    values = pl.concat(
        [ballots, fact_values(feed.facts, subjects, indicators)], how="diagonal"
    ).join(recused, on=_CELL, how="full", coalesce=True)
    cells = (
        subjects.select("subject", "scheme")
        .join(indicators, on="scheme")
        .join(values, on=_CELL, how="left")
        .sort(*_CELL)
    )

    ballot = pl.col("source") == "ballot"
    cells = cells.with_columns(
        *(
            pl.when(ballot).then(pl.col(count).fill_null(0)).alias(count)
            for count in ("raters", "parties", "trimmed", "recused")
        ),
        pl.col("observations").fill_null(0),
        pl.col("by_party").fill_null(pl.lit([], dtype=pl.List(PARTY))),
    ).with_columns(
        counted=pl.when(ballot)
        .then((pl.col("raters") >= pl.col("least")) & (pl.col("parties") >= pl.col("min_parties")))
        .otherwise(pl.col("observations") >= pl.col("least"))
    )

    known = pl.col("value").filter("counted")
    carries = pl.when(pl.col("counted") | ~pl.col("spread")).then("weight").otherwise(0)
    cells = cells.with_columns(
        carried=carries.sum().over("subject", "component"),
        peers=pl.when(known.len().over("scheme", "place") > 0).then(
            rounded(
                known.sum().over("scheme", "place"),
                known.len().cast(pl.Int64).over("scheme", "place").clip(1),
            )
        ),
    )

    def points(value: pl.Expr) -> pl.Expr:
        share = rounded(
            value * pl.col("weight") * pl.col("available"), 10_000 * pl.col("carried").clip(1)
        )
        return pl.when("counted").then(share).otherwise(0)

    return cells.with_columns(
        points=points(pl.col("value")), moved=points(pl.col("value") - pl.col("peers"))
    )


def _judge(feed: Feed, subjects: pl.DataFrame, cells: pl.DataFrame) -> list[Judgement]:
    known = pl.col("weight").filter("counted").sum()
    earned = {
        (subject, component): Earned(points, weight_known)
        for subject, component, points, weight_known in cells.group_by("subject", "component")
        .agg(pl.col("points").sum(), known.alias("weight_known"))
        .iter_rows()
    }
    records = _records(feed)
    on = feed.run.until - timedelta(days=1)

    def one(subject: int, scheme: Scheme, key: tuple[str, str]) -> Judgement:
        parts = [earned.get((subject, part.code), Earned(0, 0)) for part in scheme.components]
        return judge(scheme, parts, records.get(key, ()), on)

    return [
        one(subject, feed.run.rubric.schemes[scheme], (kind, subject_id))
        for subject, scheme, kind, subject_id in subjects.select(
            "subject", "scheme", "subject_kind", "subject_id"
        ).iter_rows()
    ]


def _records(feed: Feed) -> Mapping[tuple[str, str], list[CreditRecord]]:
    records: dict[tuple[str, str], list[CreditRecord]] = defaultdict(list)
    for row in feed.records.iter_rows(named=True):
        records[row["subject_kind"], row["subject_id"]].append(
            CreditRecord(
                id=row["record_id"],
                kind=RecordKind(row["kind"]),
                grade=RecordClass(row["class"]) if row["class"] else None,
                code=row["code"],
                occurred_on=row["occurred_on"],
                valid_until=row["valid_until"],
            )
        )
    return records


def _grade(feed: Feed, subjects: pl.DataFrame, judgements: list[Judgement]) -> list[Standing]:
    """Grade scheme by scheme, as a rank is one among the subjects of a scheme."""
    schemes = subjects["scheme"].to_list()
    graded: dict[int, Standing] = {}
    for number, scheme in enumerate(feed.run.rubric.schemes):
        members = [subject for subject, its in enumerate(schemes) if its == number]
        places = standings(scheme, [judgements[subject] for subject in members])
        graded.update(zip(members, places, strict=True))
    return [graded[subject] for subject in range(len(schemes))]
