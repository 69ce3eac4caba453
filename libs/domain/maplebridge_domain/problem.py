"""Every refusal, written once: the domain raises it, the API answers with it, docs list it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import Enum
from typing import ClassVar, Literal

from .named import Named

Language = Literal["zh", "en"]


class Kind(Enum):
    """What sort of refusal it is; platform/problems.py knows each kind's HTTP status."""

    BAD_REQUEST = "bad_request"
    INVALID = "invalid"
    UNAUTHENTICATED = "unauthenticated"
    CLIENT_UNAUTHENTICATED = "client_unauthenticated"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    CONFLICT = "conflict"
    GONE = "gone"
    RULE = "rule"
    STALE = "stale"
    PRECONDITION_REQUIRED = "precondition_required"
    TOO_LARGE = "too_large"
    UNSUPPORTED_MEDIA = "unsupported_media"
    TOO_MANY = "too_many"
    UNAVAILABLE = "unavailable"
    OUTSIDE_WRONG = "outside_wrong"
    OUTSIDE_SILENT = "outside_silent"


class Problem(Exception):
    """A refusal: the class name is its code, the docstring its entry in docs/problems.md."""

    known: ClassVar[dict[str, type["Problem"]]] = {}
    code: ClassVar[str]
    kind: ClassVar[Kind]
    zh: ClassVar[str]
    en: ClassVar[str]
    #: After how many seconds trying again may help; None: waiting does not.
    retry_seconds: int | None = None
    #: Where in the request body, as a JSON pointer (RFC 6901); a subclass or `pointing_at` sets it.
    pointer: str = ""

    def __init_subclass__(cls) -> None:
        cls.code = re.sub(r"\B(?=[A-Z])", "_", cls.__name__).lower()
        if "zh" in vars(cls):  # a base that only groups has no sentence of its own
            Problem.known[cls.code] = cls

    def detail(self, language: Language) -> str:
        """Return the sentence that tells the reader what to do next."""
        if language == "en":
            return self.en.format(**vars(self))
        return self.zh.format(
            **{
                name: value.chinese if isinstance(value, Named) else value
                for name, value in vars(self).items()
            }
        )

    @property
    def moved_to(self) -> str:
        """The path of what took its place, to which the answer links; mostly nothing did."""
        return ""

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


def pointer_to(document: object, path: Sequence[str | int], *, missing: bool = False) -> str:
    """Write Pydantic's path into a document as a JSON pointer (RFC 6901).

    The path also names branches of unions, which no document has: those steps are left out. When
    something is `missing`, the last step is a member that the document lacks and should have.
    """
    pointer = ""
    for index, step in enumerate(path):
        there = (isinstance(document, Mapping) and step in document) or (
            isinstance(document, list) and isinstance(step, int) and step < len(document)
        )
        if there:
            document = document[step]  # type: ignore[index]
        if there or (missing and index == len(path) - 1):
            pointer += f"/{str(step).replace('~', '~0').replace('/', '~1')}"
    return pointer
