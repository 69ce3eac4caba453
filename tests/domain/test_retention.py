"""How long personal data is kept, and for what it may be shown: dated, each with its basis."""

from datetime import date, datetime
from importlib.resources import files
from typing import Any

import pytest
import yaml

import maplebridge_domain.purpose as purposes
import maplebridge_domain.retention as retentions
from maplebridge_domain.purpose import Basis, Purpose, PurposeNotInForce, basis_of
from maplebridge_domain.retention import Kept, Retention, due, retention

NOW = datetime.fromisoformat("2026-11-02T09:00:00+08:00")


def parameters(name: str) -> dict[str, list[dict[str, Any]]]:
    text = (files("maplebridge_domain") / "parameters" / name).read_text(encoding="utf-8")
    read: dict[str, list[dict[str, Any]]] = yaml.safe_load(text)
    return read


def test_every_period_is_dated_and_says_what_from_when_on_which_basis_and_whose_it_is() -> None:
    given = parameters("retention.yaml")
    assert set(given) == set(Kept)
    for dated in given.values():
        for one in dated:
            assert set(one) == {"from", "what", "length", "unit", "begins", "basis", "source"}
            assert isinstance(one["from"], date)
            assert one["length"] > 0


def test_every_purpose_is_dated_and_stands_on_a_law_in_both_languages() -> None:
    given = parameters("purposes.yaml")
    assert set(given) == set(Purpose)
    for purpose, dated in given.items():
        for one in dated:
            assert (
                {"from", "zh", "en", "basis"} <= set(one) <= {"from", "until", "zh", "en", "basis"}
            )
            assert "PIPL" in one["basis"], purpose


def test_what_began_before_the_period_is_due_and_what_began_in_it_is_kept() -> None:
    assert due(Kept.FORMER_HOLDERS, NOW) == datetime.fromisoformat("2023-11-02T09:00:00+08:00")
    assert due(Kept.NEVER_IN_OFFICE, NOW) == datetime.fromisoformat("2025-11-02T09:00:00+08:00")
    assert due(Kept.DISPUTE_TEXTS, NOW) == datetime.fromisoformat("2016-11-02T09:00:00+08:00")
    assert due(Kept.REQUEST_ANSWERS, NOW) == datetime.fromisoformat("2026-10-03T09:00:00+08:00")


def test_on_29_february_nothing_goes_a_day_early() -> None:
    leap = datetime.fromisoformat("2028-02-29T09:00:00+08:00")
    assert due(Kept.FORMER_HOLDERS, leap) == datetime.fromisoformat("2025-02-28T09:00:00+08:00")


def test_a_changed_period_holds_from_its_day_on(monkeypatch: pytest.MonkeyPatch) -> None:
    old = Retention(date(2021, 11, 1), 3, "years")
    new = Retention(date(2027, 1, 1), 90, "days")
    monkeypatch.setattr(retentions, "_parameters", lambda: {Kept.FORMER_HOLDERS: [old, new]})
    assert retention(Kept.FORMER_HOLDERS, date(2026, 12, 31)) == old
    assert retention(Kept.FORMER_HOLDERS, date(2027, 1, 1)) == new
    assert retention(Kept.FORMER_HOLDERS, date(2000, 1, 1)) == old


def test_a_purpose_serves_from_its_day_until_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    ends = Basis(date(2021, 11, 1), date(2027, 1, 1), "PIPL art. 13")
    monkeypatch.setattr(purposes, "_parameters", lambda: {Purpose.EMERGENCY: [ends]})
    assert basis_of(Purpose.EMERGENCY, date(2026, 12, 31)) == "PIPL art. 13"
    for day in (date(2021, 10, 31), date(2027, 1, 1)):
        with pytest.raises(PurposeNotInForce):
            basis_of(Purpose.EMERGENCY, day)
