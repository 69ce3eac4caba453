"""What is kept of a person: shown masked, erased when it is time, one entry a person."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from uuid import UUID

from .problem import Kind, Problem
from .worktime import SHANGHAI

#: A given name of more characters shows no more stars: its length would tell who it is.
STARS_MAX = 3


@dataclass(eq=False)
class PersonMerged(Problem):
    """Of two entries of one person one is left; the other only says where it went."""

    kind = Kind.GONE
    zh = "此人员已并入另一条目，请改用 /v1/people/{into}。"
    en = "This entry was merged into another; use /v1/people/{into} instead."

    into: UUID

    @property
    def moved_to(self) -> str:
        """The path of the entry that is left."""
        return f"/v1/people/{self.into}"


@dataclass(eq=False)
class PersonErased(Problem):
    """Of who was erased nothing is left to show, change or appoint."""

    kind = Kind.GONE
    zh = "此人的姓名与电话已删除，不能再查看、更正或任职；确需任职的，请重新登记。"
    en = "This person's name and phone are erased; to appoint the person, enter them anew."


@dataclass(eq=False)
class StillInOffice(Problem):
    """Who holds an office, or is to hold one, is not erased: who acts for others has a name."""

    kind = Kind.CONFLICT
    zh = "此人仍有任期未满的任职（至{until}），请先结束任职，再删除个人信息。"
    en = "This person holds an office (until {until}); end the appointment first, then erase."

    until: date | str


@dataclass(eq=False)
class CaseStillOpen(Problem):
    """Who reported a case is not erased before it is over: they are to be told what becomes of it."""

    kind = Kind.CONFLICT
    zh = "此人上报的纠纷尚未结案，请先结案或撤回，再删除个人信息。"
    en = "A case that this person reported is open; close or withdraw it first, then erase."


@dataclass(eq=False)
class MergedWithItself(Problem):
    """A merger takes two entries."""

    kind = Kind.RULE
    zh = "须填写另一条目的编号，条目不能并入自身。"
    en = "Name another entry; an entry cannot be merged into itself."
    pointer = "/into"


@dataclass(eq=False)
class BothHoldPost(Problem):
    """Nobody sits twice in one post: entries that both do at one time cannot be one person's."""

    kind = Kind.CONFLICT
    zh = "两个条目在同一时期担任同一岗位（{post_id}），请先核对并结束其中一个任职，再合并。"
    en = "Both entries hold one post ({post_id}) at one time; end one of the terms first, then merge."
    pointer = "/into"

    post_id: UUID


@dataclass(eq=False)
class NothingToStrike(Problem):
    """What is to be struck from a text stands in it."""

    kind = Kind.RULE
    zh = "未找到要删去的文字，请核对后逐字填写；本案文字未作改动。"
    en = "None of these words is in the texts of this case; check them letter by letter."
    pointer = "/strike"


@cache
def _two_character_surnames() -> tuple[str, ...]:
    text = (files(__package__) / "parameters/surnames.txt").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return tuple(" ".join(lines).split())


def mask_name(name: str) -> str:
    """Show a name as `张*` or `欧阳**`: the surname, and a star a character of what follows.

    Of a name that is no Chinese one the first letter stays.
    """
    name = unicodedata.normalize("NFKC", name).strip()
    surname = name[:1]
    if len(name) > 2 and name.startswith(_two_character_surnames()):
        surname = name[:2]
    given = len(name) - len(surname)
    return surname + "*" * min(given, STARS_MAX) if given else "*"


def mask_phone(phone: str) -> str:
    """Show a phone number as `138****0001`."""
    return f"{phone[:3]}****{phone[-4:]}"


def normalise_phone(text: str) -> str | None:
    """Return a mobile number as its eleven digits, however it was typed; None if it is none."""
    digits = re.sub(r"[\s()·.‐-―-]", "", unicodedata.normalize("NFKC", text))
    found = re.fullmatch(r"(?:\+86|0086|86)?(1[0-9]{10})", digits)
    return found[1] if found else None


def check_erasure(term_end: datetime | None, case_end: datetime | None, now: datetime) -> None:
    """Refuse to erase who still acts for others, or waits for the end of their case.

    Source: Personal Information Protection Law art. 47: erased is what is no longer needed. That an
    office to come counts, too, is our own reading.

    Raises:
        StillInOffice, CaseStillOpen.
    """
    if term_end is not None and term_end > now:
        open_ended = term_end.year > 2199
        raise StillInOffice("…" if open_ended else term_end.astimezone(SHANGHAI).date())
    if case_end is not None and case_end > now:
        raise CaseStillOpen()


#: What stands where words were struck: always as long, so that it tells nothing of them.
STRUCK = "▇▇"


def strike(text: str, words: list[str]) -> str:
    """Strike words from a text, longer ones first; everything else stays as it was."""
    wanted = sorted(words, key=len, reverse=True)
    return re.sub("|".join(map(re.escape, wanted)), STRUCK, text)
