"""The request bodies of the API that the sample street consists of."""

from typing import Any, NotRequired, TypedDict

Json = dict[str, Any]

# "from" and "class" are words of Python: such bodies need the functional form.
Period = TypedDict("Period", {"from": str, "until": str | None})


class Street(TypedDict):
    """The tenant; its root grid is made with it."""

    street_id: int
    grid_id: str
    name: str
    district: str
    city: str
    province: str


class Grid(TypedDict):
    """A node of the grid tree below the street."""

    id: str
    parent_id: str
    level: str
    code: str
    name: str
    management: str | None
    cameras: NotRequired[str]
    access_control: NotRequired[bool]
    service_centre: NotRequired[str]
    hall: NotRequired[str]


class Household(TypedDict):
    """An address with a resident count; no names."""

    id: str
    grid_id: str
    address: str
    residents: int


class Organisation(TypedDict):
    """Anything that holds posts."""

    id: str
    grid_id: str
    kind: str
    name: str
    parent_id: str | None
    community_party_org_id: str | None
    uscc: str | None


class Post(TypedDict):
    """A place that a person can hold, in an organisation or on a grid."""

    id: str
    organisation_id: NotRequired[str]
    grid_id: NotRequired[str]
    kind: str
    name: str
    seats: int


class Person(TypedDict):
    """An office holder."""

    id: str
    street_id: int
    name: str
    phone: str
    party_member: bool | None


class Contract(TypedDict):
    """Which enterprise serves which quarter."""

    id: str
    enterprise_id: str
    quarter_id: str
    during: Period
    signed_on: str
    filed_on: str | None


class Appointment(TypedDict):
    """A person in a post."""

    id: str
    person_id: str
    post_id: str
    during: Period


class Election(TypedDict):
    """The owners' vote behind step 2, and its filing with the street."""

    voted_on: str
    filing_number: str
    filed_on: str
    votes: dict[str, int]


class File(TypedDict):
    """A file that shows something; only its digest is kept."""

    name: str
    sha256: str
    dated_on: str
    number: str | None


class CommitteeTerm(TypedDict):
    """An owners' committee for a term, elected and filed."""

    id: str
    organisation_id: str
    during: Period
    election: dict[str, Any]
    members: list[dict[str, str]]


class CommitteeFiling(TypedDict):
    """That the street has a committee's filing."""

    filed_on: str
    filing_number: str


class CrossAppointment(TypedDict):
    """A second post on the strength of a first."""

    id: str
    step: int
    source_id: str
    post_id: str
    during: Period
    contract_id: str | None
    election: Election | None
    no_interest_declared_on: str | None
    evidence: list[File]


class Dispute(TypedDict):
    """A case, as reported."""

    id: str
    quarter_id: str
    grid_id: str | None
    category: str
    title: str
    summary: str
    reported_at: str


class Step(TypedDict):
    """What happened next in a dispute."""

    dispute_id: str
    act: str
    at: str
    note: str | None
    satisfaction: int | None


class Meeting(TypedDict):
    """One discussion day of one quarter."""

    id: str
    quarter_id: str
    kind: str
    hall: str
    starts_at: str
    ends_at: str


class Seat(TypedDict):
    """One line of the host's attendance list."""

    appointment_id: str
    party: str
    present: bool


class Attendance(TypedDict):
    """The host's attendance list of one meeting."""

    meeting_id: str
    items: list[Seat]


class Task(TypedDict):
    """Who does what by when, as a meeting decided."""

    id: str
    meeting_id: str
    organisation_id: str
    title: str
    due_at: str


class Completion(TypedDict):
    """That a task was done."""

    task_id: str
    done_at: str


class Ballot(TypedDict):
    """One delegate's marks for one subject at one meeting."""

    id: str
    meeting_id: str
    rater_id: str
    subject_kind: str
    subject_id: str
    marks: dict[str, int]
    cast_at: str
    channel: str


Record = TypedDict(
    "Record",
    {
        "id": str,
        "street_id": int,
        "subject_kind": str,
        "subject_id": str,
        "kind": str,
        "class": str | None,
        "code": str,
        "title": str,
        "basis": str,
        "occurred_on": str,
    },
)


class RubricVersion(TypedDict):
    """The rubric that the street evaluates by."""

    id: str
    street_id: int
    rubric: Json
