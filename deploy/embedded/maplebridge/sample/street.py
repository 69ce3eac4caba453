"""The grid of the street: communities, quarters, lanes and units, and the households in them."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count, islice
from random import Random

from maplebridge.sample.bodies import Grid
from maplebridge.sample.draft import Draft
from maplebridge.sample.facts import Division, divisions, document
from maplebridge.sample.seed import spread

UNITS_A_BUILDING = 3
UNITS_A_LANE = 4


@dataclass(frozen=True)
class Community:
    """A community (or the village) and what lies in it."""

    grid: Grid
    is_village: bool
    quarters: tuple["Quarter", ...]


@dataclass(frozen=True)
class Quarter:
    """A quarter with its lanes, if it has any, and its units."""

    grid: Grid
    lanes: tuple[Grid, ...]
    units: tuple[Grid, ...]

    @property
    def has_property_service(self) -> bool:
        """Whether an enterprise serves it, so that six parties can meet."""
        return self.grid["management"] == "professional"


def lay_out(draft: Draft) -> tuple[Community, ...]:
    """Draw the grid down to its units: the divisions are real, the rest is the layout's."""
    layout = document("layout")
    dice = draft.seed.dice("grid")
    quarters = sum(len(names) for kinds in layout["quarters"].values() for names in kinds.values())
    sizes = iter(spread(dice, quarters, layout["units"], low=4, high=14))
    return tuple(_community(draft, dice, division, sizes) for division in divisions())


def settle(draft: Draft, communities: tuple[Community, ...]) -> None:
    """Fill the units with households, exactly as many as the street has, and residents likewise."""
    figures = document("tianqiao")
    dice = draft.seed.dice("households")
    units = [(q, unit) for community in communities for q in community.quarters for unit in q.units]
    sizes = spread(dice, len(units), figures["households"], low=20, high=60)
    residents = iter(spread(dice, figures["households"], figures["residents"], low=1, high=6))
    for (quarter, unit), size in zip(units, sizes, strict=True):
        for door in _doors(quarter.grid, size):
            draft.household(unit, f"{quarter.grid['name']}{unit['name']}{door}", next(residents))


def _community(draft: Draft, dice: Random, division: Division, sizes: Iterator[int]) -> Community:
    grid = draft.grid(draft.root_id, "community", division.code[-3:], division.short_name)
    grid["service_centre"] = f"{grid['name']}红色物业服务中心"
    numbers = count(1)  # unit codes run through the whole community (GB/T 30428.1)
    plan = document("layout")["quarters"][grid["code"]]
    named = [(name, management) for management, names in plan.items() for name in names]
    return Community(
        grid,
        division.is_village,
        tuple(
            _quarter(
                draft,
                dice,
                draft.grid(grid["id"], "quarter", f"{number:04d}", name, management),
                islice(numbers, next(sizes)),
            )
            for number, (name, management) in enumerate(named, start=1)
        ),
    )


def _quarter(draft: Draft, dice: Random, grid: Grid, numbers: Iterator[int]) -> Quarter:
    grid["hall"] = f"{grid['name']}红色议事厅"
    if grid["management"] == "three_nos":
        # What tianqiao.yaml says of the courtyards: electronic monitoring and access control.
        grid["cameras"], grid["access_control"] = "signed", True
    codes = [f"{number:03d}" for number in numbers]
    names = _unit_names(grid, len(codes))
    if grid["management"] == "professional" and dice.random() < 0.7:
        lanes: list[Grid] = []
        parents = [grid] * len(codes)
    else:
        lanes = [
            draft.grid(grid["id"], "lane", f"{number:02d}", f"{grid['name']}{number}号院")
            for number in range(1, -(-len(codes) // UNITS_A_LANE) + 1)
        ]
        parents = [lanes[index // UNITS_A_LANE] for index in range(len(codes))]
    units = [
        draft.grid(parent["id"], "unit", code, name)
        for parent, code, name in zip(parents, codes, names, strict=True)
    ]
    return Quarter(grid, tuple(lanes), tuple(units))


def _unit_names(quarter: Grid, units: int) -> list[str]:
    if _is_village_group(quarter):
        return [f"{row}排" for row in range(1, units + 1)]
    return [
        f"{index // UNITS_A_BUILDING + 1}号楼{index % UNITS_A_BUILDING + 1}单元"
        for index in range(units)
    ]


def _doors(quarter: Grid, households: int) -> list[str]:
    if _is_village_group(quarter):
        return [f"{number}号" for number in range(1, households + 1)]
    a_floor = 4 if households > 28 else 3
    return [f"{n // a_floor + 1}{n % a_floor + 1:02d}室" for n in range(households)]


def _is_village_group(quarter: Grid) -> bool:
    """Village groups live in rows, not in blocks."""
    return quarter["name"].endswith("组")
