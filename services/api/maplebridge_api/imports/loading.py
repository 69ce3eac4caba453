"""What every shape's loading stands on: the lines of a sheet, checked as a whole, then entered."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from maplebridge_domain.importing import KeptDifferently, RowTwice
from maplebridge_domain.problem import Problem
from maplebridge_domain.shape import Shape
from maplebridge_domain.sheets import SHEETS
from maplebridge_domain.spreadsheet import refusal_of

from ..platform.ids import new_id
from ..platform.request import Items, Make, Write
from . import queries
from .findings import Findings
from .reading import Line

Batches = AsyncIterator[list[Line]]

#: How many things a verb is given at a time: as many as a batch of the API holds.
AT_ONCE = 1_000
#: What a field of a body is called in a sheet, where that is another name.
_FIELDS: Mapping[Shape, Mapping[str, str]] = {
    Shape.GRIDS: {"parent_id": "path", "code": "path"},
    Shape.ORGANISATIONS: {
        "grid_id": "grid_path",
        "parent_id": "parent",
        "community_party_org_id": "community_party_org",
    },
    Shape.APPOINTMENTS: {
        "grid_id": "grid_path",
        "organisation_id": "organisation",
        "name": "post",
        "post_id": "kind",
        "person_id": "person_key",
        "during": "from",
        "election": "voted_on",
    },
    Shape.CONTRACTS: {
        "quarter_id": "grid_path",
        "enterprise_id": "enterprise",
        "during": "from",
    },
}


@dataclass
class Loading:
    """An import under way: who imports, into which street, and what was found so far."""

    write: Write
    import_id: UUID
    street_id: int
    shape: Shape
    places: Sequence[int | None]
    findings: Findings
    parts_made: int = 0

    def __post_init__(self) -> None:
        columns = zip(SHEETS[self.shape].columns, self.places, strict=True)
        held = {column.name: (place, column.heading) for column, place in columns}
        also = {field: held[name] for field, name in _FIELDS.get(self.shape, {}).items()}
        self.findings.columns = held | also

    def refuse(self, problem: Problem, line: Line, name: str) -> None:
        """Note a fault in a line's column."""
        self.findings.refuse(problem, line.row, *self.findings.columns[name])

    def check(self, line: Line, name: str, rule: Callable[[], object]) -> None:
        """Note a fault in a line's column where a rule refuses it."""
        refused = refusal_of(rule)
        if refused is not None:
            self.refuse(refused, line, name)

    def differs(self, line: Line, kept: dict[str, Any]) -> bool:
        """Note where a line contradicts what is kept; an empty cell contradicts nothing."""
        wrong = [
            name
            for name, value in kept.items()
            if line.values[name] is not None and line.values[name] != value
        ]
        for name in wrong:
            self.refuse(KeptDifferently(), line, name)
        return bool(wrong)

    async def made(self, kind: str, ids: list[UUID], *, rows: int | None = None) -> None:
        """Remember what was made, so that it can be undone."""
        self.findings.rows_made += len(ids) if rows is None else rows
        if ids:
            await self.write.tx.run(
                queries.REMEMBER_MADE,
                street_id=self.street_id,
                id=self.import_id,
                no=self.parts_made,
                kind=kind,
                ids=ids,
            )
            self.parts_made += 1

    async def enter(
        self, kind: str, things: Sequence[tuple[Line, Any]], make: Make, *, counted: bool = True
    ) -> None:
        """Enter things by a slice's verb, some at a time; what it refuses can be led back to a row.

        Raises:
            Problem: whatever the verb refuses.
        """
        for start in range(0, len(things), AT_ONCE):
            some = things[start : start + AT_ONCE]
            self.findings.under_way = [line.row for line, _ in some]
            await make(self.write, Items([thing for _, thing in some], batch=True))
            await self.made(kind, [thing.id for _, thing in some], rows=None if counted else 0)


class FirstRows:
    """Tells the first row of each thing that a sheet names."""

    def __init__(self, loading: Loading, name: str) -> None:
        self._loading = loading
        self._name = name
        self._rows: dict[Any, int] = {}

    def first(self, line: Line, key: Any) -> bool:
        """Tell whether a line is the first of its key; if not it is refused."""
        first = self._rows.setdefault(key, line.row)
        if first != line.row:
            self._loading.refuse(RowTwice(first), line, self._name)
        return first == line.row


class Ids:
    """Gives each new thing the id that its row brings from an export, or one of its own."""

    def __init__(self, loading: Loading, name: str = "id") -> None:
        self._once = FirstRows(loading, name)
        self._name = name

    def of(self, line: Line) -> UUID:
        """Return the id of what a line enters; if another line has given it, this one is refused."""
        given: UUID | None = line.values[self._name]
        return given if given and self._once.first(line, given) else new_id()


async def all_lines(batches: Batches, name: str) -> tuple[list[Line], set[Any]]:
    """Read a sheet to its end; return its sound lines, and what a column of the others names.

    What a row with a wrong cell names is not there, but was meant to be: rows that name it, too, are not
    at fault.
    """
    lines: list[Line] = []
    meant: set[Any] = set()
    async for batch in batches:
        for line in batch:
            if line.sound:
                lines.append(line)
            elif line.values[name] is not None:
                meant.add(line.values[name])
    return lines, meant
