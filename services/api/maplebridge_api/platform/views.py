"""Views made by the migrations, for more than the slice whose tables they read.

Who has an interest in whom, what is a subject and whose, what a run's results rest on, which places are
held, when committees sit, and the names that hang on the notice board.
"""

from sqlalchemy import Integer, LargeBinary, SmallInteger, Text, Uuid, column, table
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
    column("name_listed", Text),
    column("version", Integer),  # of the person: another name is another version
)

subject = table(
    "subject",
    column("street_id", Integer),
    column("subject_kind", Text),
    column("subject_id", Uuid),
)

#: Who may read what is on record about a subject: a person, of an appointment of theirs, whatever it has
#: come to and in whatever capacity (null); who leads an organisation, in that capacity (authority.py).
own_subject = table(
    "own_subject",
    column("street_id", Integer),
    column("person_id", Uuid),
    column("capacity", Uuid),
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

#: Which place of which post is held, when and by which appointment: for who changes a post or ends an
#: organisation.
place_held = table(
    "place_held",
    column("street_id", Integer),
    column("post_id", Uuid),
    column("organisation_id", Uuid),
    column("seat", SmallInteger),
    column("during", TSTZRANGE),
    column("appointment_id", Uuid),
)

#: When which committee sits: for who seats a person in one.
committee_sitting = table(
    "committee_sitting",
    column("street_id", Integer),
    column("organisation_id", Uuid),
    column("during", TSTZRANGE),
)
