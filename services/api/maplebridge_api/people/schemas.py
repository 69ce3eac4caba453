"""Bodies and answers of people."""

from typing import Annotated, Self
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, Field, model_validator
from pydantic_core import PydanticCustomError

from maplebridge_domain.person import normalise_phone
from maplebridge_domain.purpose import Purpose

from ..platform.bodies import Body, Line, NamePart, New, StreetId, example
from ..platform.ordering import NAMED_ROW


def _phone(text: str) -> str:
    phone = normalise_phone(text)
    if phone is None:
        raise PydanticCustomError("not_a_mobile_number", "Input should be a mobile number")
    return phone


#: However it was typed: with spaces, full-width digits or the country's code; kept as eleven digits.
Phone = Annotated[
    str,
    Field(max_length=30, pattern=r"^[+（(]?[0-9０-９]", examples=["13800000001"]),
    AfterValidator(_phone),
]
PartyMember = Annotated[
    bool | None,
    Field(strict=True, description="Kept where a rule needs it. 是否党员（仅规则所需）"),
]


class NewPerson(New):
    """An office holder or a party of a dispute: name and phone, and no more."""

    model_config = example(
        {"street_id": 411104001, "name": "王建国", "phone": "13800000001", "party_member": True}
    )

    street_id: StreetId
    name: Line = Field(examples=["王建国"])
    phone: Phone | None = None
    party_member: PartyMember = None


class LookUp(Body):
    """Whose phone is this? In a body, because addresses end up in logs."""

    model_config = example({"street_id": 411104001, "phone": "13800000001"})

    street_id: StreetId
    phone: Phone


class Search(Body):
    """Who has these characters in the name? In a body, because addresses end up in logs."""

    model_config = example({"street_id": 411104001, "name": "建国"})

    street_id: StreetId
    name: NamePart = Field(
        examples=["建国"], description="At least two characters of it. 姓名中连续的至少两个字"
    )
    limit: Annotated[int, Field(strict=True, ge=1, le=200)] = 50
    after: Annotated[str, Field(pattern=NAMED_ROW)] | None = Field(
        None, description="`after` of the answer before, for its next page. 上一页的 after"
    )


class Correction(Body):
    """What was wrong, as it is right; what is left out stays, a phone that is null goes."""

    model_config = example({"name": "王建国", "phone": "13800000001"})

    name: Line | None = None
    phone: Phone | None = None
    party_member: PartyMember = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.model_fields_set or ("name" in self.model_fields_set and self.name is None):
            raise PydanticCustomError("nothing_corrected", "Give what is to be corrected")
        return self


class Unmasking(Body):
    """For what a name and phone are to be shown in full; the look is recorded with it."""

    model_config = example({"purpose": "answer_person"})

    purpose: Purpose = Field(description="See docs/privacy.md for each one's basis. 查看目的")


class PersonOut(BaseModel):
    """A person, masked; party membership is not shown. Of one erased only the entry is left."""

    id: UUID
    street_id: int
    name: str | None = Field(examples=["王**"])
    phone: str | None = Field(examples=["138****0001"])
    erased_at: AwareDatetime | None


class Found(BaseModel):
    """The people who have a phone number, masked."""

    items: list[PersonOut]


class SearchOut(BaseModel):
    """One page of who was found, masked, by pinyin."""

    items: list[PersonOut]
    after: str | None = Field(
        description="To be sent for the next page; null: this is the last. 下一页的游标"
    )


class Unmasked(BaseModel):
    """A person's name and phone in full, for one purpose."""

    id: UUID
    name: str
    phone: str | None
    purpose: Purpose
    basis: str = Field(description="The legal basis of the purpose. 法律依据")
