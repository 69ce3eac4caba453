"""Tables of sessions: who an account is, codes that bind one, sessions; nothing of them in clear."""

from sqlalchemy import Column, ForeignKeyConstraint, Index, Integer, LargeBinary, Table, Uuid
from sqlalchemy import PrimaryKeyConstraint as PrimaryKey

from maplebridge_domain.login import BindingCodeWrong, LoginAlreadyBound

from ..platform.schema import instant, integer, metadata, reference, street_table, text

#: Found before a street is known: shared, its key is the account alone. docs/decisions/ says why.
login = Table(
    "login",
    metadata,
    Column("account", LargeBinary, nullable=False),  # keyed hash: platform/personal.py
    Column("street_id", Integer, nullable=False),
    Column("person_id", Uuid, nullable=False),
    PrimaryKey("account", name=f"login__{LoginAlreadyBound.code}"),
    Index("login__person_id", "street_id", "person_id"),
)

binding_code = street_table(
    "binding_code",
    *reference("binding_code", "person_id", "person"),
    text("selector"),
    Column("code_hash", LargeBinary, nullable=False),
    instant("expires_at"),
    instant("closed_at", null=True),  # used, or a newer one took its place
    integer("wrong_tries", default=0),
    Index("binding_code__selector", "street_id", "selector"),
    Index("binding_code__person_id", "street_id", "person_id"),
)

binding_try = street_table(
    "binding_try",
    Column("account", LargeBinary, nullable=False),
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
    Column("family_sha256", LargeBinary, nullable=False),  # of what all its refresh tokens share
    Column("refresh_sha256", LargeBinary, nullable=False),  # of what the newest alone has
    instant("begun_at"),
    instant("used_at"),
    instant("ends_at"),
    instant("revoked_at", null=True),
    Index("session__person_id", "street_id", "person_id"),
)
