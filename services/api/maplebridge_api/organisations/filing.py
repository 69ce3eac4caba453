"""Filing a service contract, and which are about to end."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from uuid import UUID

from maplebridge_domain.authority import Right
from maplebridge_domain.contract_end import ContractWithdrawn
from maplebridge_domain.service_contract import check_contract_dates, endings_near, file_by
from maplebridge_domain.worktime import SHANGHAI

from ..platform.database import Scope, as_rows
from ..platform.request import Created, Write, check_version
from . import change_queries, events
from .schemas import ContractFiling


async def file_contract(write: Write, id: UUID, version: int, body: ContractFiling) -> Created:
    """Enter when a contract was filed with county and street; a late filing is entered as it is.

    Raises:
        NotFound, RightMissing, Stale, ContractWithdrawn, ContractDatesWrong.
    """
    contract = await write.tx.visible(change_queries.CONTRACT_TO_CHANGE, id)
    write.caller.must(Right.ORGANISATIONS_WRITE, on=contract.quarter_path)
    check_version(contract.version, version)
    if contract.begins_at is None:
        raise ContractWithdrawn()
    signed_on = body.signed_on or contract.signed_on
    check_contract_dates(signed_on, body.filed_on, write.now.astimezone(SHANGHAI).date())

    due = file_by(signed_on, contract.begins_at.astimezone(SHANGHAI).date())
    shown = await write.tx.one(
        change_queries.FILE_CONTRACT,
        id=id,
        signed_on=signed_on,
        filed_on=body.filed_on,
        file_by=due,
    )
    await write.record(
        events.CONTRACT_FILED,
        street_id=contract.street_id,
        subject=f"service-contracts/{id}",
        filed_on=body.filed_on,
        in_time=body.filed_on <= due,
    )
    return shown


def near(today: date, within_days: int, scope: Scope) -> Mapping[str, str]:
    """Give what `CONTRACTS_ENDING` asks for: last days of contracts of which a notice is near."""
    endings = endings_near(today, within_days, scope.lo, scope.hi)
    return {"rows": as_rows(asdict(ending) for ending in endings)}
