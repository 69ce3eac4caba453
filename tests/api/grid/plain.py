"""A street as a plain model: who is whose parent, who lives where, what runs in a quarter; every day whole."""

from copy import deepcopy
from dataclasses import dataclass, field
from itertools import combinations

from maplebridge_domain.grid import CHILDREN, CODE_DIGITS, GridLevel


@dataclass
class Node:
    """A grid: where it stands and how it is numbered there."""

    level: GridLevel
    code: str
    parent: str | None


@dataclass
class Home:
    """A household: in which unit, and how many."""

    unit: str
    residents: int


@dataclass
class Running:
    """A service contract or a committee's term: in which quarter it runs, from a day to before another."""

    kind: str
    quarter: str
    since: int
    until: int

    def is_in_the_way_of(self, other: "Running") -> bool:
        same = (self.kind, self.quarter) == (other.kind, other.quarter)
        return same and self.since < other.until and other.since < self.until


@dataclass
class Street:
    """A street on a day."""

    nodes: dict[str, Node]
    homes: dict[str, Home] = field(default_factory=dict)
    running: dict[str, Running] = field(default_factory=dict)

    def path(self, id_: str) -> str:
        node = self.nodes[id_]
        return node.code if node.parent is None else f"{self.path(node.parent)}/{node.code}"

    def above(self, id_: str | None) -> list[str]:
        return [] if id_ is None else [id_, *self.above(self.nodes[id_].parent)]

    def children(self, id_: str) -> list[str]:
        return [one for one, node in self.nodes.items() if node.parent == id_]

    def living(self, unit: str) -> list[str]:
        return [one for one, home in self.homes.items() if home.unit == unit]

    def totals(self, id_: str) -> tuple[int, int]:
        homes = [home for home in self.homes.values() if id_ in self.above(home.unit)]
        return len(homes), sum(home.residents for home in homes)

    def shown(self) -> dict[str, tuple[str, str | None, int, int]]:
        """Show each grid as the API does: path, parent, households, residents."""
        return {
            id_: (self.path(id_), node.parent, *self.totals(id_))
            for id_, node in self.nodes.items()
        }

    def runs(self, day: int) -> dict[str, set[str]]:
        """Return in which of the quarters that are there something of each kind runs on the day."""
        here = [
            (one.kind, one.quarter) for one in self.running.values() if one.since <= day < one.until
        ]
        return {
            kind: {quarter for of, quarter in here if of == kind and quarter in self.nodes}
            for kind in ("contract", "term")
        }

    def is_right(self) -> bool:
        """Tell whether levels, codes and numbers are as they must be, and no two of a kind run at once."""
        paths = [self.path(id_) for id_ in self.nodes]
        units = [
            (self.above(id_)[-2], node.code)
            for id_, node in self.nodes.items()
            if node.level is GridLevel.UNIT
        ]
        clash = (one.is_in_the_way_of(two) for one, two in combinations(self.running.values(), 2))
        return (
            len(set(paths)) == len(paths)
            and len(set(units)) == len(units)
            and not any(clash)
            and all(
                node.level in CHILDREN[self.nodes[node.parent].level]
                and len(node.code) == CODE_DIGITS[node.level]
                for node in self.nodes.values()
                if node.parent is not None
            )
        )

    def copy(self) -> "Street":
        return deepcopy(self)

    # Each act below leaves a street that may be wrong: then the API must have refused.

    def move(self, id_: str, parent: str, code: str) -> None:
        self.nodes[id_].parent = parent
        self.nodes[id_].code = code

    def split(self, id_: str, new: str, code: str, given: list[str]) -> None:
        node = self.nodes[id_]
        self.nodes[new] = Node(node.level, code, node.parent)
        for one in given:
            if one in self.homes:
                self.homes[one].unit = new
            else:
                self.nodes[one].parent = new

    def merge(self, id_: str, other: str, day: int) -> None:
        """What ran in the one runs on in the other; what ran before the day is told by the days before."""
        for run in self.running.values():
            if run.quarter in (id_, other):
                run.quarter, run.since = id_, max(run.since, day)
        for one in self.children(other):
            self.nodes[one].parent = id_
        for one in self.living(other):
            self.homes[one].unit = id_
        del self.nodes[other]

    def close(self, id_: str) -> None:
        del self.nodes[id_]
