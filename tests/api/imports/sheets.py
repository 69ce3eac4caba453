"""Spreadsheets as clerks make them, and what becomes of them."""

import csv
import io
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import xlsxwriter

from maplebridge_api.importing import work_on_next
from tests.conftest import Databases
from tests.world import (
    STREET,
    TIANQIAO,
    Actor,
    Json,
    Tianqiao,
    appointment,
    enter,
    open_street,
    person,
    post,
)

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
GRIDS = ["网格编码", "网格层级", "网格名称", "管理方式", "设立日期"]
HOUSEHOLDS = ["单元网格编码", "地址", "居住人数"]
ORGANISATIONS = ["所在网格编码", "组织类型", "组织名称", "上级组织名称", "统一社会信用代码"]
PEOPLE = ["人员编号", "姓名", "手机号码", "是否党员"]
OFFICES = [
    *("所在网格编码", "组织类型", "组织名称", "岗位", "岗位名称", "岗位名额"),
    *("人员编号", "姓名", "手机号码", "任职日期", "届满日期（不含当日）"),
]
#: The street's own office: a clerk, another one, and the administrator, whom no clerk appoints.
OFFICE = [
    post("clerks", "clerk", "working committee", seats=5),
    post("administrator", "administrator", "working committee"),
    *(person(name) for name in ("an", "bao", "cui")),
    appointment("an is clerk", "an", "clerks"),
    appointment("bao is clerk", "bao", "clerks"),
    appointment("cui administers", "cui", "administrator"),
]
UNIT = f"{TIANQIAO}/001/0001/012"


@asynccontextmanager
async def empty_street(databases: Databases) -> AsyncIterator[Tianqiao]:
    """Open an installation of its own, with a street and nothing in it."""
    name = await databases.copy("maplebridge")
    async with open_street(databases.url(name), databases.url(name, "mb_api")) as street:
        await enter(street.clerk_li, STREET[:1])
        yield street
    await databases.drop(name)


def csv_of(*rows: Sequence[Any], encoding: str = "gb18030") -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode(encoding)


def xlsx_of(*rows: Sequence[Any], name: str = "Sheet1", **options: Any) -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"strings_to_formulas": False, **options}) as book:
        page = book.add_worksheet(name)
        for number, row in enumerate(rows):
            page.write_row(number, 0, row)
    return file.getvalue()


async def hands_in(
    actor: Actor, shape: str, content: bytes, street_id: int = TIANQIAO, key: str | None = None
) -> Any:
    media_type = XLSX if content.startswith(b"PK") else "text/csv"
    path = f"/imports?street_id={street_id}&shape={shape}"
    return await actor.asks(
        "POST",
        path,
        content=content,
        headers={"Content-Type": media_type} | ({"Idempotency-Key": key} if key else {}),
    )


async def imports(street: Tianqiao, shape: str, content: bytes, actor: Actor | None = None) -> Json:
    """Hand a file in, let the job worker work on it, and return what came of it."""
    actor = actor or street.clerk_li
    answer = await hands_in(actor, shape, content)
    assert answer.status_code == 202, answer.text
    assert await work_on_next(street.app.state.database)
    shown: Json = (await actor.gets(f"/imports/{answer.json()['id']}")).json()
    return shown


async def faults_of(street: Tianqiao, run: Json) -> list[tuple[int | None, str | None, str]]:
    """Return what was refused: row, column, code."""
    answer = (await street.clerk_li.gets(f"/imports/{run['id']}/faults")).json()
    assert answer["count"] == run["faults_count"]
    return [(one["row"], one["column"], one["code"]) for one in answer["items"]]


async def exports(street: Tianqiao, shape: str, **more: Any) -> bytes:
    body = {"street_id": TIANQIAO, "shape": shape, **more}
    answer = await street.clerk_li.posts("/exports", body)
    assert answer.status_code == 200, answer.text
    content: bytes = answer.content
    return content


def rows_of(run: Json) -> tuple[str, int, int]:
    return run["state"], run["rows_made"], run["rows_kept"]
