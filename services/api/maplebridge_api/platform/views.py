"""Views that several slices read, made by the migrations: who has an interest in whom, what is a subject."""

from sqlalchemy import Integer, Text, Uuid, column, table
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
