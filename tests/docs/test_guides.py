"""What the guides promise is there: links, fields, settings, the test command, the code that verifies."""

import json
import re
from datetime import date
from pathlib import Path

import pytest
import yaml
from joserfc.errors import BadSignatureError
from joserfc.jwk import OKPKey

from maplebridge_api.ratings.signing import sign
from maplebridge_api.settings import Settings as ApiSettings
from maplebridge_api.settings import settings
from maplebridge_domain import assessment, rubric
from maplebridge_domain.purpose import Purpose
from maplebridge_domain.retention import Kept, retention
from maplebridge_domain.rubric import read_rubric
from maplebridge_domain.rubric_check import Fact
from maplebridge_evaluator.settings import Settings as EvaluatorSettings

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
SCRIPT = ".venv/bin/maplebridge"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def block(page: str, language: str) -> str:
    """Return the page's one block of code in a language."""
    [found] = re.findall(rf"```{language}\n(.*?)```", read(DOCS / page), re.DOTALL)
    return str(found)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    for target, anchor in re.findall(r"\]\(([^)#:]*)(?:#([^)]*))?\)", read(page)):
        there = page.parent / target if target else page
        assert there.exists(), target
        assert not anchor or anchor in anchors(there), f"{target}#{anchor}"


def anchors(page: Path) -> set[str]:
    """Return what a link can end in: a heading in lower case, with hyphens for spaces."""
    headings = re.findall(r"^#+ (.+)$", read(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_the_readme_names_the_test_command() -> None:
    assert re.search(r"^## Test\n\n    make test\n", read(ROOT / "README.md"), re.MULTILINE)


def test_the_readme_says_in_ten_lines_what_it_is_and_for_whom() -> None:
    said = read(ROOT / "README.md").split("README.zh-CN.md)\n\n")[1].split("\n\n![")[0]
    assert len(said.splitlines()) <= 10


def test_the_readmes_give_the_same_commands_and_links_in_both_languages() -> None:
    english, chinese = read(ROOT / "README.md"), read(ROOT / "README.zh-CN.md")
    assert commands(english) == commands(chinese)
    assert commands(english)[:4] == [
        "make demo",
        "make test",
        "make up",
        f"{SCRIPT} sample tianqiao",
    ]
    assert links(english) - links(chinese) == {"README.zh-CN.md"}
    assert links(chinese) - links(english) == {"README.md"}


def commands(page: str) -> list[str]:
    return re.findall(r"^    (\S.*?)(?:\s+#.*)?$", page, re.MULTILINE)


def links(page: str) -> set[str]:
    return set(re.findall(r"\]\(([^)]+)\)", page))


def test_the_architecture_names_every_folder_of_tests() -> None:
    [line] = re.findall(r"^tests/(.*)$", read(DOCS / "architecture.md"), re.MULTILINE)
    folders = {path.name for path in (ROOT / "tests").iterdir() if path.is_dir()}
    assert set(line.split()) == folders - {"__pycache__"}


def test_the_rubric_guide_names_every_field_and_fact() -> None:
    guide = read(DOCS / "rubric-guide.md")
    parts = [part for part in vars(rubric).values() if _is_a(part, rubric.Part)]
    parts += [part for part in vars(assessment).values() if _is_a(part, assessment.Explained)]
    fields = {f.alias or name for part in parts for name, f in part.model_fields.items()}
    # A result's own members and a name's two languages are the API's, not the rubric's.
    for name in fields - {"subject_kind", "subject_id", "score", "party", "component", "rule"}:
        assert re.search(rf"\b{name}\b", guide), name
    assert all(f"`{fact}`" in guide for fact in Fact)


def _is_a(part: object, base: type) -> bool:
    return isinstance(part, type) and issubclass(part, base) and part is not base


def test_the_rubric_guides_example_is_a_rubric() -> None:
    scheme = yaml.safe_load(block("rubric-guide.md", "yaml"))
    read = read_rubric(
        {
            "code": "example",
            "version": 1,
            "name": {"zh": "例", "en": "example"},
            "valid": {"from": "2026-01-01"},
            "grades": {code: {"zh": code, "en": code} for code in ("A", "C", "unrated")},
            "schemes": scheme,
        }
    )
    assert read.schemes[0].max == 10_000


def test_the_privacy_page_tells_each_period_as_it_is_in_force_and_each_purpose() -> None:
    page = read(DOCS / "privacy.md")
    today = date(2026, 11, 1)
    told = re.findall(r"^\| `(\w+)` \| (\d+) (day|year)s? \| (?=[^|]+ \|$)", page, re.MULTILINE)
    kept = [(one, retention(one, today)) for one in Kept]
    assert told == [(one.value, str(it.length), it.unit.removesuffix("s")) for one, it in kept]
    purposes = re.findall(r"^\| `(\w+)` \| (?!\d)", page, re.MULTILINE)
    assert purposes == [purpose.value for purpose in Purpose]


def test_the_operations_guide_names_every_setting() -> None:
    guide = read(DOCS / "operations.md")
    for name in {*ApiSettings.model_fields, *EvaluatorSettings.model_fields}:
        assert f"MAPLEBRIDGE_{name.upper()}" in guide, name


def test_the_api_guides_code_verifies_a_statement_and_catches_a_forgery(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    key = OKPKey.import_key(json.loads(settings().statement_key.get_secret_value()))
    told = {"enterprise_id": "e", "score": 8731, "grade": "A"}
    statement = sign(told | {"enterprise": "晨光物业", "confirmed_at": "2026-11-10T09:00:00+08:00"})
    monkeypatch.chdir(tmp_path)
    Path("jwks.json").write_text(json.dumps({"keys": [key.as_dict(private=False)]}))
    code = compile(block("api-guide.md", "python"), "api-guide.md", "exec")

    Path("statements.json").write_text(json.dumps({"items": [told | {"statement": statement}]}))
    exec(code, {})
    assert "晨光物业 87.31 A (test)" in capsys.readouterr().out

    head, payload, signature = statement.split(".")
    forged = f"{head}.{payload[:-2]}AA.{signature}"
    Path("statements.json").write_text(json.dumps({"items": [told | {"statement": forged}]}))
    with pytest.raises(BadSignatureError):
        exec(code, {})


def test_the_impact_assessment_is_dated_says_by_whom_and_weighs_each_risk() -> None:
    """Personal Information Protection Law arts. 55, 56: influence on people, risk, and measures."""
    page = read(DOCS / "privacy.md").partition("## Impact assessment")[2]
    assert re.search(r"Assessed on \d+ \w+ 20\d\d by ", page)
    risks = [line.strip("|").split("|") for line in page.splitlines() if line.startswith("| ")][1:]
    assert len(risks) > 14
    for risk, likelihood, severity, measures in risks:
        weights = {likelihood.strip(), severity.strip()}
        assert weights <= {"low", "middle", "high"}, risk
        assert weights != {"high"}, risk
        assert measures.strip(), risk
