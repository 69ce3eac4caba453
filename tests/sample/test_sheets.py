"""The sample street comes in by the sheets that it writes, goes out, and comes in as the same street."""

import io
import json
from collections.abc import Iterable

from maplebridge.sample.sheets import sheets
from maplebridge.sample.world import World, build
from maplebridge_api.imports.findings import Findings
from maplebridge_api.imports.reading import find_source, read_lines
from maplebridge_api.imports.writing import template
from maplebridge_domain.shape import Shape
from maplebridge_domain.sheets import SHEETS
from tests.api.imports.sheets import empty_street, exports, imports, rows_of
from tests.conftest import Databases
from tests.world import TIANQIAO, Tianqiao

SUMMARY = f"cross-appointments/summary?street_id={TIANQIAO}"
SHAPES = [*Shape]  # in the order in which they need each other


def test_the_sheets_are_the_templates_filled_in_and_the_same_to_the_byte(world: World) -> None:
    written = sheets(world)
    assert written == sheets(build(256))
    assert list(written) == SHAPES
    rows = {}
    for shape, content in written.items():
        findings = Findings()
        source = find_source(io.BytesIO(content), shape)
        empty = find_source(io.BytesIO(template(shape)), shape)
        assert source.places == empty.places == [*range(len(SHEETS[shape].columns))]
        lines = [line for some in read_lines(source, shape, findings) for line in some]
        assert not findings.faults
        assert not findings.shown_notes()
        rows[shape] = [line.values for line in lines]
    counted = {shape: len(lines) for shape, lines in rows.items()}
    assert counted[Shape.GRIDS] == len(world.grids)
    assert counted[Shape.HOUSEHOLDS] == 16_252
    assert sum(row["residents"] for row in rows[Shape.HOUSEHOLDS]) == 37_452
    assert sum(row["kind"] == "property_enterprise" for row in rows[Shape.ORGANISATIONS]) == 14
    assert counted[Shape.PEOPLE] == len(world.people)
    assert counted[Shape.CONTRACTS] == len(world.contracts)
    offices = rows[Shape.APPOINTMENTS]
    assert {str(row["post_id"]) for row in offices} == {post["id"] for post in world.posts}
    assert sum(row["id"] is not None for row in offices) == len(world.appointments)


async def ledgers(street: Tianqiao) -> dict[Shape, bytes]:
    purpose = {Shape.PEOPLE: {"purpose": "answer_person"}}
    return {
        shape: await exports(street, shape, format="csv", **purpose.get(shape, {}))
        for shape in SHAPES
    }


async def come_in(street: Tianqiao, files: Iterable[tuple[Shape, bytes]]) -> list[int]:
    """Import all of a street's files; return how many rows each of them made."""
    made = []
    for shape, content in files:
        run = await imports(street, shape, content)
        assert rows_of(run)[0] == "applied", (shape, run)
        assert run["rows_made"] + run["rows_kept"] == run["rows_read"]
        made.append(run["rows_made"])
    return made


async def test_the_sample_street_goes_out_and_comes_in_as_the_same_street(
    databases: Databases, world: World
) -> None:
    async with empty_street(databases) as first, empty_street(databases) as second:
        made = await come_in(first, sheets(world).items())
        assert made[:2] == [len(world.grids), 16_252]
        batch = {"items": [*world.cross_appointments]}
        crossed = await first.clerk_li.posts("/cross-appointments/batch", batch)
        assert crossed.status_code == 201, crossed.text
        gone = await ledgers(first)
        assert (await come_in(second, gone.items()))[:-1] == made[:-1]
        assert await ledgers(second) == gone
        steps = [f"appointments?limit=200&step={step}" for step in (1, 2, 3, 4, 5)]
        lists = [f"{one}?limit=200" for one in ("organisations", "posts", "service-contracts")]
        for path in (*lists, *steps, SUMMARY):  # with the ids that they had
            ours, theirs = [
                json.dumps((await one.clerk_li.gets(f"/{path}")).json(), sort_keys=True)
                for one in (first, second)
            ]
            assert ours == theirs
