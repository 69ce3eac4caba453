"""What is read of logins and sessions, and the statements of their writes."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    DateTime,
    Integer,
    LargeBinary,
    Table,
    Text,
    Uuid,
    bindparam,
    cast,
    column,
    delete,
    func,
    insert,
    literal_column,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import insert as upsert

from maplebridge_domain.login import IssuedCode, Tries

from ..platform.database import GATE, Read, Statement, an_id, in_scope, json_object
from .tables import binding_code, binding_try, login, session


@dataclass(frozen=True)
class Login:
    """Which person an account is."""

    street_id: int
    person_id: UUID


@dataclass(frozen=True)
class Bound:
    """Whom an account is bound to, and in offices of which roles it acts."""

    person_id: UUID
    lets_in: list[str]


_found = func.mb_find_login(bindparam("accounts", type_=ARRAY(LargeBinary))).table_valued(
    column("account_hash", LargeBinary), column("street_id", Integer), column("person_id", Uuid)
)
#: Run before any range is entered: the function shows the one login whose hash is known.
FIND_LOGIN = Statement(select(_found.c.street_id, _found.c.person_id), Login)

_street_id = bindparam("street_id", type_=Integer)
_account: ColumnElement[Any] = bindparam("account", type_=LargeBinary)
_person_id = bindparam("person_id", type_=Uuid)
_id = bindparam("id", type_=Uuid)
_at = bindparam("at", type_=DateTime(timezone=True))
_lets_in = bindparam("lets_in", type_=ARRAY(Text))

BIND = Statement(
    insert(login).values(
        account_hash=_account,
        street_id=_street_id,
        id=bindparam("id", type_=Uuid),
        person_id=_person_id,
        account_encrypted=bindparam("sealed", type_=LargeBinary),
        lets_in=_lets_in,
    ),
    an_id,
)
#: Keeps an account under the newest key's hash, which is the same one unless the key was changed. It is
#: looked for under all: a change of the key may have hashed it anew since it was found. Its lock makes
#: whoever ends the person's logins meanwhile wait, and then find the session.
KEEP = Statement(
    update(login)
    .where(
        in_scope(login),
        login.c.account_hash == func.any(bindparam("accounts", type_=ARRAY(LargeBinary))),
    )
    .values(account_hash=_account)
    .returning(login.c.person_id, login.c.lets_in),
    Bound,
)
UNBIND = Statement(
    delete(login)
    .where(in_scope(login), login.c.person_id == _person_id)
    .returning(login.c.person_id),
    an_id,
)

CLOSE_CODES = Statement(
    update(binding_code)
    .where(
        in_scope(binding_code),
        binding_code.c.person_id == _person_id,
        binding_code.c.closed_at.is_(None),
    )
    .values(closed_at=_at),
    an_id,
)
ISSUE_CODE = Statement(
    insert(binding_code).values(
        street_id=_street_id,
        person_id=_person_id,
        selector=bindparam("selector", type_=Text),
        code_hash=bindparam("code_hash", type_=LargeBinary),
        expires_at=bindparam("expires_at", type_=DateTime(timezone=True)),
        lets_in=_lets_in,
    ),
    an_id,
)


@dataclass(frozen=True)
class Code:
    """A binding code that was issued."""

    id: UUID
    person_id: UUID
    code_hash: bytes
    lets_in: list[str]
    issued: IssuedCode


#: Locked, so that of many tries at once none goes uncounted; of two with one selector the newer.
CODE = Statement(
    select(
        binding_code.c.id,
        binding_code.c.person_id,
        binding_code.c.code_hash,
        binding_code.c.lets_in,
        binding_code.c.expires_at,
        binding_code.c.closed_at,
        binding_code.c.wrong_tries,
    )
    .where(in_scope(binding_code), binding_code.c.selector == bindparam("selector", type_=Text))
    .order_by(binding_code.c.id.desc())
    .limit(1)
    .with_for_update(),
    lambda id_, person_id, code_hash, lets_in, *issued: Code(
        id_, person_id, code_hash, lets_in, IssuedCode(*issued)
    ),
)
COUNT_WRONG_TRY = Statement(
    update(binding_code)
    .where(in_scope(binding_code), binding_code.c.id == _id)
    .values(wrong_tries=binding_code.c.wrong_tries + literal_column("1")),
    an_id,
)
#: Locks the account's row, made if need be: tries at once take turns.
TRIES = Statement(
    upsert(binding_try)
    .values(street_id=_street_id, account=_account, wrong=literal_column("0"))
    .on_conflict_do_update(
        index_elements=["street_id", "account"], set_={"wrong": binding_try.c.wrong}
    )
    .returning(binding_try.c.wrong, binding_try.c.last_at),
    Tries,
)
COUNT_TRIES = Statement(
    update(binding_try)
    .where(in_scope(binding_try), binding_try.c.account == _account)
    .values(wrong=bindparam("wrong", type_=Integer), last_at=bindparam("last_at", type_=_at.type)),
    an_id,
)

BEGIN = Statement(
    insert(session)
    .values(
        street_id=_street_id,
        person_id=_person_id,
        client_id=bindparam("client_id", type_=Text),
        device=bindparam("device", type_=Text),
        family_sha256=bindparam("family_sha256", type_=LargeBinary),
        refresh_sha256=bindparam("refresh_sha256", type_=LargeBinary),
        begun_at=_at,
        used_at=_at,
        ends_at=bindparam("ends_at", type_=DateTime(timezone=True)),
        lets_in=_lets_in,
    )
    .returning(session.c.id),
    an_id,
)


@dataclass(frozen=True)
class Session:
    """A session as a refresh looks at it."""

    person_id: UUID
    client_id: str
    family_sha256: bytes
    refresh_sha256: bytes
    begun_at: datetime
    ends_at: datetime
    revoked_at: datetime | None
    lets_in: list[str]


#: Locked: of two uses of one refresh token the second sees that it was used.
SESSION = Statement(
    select(
        session.c.person_id,
        session.c.client_id,
        session.c.family_sha256,
        session.c.refresh_sha256,
        session.c.begun_at,
        session.c.ends_at,
        session.c.revoked_at,
        session.c.lets_in,
    )
    .where(in_scope(session), session.c.id == _id)
    .with_for_update(),
    Session,
)
REFRESH = Statement(
    update(session)
    .where(in_scope(session), session.c.id == _id)
    .values(
        refresh_sha256=bindparam("refresh_sha256", type_=LargeBinary),
        used_at=_at,
        ends_at=bindparam("ends_at", type_=DateTime(timezone=True)),
    ),
    an_id,
)
_in_force = (session.c.revoked_at.is_(None), session.c.ends_at > _at)
REVOKE = Statement(
    update(session)
    .where(in_scope(session), session.c.id == _id, session.c.person_id == _person_id, *_in_force)
    .values(revoked_at=_at)
    .returning(session.c.street_id),
    int,
)
REVOKE_ALL = Statement(
    update(session)
    .where(in_scope(session), session.c.person_id == _person_id, *_in_force)
    .values(revoked_at=_at)
    .returning(session.c.id),
    an_id,
)
IN_FORCE = Read(
    select(session.c.id)
    .where(
        GATE, in_scope(session), session.c.id == _id, session.c.person_id == _person_id, *_in_force
    )
    .limit(1),
    an_id,
)

_own = (
    select(
        json_object(
            id=session.c.id,
            device=session.c.device,
            client_id=session.c.client_id,
            begun_at=session.c.begun_at,
            used_at=session.c.used_at,
            ends_at=session.c.ends_at,
            current=func.coalesce(session.c.id == bindparam("current", type_=Uuid), False),
        ).label("item")
    )
    .where(GATE, in_scope(session), session.c.person_id == _person_id, *_in_force)
    .order_by(session.c.id.desc())
    .limit(200)
    .subquery("own")
)
OWN_SESSIONS = Read(
    select(func.coalesce(cast(func.json_agg(_own.c.item), Text), "[]")).limit(1), str
)

_person_ids = bindparam("person_ids", type_=ARRAY(Uuid()))


def _locked(table: Table) -> Statement[UUID]:
    return Statement(
        select(table.c.person_id)
        .where(in_scope(table), table.c.person_id == func.any(_person_ids))
        .order_by(table.c.id)
        .with_for_update(),
        an_id,
    )


#: Who is just binding or logging in holds one of these, and then waits for their person.
HOLD = (_locked(binding_code), _locked(login))
#: An account's tries, whoever's code they were aimed at.
_TRIES_OF_PERSON = (
    in_scope(binding_try),
    binding_try.c.account.in_(
        select(login.c.account_hash).where(in_scope(login), login.c.person_id == _person_id)
    ),
)
TRIES_OF_PERSON = Statement(
    select(binding_try.c.street_id, binding_try.c.wrong, binding_try.c.last_at)
    .where(*_TRIES_OF_PERSON)
    .order_by(binding_try.c.account),
    lambda street_id, wrong, last_at: {"street_id": street_id, "wrong": wrong, "last_at": last_at},
)
FORGET_TRIES = Statement(
    delete(binding_try).where(*_TRIES_OF_PERSON).returning(binding_try.c.street_id), int
)


def _forget(table: Table) -> Statement[UUID]:
    return Statement(
        delete(table)
        .where(in_scope(table), table.c.person_id == _person_id)
        .returning(table.c.person_id),
        an_id,
    )


FORGET: tuple[Statement[Any], ...] = (FORGET_TRIES, _forget(binding_code), UNBIND, _forget(session))
_before = bindparam("before", type_=DateTime(timezone=True))
_limit = bindparam("limit", type_=Integer)


def _prune(table: Table, over: ColumnElement[bool]) -> Statement[int]:
    """Write the deletion of rows that were over long enough, some at a time."""
    key = tuple(table.primary_key.columns)
    some = select(*key).where(in_scope(table), over).limit(_limit)
    return Statement(
        delete(table).where(in_scope(table), tuple_(*key).in_(some)).returning(table.c.street_id),
        int,
    )


PRUNE = (
    _prune(session, func.least(session.c.ends_at, session.c.revoked_at) < _before),
    _prune(binding_code, func.least(binding_code.c.expires_at, binding_code.c.closed_at) < _before),
    _prune(binding_try, or_(binding_try.c.last_at.is_(None), binding_try.c.last_at < _before)),
)


def last_use(
    street_id: ColumnElement[int], person_id: ColumnElement[UUID]
) -> ColumnElement[datetime]:
    """Write when a person last logged in or went on with a session; null: none is kept."""
    own = (session.c.street_id == street_id, session.c.person_id == person_id)
    used = select(func.max(session.c.used_at)).where(*own)
    return used.correlate_except(session).scalar_subquery()


_disclosed = func.mb_disclose_accounts(
    bindparam("street_id", type_=Integer), bindparam("person_id", type_=Uuid)
).table_valued(column("id", Uuid), column("account_encrypted", LargeBinary))
#: Gives rows only in a transaction that has recorded that all that is kept of this person is handed out.
ACCOUNTS = Statement(
    select(_disclosed.c.id, _disclosed.c.account_encrypted), lambda id_, sealed: (id_, sealed)
)
