"""What a grid has: who manages it, its security equipment, its halls, and which party organisation leads it."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from uuid import UUID

from .grid import GridLevel, Management, check_management, check_place
from .named import Named
from .organisation import OrganisationKind
from .problem import Kind, Problem


class Cameras(Named):
    """Whether there are cameras, and with a sign that says so.

    Source: Personal Information Protection Law art. 26: in a public place for public safety only, and
    with a prominent sign. One without is entered as it is, and shown by the coverage report.
    """

    SIGNED = "signed", "有警示标志"
    UNSIGNED = "unsigned", "无警示标志"


@dataclass(frozen=True)
class Attributes:
    """What a grid has; none: it has not, or nobody has entered it."""

    management: Management | None = None
    cameras: Cameras | None = None
    access_control: bool | None = None  # 门禁
    service_centre: str | None = None  # 红色物业服务中心（驿站）
    hall: str | None = None  # 议事厅
    central_household_id: UUID | None = None  # 党员中心户
    party_org_id: UUID | None = None  # 对应的党组织


ATTRIBUTES = tuple(field.name for field in fields(Attributes))

_WHERE_PEOPLE_LIVE = (GridLevel.QUARTER, GridLevel.LANE, GridLevel.UNIT)
_WHERE_PEOPLE_MEET = (GridLevel.COMMUNITY, GridLevel.QUARTER)

#: On which levels a grid has what; who manages it has a refusal of its own, and a party organisation
#: answers to every level. Source: Zhaoling District on Tianqiao Street, 2024-01-08 (equipment of
#: courtyards, a centre in each community, a hall, central households below the building groups). That a
#: quarter may have a station of the centre, and a building its own door, is our own reading.
LEVELS: Mapping[str, tuple[GridLevel, ...]] = {
    "cameras": _WHERE_PEOPLE_LIVE,
    "access_control": _WHERE_PEOPLE_LIVE,
    "service_centre": _WHERE_PEOPLE_MEET,
    "hall": _WHERE_PEOPLE_MEET,
    "central_household_id": _WHERE_PEOPLE_LIVE,
}


#: Which party organisation answers to grids of which levels. Source: as above.
ANSWERS_TO: Mapping[OrganisationKind, tuple[GridLevel, ...]] = {
    OrganisationKind.STREET_WORKING_COMMITTEE: (GridLevel.STREET,),
    OrganisationKind.COMMUNITY_PARTY_ORG: (GridLevel.COMMUNITY,),
    OrganisationKind.QUARTER_PARTY_ORG: (GridLevel.QUARTER,),
    OrganisationKind.BUILDING_PARTY_GROUP: (GridLevel.LANE, GridLevel.UNIT),
}


class AttributeNotHere(Problem):
    """Equipment and central households belong where people live, centres and halls where they meet."""

    kind = Kind.RULE
    zh = "本级网格不能填写此项：安防设施、中心户限小区及以下网格，服务中心、议事厅限社区和小区。"
    en = (
        "Not on a grid of this level: equipment and central households from the quarter down, "
        "service centres and halls in communities and quarters."
    )


class PartyOrgNotOfLevel(Problem):
    """Each level of party organisation answers to one of grids, and is there as long as it does.

    Source: Zhaoling District on Tianqiao Street, 2024-01-08: the working committee to the street, the
    community's party committee to the community, the quarter's branch to the quarter, a building group to
    lanes and units.
    """

    kind = Kind.RULE
    zh = "所填组织不是与本级网格对应的现有党组织，请另选，或先为网格更换党组织。"
    en = (
        "This is no party organisation of the grid's level that is there all that time; choose another, "
        "or give the grid another first."
    )
    pointer = "/party_org_id"


class CentralHouseholdElsewhere(Problem):
    """A grid's central household lives in it."""

    kind = Kind.RULE
    zh = "中心户须居住在本网格之内，请另选住户。"
    en = "A central household lives in the grid itself or below it; choose another."
    pointer = "/central_household_id"


def check_grid(
    level: GridLevel, code: str, attributes: Attributes, parent_level: GridLevel
) -> None:
    """Refuse a grid that stands under a wrong level, is numbered wrongly, or has what it cannot have.

    Raises:
        WrongLevel, WrongGridCode, ManagementNotHere, AttributeNotHere.
    """
    check_place(level, code, parent_level)
    check_attributes(level, attributes)


def check_answers(kind: OrganisationKind, level: GridLevel) -> None:
    """Refuse an organisation that does not answer to grids of a level.

    Raises:
        PartyOrgNotOfLevel.
    """
    if level not in ANSWERS_TO.get(kind, ()):
        raise PartyOrgNotOfLevel()


def check_attributes(level: GridLevel, attributes: Attributes) -> None:
    """Refuse what a grid of that level does not have.

    Raises:
        ManagementNotHere, AttributeNotHere.
    """
    check_management(level, attributes.management)
    for name, levels in LEVELS.items():
        if getattr(attributes, name) and level not in levels:
            problem = AttributeNotHere()
            problem.pointer = f"/{name}"
            raise problem
