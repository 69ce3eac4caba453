"""The street as a clerk's spreadsheets: the shapes of the import templates, with their Chinese headings."""

import io
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import xlsxwriter

from maplebridge.sample.bodies import Appointment
from maplebridge.sample.world import World
from maplebridge_domain.shape import Shape
from maplebridge_domain.sheets import SHEETS

Row = Mapping[str, object]
#: Written into each file, so that the same seed gives the same bytes.
WRITTEN_AT = datetime(2026, 11, 1)  # noqa: DTZ001 - a workbook keeps no zone


def sheets(world: World) -> dict[Shape, bytes]:
    """Write the street's workbooks, in the order in which they are handed in."""
    rows = _Rows(world)
    written: dict[Shape, Iterable[Row]] = {
        Shape.GRIDS: rows.grids(),
        Shape.HOUSEHOLDS: rows.households(),
        Shape.ORGANISATIONS: rows.organisations(),
        Shape.PEOPLE: rows.people(),
        Shape.CONTRACTS: rows.contracts(),
        Shape.APPOINTMENTS: rows.appointments(),
    }
    return {shape: _workbook(shape, some) for shape, some in written.items()}


def leave_sheets(world: World, folder: Path) -> dict[Shape, bytes]:
    """Write the street's workbooks into a folder, too, for whoever wants to look at them."""
    folder.mkdir(parents=True, exist_ok=True)
    written = sheets(world)
    for shape, content in written.items():
        (folder / f"{shape}.xlsx").write_bytes(content)
    return written


class _Rows:
    """The rows of each sheet, by the names of its columns."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._paths = {world.street["grid_id"]: str(world.street["street_id"])}
        for grid in world.grids:  # parents come first
            self._paths[grid["id"]] = f"{self._paths[grid['parent_id']]}/{grid['code']}"
        self._organisations = {one["id"]: one for one in world.organisations}

    def grids(self) -> Iterator[Row]:
        for grid in self._world.grids:
            yield {**grid, "path": self._paths[grid["id"]]}

    def households(self) -> Iterator[Row]:
        for household in self._world.households:
            yield {**household, "grid_path": self._paths[household["grid_id"]]}

    def organisations(self) -> Iterator[Row]:
        for one in self._world.organisations:
            yield {
                **one,
                "grid_path": self._paths[one["grid_id"]],
                "parent": self._name(one["parent_id"]),
                "community_party_org": self._name(one["community_party_org_id"]),
            }

    def people(self) -> Iterator[Row]:
        for person in self._world.people:
            yield {**person, "person_key": person["id"]}

    def contracts(self) -> Iterator[Row]:
        for one in self._world.contracts:
            enterprise = self._organisations[one["enterprise_id"]]
            yield {
                **one,
                **_days(one["during"]),
                "grid_path": self._paths[one["quarter_id"]],
                "enterprise": enterprise["name"],
                "enterprise_path": self._paths[enterprise["grid_id"]],
            }

    def appointments(self) -> Iterator[Row]:
        """Give every post with each of its holders; those that cross-appointments will fill are vacant."""
        people = {person["id"]: person for person in self._world.people}
        held: defaultdict[str, list[Appointment]] = defaultdict(list)
        for appointment in self._world.appointments:
            held[appointment["post_id"]].append(appointment)
        for post in self._world.posts:
            holder = self._organisations.get(post.get("organisation_id", ""))
            place: Row = {
                "grid_path": self._paths[holder["grid_id"] if holder else post["grid_id"]],
                "organisation_kind": holder["kind"] if holder else None,
                "organisation": holder["name"] if holder else None,
                "kind": post["kind"],
                "post": post["name"],
                "seats": post["seats"],
                "post_id": post["id"],
            }
            for one in held[post["id"]]:
                person = people[one["person_id"]]
                who = {"person": person["name"], "phone": person["phone"]}
                yield {**place, **who, **_days(one["during"]), "id": one["id"]}
            if not held[post["id"]]:
                yield place

    def _name(self, id_: str | None) -> str | None:
        return self._organisations[id_]["name"] if id_ else None


def _days(during: Any) -> Row:
    """Write a term as clerks do: it begins and ends with a day."""
    return {name: moment and moment[:10] for name, moment in during.items()}


def _workbook(shape: Shape, rows: Iterable[Row]) -> bytes:
    sheet = SHEETS[shape]
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"constant_memory": True}) as book:
        book.set_properties({"created": WRITTEN_AT})
        page = book.add_worksheet(sheet.title)
        page.freeze_panes(1, 0)
        page.set_column(0, len(sheet.columns) - 1, 18, book.add_format({"num_format": "@"}))
        page.write_row(0, 0, [column.heading for column in sheet.columns])
        for number, row in enumerate(rows, start=1):
            shown = [column.shown(row.get(column.name)) for column in sheet.columns]
            page.write_row(number, 0, shown)
    return file.getvalue()
