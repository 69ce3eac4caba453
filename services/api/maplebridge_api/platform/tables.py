"""The platform's own tables: event log, idempotency keys, clients and their secrets, the sandbox's clock."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    FetchedValue,
    ForeignKeyConstraint,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from .schema import (
    Names,
    capacity,
    in_street,
    instant,
    integer,
    metadata,
    secret,
    street_table,
    text,
)

event_head = street_table(
    "event_head",
    Column("last_no", BigInteger, nullable=False, server_default="0"),
    Column("last_hash", LargeBinary, nullable=False, server_default=r"\x"),
    in_street("event_head"),
    key=(),
)

event = street_table(
    "event",
    Column(
        "no", BigInteger, FetchedValue(), nullable=False
    ),  # given by the trigger: gapless, in commit order
    text("type"),
    instant("time"),
    text("actor", names=Names.ACTOR),
    capacity(),
    text("subject", names=Names.SUBJECT),
    Column("data", JSONB, nullable=False, info={"names": Names.WITHIN}),
    secret(Column("seal", LargeBinary)),  # the API's proof that it wrote the row: chain.py
    Column(
        "hash", LargeBinary, FetchedValue(), nullable=False
    ),  # given by the trigger: SHA-256 over the chain
    # That the street exists is known by its head: a key to the street would lock its row, too.
    key=("no",),
)

signed_head = street_table(
    # What a street's log was at a time, signed: kept here and, better, by others elsewhere.
    "signed_head",
    Column("no", BigInteger, nullable=False),
    instant("at"),
    text("jws"),
)

idempotency = street_table(
    # A key belongs to who acts: street_id is the low end of their range, no real street.
    "idempotency",
    text("actor", names=Names.ACTOR),
    text("key"),
    Column("request_sha256", LargeBinary, nullable=False),
    integer("status", null=True),
    text("answer", null=True),
    text("location", null=True),
    integer("version", null=True),
    instant("at"),
    key=("actor", "key"),
)

client = Table(
    "client",
    metadata,
    Column("client_id", Text, primary_key=True),
    text("name"),
    Column("rights", ARRAY(Text), nullable=False),
    integer("street_lo"),
    integer("street_hi"),
    instant("disabled_at", null=True),  # set: cut off since then
    CheckConstraint("street_lo <= street_hi", name="client__street_range"),
)

client_secret = Table(
    "client_secret",
    metadata,
    Column("client_id", Text, primary_key=True),
    # Two are valid at a time while one takes the other's place, and never a third.
    Column("slot", SmallInteger, primary_key=True, autoincrement=False),
    Column("secret_sha256", LargeBinary, nullable=False),
    instant("created_at"),
    instant("expires_at", null=True),
    ForeignKeyConstraint(["client_id"], ["client.client_id"], name="client_secret__client_id"),
    CheckConstraint("slot IN (1, 2)", name="client_secret__slot"),
)

sandbox_clock = Table(
    "sandbox_clock",
    metadata,
    Column("single", Boolean, primary_key=True, server_default="true"),
    instant("set_to"),
    CheckConstraint("single", name="sandbox_clock__single"),
)
