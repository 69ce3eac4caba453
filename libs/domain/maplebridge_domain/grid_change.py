"""How the tree of grids changes: from a date on, in the order of time, with what stands below.

A change closes a period and begins another; nothing is overwritten, so that the tree of any day can be
asked for. That changes are entered in the order of time is our own reading: what stands below a grid
takes its path, and a change before the last one would tear paths and parents apart.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from uuid import UUID

from .grid import GridLevel, is_unit, unit_code
from .grid_attributes import Attributes
from .problem import Kind, Problem
from .worktime import SHANGHAI

#: How many grids of one refusal are named.
CLASHES_TOLD = 20


@dataclass(eq=False)
class BeforeLastChange(Problem):
    """What is changed, stood under or moved has to be there, unchanged since, at the date of a change."""

    kind = Kind.CONFLICT
    zh = "日期早于相关网格或住户的上一次变更（{changed_at}），请填写其后的日期。"
    en = "What this touches last changed at {changed_at}; give a later date."
    pointer = "/at"

    changed_at: str


@dataclass(eq=False)
class ChangeInTheFuture(Problem):
    """A change is entered when it takes effect, or later."""

    kind = Kind.RULE
    zh = "变更日期不得晚于当前时间，请在生效后登记。"
    en = "A change cannot lie in the future; enter it once it takes effect."
    pointer = "/at"


@dataclass(eq=False)
class GridClosed(Problem):
    """A grid that was closed or merged does not change any more."""

    kind = Kind.CONFLICT
    zh = "该网格已撤销或已并入其他网格，不能再变更。"
    en = "This grid is closed or was merged into another; it changes no more."


@dataclass(eq=False)
class GridNotEmpty(Problem):
    """A grid is closed when no grid and no household is left in it."""

    kind = Kind.CONFLICT
    zh = "网格之下仍有网格或住户，请先迁出、合并或注销。"
    en = "There are grids or households in it; move or merge them, or end the households, first."


@dataclass(eq=False)
class HouseholdEnded(Problem):
    """A household that is no more changes no more."""

    kind = Kind.CONFLICT
    zh = "该住户已注销，不能再变更。"
    en = "This household has ended; it changes no more."


@dataclass(eq=False)
class NotPartOfGrid(Problem):
    """A split gives away what stands in the grid itself, each to one of the new grids."""

    kind = Kind.RULE
    zh = "所列网格或住户不在该网格之下，或已分给另一新网格。"
    en = "This does not stand in the grid that is split, or another new grid has it already."


@dataclass(eq=False)
class NotOfOneLevel(Problem):
    """Only grids of one level are merged, each into another than itself."""

    kind = Kind.RULE
    zh = "只能合并同级的其他网格，且每个只列一次。"
    en = "Merge other grids of the same level, each listed once."


@dataclass(eq=False)
class CodesClash(Problem):
    """Grids that come to stand under another one keep their codes, unless others there have them."""

    kind = Kind.CONFLICT
    zh = "变更后编码与那里的网格重复，请为这些网格另给编码：{clashes}。"
    en = "Others have these codes there; give each of these grids a new one in codes: {clashes_en}."
    pointer = "/codes"

    clashes: str
    clashes_en: str


@dataclass(eq=False)
class StreetStays(Problem):
    """The street's own grid bears its division code; it is neither moved nor renumbered nor closed."""

    kind = Kind.RULE
    zh = "街道网格由区划代码确定，不能迁移、拆分、合并、改号或撤销。"
    en = "The street's own grid follows its division code; it cannot be changed in this way."


@dataclass(frozen=True)
class Placement:
    """Where a grid stands during a period; `since` is null for the street, which was always there."""

    id: UUID
    grid_id: UUID
    parent_id: UUID | None
    path: str
    since: datetime | None
    until: datetime | None = None

    @property
    def changed_at(self) -> datetime | None:
        """When it last changed: it came to be there, or went."""
        return self.until or self.since


@dataclass(frozen=True)
class Living:
    """How many live in a household, in which unit and at which address, during a period."""

    id: UUID
    household_id: UUID
    grid_id: UUID
    address: str
    residents: int
    since: datetime
    until: datetime | None = None

    @property
    def changed_at(self) -> datetime:
        """When it last changed: they came to live there, or left."""
        return self.until or self.since


@dataclass(frozen=True)
class Description:
    """What a grid is called and what it has, since when."""

    id: UUID
    grid_id: UUID
    since: datetime | None
    name: str
    attributes: Attributes


@dataclass(frozen=True)
class Move:
    """A grid with all below it goes to another place: `path` takes the place of `old`."""

    grid_id: UUID
    old: str
    parent_id: UUID
    path: str


def check_date(
    at: datetime,
    now: datetime,
    *,
    after: Iterable[datetime | None] = (),
    from_: Iterable[datetime | None] = (),
    pointer: str = "/at",
) -> None:
    """Refuse a change that lies in the future, or not after what it replaces, or before what it rests on.

    What was always there (null) is before everything. `pointer` says where the request names the date.

    Raises:
        ChangeInTheFuture, BeforeLastChange.
    """
    problem: Problem | None = None
    too_late = [one for one in after if one is not None and one >= at]
    too_late += [one for one in from_ if one is not None and one > at]
    if at > now:
        problem = ChangeInTheFuture()
    elif too_late:
        problem = BeforeLastChange(f"{max(too_late).astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}")
    if problem is not None:
        problem.pointer = pointer
        raise problem


def rehung(
    placements: Sequence[Placement],
    moves: Sequence[Move],
    codes: Mapping[UUID, str] = MappingProxyType({}),
) -> list[Placement]:
    """Return where grids stand after moves that do not overlap: those moved, and all below them.

    `placements` are those that stand now; what is not moved does not come back. `codes` are the new codes of
    some of those that move, by their ids; all others keep theirs.
    """
    by_path = {move.old: move for move in moves}
    paths: dict[str, str] = {}
    for one in sorted(placements, key=lambda one: one.path):  # what is above comes before
        parent, _, code = one.path.rpartition("/")
        above = paths.get(parent)
        if one.path in by_path:
            above, _, code = by_path[one.path].path.rpartition("/")
        if above is not None:
            paths[one.path] = f"{above}/{codes.get(one.grid_id, code)}"
    parents = {move.old: move.parent_id for move in moves}
    return [
        replace(one, path=paths[one.path], parent_id=parents.get(one.path, one.parent_id))
        for one in placements
        if one.path in paths
    ]


def check_codes(
    before: Iterable[Placement], moved: Iterable[Placement], there: Iterable[str]
) -> None:
    """Refuse grids that would come to stand where others do, or bear another unit's number; say which.

    `there` are the paths of those that stay, then or later.

    Raises:
        CodesClash.
    """
    old = {placement.grid_id: placement.path for placement in before}
    holders = {_number(path): path for path in there}
    clashes = [
        (old[one.grid_id], one.path, holder)
        for one in moved
        if (holder := holders.setdefault(_number(one.path), old[one.grid_id])) != old[one.grid_id]
    ]
    if clashes:
        told = clashes[:CLASHES_TOLD]
        raise CodesClash(
            "；".join(f"{was} → {path}（{holder}已用）" for was, path, holder in told),
            "; ".join(f"{was} → {path} (that of {holder})" for was, path, holder in told),
        )


def _number(path: str) -> str:
    """Return what two grids may not share: a unit its number in the community, any other grid its path."""
    return unit_code(path) if is_unit(path) else path


def code_of(path: str) -> str:
    """Return the code of the grid that stands at a path: its last segment."""
    return path.rpartition("/")[2]


def check_merger(into: GridLevel, levels: Iterable[GridLevel]) -> None:
    """Refuse to merge grids of another level, or the street.

    Raises:
        NotOfOneLevel, StreetStays.
    """
    must_not_be_street(into)
    if any(level is not into for level in levels):
        raise NotOfOneLevel()


def must_not_be_street(level: GridLevel) -> None:
    """Refuse what cannot be done with the street's own grid.

    Raises:
        StreetStays.
    """
    if level is GridLevel.STREET:
        raise StreetStays()
