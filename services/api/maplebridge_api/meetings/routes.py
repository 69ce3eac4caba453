"""Routes of discussion days: meetings, attendance, tasks, ballots."""

from typing import Annotated
from uuid import UUID

from fastapi import Request, Response

from maplebridge_domain.authority import Right
from maplebridge_domain.grid import NotAQuarter
from maplebridge_domain.meeting import (
    AlreadyMarked,
    BallotOfAnother,
    BallotOutsideMeeting,
    DoneOutOfTime,
    InterestConflict,
    ListedTwice,
    MeetingsOverlap,
    NoRubricInForce,
    NotOfThatParty,
    NotPresent,
    TaskDone,
    UnknownIndicator,
)
from maplebridge_domain.period import EmptyPeriod

from ..platform.bodies import Batch, BatchOut, Page
from ..platform.identity import Caller, needs
from ..platform.openapi import answers, created
from ..platform.paging import After, Limit, get
from ..platform.problems import IdTaken
from ..platform.request import IfMatch, OnlyOnce, Tx, create, create_batch, created_once
from ..platform.routing import router
from . import queries, service
from .schemas import (
    AttendanceList,
    AttendanceOut,
    BallotOut,
    Completion,
    MeetingOut,
    NewBallot,
    NewMeeting,
    NewTask,
    TaskOut,
)

routes = router("meetings")

Reader = Annotated[Caller, needs(Right.READ)]
Keeper = Annotated[Caller, needs(Right.LEDGERS_READ)]
Host = Annotated[Caller, needs(Right.MEETINGS_WRITE)]
Delegate = Annotated[Caller, needs(Right.BALLOTS_CAST)]
MEETING_RULES = (NotAQuarter, EmptyPeriod, MeetingsOverlap, IdTaken)
BALLOT_RULES = (
    BallotOfAnother,
    NoRubricInForce,
    BallotOutsideMeeting,
    NotPresent,
    InterestConflict,
    UnknownIndicator,
    AlreadyMarked,
    IdTaken,
)


@routes.post("/ballots", status_code=201, responses=created(BallotOut, *BALLOT_RULES))
async def cast_ballot(
    request: Request, body: NewBallot, caller: Delegate, once: OnlyOnce
) -> Response:
    """Cast a ballot. 投评议票"""
    made = await service.cast_ballot(request.app.state.database, caller, once, body)
    return created_once(made, "ballots")


@routes.post("/ballots/batch", status_code=201, responses=created(BatchOut, *BALLOT_RULES))
async def cast_ballots(body: Batch[NewBallot], caller: Delegate, tx: Tx) -> Response:
    """Cast many ballots, all or none. 批量投评议票"""
    return await create_batch(tx, body, service.cast_ballots)


@routes.get("/ballots", responses=answers(Page[BallotOut]))
async def list_ballots(
    request: Request,
    caller: Annotated[Caller, needs(Right.BALLOTS_READ)],
    limit: Limit = 50,
    after: After = None,
    meeting_id: UUID | None = None,
    subject_id: UUID | None = None,
) -> Response:
    """List ballots, by meeting or subject. 评议票列表"""
    return await queries.BALLOTS.page(
        request, caller, limit, after, meeting_id=meeting_id, subject_id=subject_id
    )


@routes.get("/ballots/{id:uuid}", responses=answers(BallotOut))
async def get_ballot(
    request: Request, caller: Annotated[Caller, needs(Right.BALLOTS_READ)], id: UUID
) -> Response:
    """Get a ballot. 评议票详情"""
    return await get(request, caller, queries.BALLOT_BY_ID, id=id)


@routes.post("/meetings", status_code=201, responses=created(MeetingOut, *MEETING_RULES))
async def create_meeting(body: NewMeeting, caller: Host, tx: Tx) -> Response:
    """Arrange a meeting. 安排会议"""
    return await create(tx, body, service.create_meetings, "meetings")


@routes.post("/meetings/batch", status_code=201, responses=created(BatchOut, *MEETING_RULES))
async def create_meetings(body: Batch[NewMeeting], caller: Host, tx: Tx) -> Response:
    """Arrange many meetings, all or none. 批量安排会议"""
    return await create_batch(tx, body, service.create_meetings)


@routes.get("/meetings", responses=answers(Page[MeetingOut]))
async def list_meetings(
    request: Request,
    caller: Reader,
    limit: Limit = 50,
    after: After = None,
    quarter_id: UUID | None = None,
) -> Response:
    """List meetings, by quarter. 会议列表"""
    return await queries.MEETINGS.page(request, caller, limit, after, quarter_id=quarter_id)


@routes.get("/meetings/{id:uuid}", responses=answers(MeetingOut))
async def get_meeting(request: Request, caller: Reader, id: UUID) -> Response:
    """Get a meeting. 会议详情"""
    return await get(request, caller, queries.MEETING_BY_ID, id=id)


@routes.put(
    "/meetings/{id:uuid}/attendance", responses=answers(AttendanceOut, NotOfThatParty, ListedTwice)
)
async def put_attendance(
    id: UUID, body: AttendanceList, caller: Host, version: IfMatch, tx: Tx
) -> Response:
    """Enter the host's list of who came, whole. 登记到会名单"""
    return await tx.changed(await service.list_attendance(tx, id, version, body), version)


@routes.get("/meetings/{id:uuid}/attendance", responses=answers(AttendanceOut))
async def get_attendance(request: Request, caller: Keeper, id: UUID) -> Response:
    """Get the list of who came. 到会名单"""
    return await get(request, caller, queries.ATTENDANCE, id=id)


@routes.post("/tasks", status_code=201, responses=created(TaskOut, IdTaken))
async def create_task(body: NewTask, caller: Host, tx: Tx) -> Response:
    """Give out a task. 新增交办事项"""
    return await create(tx, body, service.create_tasks, "tasks")


@routes.post("/tasks/batch", status_code=201, responses=created(BatchOut, IdTaken))
async def create_tasks(body: Batch[NewTask], caller: Host, tx: Tx) -> Response:
    """Give out many tasks, all or none. 批量新增交办事项"""
    return await create_batch(tx, body, service.create_tasks)


@routes.get("/tasks", responses=answers(Page[TaskOut]))
async def list_tasks(
    request: Request,
    caller: Keeper,
    limit: Limit = 50,
    after: After = None,
    meeting_id: UUID | None = None,
    organisation_id: UUID | None = None,
) -> Response:
    """List tasks, by meeting or organisation. 交办事项列表"""
    return await queries.TASKS.page(
        request, caller, limit, after, meeting_id=meeting_id, organisation_id=organisation_id
    )


@routes.get("/tasks/{id:uuid}", responses=answers(TaskOut))
async def get_task(request: Request, caller: Keeper, id: UUID) -> Response:
    """Get a task. 交办事项详情"""
    return await get(request, caller, queries.TASK_BY_ID, id=id)


@routes.post("/tasks/{id:uuid}/completion", responses=answers(TaskOut, TaskDone, DoneOutOfTime))
async def complete_task(
    id: UUID, body: Completion, caller: Host, version: IfMatch, tx: Tx
) -> Response:
    """Enter that a task was done. 办结交办事项"""
    return await tx.changed(await service.complete_task(tx, id, version, body), version)
