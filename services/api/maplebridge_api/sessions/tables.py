"""Tables of sessions: who an account is, codes that bind one, sessions; nothing of them in clear."""

from sqlalchemy import (
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    Uuid,
)
from sqlalchemy import PrimaryKeyConstraint as PrimaryKey
from sqlalchemy.dialects.postgresql import ARRAY

from maplebridge_domain.login import BindingCodeWrong, LoginAlreadyBound

from ..platform.schema import (
    Names,
    instant,
    integer,
    metadata,
    reference,
    secret,
    street_table,
    text,
)

#: Found before a street is known: shared, its key is the account alone. docs/decisions/ says why.
login = Table(
    "login",
    metadata,
    secret(Column("account_hash", LargeBinary, nullable=False)),  # platform/personal.py
    Column("street_id", Integer, nullable=False),
    Column("id", Uuid, nullable=False),
    Column("person_id", Uuid, nullable=False, info={"names": Names.PERSON}),
    # The API's role cannot read it. It is there for a change of the key: platform/rotation.py.
    secret(Column("account_encrypted", LargeBinary, nullable=False)),
    # Roles, of the code that bound it: it acts in no office that gives another, whoever fills that later.
    Column("lets_in", ARRAY(Text), nullable=False, server_default="{}"),
    PrimaryKey("account_hash", name=f"login__{LoginAlreadyBound.code}"),
    Index("login__id", "street_id", "id"),
    Index("login__person_id", "street_id", "person_id"),
)

binding_code = street_table(
    "binding_code",
    *reference("binding_code", "person_id", "person"),
    secret(text("selector")),
    secret(Column("code_hash", LargeBinary, nullable=False)),
    instant("expires_at"),
    instant("closed_at", null=True),  # used, or a newer one took its place
    integer("wrong_tries", default=0),
    # Roles: whoever holds an office that gives another by then is not let in by it.
    Column("lets_in", ARRAY(Text), nullable=False, server_default="{}"),
    Index("binding_code__selector", "street_id", "selector"),
    Index("binding_code__person_id", "street_id", "person_id"),
)

binding_try = street_table(
    "binding_try",
    secret(Column("account", LargeBinary, nullable=False)),
    integer("wrong"),
    instant("last_at", null=True),
    # A code of a street that does not exist is as wrong as any other.
    ForeignKeyConstraint(
        ["street_id"], ["street.street_id"], name=f"binding_try__{BindingCodeWrong.code}"
    ),
    key=("account",),
)

session = street_table(
    "session",
    *reference("session", "person_id", "person"),
    text("client_id"),
    text("device", null=True),
    secret(
        Column("family_sha256", LargeBinary, nullable=False)
    ),  # of what all its refresh tokens share
    secret(Column("refresh_sha256", LargeBinary, nullable=False)),  # of what the newest alone has
    instant("begun_at"),
    instant("used_at"),
    instant("ends_at"),
    instant("revoked_at", null=True),
    Column("lets_in", ARRAY(Text), nullable=False, server_default="{}"),  # as its login says
    Index("session__person_id", "street_id", "person_id"),
)
