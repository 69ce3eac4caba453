"""Bodies and answers of people."""

from uuid import UUID

from pydantic import BaseModel, Field

from ..platform.bodies import Line, New, StreetId, example


class NewPerson(New):
    """An office holder or a party of a dispute: name and phone, and no more."""

    model_config = example(
        {"street_id": 411104001, "name": "王建国", "phone": "13800000001", "party_member": True}
    )

    street_id: StreetId
    name: Line = Field(examples=["王建国"])
    phone: str | None = Field(None, pattern=r"^1[0-9]{10}$", examples=["13800000001"])
    party_member: bool | None = Field(
        None, strict=True, description="Kept where a rule needs it. 是否党员（仅规则所需）"
    )


class PersonOut(BaseModel):
    """A person; the phone is masked, party membership is not shown."""

    id: UUID
    street_id: int
    name: str
    phone: str | None = Field(examples=["138****0001"])
