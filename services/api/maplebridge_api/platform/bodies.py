"""Shapes that request bodies share: strict, closed, bounded."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, Generic, TypeVar, get_args
from uuid import NAMESPACE_URL, UUID, uuid5

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
)
from pydantic_core import PydanticCustomError

from maplebridge_domain.naming import PART_MIN, sought
from maplebridge_domain.period import Period

Item = TypeVar("Item")
AnyDay = TypeVar("AnyDay", bound=date)

#: One line of text; control characters would break lists, logs and PostgreSQL's text.
Line = Annotated[
    str, StringConstraints(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]+$")
]
#: Text of several lines, as long as GB/T 31000-2015 table 30 allows a summary.
Paragraph = Annotated[
    str, StringConstraints(min_length=1, max_length=4000, pattern=r"^[^\x00-\x08\x0b-\x1f\x7f]+$")
]


def _part(text: str) -> str:
    part = sought(text)
    if len(part) < PART_MIN:
        raise PydanticCustomError("part_too_short", "Give at least two characters of the name")
    return part


#: A part of a name that is sought, however it was typed; every character stands for itself.
NamePart = Annotated[Line, AfterValidator(_part)]
StreetId = Annotated[
    int,
    Field(
        strict=True,
        ge=110_000_000,
        le=999_999_999,
        description="Division code of the street, nine digits. 街道区划代码",
        examples=[411104001],
    ),
]
#: The same in a path or query, where every number comes as text.
StreetIdParameter = Annotated[int, Field(ge=0, le=999_999_999, examples=[411104001])]
Count = Annotated[int, Field(strict=True, ge=0, le=100_000)]
Percent = Annotated[int, Field(strict=True, ge=0, le=100)]


def _text(value: object) -> object:
    """Refuse a number where a date is written: Pydantic would take it for seconds since 1970."""
    if not isinstance(value, str | date) or _is_number(value):
        raise PydanticCustomError("date_not_text", "Input should be text")
    return value


def _is_number(value: str | date) -> bool:
    """Tell whether a text is a number: in a query every one comes as text."""
    if isinstance(value, date):
        return False
    try:
        float(value)
    except ValueError:
        return False
    return True


def _in_our_times(value: AnyDay) -> AnyDay:
    """Refuse a day that no street has lived in: PostgreSQL takes fewer than Python does."""
    if not 1949 <= value.year <= 2199:
        raise PydanticCustomError("out_of_our_times", "Input should lie between 1949 and 2199")
    return value


#: A point in time with its offset (RFC 3339).
Instant = Annotated[AwareDatetime, BeforeValidator(_text), AfterValidator(_in_our_times)]
#: A calendar day in Shanghai.
Day = Annotated[date, BeforeValidator(_text), AfterValidator(_in_our_times)]


def example(body: dict[str, Any]) -> ConfigDict:
    """Show a body in the API document as a street would send it: what `Try it out` begins with."""
    return ConfigDict(json_schema_extra={"examples": [body]})


def example_id(of: str) -> str:
    """Give an id for an example: one name, one id, so that the examples speak of the same things."""
    return str(uuid5(NAMESPACE_URL, of))


class Body(BaseModel):
    """A request body: unknown members are refused, not ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class New(Body):
    """A body that creates; a phone that was offline brings its own id."""

    id: UUID | None = Field(
        None, description="Brought by the client, else made here. 客户端自带编号"
    )


def _one_item(schema: dict[str, Any], batch: type[BaseModel]) -> None:
    [item] = get_args(batch.model_fields["items"].annotation)
    schema["examples"] = [{"items": item.model_config["json_schema_extra"]["examples"]}]


class Batch(Body, Generic[Item]):
    """Many bodies in one request: all are created, or none."""

    model_config = ConfigDict(json_schema_extra=_one_item)

    items: Annotated[Sequence[Item], Field(min_length=1, max_length=1000)]


class PeriodIn(Body):
    """From an instant (inclusive) until another (exclusive; null: still running)."""

    from_: Instant = Field(alias="from", examples=["2026-01-01T00:00:00+08:00"])
    until: Instant | None = Field(None, examples=["2029-01-01T00:00:00+08:00"])

    def period(self) -> Period:
        """Return the domain's period.

        Raises:
            EmptyPeriod.
        """
        return Period(self.from_, self.until)


def range_text(period: Period) -> str:
    """Write a period as PostgreSQL reads a tstzrange."""
    until = period.until.isoformat() if period.until else ""
    return (
        f'["{period.start.isoformat()}","{until}")' if until else f'["{period.start.isoformat()}",)'
    )


class PeriodOut(BaseModel):
    """A period as the API shows it."""

    from_: AwareDatetime = Field(alias="from")
    until: AwareDatetime | None


class Page(BaseModel, Generic[Item]):
    """One page of a list."""

    items: list[Item]
    next: str | None = Field(description="Link to the next page; null: this is the last.")


class BatchOut(BaseModel):
    """What a batch created, in the order in which it was sent."""

    count: int
    ids: list[UUID]


def dump(body: BaseModel, **more: Any) -> dict[str, Any]:
    """Return a body's members as JSON values, with more members beside them."""
    return body.model_dump(mode="json") | more
