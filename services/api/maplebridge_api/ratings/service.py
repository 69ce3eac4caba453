"""The verbs of credit records and ratings, and what runs ask of them."""

from typing import Any
from uuid import UUID

from maplebridge_domain.assessment import months_later
from maplebridge_domain.authority import Right
from maplebridge_domain.evaluation import OwnResult
from maplebridge_domain.record import MONTHS_MAX, check_occurred, check_record
from maplebridge_domain.worktime import SHANGHAI

from ..platform.bodies import dump
from ..platform.database import Transaction, as_rows
from ..platform.problems import NotFound
from ..platform.request import Created, Items, Write
from . import events, queries
from .queries import Subject
from .schemas import NewRecord, Results
from .signing import sign


async def create_records(write: Write, records: Items[NewRecord]) -> list[Created]:
    """Enter credit records; a bad one counts at most as long as its class allows.

    Raises:
        NotFound, ClassMissing, RecordInTheFuture.
    """
    today = write.now.astimezone(SHANGHAI).date()
    named = await write.tx.all(queries.SUBJECTS, ids=[record.subject_id for record in records])
    known = {*named}

    def row(record: NewRecord) -> dict[str, object]:
        if Subject(record.street_id, record.subject_kind, record.subject_id) not in known:
            raise NotFound("/subject_id")
        write.caller.must(Right.RECORDS_WRITE, on=str(record.street_id))
        check_record(record.kind, record.class_)
        check_occurred(record.occurred_on, today)
        months = MONTHS_MAX[record.class_] if record.class_ else None
        return dump(
            record,
            **{"class": record.class_},
            valid_until=months_later(record.occurred_on, months) if months else None,
            entered_in_capacity=write.caller.capacity,
        )

    made = await write.tx.all(queries.ADD_RECORDS, rows=as_rows(records.each(row)))
    ids = [one.id for one in made]
    await write.record_created(events.RECORDS_CREATED, "records", ids, records)
    return made


async def store_results(
    tx: Transaction, street_id: int, run_id: UUID, body: str, results: Results
) -> None:
    """Write all `results` of a publication; `body` is the JSON text that they were read from.

    Raises:
        NotFound: pointing at the first result whose subject the street does not have.
    """
    values = {"street_id": street_id, "run_id": run_id, "body": body}
    strangers = {*await tx.all(queries.ADD_RESULTS, **values)}
    for index, result in enumerate(results if strangers else ()):
        if (result.kind, result.subject_id) in strangers:
            raise NotFound(f"/results/{index}/subject_id")


async def must_not_be_subject(tx: Transaction, run_id: UUID, appointments: list[UUID]) -> None:
    """Refuse a person one of whose appointments is a subject of the run.

    Raises:
        OwnResult.
    """
    if await tx.maybe(queries.AMONG_SUBJECTS, run_id=run_id, ids=appointments) is not None:
        raise OwnResult()


async def sign_ratings(tx: Transaction, run_id: UUID, common: dict[str, Any]) -> None:
    """Sign a statement of every credit rating of a run; `common` is what all of them say."""
    signed = [
        {
            "id": rating.id,
            "statement": sign(
                common
                | {
                    "id": str(rating.id),
                    "enterprise_id": str(rating.enterprise_id),
                    "enterprise": rating.enterprise,
                    "score": rating.score,
                    "grade": rating.grade,
                }
            ),
        }
        for rating in await tx.all(queries.RATINGS, run_id=run_id)
    ]
    await tx.run(queries.SIGN, rows=as_rows(signed))
