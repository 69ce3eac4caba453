import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from joserfc import jws
from joserfc.jwk import KeySet, OKPKey
from rich.console import Console

from maplebridge.demo.department import verified
from maplebridge.demo.page import attendance, dispute_states, write_page
from maplebridge.demo.report import Confirmation, Report, ratings
from maplebridge.demo.show import show
from maplebridge.sample.world import World
from maplebridge_domain.rubric import read_rubric

CONFIRMED = Confirmation("许新民", "党工委书记", "2026-11-10T01:00:00+08:00")


@pytest.fixture
def report(world: World) -> Report:
    enterprises = [o for o in world.organisations if o["kind"] == "property_enterprise"]
    statements = [
        {"enterprise_id": e["id"], "enterprise_name": e["name"], "score": score, "grade": "A"}
        for e, score in zip(enterprises, range(4_700, 10_100, 400), strict=True)
    ]
    codes = {"cleaning": 120, "order": -80, "disputes_settled": 0}
    explanation = {
        "moved_most": ["cleaning", "order"],
        "indicators": [{"code": c, "value": 9_000, "moved": moved} for c, moved in codes.items()],
    }
    explained = {e["id"]: explanation for e in enterprises}
    rated = ratings(statements, explained, read_rubric(world.rubric["rubric"]))
    return Report(16252, 37452, rated, 500, 184, 14, CONFIRMED, {"start": 3.2})


def test_ratings_are_listed_best_first_with_the_two_indicators_that_moved_them(
    report: Report,
) -> None:
    scores = [rating.score or 0 for rating in report.ratings]

    assert scores == sorted(scores, reverse=True)
    assert [i.code for i in report.ratings[0].moved_most] == ["cleaning", "order"]
    assert report.ratings[0].moved_most[0].name.zh == "环境卫生"


def test_the_report_is_json_with_the_names_that_others_read(report: Report, tmp_path: Path) -> None:
    report.write(tmp_path / "demo.json")
    read = json.loads((tmp_path / "demo.json").read_text("utf-8"))

    assert {"households", "residents", "ratings", "member_scores", "unit_assessments"} < set(read)
    assert {"timings", "verified"} < set(read)
    assert len(read["ratings"]) == 14


def test_the_page_and_the_terminal_name_who_confirmed_the_results(
    report: Report, world: World, tmp_path: Path
) -> None:
    write_page(report, world, tmp_path / "demo.html")
    console = Console(record=True, width=120)
    show(console, report, tmp_path / "demo.html", tmp_path)

    for shown in ((tmp_path / "demo.html").read_text("utf-8"), console.export_text()):
        assert all(part in shown for part in ("许新民", "党工委书记", "2026-11-10"))


def test_the_page_holds_no_other_personal_data_and_needs_nothing_from_elsewhere(
    report: Report, world: World, tmp_path: Path
) -> None:
    write_page(report, world, tmp_path / "demo.html")
    page = (tmp_path / "demo.html").read_text("utf-8")

    assert not [p["name"] for p in world.people if p["name"] in page.replace(CONFIRMED.name, "")]
    assert "1540000" not in page
    assert not re.search(r"https?:|src=|@import|<link|<script", page)
    assert all(rating.enterprise in page for rating in report.ratings)
    for svg in re.findall(r"<svg.*?</svg>", page, re.DOTALL):
        ElementTree.fromstring(svg)


def test_an_unrated_enterprise_is_shown_without_a_score(
    report: Report, world: World, tmp_path: Path
) -> None:
    unrated = replace(report.ratings[-1], score=None, grade="unrated")
    rated = replace(report, ratings=(*report.ratings[:-1], unrated))
    write_page(rated, world, tmp_path / "demo.html")

    assert "unrated" in (tmp_path / "demo.html").read_text("utf-8")


def test_the_pages_shares_are_those_of_the_month(world: World) -> None:
    assert sum(dispute_states(world).values()) == len(world.disputes)
    assert len(attendance(world)) == 6
    assert all(0.7 < share < 1 for share in attendance(world).values())


def test_only_statements_that_are_signed_and_say_what_the_list_says_are_verified() -> None:
    key = OKPKey.generate_key("Ed25519", {"kid": "street"})
    keys = KeySet.import_key_set({"keys": [key.as_dict(private=False)]})
    good = _statement(key, score=9_000)
    told_otherwise = {**good, "score": 9_900}
    signed_by_another = {**good, **_statement(OKPKey.generate_key("Ed25519", {"kid": "street"}))}
    unknown_key = _statement(OKPKey.generate_key("Ed25519", {"kid": "other"}))

    assert verified([good, told_otherwise, signed_by_another, unknown_key], keys) == [good]


def _statement(key: OKPKey, score: int = 9_000) -> dict[str, Any]:
    claims = {"street_id": 411104001, "enterprise_id": "e", "score": score, "grade": "AA"}
    header = {"alg": "EdDSA", "kid": key.kid}
    signed = jws.serialize_compact(header, json.dumps(claims), key, algorithms=["EdDSA"])
    return {**claims, "statement": signed}
