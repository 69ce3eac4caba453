"""Every refusal, written once: the domain raises it, the API answers with it, docs list it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from typing import ClassVar, Literal

Language = Literal["zh", "en"]


class Kind(Enum):
    """What sort of refusal it is; platform/problems.py knows each kind's HTTP status."""

    INVALID = "invalid"
    UNAUTHENTICATED = "unauthenticated"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    CONFLICT = "conflict"
    RULE = "rule"
    STALE = "stale"
    PRECONDITION_REQUIRED = "precondition_required"
    TOO_LARGE = "too_large"
    UNSUPPORTED_MEDIA = "unsupported_media"
    TOO_MANY = "too_many"
    UNAVAILABLE = "unavailable"


class Problem(Exception):
    """A refusal: the class name is its code, the docstring its entry in docs/problems.md."""

    known: ClassVar[dict[str, type["Problem"]]] = {}
    code: ClassVar[str]
    kind: ClassVar[Kind]
    zh: ClassVar[str]
    en: ClassVar[str]
    #: Where in the request body, as a JSON pointer (RFC 6901); a subclass or `pointing_at` sets it.
    pointer: str = ""

    def __init_subclass__(cls) -> None:
        cls.code = re.sub(r"\B(?=[A-Z])", "_", cls.__name__).lower()
        if "zh" in vars(cls):  # a base that only groups has no sentence of its own
            Problem.known[cls.code] = cls

    def detail(self, language: Language) -> str:
        """Return the sentence that tells the reader what to do next."""
        return (self.zh if language == "zh" else self.en).format(**vars(self))

    def __str__(self) -> str:
        return self.detail("en")


@contextmanager
def pointing_at(prefix: str) -> Iterator[None]:
    """Prepend a JSON pointer to what is refused inside, such as the item of a batch."""
    try:
        yield
    except Problem as problem:
        problem.pointer = prefix + problem.pointer
        raise
