"""What is asked of all tables about one person: made from the tables' own words, so none is left out."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import groupby

from sqlalchemy import Integer, Uuid, bindparam, select

from ..appointments.service import last_term_end
from ..disputes.service import last_case_end
from ..people.service import OF_PERSONS, people_due
from ..platform.database import Statement
from ..platform.references import Reference, references, repointed, rows_about_person
from ..platform.schema import metadata
from ..sessions.service import last_use


def _references() -> list[Reference]:
    return [one for one in references(metadata) if one.table.name != OF_PERSONS]


@cache  # when first asked for: by then every slice has declared its tables
def kept() -> dict[str, Statement[str]]:
    """Write for each table the rows that name a person, as one JSON array."""
    return {
        table.name: Statement(rows_about_person(table, list(found)), str)
        for table, found in groupby(_references(), key=lambda one: one.table)
    }


@cache
def repoint() -> list[Statement[int]]:
    """Write what lets everything that names one entry name another: appointments, and so ballots."""
    return [Statement(repointed(one), int) for one in _references() if one.is_person]


@dataclass(frozen=True)
class Ends:
    """When a person's last term and case end, and they last used a session; none: there was none."""

    term: datetime | None
    case: datetime | None
    use: datetime | None


_street_id = bindparam("street_id", type_=Integer)
_id = bindparam("id", type_=Uuid)
ENDS = Statement(
    select(*(end(_street_id, _id) for end in (last_term_end, last_case_end, last_use))), Ends
)
FORMER_DUE = people_due(last_term_end, (last_case_end, last_use), held_office=True)
NEVER_DUE = people_due(last_term_end, (last_case_end, last_use), held_office=False)
