"""In which columns people write what they like, and what a name is in a text."""

import re

from sqlalchemy import CheckConstraint, Column, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from maplebridge_api.main import create_app
from maplebridge_api.platform.schema import STREET_TABLES, metadata
from maplebridge_api.privacy.texts import free_columns, patterns

create_app()  # declares every table

#: Texts that name no person, or whose name goes otherwise; what is written by people is `free`.
NAMES_NOBODY = {
    # a person's own, erased with the entry or the session
    *("person.name", "person.name_sought", "person.name_listed", "session.device"),
    *("person.name_masked", "person.phone_masked"),
    # read before anything is struck: `mentioned_in`, and the verb `redact`
    *("dispute.title", "dispute.summary", "dispute_step.note"),
    # replaced by what is left
    *("idempotency.answer", "idempotency.key", "idempotency.location"),
    # names of places, organisations and posts
    *("street.name", "street.district", "street.city", "street.province", "meeting.hall"),
    *("organisation.name", "organisation.name_sought", "organisation.name_listed"),
    *("organisation.uscc", "organisation.party_tier", "post.name", "grid_description.name"),
    *("grid_placement.path", "grid_placement.unit_code", "household_placement.address"),
    *("grid_description.service_centre", "grid_description.hall"),
    *("grid_description.party_tier", "dispute.category"),
    # written by machines, from ids and numbers
    *("event.type", "event.data", "signed_head.jws", "binding_code.selector", "session.client_id"),
    *("import_run.caller", "import_run.faults", "import_run.notes"),
    *("evaluation_run.worker", "evaluation_run.input_sha256", "evaluation_run.engine_version"),
    *("evaluation_run.failure", "evaluation_result.statement", "evaluation_result.grade"),
    *("rubric.code", "rubric.edition", "rubric.document", "rubric.form", "record.code"),
    *("ballot.marks", "committee_term.votes"),
    # dates and filing numbers of an election
    *("appointment.election", "appointment_history.election", "appointment_proposal.election"),
    "committee_term.filing_number",
}


def texts(table: Table) -> set[str]:
    """List columns of text that are no codes and name nobody by an id."""
    checks = [str(one.sqltext) for one in table.constraints if isinstance(one, CheckConstraint)]

    def is_code(column: Column[object]) -> bool:
        return any(check.startswith(f"{column.name} IN (") for check in checks)

    return {
        column.name
        for column in table.c
        if isinstance(column.type, (Text, JSONB))
        and not (column.info.get("names") in ("actor", "subject") or is_code(column))
    }


def test_each_column_of_text_is_searched_for_a_name_or_known_to_hold_none() -> None:
    found = {
        f"{name}.{column}"
        for name in STREET_TABLES
        for column in texts(metadata.tables[name])
        - {one.name for one in free_columns(metadata.tables[name])}
    }
    assert found == NAMES_NOBODY


def test_a_name_is_struck_from_what_was_said_and_not_from_a_word_or_member_it_resembles() -> None:
    said = patterns(["wang", "name", "abe", "周远航", "15412345678"])
    text = re.sub(said["said"], "▇▇", "wang与周远航（15412345678），wangjing；abe，9fabe7")
    assert text == "▇▇与▇▇（▇▇），wangjing；▇▇，9fabe7"
    json = re.sub(said["said_in_json"], "▇▇", '[{"name": "周远航, name", "n": "x abe"}]')
    assert json == '[{"name": "▇▇, ▇▇", "n": "x ▇▇"}]'
