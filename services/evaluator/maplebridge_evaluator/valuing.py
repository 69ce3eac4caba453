"""From marks and facts to values: what is known about each subject, indicator by indicator.

A value is 0 to 10,000 (hundredths of 100), 10,000 the best. Frames are keyed by `subject` (a row
number of the subjects' frame) and `place` (the number of an indicator within its scheme). All is
counted in 64-bit integers, so that neither order nor threads can change a bit.
"""

import polars as pl

from maplebridge_domain.assessment import rounded
from maplebridge_domain.rubric import BallotIndicator, Rubric

_CELL = ("subject", "place")


def indicators_of(rubric: Rubric) -> pl.DataFrame:
    """List the rubric's indicators, a row each; `least` is how many raters or facts one needs."""
    rows = [
        {
            "scheme": number,
            "place": place,
            "component": component.code,
            "available": component.points,
            "spread": scheme.too_little_data.missing == "left_out",
            "code": indicator.code,
            "source": indicator.source,
            "weight": indicator.weight,
            "low": indicator.range[0],
            "high": indicator.range[1],
            "higher": indicator.better == "higher",
            **(
                {
                    "asked": indicator.code,
                    "least": indicator.min_raters,
                    "min_parties": indicator.min_parties,
                    "trim_percent": indicator.trim_percent,
                }
                if isinstance(indicator, BallotIndicator)
                else {
                    "asked": indicator.fact,
                    "least": indicator.min_observations,
                    "min_parties": 0,
                    "trim_percent": 0,
                }
            ),
        }
        for number, scheme in enumerate(rubric.schemes)
        for place, (component, indicator) in enumerate(
            (component, indicator)
            for component in scheme.components
            for indicator in component.indicators
        )
    ]
    return pl.DataFrame(rows, schema=_INDICATORS)


_INDICATORS = pl.Schema(
    {
        "scheme": pl.Int64,
        "place": pl.Int64,
        "component": pl.String,
        "available": pl.Int64,
        "spread": pl.Boolean,
        "code": pl.String,
        "source": pl.String,
        "asked": pl.String,
        "weight": pl.Int64,
        "low": pl.Int64,
        "high": pl.Int64,
        "higher": pl.Boolean,
        "least": pl.Int64,
        "min_parties": pl.Int64,
        "trim_percent": pl.Int64,
    }
)


def _questions(
    subjects: pl.DataFrame, indicators: pl.DataFrame, source: str, enum: pl.DataType
) -> pl.DataFrame:
    """List what is asked about whom: every subject with each indicator of its scheme."""
    return (
        indicators.filter(pl.col("source") == source)
        .with_columns(pl.col("asked").cast(enum, strict=False))  # null: nobody was ever asked
        .drop_nulls("asked")
        .join(subjects.select("subject", "scheme", "subject_kind", "subject_id"), on="scheme")
        .select(
            "subject_kind", "subject_id", "asked", "low", "high", "higher", "trim_percent", *_CELL
        )
    )


def _value(observed: str) -> pl.Expr:
    """Stretch what was observed from the indicator's range to 0..10,000, the best on top."""
    low, high = pl.col("low"), pl.col("high")
    seen = pl.col(observed).cast(pl.Int64).clip(low, high)
    good = pl.when("higher").then(seen - low).otherwise(high - seen)
    return rounded(10_000 * good, high - low)


def ballot_values(
    marks: pl.DataFrame,
    interests: pl.DataFrame,
    subjects: pl.DataFrame,
    indicators: pl.DataFrame,
    rubric: Rubric,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Value the marks: mean of a rater, trimmed mean of a party, weighed mean of the parties.

    A rater has one voice in a party however often they marked, so that presence at more meetings
    gives nobody more weight (our own choice). Marks cast while their rater had an interest in the
    subject are set aside.

    Returns:
        The values (subject, place, value, observations, raters, parties, trimmed, by_party), and
        how many marks were set aside (subject, place, recused).
    """
    count = pl.len().cast(pl.Int64)
    asked = marks.with_row_index("row").join(
        _questions(subjects, indicators, "ballot", marks.schema["indicator"]),
        left_on=["subject_kind", "subject_id", "indicator"],
        right_on=["subject_kind", "subject_id", "asked"],
    )
    conflicts = (
        asked.select("row", "person_id", "subject_kind", "subject_id", "cast_at", *_CELL)
        .join(interests, on=["person_id", "subject_kind", "subject_id"])
        .filter(
            pl.col("active_from").is_null() | (pl.col("active_from") <= pl.col("cast_at")),
            pl.col("active_until").is_null() | (pl.col("cast_at") < pl.col("active_until")),
        )
        .unique("row")
    )
    raters = (
        asked.join(conflicts, on="row", how="anti")
        .with_columns(value=_value("mark"))
        .group_by(*_CELL, "party", "person_id")
        .agg(pl.col("value").sum(), pl.col("trim_percent").first(), marks=count)
        .with_columns(value=rounded(pl.col("value"), pl.col("marks")))
    )
    cut = count * pl.col("trim_percent").first() // 100
    parties = (
        raters.group_by(*_CELL, "party")
        .agg(
            raters=count,
            trimmed=2 * cut,
            observations=pl.col("marks").sum(),
            mean=rounded(pl.col("value").sort().slice(cut, count - 2 * cut).sum(), count - 2 * cut),
        )
        .join(subjects.select("subject", "scheme"), on="subject")
        .join(_party_weights(rubric, marks.schema["party"]), on=["scheme", "party"])
        .sort(*_CELL, "party")
    )
    weighed = pl.col("mean") * pl.col("party_weight")
    values = parties.group_by(*_CELL).agg(
        value=rounded(weighed.sum(), pl.col("party_weight").sum()),
        observations=pl.col("observations").sum(),
        raters=pl.col("raters").sum(),
        parties=count,
        trimmed=pl.col("trimmed").sum(),
        by_party=pl.struct(pl.col("party").cast(pl.String), "raters", "trimmed", "mean"),
    )
    return values, conflicts.group_by(*_CELL).agg(recused=count)


def _party_weights(rubric: Rubric, enum: pl.DataType) -> pl.DataFrame:
    rows = [
        (number, party.value, weight)
        for number, scheme in enumerate(rubric.schemes)
        for party, weight in scheme.parties.items()
        if weight > 0
    ]
    schema = {"scheme": pl.Int64, "party": pl.String, "party_weight": pl.Int64}
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    return frame.with_columns(pl.col("party").cast(enum, strict=False)).drop_nulls()


def fact_values(
    facts: pl.DataFrame, subjects: pl.DataFrame, indicators: pl.DataFrame
) -> pl.DataFrame:
    """Value the facts: the mean of what was observed (subject, place, value, observations)."""
    count = pl.len().cast(pl.Int64)
    return (
        facts.join(
            _questions(subjects, indicators, "fact", facts.schema["fact"]),
            left_on=["subject_kind", "subject_id", "fact"],
            right_on=["subject_kind", "subject_id", "asked"],
        )
        .with_columns(value=_value("value"))
        .group_by(*_CELL)
        .agg(value=rounded(pl.col("value").sum(), count), observations=count)
    )
