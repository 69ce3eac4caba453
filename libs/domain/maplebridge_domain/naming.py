"""How a name is found, and where it stands in a roll: by pinyin, as Chinese names are listed."""

import unicodedata
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import yaml

#: What is left of a part of a name that is sought: one character is half a street's surname.
PART_MIN = 2


def sought(name: str) -> str:
    """Return a name as it is compared when a part of it is sought.

    However it was typed: full width or half, in capitals or not, with spaces, dots or brackets, or without.
    """
    plain = unicodedata.normalize("NFKC", name).casefold()
    return "".join(one for one in plain if unicodedata.category(one)[0] not in "CPSZ")


def listed(name: str, *, of_person: bool = False) -> str:
    """Return by what a name is sorted, to be compared by code points: `zhang1张 wei3伟`.

    Character by character: by syllable, by tone, then the character itself, so that those who share a surname
    stand together. A letter or digit stands for itself; a character without a reading comes last. At
    the head of a person's name the surname's own reading counts: 曾 is zēng there, and céng elsewhere.
    """
    name = sought(name)
    readings = _as_surname(name) if of_person else []
    while len(readings) < len(name):
        readings += _from(name[len(readings) :])
    return " ".join(reading + character for reading, character in zip(readings, name, strict=True))


def _as_surname(name: str) -> list[str]:
    """Return the readings of the surname at the head of a name, if it has one of its own."""
    surnames = _exceptions()["surnames"]
    # Of two characters only before a given name: who is called 单于 may be of the family 单.
    double = surnames.get(name[:2]) if len(name) > 2 else None
    return list(double or surnames.get(name[:1], ()))


def _from(rest: str) -> list[str]:
    """Return the readings of the longest word at the head of what is left, or of its first character."""
    words = _exceptions()["words"]
    for length in range(min(len(rest), _longest()), 0, -1):
        if found := words.get(rest[:length]):
            return list(found)
    return [_readings().get(rest[0], "")]


@cache
def _longest() -> int:
    return max(map(len, _exceptions()["words"]))


@cache
def _exceptions() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    text = (files(__package__) / "parameters/pinyin.yaml").read_text(encoding="utf-8")
    return {
        kind: {word: tuple(said.split()) for word, said in words.items()}
        for kind, words in yaml.safe_load(text).items()
    }


@cache
def _readings() -> Mapping[str, str]:
    text = (files(__package__) / "parameters/pinyin.txt").read_text(encoding="utf-8")
    lines = (line.split() for line in text.splitlines() if not line.startswith("#"))
    return {character: reading for reading, characters in lines for character in characters}
