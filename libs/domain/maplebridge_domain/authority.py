"""Who may do what: rights, and the rights that an appointment in force gives over its subtree."""

from enum import StrEnum

from .organisation import OrganisationKind, PostKind


class Right(StrEnum):
    """A right; for a system it is an OAuth 2.0 scope (RFC 6749 section 3.3)."""

    READ = "read"
    STREETS_WRITE = "streets:write"
    GRID_WRITE = "grid:write"
    ORGANISATIONS_WRITE = "organisations:write"
    PEOPLE_READ = "people:read"
    PEOPLE_WRITE = "people:write"
    APPOINTMENTS_WRITE = "appointments:write"
    DISPUTES_REPORT = "disputes:report"
    DISPUTES_HANDLE = "disputes:handle"
    MEETINGS_WRITE = "meetings:write"
    BALLOTS_CAST = "ballots:cast"
    RECORDS_WRITE = "records:write"
    RUBRICS_WRITE = "rubrics:write"
    RUNS_REQUEST = "runs:request"
    RUNS_COMPUTE = "runs:compute"
    RESULTS_READ = "results:read"
    RESULTS_NOTIFY = "results:notify"
    RESULTS_CONFIRM = "results:confirm"
    STATEMENTS_READ = "statements:read"
    EVENTS_READ = "events:read"
    CLOCK_MOVE = "clock:move"
    ACT_AS = "act_as"


_TABLE = frozenset({Right.READ, Right.DISPUTES_REPORT, Right.BALLOTS_CAST})
_COMMUNITY = _TABLE | {Right.PEOPLE_READ, Right.DISPUTES_HANDLE, Right.MEETINGS_WRITE}

#: Rights that an appointment gives, by kind of organisation and post; the rest give `_TABLE`.
#: Source: our own reading of Zhaoling District's description, 2024-01-08.
RIGHTS: dict[tuple[OrganisationKind | None, PostKind], frozenset[Right]] = {
    (OrganisationKind.STREET_WORKING_COMMITTEE, PostKind.SECRETARY): _COMMUNITY
    | {
        Right.RUNS_REQUEST,
        Right.RESULTS_READ,
        Right.RESULTS_NOTIFY,
        Right.RESULTS_CONFIRM,
        Right.STATEMENTS_READ,
        Right.EVENTS_READ,
        Right.APPOINTMENTS_WRITE,
    },
    (OrganisationKind.COMMUNITY_PARTY_ORG, PostKind.SECRETARY): _COMMUNITY
    | {Right.APPOINTMENTS_WRITE},
    (OrganisationKind.QUARTER_PARTY_ORG, PostKind.SECRETARY): _COMMUNITY,
    (None, PostKind.GRID_MEMBER): _TABLE | {Right.DISPUTES_HANDLE},
}


def rights_of(holder: OrganisationKind | None, post: PostKind) -> frozenset[Right]:
    """Return the rights that an appointment to such a post gives while it is in force."""
    return RIGHTS.get((holder, post), _TABLE)
