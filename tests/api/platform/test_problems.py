"""Every refusal of the application, whichever slice or rule it belongs to."""

import re
from enum import Enum
from string import Formatter
from typing import Any, TypeGuard, get_type_hints

import pytest

import maplebridge_api.main  # noqa: F401 - importing the application makes every problem known
from maplebridge_api.platform.problems import title
from maplebridge_domain.organisation import OrganisationKind, PostKind
from maplebridge_domain.posts import NoSuchPostHere, check_post_place
from maplebridge_domain.problem import Kind, Problem, pointing_at

PROBLEMS = sorted(Problem.known.items())


def example(problem: type[Problem]) -> Problem:
    """Make a problem with a word for everything it has to be told."""
    names = [name for name in getattr(problem, "__dataclass_fields__", {}) if name != "pointer"]
    return problem(**dict.fromkeys(names, "x"))


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize(("code", "problem"), PROBLEMS)
def test_a_refusal_says_the_same_in_both_languages(code: str, problem: type[Problem]) -> None:
    english = {name.removesuffix("_en") for name in placeholders(problem.en)}
    assert placeholders(problem.zh) == english


@pytest.mark.parametrize(("code", "problem"), PROBLEMS)
def test_a_refusal_can_be_said_in_both_languages(code: str, problem: type[Problem]) -> None:
    made = example(problem)
    for text in (made.detail("zh"), made.detail("en"), str(made)):
        assert "{" not in text
    assert re.search(r"[一-鿿]", made.detail("zh"))
    assert made.detail("zh").endswith("。")
    assert made.detail("en").endswith(".")
    assert made.detail("en").replace("…", "").isascii()


def test_a_sentence_in_chinese_holds_no_code() -> None:
    said = []
    for problem in Problem.known.values():
        types = {
            name: type_ for name, type_ in get_type_hints(problem).items() if name != "pointer"
        }
        coded = {name: type_ for name, type_ in types.items() if is_enum(type_)}
        for name, codes in coded.items():
            for code in codes:
                made = example(problem)
                vars(made).update({other: next(iter(all_)) for other, all_ in coded.items()})
                vars(made)[name] = code
                said.append(made.detail("zh"))
    assert len(said) > 60
    assert [text for text in said if re.search(r"[a-z_]{4}", text)] == []
    with pytest.raises(NoSuchPostHere) as refused:
        check_post_place(PostKind.SUPERVISOR, OrganisationKind.OWNERS_COMMITTEE, on_grid=False)
    assert refused.value.detail("zh").endswith("：业主委员会可设的岗位为主任、副主任、委员/成员。")


def is_enum(type_: Any) -> TypeGuard[type[Enum]]:
    return isinstance(type_, type) and issubclass(type_, Enum) and type_ is not Kind


@pytest.mark.parametrize(("code", "problem"), PROBLEMS)
def test_a_refusal_has_a_stable_code_a_kind_and_a_pointer(
    code: str, problem: type[Problem]
) -> None:
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*", code)
    assert code.replace("_", "") == problem.__name__.lower()
    assert isinstance(problem.kind, Kind)
    assert (problem.__doc__ or "").strip().splitlines()[0].endswith(".")
    assert re.match(r"$|/|header:|query:", problem.pointer)


@pytest.mark.parametrize(("code", "problem"), PROBLEMS)
def test_a_refusal_has_a_short_name_in_both_languages(code: str, problem: type[Problem]) -> None:
    assert re.fullmatch(r"[A-Z][a-z]*( [a-z]+)*", title(problem, "en"))
    assert re.fullmatch(r"[^{}…。]{3,30}", title(problem, "zh")), title(problem, "zh")


def test_a_name_is_the_same_for_every_occurrence() -> None:
    assert title(Problem.known["post_taken"], "en") == "Post taken"
    assert title(Problem.known["wrong_level"], "zh") == "上级网格不符"


def test_a_pointer_says_which_item_of_a_batch() -> None:
    class Odd(Problem):
        kind = Kind.RULE
        pointer = "/name"

    with pytest.raises(Odd) as refused, pointing_at("/items/3"):
        raise Odd()
    assert refused.value.pointer == "/items/3/name"
    assert Odd.pointer == "/name"
    assert "odd" not in Problem.known  # it has no sentence: a group, no refusal
