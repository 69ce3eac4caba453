"""Bodies and answers of imports and exports."""

from enum import StrEnum
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field

from maplebridge_domain.importing import ImportState
from maplebridge_domain.purpose import Purpose
from maplebridge_domain.shape import Shape

from ..platform.bodies import Body, StreetId, example


class Format(StrEnum):
    """How a spreadsheet is written."""

    XLSX = "xlsx"
    CSV = "csv"


class NewExport(Body):
    """Which ledger is to go out, and of people for what."""

    model_config = example({"street_id": 411104001, "shape": "grids", "format": "xlsx"})

    street_id: StreetId
    shape: Shape
    format: Format = Format.XLSX
    purpose: Purpose | None = Field(
        None, description="People only: for what names and phones are shown. 查看目的（仅人员）"
    )


class NoteOut(BaseModel):
    """What was put right or left out, and how often."""

    code: str
    count: int
    first_row: int | None
    columns: list[str] = Field(
        [],
        description="Which columns were left out, by their letters. 未导入的列",
        examples=[["A"]],
    )
    zh: str
    en: str


class ImportOut(BaseModel):
    """An import: how far it is."""

    id: UUID
    street_id: int
    shape: Shape
    state: ImportState
    requested_at: AwareDatetime
    ended_at: AwareDatetime | None
    rows_read: int = Field(description="Rows read so far. 已读取行数")
    rows_made: int = Field(description="Rows that were entered. 新增行数")
    rows_kept: int = Field(description="Rows that were there already. 已有行数")
    faults_count: int = Field(description="Cells and rows that are refused. 错误数")
    notes: list[NoteOut] | None


class FaultOut(BaseModel):
    """What is to be mended: where, what, how; without what stands there."""

    sheet: str
    row: int | None
    column: str | None = Field(description="The column's letters. 列标", examples=["B"])
    heading: str | None
    code: str
    zh: str
    en: str


class FaultsOut(BaseModel):
    """The first faults of an import that was refused; all are counted."""

    count: int = Field(description="All faults, also those that are not told. 错误总数")
    untold: int = Field(
        description="How many of them are neither in `items` nor marked in the copy: of more than 2,000 only "
        "the first are; mend those and import again. 未列出的错误数"
    )
    items: list[FaultOut]
