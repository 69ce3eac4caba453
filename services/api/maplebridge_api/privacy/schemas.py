"""Bodies and answers about all that is kept of a person."""

from enum import StrEnum
from typing import Any
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field

from ..people.service import PersonOut
from ..platform.bodies import Body, example, example_id


class Reason(StrEnum):
    """Why a person is erased: the cases of Personal Information Protection Law art. 47."""

    PURPOSE_ACHIEVED = "purpose_achieved"  # (1) 目的已实现、无法实现或不再必要
    RETENTION_OVER = "retention_over"  # (2) 保存期限届满
    CONSENT_WITHDRAWN = "consent_withdrawn"  # (3) 撤回同意
    UNLAWFUL = "unlawful"  # (4) 违法或违约处理


class Erasure(Body):
    """That a person is to be erased, and why."""

    model_config = example({"reason": "purpose_achieved"})

    reason: Reason


class Merger(Body):
    """The entry that is left."""

    model_config = example({"into": example_id("person")})

    into: UUID


class Saying(BaseModel):
    """A row that is not about a person and whose text holds their name or phone."""

    table: str = Field(examples=["service_contract_end"])
    id: UUID


class Erased(BaseModel):
    """What is left of a person, and the texts that still name them."""

    person: PersonOut
    mentioned_in: list[UUID] = Field(
        description="Cases whose texts hold the name or phone: read and redact. 仍提及其姓名或电话的纠纷"
    )
    mentioned_elsewhere: list[Saying] = Field(
        description="Rows of others whose texts hold the name or phone. 其他仍提及其姓名或电话的记录"
    )


class Export(BaseModel):
    """All that is kept of a person; `kept` holds the rows that name them, by table."""

    id: UUID
    street_id: int
    entries: list[UUID] = Field(description="This entry and those merged into it.")
    name: str | None
    name_sought: str | None = Field(None, description="By what the name is found. 查找用姓名")
    name_listed: str | None = Field(None, description="By what it is listed. 排序用拼音")
    phone: str | None
    party_member: bool | None
    entered_at: AwareDatetime
    erased_at: AwareDatetime | None
    exported_at: AwareDatetime
    accounts: list[str] = Field(
        description="What they log in by, in the provider's words. 登录账号"
    )
    mentioned_in: list[UUID] = Field(
        description="Cases whose texts hold such a name or phone. 文字中提及该姓名或电话的纠纷"
    )
    mentioned_elsewhere: list[Saying] = Field(
        description="Any row outside cases whose text holds such a name or phone. 纠纷以外提及的记录"
    )
    kept: dict[str, list[dict[str, Any]]]
