"""A request that writes: one transaction, committed before the answer leaves; safe to repeat.

`Write` is what a verb of `service.py` works with: the transaction, the caller, the time, one event.
"""

import hashlib
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Generic, Protocol, TypeVar
from uuid import UUID

import asyncpg
from fastapi import Depends, Header, Request, Response
from sqlalchemy import (
    DateTime,
    Integer,
    LargeBinary,
    Text,
    bindparam,
    delete,
    func,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, insert

from maplebridge_domain.problem import Kind, Problem, pointing_at

from . import events
from .clock import clock
from .database import GATE, Database, Identified, Read, Scope, Statement, Transaction, in_scope
from .events import EventType
from .identity import Caller
from .ids import new_id
from .problems import NotFound, problem_of
from .routing import Filled, Route
from .tables import idempotency

Item = TypeVar("Item")
Named = TypeVar("Named", bound=Identified)
Result = TypeVar("Result")


@dataclass(eq=False)
class IdempotencyKeyReused(Problem):
    """A key repeats the same request, never another."""

    kind = Kind.RULE
    zh = "该 Idempotency-Key 已用于另一请求，请换一个。"
    en = "This Idempotency-Key was used for another request; choose a new one."


@dataclass(eq=False)
class IdempotencyKeyInvalid(Problem):
    """A key is 1 to 200 visible ASCII characters; a UUID does well."""

    kind = Kind.INVALID
    zh = "Idempotency-Key 格式不符，须为 1 至 200 个可见的 ASCII 字符，建议使用 UUID。"
    en = "An Idempotency-Key has 1 to 200 visible ASCII characters; a UUID does well."
    pointer = "header:idempotency-key"


@dataclass(eq=False)
class PreconditionRequired(Problem):
    """A change says which version of the resource it was made from (RFC 6585 section 3)."""

    kind = Kind.PRECONDITION_REQUIRED
    zh = "修改须带 If-Match 请求头，其值为读取时的 ETag。"
    en = "Send If-Match with the ETag that you read."


@dataclass(eq=False)
class Stale(Problem):
    """The resource changed since it was read."""

    kind = Kind.STALE
    zh = "内容已被他人修改，请刷新后重试。"
    en = "It has been changed since you read it; read it again and repeat."


@dataclass(eq=False)
class SeveralStreets(Problem):
    """A batch belongs to one street: it is one change, told by one event."""

    kind = Kind.RULE
    zh = "一次批量提交只能属于同一街道，请分开提交。"
    en = "A batch belongs to one street; send one for each street."
    pointer = "/items"


class InStreet(Protocol):
    """A row of a street."""

    @property
    def street_id(self) -> int:
        """Its street."""


class Replay(Exception):
    """The request was answered before; the first answer is given again."""

    def __init__(self, response: Response) -> None:
        self.response = response


@dataclass
class Write:
    """One request's transaction, with who does it and when."""

    tx: Transaction
    caller: Caller
    now: datetime
    once: "Once"

    async def record(self, kind: EventType, *, street_id: int, subject: str, **data: Any) -> None:
        """Write the change's one event; the last statement of a verb."""
        await events.record(
            self.tx, self.caller, kind, street_id=street_id, subject=subject, at=self.now, **data
        )

    async def record_created(
        self,
        kind: EventType,
        collection: str,
        ids: Sequence[UUID],
        beside: Iterable[InStreet],
        **data: Any,
    ) -> None:
        """Write the event of what a request created; the rows that it refers to tell the street.

        Raises:
            SeveralStreets.
        """
        street_id, *others = {row.street_id for row in beside}
        if others:
            raise SeveralStreets()
        subject = f"{collection}/{ids[0]}" if len(ids) == 1 else collection
        await self.record(kind, street_id=street_id, subject=subject, ids=ids, **data)

    async def changed(self, shown: "Created", version: int) -> Response:
        """Answer a change of what had a version: 200 with the resource, and the ETag that it has now."""
        return await self.answer(200, shown.text, version=version + 1)

    async def answer(
        self, status: int, text: str, location: str | None = None, version: int | None = None
    ) -> Response:
        """Answer with JSON text, and keep the answer for a repetition of the same request."""
        if self.once.key is not None:
            await self.tx.run(
                REMEMBER,
                actor=self.caller.actor,
                key=self.once.key,
                status=status,
                answer=text,
                location=location,
                version=version,
            )
        return written(status, text, location, version)


def written(status: int, text: str, location: str | None, version: int | None) -> Response:
    """Answer a write: where the resource is, and its version as ETag."""
    headers = {"Location": location} if location else {}
    if version is not None:
        headers["ETag"] = f'"{version}"'
    return Response(text.encode(), status, headers=headers, media_type="application/json")


async def decided(
    database: Database, caller: Caller, act: Callable[[Write], Awaitable[Result | Problem]]
) -> Result:
    """Run a verb whose refusal may be a change itself, such as a wrong try that is counted.

    What it returns is committed, a refusal as well, which is raised after. Such a verb takes no key:
    its answer holds what must not be kept.
    """
    async with database.transaction(caller.scope) as tx:
        outcome = await act(Write(tx, caller, clock.now(), Once(None, b"")))
    if isinstance(outcome, Problem):
        raise outcome
    return outcome


@dataclass(frozen=True)
class Once:
    """The key under which a request is answered once, and the digest of what it asks for, and as whom."""

    key: str | None
    digest: bytes


_KEY = re.compile(r"[!-~]{1,200}")


async def once(request: Request) -> Once:
    """Read the key under which a request is answered once.

    Raises:
        IdempotencyKeyInvalid.
    """
    key = key_of(request)
    if key is None:
        return Once(None, b"")
    head = asked_for(request, request.url.path).encode()
    return Once(key, hashlib.sha256(head + await request.body()).digest())


def asked_for(request: Request, where: str) -> str:
    """Say what a request asks for, but for its body: the same asked in another capacity is another."""
    caller: Caller = request.state.caller
    return f"{request.method} {where}\n{caller.capacity}\n"


def key_of(request: Request) -> str | None:
    """Read the Idempotency-Key (IETF draft-ietf-httpapi-idempotency-key-header).

    Raises:
        IdempotencyKeyInvalid.
    """
    key = request.headers.get("idempotency-key")
    if key is not None and not _KEY.fullmatch(key):
        raise IdempotencyKeyInvalid()
    return key


OnlyOnce = Annotated[Once, Filled(once, takes_key=True)]

#: The header as the API document shows it.
IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Makes a repetition safe: the first answer is given again. 防止重复提交",
    "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"},
}


def takes_key(route: Route) -> bool:
    """Tell whether a route answers a key once."""
    dependencies = [dependency.call for dependency in route.dependant.dependencies]
    return route.takes_key or transaction in dependencies


async def transaction(request: Request) -> AsyncIterator[Write]:
    """Open the request's transaction; it commits when the route returns, before the answer leaves."""
    only = await once(request)
    async with write_once(request.app.state.database, request.state.caller, only) as write:
        yield write


@asynccontextmanager
async def write_once(database: Database, caller: Caller, only: Once) -> AsyncIterator[Write]:
    """Open a transaction that is answered once under its key.

    Raises:
        Replay, IdempotencyKeyReused.
    """
    async with database.transaction(caller.scope) as tx:
        write = Write(tx, caller, clock.now(), only)
        if only.key is not None:
            await _claim(write)
        yield write


#: `scope="function"`: without it FastAPI commits after the answer has left, and a refused commit says 201.
Tx = Annotated[Write, Depends(transaction, scope="function")]


async def unkept(request: Request) -> AsyncIterator[Write]:
    """Open a transaction for what shows personal data in full: its answer is not kept under a key."""
    caller: Caller = request.state.caller
    database: Database = request.app.state.database
    async with database.transaction(caller.scope) as tx:
        yield Write(tx, caller, clock.now(), Once(None, b""))


@asynccontextmanager
async def unkept_in(database: Database, caller: Caller, street_id: int) -> AsyncIterator[Write]:
    """Open such a transaction in one street of the caller's range: of the others nothing is seen.

    Raises:
        NotFound.
    """
    if street_id not in caller.scope:
        raise NotFound("/street_id")
    async with database.transaction(Scope(street_id, street_id)) as tx:
        yield Write(tx, caller, clock.now(), Once(None, b""))


Unkept = Annotated[Write, Depends(unkept, scope="function")]


async def _claim(write: Write) -> None:
    names = {"actor": write.caller.actor, "key": write.once.key}
    claimed = await write.tx.maybe(CLAIM, at=write.now, digest=write.once.digest, **names)
    if claimed is None:
        # Another transaction with the key has committed: the insert above waited for it.
        raise replay(await write.tx.one(ANSWERED, **names), write.once)


@dataclass(frozen=True)
class Answered:
    """What a key was answered with."""

    digest: bytes
    status: int
    answer: str
    location: str | None
    version: int | None


def replay(first: Answered, once: Once) -> Replay:
    """Return the first answer, to be raised.

    Raises:
        IdempotencyKeyReused: the key came with another request.
    """
    if first.digest != once.digest:
        raise IdempotencyKeyReused()
    return Replay(written(first.status, first.answer, first.location, first.version))


# A key belongs to who acts, not to a street: its row lies at the low end of their range. Not to the
# client either: persons who share a host app must not be given each other's answers.
_OF_ACTOR = (
    idempotency.c.street_id == bindparam("lo", type_=Integer),
    idempotency.c.actor == bindparam("actor", type_=Text),
    idempotency.c.key == bindparam("key", type_=Text),
)
CLAIM = Statement(
    insert(idempotency)
    .values(
        street_id=bindparam("lo", type_=Integer),
        actor=bindparam("actor", type_=Text),
        key=bindparam("key", type_=Text),
        request_sha256=bindparam("digest", type_=LargeBinary),
        at=bindparam("at", type_=DateTime(timezone=True)),
    )
    .on_conflict_do_nothing()
    .returning(idempotency.c.key),
    str,
)
_ANSWERED = select(
    idempotency.c.request_sha256,
    idempotency.c.status,
    idempotency.c.answer,
    idempotency.c.location,
    idempotency.c.version,
).where(*_OF_ACTOR)
ANSWERED = Statement(_ANSWERED, Answered)
ANSWERED_BEFORE = Read(_ANSWERED.where(GATE).limit(1), Answered)
REMEMBER = Statement(
    update(idempotency)
    .where(*_OF_ACTOR)
    .values(
        status=bindparam("status", type_=Integer),
        answer=bindparam("answer", type_=Text),
        location=bindparam("location", type_=Text),
        version=bindparam("version", type_=Integer),
    ),
    str,
)


#: Puts what is left of a resource in the place of what was answered about it under keys, also under those
#: of who sees several streets.
REPLACE_ANSWERS = Statement(
    select(
        func.mb_replace_answers(
            bindparam("street_id", type_=Integer),
            bindparam("ids", type_=ARRAY(Text)),
            bindparam("texts", type_=ARRAY(Text)),
        )
    ),
    str,
)
_KEY_COLUMNS = (idempotency.c.street_id, idempotency.c.actor, idempotency.c.key)
#: Answers that are kept no longer, some at a time.
PRUNE_ANSWERS = Statement(
    delete(idempotency)
    .where(
        in_scope(idempotency),
        tuple_(*_KEY_COLUMNS).in_(
            select(*_KEY_COLUMNS)
            .where(
                in_scope(idempotency),
                idempotency.c.at < bindparam("before", type_=DateTime(timezone=True)),
            )
            .limit(bindparam("limit", type_=Integer))
        ),
    )
    .returning(idempotency.c.key),
    str,
)


async def replace_answers(tx: Transaction, street_id: int, left: "Iterable[Created]") -> None:
    """Keep no copy of what was erased: a repeated request is answered with what is left."""
    shown = {str(one.id): one.text for one in left}
    await tx.run(REPLACE_ANSWERS, street_id=street_id, ids=list(shown), texts=list(shown.values()))


async def prune_answers(tx: Transaction, before: datetime, limit: int) -> int:
    """Erase answers to requests made before an instant, at most so many; return how many."""
    return len(await tx.all(PRUNE_ANSWERS, before=before, limit=limit))


async def if_match(
    if_match: Annotated[
        str | None, Header(max_length=200, description="The ETag that was read.")
    ] = None,
) -> int:
    """Return the version that a change was made from.

    Raises:
        PreconditionRequired, Stale.
    """
    if if_match is None:
        raise PreconditionRequired()
    number = if_match.strip('"')
    if not (if_match == f'"{number}"' and number.isascii() and number.isdigit()) or len(number) > 9:
        raise Stale()
    return int(number)


IfMatch = Annotated[int, Depends(if_match)]


def check_version(current: int, expected: int) -> None:
    """Refuse a change made from another version than the current one.

    Raises:
        Stale.
    """
    if current != expected:
        raise Stale()


@dataclass(frozen=True)
class Items(Generic[Item]):
    """What one request creates: a single body, or the items of a batch; pointers say which item.

    What lies deeper in a body brings the pointer of each.
    """

    items: Sequence[Item]
    batch: bool
    pointers: Sequence[str] | None = None

    def __iter__(self) -> Iterator[Item]:
        return iter(self.items)

    def pointer(self, index: int) -> str:
        """Return the JSON pointer of an item in the request."""
        if self.pointers is not None:
            return self.pointers[index]
        return f"/items/{index}" if self.batch else ""

    def each(self, make: Callable[[Item], Result]) -> list[Result]:
        """Apply a function to every item; what it refuses points at the item."""
        made = []
        for index, item in enumerate(self.items):
            with pointing_at(self.pointer(index)):
                made.append(make(item))
        return made

    async def named(
        self, tx: Transaction, statement: Statement[Named], field: str
    ) -> dict[UUID | None, Named]:
        """Return the rows that the items name in a field, by id; fields that are null name none.

        Raises:
            NotFound: pointing at the first item that names a row that is not there, or hidden.
        """
        ids = [getattr(item, field) for item in self.items]
        found: dict[UUID | None, Named] = {
            row.id: row for row in await tx.all(statement, ids=list({*ids} - {None}))
        }
        for index, id_ in enumerate(ids):
            if id_ is not None and id_ not in found:
                raise NotFound(f"{self.pointer(index)}/{field}")
        return found


@dataclass(frozen=True)
class Created:
    """A row that was written: its id, and how the API shows it."""

    id: UUID
    text: str


Make = Callable[[Write, Items[Any]], Awaitable[list[Created]]]


def _identified(body: Any) -> Any:
    """Give a body its id before it is written: rows come back from the database in any order."""
    return body if body.id else body.model_copy(update={"id": new_id()})


async def create(write: Write, body: Any, make: Make, collection: str) -> Response:
    """Create one: 201 with the resource, its place and ETag."""
    [made] = await make(write, Items([_identified(body)], batch=False))
    return await write.answer(201, made.text, f"/v1/{collection}/{made.id}", version=1)


def created_once(made: Created, collection: str) -> Response:
    """Answer a hot write, which has kept its answer itself."""
    return written(201, made.text, f"/v1/{collection}/{made.id}", version=1)


async def create_batch(write: Write, batch: Any, make: Make) -> Response:
    """Create all items of a batch or none: 201 with their number and ids, in order."""
    items = [_identified(item) for item in batch.items]
    try:
        await make(write, Items(items, batch=True))
    except asyncpg.IntegrityConstraintViolationError as refused:
        raise await _first_refused(write, items, make, refused) from refused
    ids = ",".join(f'"{item.id}"' for item in items)
    return await write.answer(201, f'{{"count":{len(items)},"ids":[{ids}]}}')


async def _first_refused(
    write: Write,
    items: Sequence[Any],
    make: Make,
    refused: asyncpg.IntegrityConstraintViolationError,
) -> Exception:
    """Find the item that the database refused: under row-level security it does not say which.

    It is the last of the shortest beginning of the batch that is refused; ten tries find it in 1,000.
    """
    accepted, taken = 0, len(items)
    while taken - accepted > 1:
        half = (accepted + taken) // 2
        await write.tx.start_over()
        try:
            await make(write, Items(items[:half], batch=True))
            accepted = half
        except asyncpg.IntegrityConstraintViolationError as again:
            taken, refused = half, again
    problem = problem_of(refused)
    if problem is None:
        return refused
    problem.pointer = f"/items/{taken - 1}{problem.pointer}"
    return problem
