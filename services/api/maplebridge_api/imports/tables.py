"""Tables of imports: each with its file, sealed while it lasts, and what it made."""

from sqlalchemy import CheckConstraint, Column, Index, LargeBinary, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from maplebridge_domain.importing import ImportState
from maplebridge_domain.shape import Shape

from ..platform.schema import (
    Names,
    capacity,
    in_street,
    instant,
    integer,
    one_of,
    reference,
    secret,
    street_table,
    text,
    version,
)

import_run = street_table(
    "import_run",
    *one_of("import_run", "shape", Shape),
    *one_of("import_run", "state", ImportState),
    text("requested_by", names=Names.ACTOR),
    capacity(),
    Column("caller", JSONB, nullable=False),  # by whose rights the job worker acts
    instant("requested_at"),
    integer("attempt", default=0),
    integer("rows_read", default=0),
    integer("rows_made", default=0),
    integer("rows_kept", default=0),
    integer("faults_count", default=0),
    Column("faults", JSONB),
    Column("notes", JSONB),
    instant("ended_at", null=True),
    version(),
    in_street("import_run"),
    CheckConstraint(
        "(state IN ('queued', 'working')) = (ended_at IS NULL)", name="import_run__ended"
    ),
    Index(
        "import_run__to_do",
        "street_id",
        "id",
        postgresql_where="state IN ('queued', 'working')",
    ),
)

import_part = street_table(
    # A piece of the file as it came (`upload`), or of its marked copy (`copy`).
    "import_part",
    *reference("import_part", "import_id", "import_run"),
    Column("kind", Text, nullable=False),
    integer("no"),
    secret(Column("sealed", LargeBinary, nullable=False)),
    CheckConstraint("kind IN ('upload', 'copy')", name="import_part__kind"),
    key=("import_id", "kind", "no"),
)

import_made = street_table(
    # What an import made, in the order in which it did; the kind is a table's name.
    "import_made",
    *reference("import_made", "import_id", "import_run"),
    integer("no"),
    Column("kind", Text, nullable=False),
    Column("ids", ARRAY(Uuid), nullable=False, info={"names": Names.WITHIN}),
    CheckConstraint(
        "kind IN ('grid', 'household', 'organisation', 'post', 'person', 'service_contract',"
        " 'appointment', 'grid_description')",
        name="import_made__kind",
    ),
    key=("import_id", "no"),
)
