"""A quarter has one committee at a time, also when it has taken in others that had theirs."""

from datetime import datetime
from uuid import UUID

from maplebridge_domain.committee import CommitteeThereAlready, SeveralCommittees
from maplebridge_domain.period import Period, overlapping

from ..grid.service import HOLD_STREET, Grid
from ..platform.request import Write
from . import queries


async def must_be_free(write: Write, quarter: Grid, during: Period) -> None:
    """Refuse a committee where one of a quarter that was taken in sits at that time.

    Whoever merges quarters waits until this one is entered; of the quarter's own the database knows.

    Raises:
        CommitteeThereAlready.
    """
    await write.tx.run(HOLD_STREET, street_id=quarter.street_id)
    sitting = await write.tx.all(queries.TERMS_OF_ONE, ids=[quarter.id])
    if any(term.overlaps(during) for _, term in sitting):
        raise CommitteeThereAlready()


async def must_have_one_committee(write: Write, quarter_id: UUID, at: datetime) -> None:
    """Refuse to have made quarters one in which several committees sit at a time, after an instant.

    Raises:
        SeveralCommittees.
    """
    names = overlapping(await write.tx.all(queries.TERMS_OF_ONE, ids=[quarter_id]), at)
    if names:
        raise SeveralCommittees("、".join(names), ", ".join(names))
