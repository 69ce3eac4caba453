"""The comparison by itself: any mixture of changes, with the chain recomputed, is named row by row."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from maplebridge.audit.compare import Comparison, Head, Proof
from maplebridge_api.platform.chain import (
    NONCE_BYTES,
    WITH_CONTENT,
    Row,
    Told,
    content,
    link,
    sealed,
)

STREET, LENGTH = 411104001, 60
KEY = b"key"
TOLD = Told("x", datetime(2026, 11, 2, tzinfo=UTC), "clients/x", None)


def chained(rows: Iterable[Row]) -> list[Row]:
    """Compute the hashes anew."""
    done, last = [], b""
    for row in rows:
        last = link(last, STREET, row.no, row.text)
        done.append(replace(row, hash=last))
    return done


def row(no: int, text: str) -> Row:
    told = (TOLD.type, TOLD.time, TOLD.actor, TOLD.capacity)
    # Every other one as seals were at first: without what the event is about.
    covered = content(text, "{}") if no % 2 else ""
    said = f'["x", "2026-11-02", "clients/x", null, "{text}", {{}}]'
    return Row(no, *told, said, sealed(KEY, replace(TOLD, content=covered)), b"")


LOG = chained(row(no, str(no)) for no in range(1, LENGTH + 1))
PROOFS = [Proof(one.no, one.hash) for one in LOG]


async def stream(items: Iterable[object]) -> AsyncIterator[object]:
    for item in items:
        yield item


def found(rows: list[Row], head: Head, signed: int = LENGTH) -> list[str]:
    async def compare() -> list[str]:
        proofs, these = stream(PROOFS[:signed]), stream(rows)
        comparison = Comparison(STREET, proofs, these, head, [KEY])  # type: ignore[arg-type]
        return [str(finding) async for finding in comparison.findings()]

    return asyncio.run(compare())


ACTS = ("change", "remove", "remove and renumber", "insert and renumber")
#: What is done at which numbers; each three apart, so that what lies between tells one from another.
DONE = st.dictionaries(
    st.integers(1, LENGTH // 3 - 1).map(lambda at: at * 3), st.sampled_from(ACTS)
)


def tampered(done: dict[int, str]) -> tuple[list[Row], list[str]]:
    """Do all of it, and say what should be found."""
    rows: list[Row] = []
    said = []
    shift = 0
    for one in LOG:
        act = done.get(one.no)
        if act == "insert and renumber":
            rows.append(row(one.no + shift, "invented"))
            said.append(f"event {one.no + shift} inserted")
            shift += 1
        if act in ("remove", "remove and renumber"):
            said.append(f"event {one.no} removed")
            shift -= act == "remove and renumber"
            continue
        text = '["other"]' if act == "change" else one.text
        if act == "change":
            said.append(f"event {one.no + shift} changed")
        rows.append(replace(one, no=one.no + shift, text=text))
    return chained(rows), said


@given(DONE)
def test_every_mixture_is_named_row_by_row(done: dict[int, str]) -> None:
    rows, said = tampered(done)
    head = Head(rows[-1].no, rows[-1].hash)
    assert [one for one in found(rows, head) if one.startswith("event")] == said


@given(DONE.filter(bool), st.integers(LENGTH - 1, LENGTH))
def test_where_all_or_all_but_the_last_is_signed_nothing_passes(
    done: dict[int, str], signed: int
) -> None:
    rows, _ = tampered(done)
    assert found(rows, Head(rows[-1].no, rows[-1].hash), signed) != []


@given(st.integers(0, LENGTH))
def test_a_log_that_was_left_alone_is_sound_however_much_of_it_is_signed(signed: int) -> None:
    assert found(LOG, Head(LENGTH, LOG[-1].hash), signed) == []


@given(st.integers(1, LENGTH), st.integers(0, LENGTH))
def test_a_row_without_its_hash_recomputed_is_named_signed_or_not(no: int, signed: int) -> None:
    rows = [replace(one, text='["other"]') if one.no == no else one for one in LOG]
    assert found(rows, Head(LENGTH, LOG[-1].hash), signed) == [f"event {no} changed"]


@given(st.integers(1, LENGTH - 1), st.integers(0, LENGTH))
def test_a_row_that_is_gone_is_named_signed_or_not(no: int, signed: int) -> None:
    rows = [one for one in LOG if one.no != no]
    assert found(rows, Head(LENGTH, LOG[-1].hash), signed) == [f"event {no} removed"]


LONG_ENOUGH = st.binary(min_size=NONCE_BYTES * 2, max_size=NONCE_BYTES * 2)


@given(LONG_ENOUGH | LONG_ENOUGH.map(WITH_CONTENT.__add__) | st.binary() | st.none())
def test_no_other_seal_will_do(seal: bytes | None) -> None:
    rows = [*LOG[:-1], replace(LOG[-1], seal=seal)]
    assert found(rows, Head(LENGTH, LOG[-1].hash), LENGTH - 1) == [
        f"event {LENGTH} inserted (not by the API)"
    ]


def test_a_seal_holds_however_postgresql_writes_the_data() -> None:
    written, kept = '{"b": 1.50, "a": [1e3, "天"]}', '{"a": [1000, "\\u5929"], "b": 1.5}'
    seal = sealed(KEY, replace(TOLD, content=content("x/1", written)))
    told = (TOLD.type, TOLD.time, TOLD.actor, TOLD.capacity)
    for data, is_whole in ((kept, True), (kept.replace("1.5", "1.6"), False)):
        assert Row(1, *told, f'["x", "x/1", {data}]', seal, b"").is_sealed([KEY]) is is_whole
