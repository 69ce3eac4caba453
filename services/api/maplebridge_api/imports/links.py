"""What grids get by a sheet that comes after theirs: who answers to them, and their central household."""

from collections.abc import Callable, Mapping
from typing import Any, Literal
from uuid import UUID

from maplebridge_domain.importing import GridUnknown, KeptDifferently, RowTwice
from maplebridge_domain.problem import Problem
from maplebridge_domain.spreadsheet import refusal_of

from ..grid import service as grid
from .loading import Loading
from .reading import Line


class Links:
    """Grids that a column names, and the ids that they get in the place of none."""

    def __init__(
        self,
        loading: Loading,
        grids: Mapping[str, grid.GridLine],
        name: Literal["party_org_id", "central_household_id"],
        column: str,
    ) -> None:
        self._loading, self._grids, self._name, self._column = loading, grids, name, column
        self._given: dict[UUID, tuple[Line, UUID]] = {}

    def add(self, line: Line, id_: UUID, check: Callable[[grid.GridLine], None]) -> None:
        """Let the grids that a line names get an id; what does not fit is refused."""
        for path in line.values[self._column] or ():
            problem = self._refusal(path, line, id_, check)
            if problem is not None:
                self._loading.refuse(problem, line, self._column)

    def _refusal(
        self, path: str, line: Line, id_: UUID, check: Callable[[grid.GridLine], None]
    ) -> Problem | None:
        named = self._grids.get(path)
        if named is None:
            return GridUnknown()
        kept = getattr(named, self._name)
        if kept == id_:
            return None
        if kept is not None:
            return KeptDifferently()
        if named.id in self._given:
            return RowTwice(self._given[named.id][0].row)
        self._given[named.id] = line, id_
        return refusal_of(lambda: check(named))

    async def enter(self) -> None:
        """Enter them; what is said of the grids then is remembered, so that it can be undone.

        Raises:
            BeforeLastChange: a grid was described a moment ago.
        """
        if self._given:
            given: dict[UUID, dict[str, Any]] = {
                grid_id: {self._name: id_} for grid_id, (_, id_) in self._given.items()
            }
            grids = list(self._grids.values())
            made = await grid.add_attributes(self._loading.write, grids, given)
            await self._loading.made("grid_description", made, rows=0)
