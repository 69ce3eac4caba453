"""Who may do what: one table from roles to rights, and how far each right reaches.

A role is what an appointment in force gives, or what a system is registered as; nothing else gives
rights. Source: Zhaoling District's description of the "256" method (2024-01-08) for who convenes, who
mediates and who sits at the table; the reach is our own reading of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from .named import Named
from .organisation import OrganisationKind, PostKind
from .problem import Kind, Problem


class Right(Named):
    """A right; for a system it is an OAuth 2.0 scope (RFC 6749 section 3.3)."""

    READ = "read", "查看公示信息"  # what hangs on the notice board, and who is appointed to what
    STREETS_WRITE = "streets:write", "开通街道"
    LEDGERS_READ = "ledgers:read", "查看台账"  # 台账: households, attendance, tasks
    GRID_WRITE = "grid:write", "网格管理"
    ORGANISATIONS_WRITE = "organisations:write", "组织管理"
    PEOPLE_READ = "people:read", "查看人员"
    PEOPLE_SEARCH = "people:search", "按姓名查找人员"  # by a part of the name, which its mask hides
    PEOPLE_WRITE = "people:write", "人员管理"
    APPOINTMENTS_WRITE = "appointments:write", "办理任职"
    APPOINTMENTS_PROPOSE = "appointments:propose", "提出任职建议"
    DISPUTES_REPORT = "disputes:report", "上报纠纷"
    DISPUTES_READ = "disputes:read", "查看纠纷"
    DISPUTES_HANDLE = "disputes:handle", "办理纠纷"
    MEETINGS_WRITE = "meetings:write", "会议管理"
    BALLOTS_READ = "ballots:read", "查看评议票"
    BALLOTS_CAST = "ballots:cast", "投评议票"
    RECORDS_READ = "records:read", "查看信用记录"
    RECORDS_WRITE = "records:write", "登记信用记录"
    RUBRICS_WRITE = "rubrics:write", "评分细则管理"
    RUNS_REQUEST = "runs:request", "发起评价"
    RUNS_COMPUTE = "runs:compute", "计算评价"
    RESULTS_READ = "results:read", "查看评价结果"
    RESULTS_NOTIFY = "results:notify", "公示评价结果"
    RESULTS_CONFIRM = "results:confirm", "确认评价结果"
    STATEMENTS_READ = "statements:read", "查看信用声明"
    EVENTS_READ = "events:read", "读取事件"
    CLOCK_MOVE = "clock:move", "调整测试时钟"
    ACT_AS = "act_as", "代他人办理"
    PEOPLE_UNMASK = "people:unmask", "查看完整个人信息"
    PEOPLE_ERASE = "people:erase", "删除个人信息"
    IMPORTS_WRITE = "imports:write", "表格导入导出"  # spreadsheets in and out


class Reach(StrEnum):
    """How far a right reaches."""

    STREET = "street"  # the whole street; for a system: all streets of its range
    PLACE = (
        "place"  # the grid of the appointment and below, or the quarters that its enterprise serves
    )
    # What oneself reported or cast, the meetings that oneself was listed for, what is on record about
    # oneself or the organisation that one leads.
    OWN = "own"


class Role(StrEnum):
    """What an appointment in force makes of its holder, or what a system is registered as."""

    STREET_SECRETARY = "street_secretary"
    STREET_ADMINISTRATOR = "street_administrator"
    STREET_CLERK = "street_clerk"
    AUDITOR = "auditor"
    COMMUNITY_SECRETARY = "community_secretary"
    QUARTER_SECRETARY = "quarter_secretary"
    BUILDING_SECRETARY = "building_secretary"
    PARTY_BUILDING_INSTRUCTOR = "party_building_instructor"
    GRID_MEMBER = "grid_member"
    COMMITTEE_DIRECTOR = "committee_director"
    COMMITTEE_DEPUTY = "committee_deputy"
    COMMITTEE_MEMBER = "committee_member"
    ENTERPRISE_SECRETARY = "enterprise_secretary"
    ENTERPRISE_MANAGER = "enterprise_manager"
    VOLUNTARY_SUPERVISOR = "voluntary_supervisor"
    MEETING_HOST = "meeting_host"
    DELEGATE = "delegate"  # any other post that can sit at the table
    RESIDENT = "resident"  # no appointment
    MANAGEMENT_DEPARTMENT = "management_department"
    EVALUATOR = "evaluator"
    INTEGRATOR = "integrator"
    OPERATOR = "operator"


Grants = Mapping[Right, Reach]


def _grants(reach: Reach, *rights: Right) -> dict[Right, Reach]:
    return dict.fromkeys(rights, reach)


_RESIDENT = _grants(Reach.STREET, Right.READ, Right.DISPUTES_REPORT) | _grants(
    Reach.OWN, Right.DISPUTES_READ, Right.RECORDS_READ
)
_DELEGATE = _RESIDENT | _grants(
    Reach.OWN, Right.BALLOTS_CAST, Right.BALLOTS_READ, Right.LEDGERS_READ
)
_IN_PLACE = _DELEGATE | _grants(Reach.PLACE, Right.DISPUTES_READ)
_HANDLING = _IN_PLACE | _grants(Reach.PLACE, Right.DISPUTES_HANDLE, Right.LEDGERS_READ)
_HOST = _HANDLING | _grants(
    Reach.PLACE, Right.MEETINGS_WRITE, Right.BALLOTS_CAST, Right.BALLOTS_READ
)
_OFFICE = _grants(
    Reach.STREET,
    Right.READ,
    Right.LEDGERS_READ,
    Right.PEOPLE_READ,
    Right.DISPUTES_READ,
    Right.DISPUTES_REPORT,
    Right.RECORDS_READ,
    Right.RESULTS_READ,
    Right.STATEMENTS_READ,
    Right.EVENTS_READ,
)
_CLERK = _OFFICE | _grants(
    Reach.STREET,
    Right.GRID_WRITE,
    Right.ORGANISATIONS_WRITE,
    Right.PEOPLE_SEARCH,
    Right.PEOPLE_WRITE,
    Right.APPOINTMENTS_WRITE,
    Right.APPOINTMENTS_PROPOSE,
    Right.DISPUTES_HANDLE,
    Right.RECORDS_WRITE,
    Right.RUNS_REQUEST,
    Right.RESULTS_NOTIFY,
    Right.IMPORTS_WRITE,
)

#: The table. A right that is not here is not given.
AUTHORITY: Mapping[Role, Grants] = {
    Role.STREET_SECRETARY: _OFFICE
    | _grants(
        Reach.STREET,
        Right.DISPUTES_HANDLE,
        Right.MEETINGS_WRITE,
        Right.BALLOTS_READ,
        Right.BALLOTS_CAST,
        Right.APPOINTMENTS_WRITE,
        Right.APPOINTMENTS_PROPOSE,
        Right.RUNS_REQUEST,
        Right.RESULTS_NOTIFY,
        Right.RESULTS_CONFIRM,
        Right.PEOPLE_SEARCH,
        Right.PEOPLE_UNMASK,
        Right.PEOPLE_ERASE,
    ),
    # Who answers for the ledgers takes the people's out as well, for a purpose, each name recorded.
    Role.STREET_ADMINISTRATOR: _CLERK
    | _grants(Reach.STREET, Right.RUBRICS_WRITE, Right.PEOPLE_UNMASK),
    Role.STREET_CLERK: _CLERK,
    Role.AUDITOR: _OFFICE | _grants(Reach.STREET, Right.BALLOTS_READ),
    # Who appoints finds whom to appoint among the street's people, masked; who does not, needs none.
    Role.COMMUNITY_SECRETARY: _HOST
    | _grants(Reach.STREET, Right.PEOPLE_READ, Right.PEOPLE_SEARCH)
    | _grants(Reach.PLACE, Right.APPOINTMENTS_WRITE, Right.APPOINTMENTS_PROPOSE),
    # Whom the quarter needs in which post its secretary knows first; the decision is taken above.
    Role.QUARTER_SECRETARY: _HOST | _grants(Reach.PLACE, Right.APPOINTMENTS_PROPOSE),
    Role.BUILDING_SECRETARY: _HANDLING,  # secretaries at each level; meetings are a quarter's
    Role.PARTY_BUILDING_INSTRUCTOR: _HANDLING,
    Role.GRID_MEMBER: _HANDLING,
    Role.COMMITTEE_DIRECTOR: _IN_PLACE,
    Role.COMMITTEE_DEPUTY: _IN_PLACE,
    Role.COMMITTEE_MEMBER: _IN_PLACE,
    Role.ENTERPRISE_SECRETARY: _IN_PLACE,
    Role.ENTERPRISE_MANAGER: _IN_PLACE,
    Role.VOLUNTARY_SUPERVISOR: _IN_PLACE,
    Role.MEETING_HOST: _HOST,
    Role.DELEGATE: _DELEGATE,
    Role.RESIDENT: _RESIDENT,
    Role.MANAGEMENT_DEPARTMENT: _grants(Reach.STREET, Right.STATEMENTS_READ),
    Role.EVALUATOR: _grants(Reach.STREET, Right.RUNS_COMPUTE),
    Role.INTEGRATOR: _grants(
        Reach.STREET, Right.READ, Right.DISPUTES_REPORT, Right.DISPUTES_READ, Right.EVENTS_READ
    ),
    Role.OPERATOR: _grants(Reach.STREET, *Right),
}

SYSTEMS = (Role.MANAGEMENT_DEPARTMENT, Role.EVALUATOR, Role.INTEGRATOR, Role.OPERATOR)

_COMMITTEES = (OrganisationKind.OWNERS_COMMITTEE, OrganisationKind.PROPERTY_MANAGEMENT_COMMITTEE)
_ENTERPRISES = (OrganisationKind.PROPERTY_ENTERPRISE, OrganisationKind.ENTERPRISE_PARTY_ORG)

_ROLES: dict[tuple[OrganisationKind | None, PostKind], Role] = {
    (OrganisationKind.STREET_WORKING_COMMITTEE, PostKind.SECRETARY): Role.STREET_SECRETARY,
    (OrganisationKind.STREET_WORKING_COMMITTEE, PostKind.ADMINISTRATOR): Role.STREET_ADMINISTRATOR,
    (OrganisationKind.STREET_WORKING_COMMITTEE, PostKind.CLERK): Role.STREET_CLERK,
    (OrganisationKind.STREET_WORKING_COMMITTEE, PostKind.AUDITOR): Role.AUDITOR,
    (OrganisationKind.COMMUNITY_PARTY_ORG, PostKind.SECRETARY): Role.COMMUNITY_SECRETARY,
    (OrganisationKind.COMMUNITY_PARTY_ORG, PostKind.HOST): Role.MEETING_HOST,
    (OrganisationKind.QUARTER_PARTY_ORG, PostKind.SECRETARY): Role.QUARTER_SECRETARY,
    (OrganisationKind.QUARTER_PARTY_ORG, PostKind.HOST): Role.MEETING_HOST,
    (OrganisationKind.BUILDING_PARTY_GROUP, PostKind.SECRETARY): Role.BUILDING_SECRETARY,
    (None, PostKind.GRID_MEMBER): Role.GRID_MEMBER,
    (None, PostKind.PARTY_BUILDING_INSTRUCTOR): Role.PARTY_BUILDING_INSTRUCTOR,
    (OrganisationKind.ENTERPRISE_PARTY_ORG, PostKind.SECRETARY): Role.ENTERPRISE_SECRETARY,
    (OrganisationKind.PROPERTY_ENTERPRISE, PostKind.MANAGER): Role.ENTERPRISE_MANAGER,
    (OrganisationKind.PROPERTY_ENTERPRISE, PostKind.SUPERVISOR): Role.VOLUNTARY_SUPERVISOR,
    **{
        (committee, post): role
        for committee in _COMMITTEES
        for post, role in (
            (PostKind.DIRECTOR, Role.COMMITTEE_DIRECTOR),
            (PostKind.DEPUTY_DIRECTOR, Role.COMMITTEE_DEPUTY),
            (PostKind.MEMBER, Role.COMMITTEE_MEMBER),
        )
    },
}


#: Posts whose holders act for their organisation, and so read what is on record about it. Who leads an
#: enterprise's party organisation acts for the enterprise as well. A deputy, a member or a supervisor
#: does not: the one who watches an enterprise is not the enterprise. Our own reading of PIPL art. 45.
LEADING = frozenset({PostKind.SECRETARY, PostKind.DIRECTOR, PostKind.MANAGER})


@dataclass(eq=False)
class OfficeNotYoursToFill(Problem):
    """An office is made, filled and ended from above; nobody hands themselves more than they have."""

    kind = Kind.FORBIDDEN
    zh = "此岗位不由您任免，请交由有权任免的街道负责人办理。"
    en = "This office is not yours to fill or to end; ask those of the street who fill it."


@dataclass(eq=False)
class OwnOffice(Problem):
    """Nobody appoints themselves, and nobody takes over an office by merging entries."""

    kind = Kind.FORBIDDEN
    zh = "不能为本人办理任职，请由他人办理。"
    en = "Nobody gives an office to themselves; let somebody else do it."


_AT_THE_TABLE = frozenset(
    {
        Role.QUARTER_SECRETARY,
        Role.BUILDING_SECRETARY,
        Role.PARTY_BUILDING_INSTRUCTOR,
        Role.GRID_MEMBER,
        Role.COMMITTEE_DIRECTOR,
        Role.COMMITTEE_DEPUTY,
        Role.COMMITTEE_MEMBER,
        Role.ENTERPRISE_SECRETARY,
        Role.ENTERPRISE_MANAGER,
        Role.VOLUNTARY_SUPERVISOR,
        Role.MEETING_HOST,
        Role.DELEGATE,
    }
)
#: Below the street's own office: what its clerks enter day by day, though they lack its rights.
_BELOW_THE_OFFICE = _AT_THE_TABLE | {Role.COMMUNITY_SECRETARY}
_RUNS_THE_OFFICE = _BELOW_THE_OFFICE | {Role.STREET_CLERK, Role.STREET_ADMINISTRATOR}

#: Whose offices a role makes, fills and ends, and whose holders it hands a binding code. An auditor
#: audits the administrators too, so the secretary alone appoints one. Our own reading.
FILLS: Mapping[Role, frozenset[Role]] = {
    Role.COMMUNITY_SECRETARY: _AT_THE_TABLE,
    Role.STREET_CLERK: _BELOW_THE_OFFICE,
    Role.STREET_ADMINISTRATOR: _RUNS_THE_OFFICE,
    Role.STREET_SECRETARY: _RUNS_THE_OFFICE | {Role.AUDITOR, Role.STREET_SECRETARY},
}


def may_fill(by: Role | None, rights: Grants, role: Role) -> bool:
    """Tell whether who acts in a role may make, fill or end the offices that give another.

    A system has no role: it fills what lies below the street's office, and beyond that only what gives
    no right that it lacks itself. That the right reaches the place is another question.
    """
    if by is None:
        return role in _BELOW_THE_OFFICE or AUTHORITY[role].keys() <= rights.keys()
    return role in FILLS.get(by, ())


def role_of(holder: OrganisationKind | None, post: PostKind) -> Role:
    """Return the role that an appointment to such a post gives while it is in force."""
    return _ROLES.get((holder, post), Role.DELEGATE)


def reaches_by_contract(holder: OrganisationKind | None) -> bool:
    """Tell whether a post's place is the quarters that its enterprise serves, not a grid."""
    return holder in _ENTERPRISES
