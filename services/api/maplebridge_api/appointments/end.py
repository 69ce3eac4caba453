"""End an appointment, or a service contract, with all that rests on it at the same instant."""

from datetime import datetime
from uuid import UUID

from maplebridge_domain.appointment import EndReason, check_end, check_reason, check_withdrawal
from maplebridge_domain.authority import OwnOffice, Right
from maplebridge_domain.contract_end import (
    ContractEndReason,
    check_contract_end,
    check_contract_withdrawal,
)

from .. import organisations
from ..organisations.service import CONTRACT_TO_END, POST, POSTS_TO_EMPTY, ServiceContract
from ..platform.request import Created, Write, check_version
from . import events, queries, term_queries
from .schemas import ContractEnd, End, Withdrawal
from .term_queries import Ended, Term


async def end(write: Write, id: UUID, version: int, body: End) -> Created:
    """End an appointment, and at the same instant every cross-appointment that rests on it.

    What rests on it and has not begun by then is withdrawn. Who dies leaves every office.

    Raises:
        NotFound, Stale, AppointmentWithdrawn, AppointmentEnded, DeathInTheFuture,
        OfficeNotYoursToFill.
    """
    term = await _to_end(write, id, version)
    check_end(term.during, body.at)
    check_reason(body.reason, body.at, write.now)
    ids = [id]
    if body.reason == EndReason.DEATH:
        ids = await _all_held(write, term, body.at)
    ended = await end_terms(write, term.street_id, ids, body.at, body.reason, body.note)
    return await _tell(write, term, ended, body.at, body.reason)


async def withdraw(write: Write, id: UUID, version: int, body: Withdrawal) -> Created:
    """Withdraw an appointment before its term begins, and every one that was to rest on it.

    Raises:
        NotFound, Stale, AppointmentWithdrawn, TermBegun, OfficeNotYoursToFill.
    """
    term = await _to_end(write, id, version)
    check_withdrawal(term.during, write.now)
    at, reason = term.during.start, EndReason.WITHDRAWN
    ended = await end_terms(write, term.street_id, [id], at, reason, body.note)
    return await _tell(write, term, ended, at, reason)


async def end_contract(write: Write, id: UUID, version: int, body: ContractEnd) -> Created:
    """End a service contract early, and at the same instant every appointment that rests on it.

    Raises:
        NotFound, RightMissing, Stale, ContractWithdrawn, ContractNotInForce.
    """
    contract = await _contract_to_end(write, id, version)
    check_contract_end(contract.during, body.at)
    ended = await _end_resting(write, contract, body.at, body.note)
    shown = await organisations.service.end_contract(
        write, contract, body.at, body.reason, body.note
    )
    await write.record(
        events.CONTRACT_ENDED,
        street_id=contract.street_id,
        subject=f"service-contracts/{id}",
        ended_at=body.at,
        reason=body.reason,
        **with_it(ended),
    )
    return shown


async def withdraw_contract(write: Write, id: UUID, version: int, body: Withdrawal) -> Created:
    """Withdraw a contract before it begins, and every appointment that was to rest on it.

    Raises:
        NotFound, RightMissing, Stale, ContractWithdrawn, ContractBegun.
    """
    contract = await _contract_to_end(write, id, version)
    check_contract_withdrawal(contract.during, write.now)
    ended = await _end_resting(write, contract, contract.during.start, body.note)
    shown = await organisations.service.end_contract(
        write, contract, None, ContractEndReason.WITHDRAWN, body.note
    )
    await write.record(
        events.CONTRACT_WITHDRAWN,
        street_id=contract.street_id,
        subject=f"service-contracts/{id}",
        withdrawn=sorted(one.id for one in ended),
    )
    return shown


async def _contract_to_end(write: Write, id: UUID, version: int) -> ServiceContract:
    contract = await write.tx.visible(CONTRACT_TO_END, id)
    write.caller.must(Right.ORGANISATIONS_WRITE, on=contract.quarter_path)
    check_version(contract.version, version)
    return contract


async def _end_resting(
    write: Write, contract: ServiceContract, at: datetime, note: str | None
) -> list[Ended]:
    street_id = contract.street_id
    resting = await write.tx.all(
        term_queries.ON_CONTRACT, street_id=street_id, contract_id=contract.id, at=at
    )
    return await end_terms(write, street_id, resting, at, EndReason.CONTRACT_ENDED, note)


async def end_terms(
    write: Write, street_id: int, ids: list[UUID], at: datetime, reason: EndReason, note: str | None
) -> list[Ended]:
    """End terms for a reason, and what rests on them because they end."""
    return await write.tx.all(
        term_queries.END,
        street_id=street_id,
        ids=ids,
        at=at,
        reason=reason,
        note=note,
        now=write.now,
    )


async def end_all_in(
    write: Write,
    street_id: int,
    organisation_id: UUID,
    at: datetime,
    until: datetime | None,
    reason: EndReason,
) -> list[Ended]:
    """End every term in an organisation's posts, and what rests on it; the event is the caller's.

    Whose term begins as late as `until` is left alone: they were elected to what comes after. The posts
    are locked first: who was about to be seated there comes before, and is ended, or after.
    """
    await write.tx.all(POSTS_TO_EMPTY, organisation_id=organisation_id)
    held = await write.tx.all(
        term_queries.IN_ORGANISATION,
        street_id=street_id,
        organisation_id=organisation_id,
        at=at,
        until=until,
    )
    return await end_terms(write, street_id, held, at, reason, None)


async def _to_end(write: Write, id: UUID, version: int) -> Term:
    term = await write.tx.visible(term_queries.TERM_TO_CHANGE, id)
    await must_end(write, [term])
    check_version(term.version, version)
    return term


async def must_end(write: Write, terms: list[Term]) -> None:
    """Refuse to touch terms in posts that are not the caller's to fill.

    Raises:
        RightMissing, OfficeNotYoursToFill.
    """
    for post in await write.tx.all(POST, ids=[term.post_id for term in terms]):
        write.caller.must(Right.APPOINTMENTS_WRITE, on=post.place.path)
        write.caller.must_fill(post.place.holder, post.place.post_kind)


async def must_take_back(write: Write, ids: list[UUID]) -> None:
    """Refuse to undo that appointments were made, unless the caller may end each and it is not their own.

    Raises:
        NotFound, RightMissing, OfficeNotYoursToFill, OwnOffice.
    """
    terms = await write.tx.all(term_queries.TERM_TO_CHANGE, ids=ids)
    await must_end(write, terms)
    if write.caller.person_id in {term.person_id for term in terms}:
        raise OwnOffice()


async def _all_held(write: Write, term: Term, at: datetime) -> list[UUID]:
    held = await write.tx.all(
        term_queries.STILL_HELD, street_id=term.street_id, person_id=term.person_id, at=at
    )
    await must_end(write, held)
    return [one.id for one in held]


async def _tell(
    write: Write, term: Term, ended: list[Ended], at: datetime, reason: EndReason
) -> Created:
    shown = await write.tx.one(queries.SHOW, id=term.id)
    others = [one for one in ended if one.id != term.id]
    kind = events.WITHDRAWN if reason == EndReason.WITHDRAWN else events.ENDED
    await write.record(
        kind,
        street_id=term.street_id,
        subject=f"appointments/{term.id}",
        ended_at=at,
        reason=reason,
        **with_it(others),
    )
    return shown


def with_it(ended: list[Ended]) -> dict[str, list[UUID]]:
    """Say for an event what ended with something, and what was withdrawn."""
    return {
        "with_it": sorted(one.id for one in ended if not one.withdrawn),
        "withdrawn": sorted(one.id for one in ended if one.withdrawn),
    }
