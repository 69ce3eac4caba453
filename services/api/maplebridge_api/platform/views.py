"""Views made by the migrations, for more than the slice whose tables they read.

Who has an interest in whom, what is a subject, and what a run's results rest on.
"""

from sqlalchemy import Integer, LargeBinary, Text, Uuid, column, table
from sqlalchemy.dialects.postgresql import TSTZRANGE

interest = table(
    "interest",
    column("street_id", Integer),
    column("person_id", Uuid),
    column("subject_kind", Text),
    column("subject_id", Uuid),
    column("during", TSTZRANGE),
)

subject = table(
    "subject",
    column("street_id", Integer),
    column("subject_kind", Text),
    column("subject_id", Uuid),
)

run_basis = table(
    "run_basis",
    column("street_id", Integer),
    column("run_id", Uuid),
    column("input_sha256", Text),
    column("engine_version", Text),
    column("rubric_id", Uuid),
    column("rubric_code", Text),
    column("rubric_edition", Text),
    column("rubric_sha256", LargeBinary),
)
