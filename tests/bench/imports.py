"""A sheet of 400,000 households and 30 columns imported over HTTP, beside `COPY FROM` of the same rows.

The reference copies what the import enters, 400,000 rows of a household, into the same tables with their
keys; it reads no sheet, checks nothing and seals nothing. What the worker's process held at most is told.
"""

import asyncio
import re
import time
import zipfile
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg

from maplebridge.sample.client import ok, signed_in
from maplebridge.system import MapleBridge
from maplebridge_domain.worktime import SHANGHAI

from .figures import Figure, figure

NAME = "import_400k"
AIM = 5.0
ROUNDS = 3
ROWS = 400_000
COLUMNS = 30
HOMES_A_UNIT = 20
STREET_ID = 411_300_001
SECONDS_MAX = 900
MEMORY_MB_MAX = 512

SINCE = asyncpg.Range(datetime(2026, 11, 1, tzinfo=SHANGHAI), None)
ADD_UNITS = """
    WITH made AS (
        INSERT INTO grid (street_id, id, level) SELECT $1, unnest($2::uuid[]), 'unit' RETURNING id
    ), named AS (
        INSERT INTO grid_description (street_id, grid_id, level, name, during)
        SELECT $1, unnest($2::uuid[]), 'unit', '单元', '[2026-01-01,)'
    )
    INSERT INTO grid_placement (street_id, grid_id, path, during)
    SELECT $1, id, path, '[2026-01-01,)' FROM unnest($2::uuid[], $3::text[]) AS one (id, path)
"""


def homes() -> Iterator[tuple[str, str, int]]:
    """Give unit, address and residents of every household."""
    for number in range(ROWS):
        unit = number // HOMES_A_UNIT
        path = f"{STREET_ID}/{unit // 500:03d}/{unit % 500:04d}/{unit % 500:03d}"
        yield path, f"{unit % 500}号楼{number % HOMES_A_UNIT + 101}室", number % 6


def write_sheet(file: Path) -> None:
    """Write the sheet as spreadsheets do, with many columns that nobody asks for."""
    headings = ["单元网格编码", "地址", "居住人数", *(f"备注{n}" for n in range(COLUMNS - 3))]
    others = [f"备注{n}内容" for n in range(COLUMNS - 3)]
    letters = [*map(chr, range(65, 91)), "AA", "AB", "AC", "AD"]
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr(
            "xl/workbook.xml",
            '<workbook xmlns:r="r"><sheets><sheet name="住户" r:id="rId1"/></sheets></workbook>',
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            '<Relationships><Relationship Id="rId1" Target="worksheets/sheet1.xml"/></Relationships>',
        )
        with archive.open("xl/worksheets/sheet1.xml", "w") as part:
            part.write(b'<?xml version="1.0" encoding="UTF-8"?><worksheet><sheetData>')
            part.write(_row(1, letters, headings).encode())
            for number, (path, address, residents) in enumerate(homes(), start=2):
                cells: list[str | int] = [path, address, residents, *others]
                part.write(_row(number, letters, cells).encode())
            part.write(b"</sheetData></worksheet>")


def _row(number: int, letters: Sequence[str], cells: Sequence[str | int]) -> str:
    written = "".join(
        f'<c r="{letter}{number}"><v>{cell}</v></c>'
        if isinstance(cell, int)
        else f'<c r="{letter}{number}" t="inlineStr"><is><t>{cell}</t></is></c>'
        for letter, cell in zip(letters, cells, strict=True)
    )
    return f'<row r="{number}">{written}</row>'


async def measure(system: MapleBridge, work: Path) -> list[Figure]:
    """Measure the import of the sheet into a street that is emptied before each round."""
    sheet = work / "households.xlsx"
    await asyncio.to_thread(write_sheet, sheet)
    content = await asyncio.to_thread(sheet.read_bytes)
    owner = await asyncpg.connect(system.database_url, command_timeout=SECONDS_MAX)
    secret = system.secrets.client_secrets["operator"]
    rounds, peaks = [], []
    try:
        units = await _make_street(owner)
        rows = [(uuid4(), units[path], address, count) for path, address, count in homes()]
        for _ in range(ROUNDS):
            await _empty(owner)
            copied = await _copy(owner, rows)
            await _empty(owner)
            rounds.append((await _import(system, secret, content), copied))
            peaks.append(_peak_mb(system))
            await system.stop("jobs")
    finally:
        await owner.close()
    memory = [(peak, MEMORY_MB_MAX) for peak in peaks]
    return [figure(NAME, rounds, AIM), figure(f"{NAME}_memory", memory, 1)]


async def _make_street(owner: asyncpg.Connection) -> dict[str, UUID]:
    await owner.execute(
        "INSERT INTO street (street_id, name, district, city, province)"
        " VALUES ($1, '台', '台', '台', '台')",
        STREET_ID,
    )
    units = {path: uuid4() for path in dict.fromkeys(path for path, *_ in homes())}
    await owner.execute(ADD_UNITS, STREET_ID, list(units.values()), list(units))
    return units


async def _empty(owner: asyncpg.Connection) -> None:
    await owner.execute("DELETE FROM import_made WHERE street_id = $1", STREET_ID)
    # What is said of grids may name a household: PostgreSQL truncates all three, or none.
    said = "street_id, id, grid_id, level, name, management, during"
    await owner.execute(f"CREATE TEMP TABLE said AS SELECT {said} FROM grid_description")
    await owner.execute("TRUNCATE household, household_placement, grid_description")
    await owner.execute(f"INSERT INTO grid_description ({said}) SELECT {said} FROM said")
    await owner.execute("DROP TABLE said")


async def _copy(owner: asyncpg.Connection, rows: list[tuple[UUID, UUID, str, int]]) -> float:
    begun = time.perf_counter()
    entered = ((STREET_ID, id_) for id_, *_ in rows)
    places = ((STREET_ID, *row, SINCE) for row in rows)
    await owner.copy_records_to_table("household", records=entered, columns=("street_id", "id"))
    await owner.copy_records_to_table(
        "household_placement",
        records=places,
        columns=("street_id", "household_id", "grid_id", "address", "residents", "during"),
    )
    return time.perf_counter() - begun


async def _import(system: MapleBridge, secret: str, content: bytes) -> float:
    """Hand the sheet in; return the seconds from when the worker begins until all is entered."""
    async with signed_in(system.url, "operator", secret) as client:
        path = f"/v1/imports?street_id={STREET_ID}&shape=households"
        media_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        answer = await client.post(
            path, content=content, headers={"Content-Type": media_type}, timeout=60
        )
        place = f"/v1/imports/{ok(answer).json()['id']}"
        await system.start("jobs")
        begun = time.perf_counter()
        async with asyncio.timeout(SECONDS_MAX):
            while (run := ok(await client.get(place)).json())["ended_at"] is None:  # noqa: ASYNC110
                await asyncio.sleep(0.1)
        took = time.perf_counter() - begun
    if (run["state"], run["rows_made"]) != ("applied", ROWS):
        raise RuntimeError(f"the import ended as {run}")
    return took


def _peak_mb(system: MapleBridge) -> float:
    """Return the most memory that the job worker has held."""
    status = Path(f"/proc/{system.pid('jobs')}/status").read_text(encoding="utf-8")
    [peak] = re.findall(r"VmHWM:\s+(\d+) kB", status)
    return int(peak) / 1024
