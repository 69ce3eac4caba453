"""Results as JSON, with everything that led to them: maplebridge_domain.assessment.Result."""

from collections.abc import Sequence

import polars as pl

from maplebridge_domain.assessment import Judgement, Standing
from maplebridge_domain.rubric import Scheme

#: One party's part in the value of an indicator.
PARTY = pl.Struct(
    {"party": pl.String(), "raters": pl.Int64(), "trimmed": pl.Int64(), "mean": pl.Int64()}
)
_RECORDS = pl.List(
    pl.Struct({"rule": pl.String(), "records": pl.List(pl.String()), "points": pl.Int64()})
)


def written(
    subjects: pl.DataFrame,
    schemes: Sequence[Scheme],
    cells: pl.DataFrame,
    judgements: Sequence[Judgement],
    standings: Sequence[Standing],
) -> pl.Series:
    """Write each subject's result as JSON text, in the order of the subjects.

    `schemes`, `judgements` and `standings` go with the rows of `subjects`; `cells` holds a row for
    each subject and indicator, in order.
    """
    results = subjects.with_columns(
        pl.col("result_kind", "subject_kind", "subject_id", "category").cast(pl.String),
        pl.Series("score", [j.score for j in judgements], pl.Int64),
        pl.Series("grade", [s.grade for s in standings], pl.String),
        pl.Series("max", [scheme.max for scheme in schemes], pl.Int64),
        pl.Series("too_little_data", [j.score is None for j in judgements], pl.Boolean),
        pl.Series("bad_record", [j.bad_record for j in judgements], pl.Boolean),
        pl.Series("veto", [j.veto and j.veto.code for j in judgements], pl.String),
        pl.Series("rank", [s.rank for s in standings], pl.Int64),
        pl.Series("of", [s.of for s in standings], pl.Int64),
    )
    for parts in (_components(judgements), _indicators(cells), _moved_most(cells)):
        listed = parts.columns[-1]
        none = pl.lit([], dtype=parts.schema[listed])
        results = results.join(parts, on="subject", how="left").with_columns(
            pl.col(listed).fill_null(none)
        )
    result = pl.struct(
        pl.col("result_kind").alias("kind"),
        *("subject_kind", "subject_id", "score", "grade"),
        explanation=pl.struct(
            *("category", "max", "too_little_data", "bad_record", "veto", "rank", "of"),
            *("moved_most", "components", "indicators"),
        ),
    )
    return results.sort("subject").select(result.struct.json_encode()).to_series()


def _components(judgements: Sequence[Judgement]) -> pl.DataFrame:
    parts = [(number, part) for number, j in enumerate(judgements) for part in j.components]
    counted = pl.DataFrame(
        [(n, part.code, r.rule, r.records, r.points) for n, part in parts for r in part.records],
        schema={
            "subject": pl.UInt32,
            "code": pl.String,
            "rule": pl.String,
            "records": pl.List(pl.String),
            "points": pl.Int64,
        },
        orient="row",
    )
    return (
        pl.DataFrame(
            [(n, p.code, p.effect, p.base, p.indicators, p.points) for n, p in parts],
            schema={
                "subject": pl.UInt32,
                "code": pl.String,
                "effect": pl.String,
                "base": pl.Int64,
                "indicators": pl.Int64,
                "points": pl.Int64,
            },
            orient="row",
        )
        .join(
            counted.group_by("subject", "code").agg(records=pl.struct("rule", "records", "points")),
            on=["subject", "code"],
            how="left",
            maintain_order="left",
        )
        .with_columns(pl.col("records").fill_null(pl.lit([], dtype=_RECORDS)))
        .group_by("subject")
        .agg(components=pl.struct("code", "effect", "base", "indicators", "records", "points"))
    )


def _indicators(cells: pl.DataFrame) -> pl.DataFrame:
    return cells.group_by("subject").agg(
        indicators=pl.struct(
            *("code", "component", "source", "weight", "value", "counted", "points", "peers"),
            *("moved", "observations", "raters", "parties", "trimmed", "recused", "by_party"),
        )
    )


def _moved_most(cells: pl.DataFrame) -> pl.DataFrame:
    """Name the two indicators by which a subject differs most from its peers."""
    return (
        cells.filter("counted")
        .sort("subject", pl.col("moved").abs(), "place", descending=[False, True, False])
        .group_by("subject")
        .agg(moved_most=pl.col("code").head(2))
    )
