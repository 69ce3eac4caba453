"""Views, made by the migrations: interests, subjects, and the names that hang on the notice board."""

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

#: Holders of public offices by their full names; the one view that reads a name (notice_board.py).
#: With the name of a former holder as well: whoever reads it asks for a term that runs.
office_holder = table(
    "office_holder",
    column("street_id", Integer),
    column("appointment_id", Uuid),
    column("organisation_id", Uuid),
    column("grid_id", Uuid),
    column("name", Text),
)

subject = table(
    "subject",
    column("street_id", Integer),
    column("subject_kind", Text),
    column("subject_id", Uuid),
)
