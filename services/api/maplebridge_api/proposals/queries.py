"""What is read of proposals, and the statements of their writes."""

import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import (
    DateTime,
    Text,
    Uuid,
    bindparam,
    cast,
    func,
    literal_column,
    update,
)

from maplebridge_domain.authority import Right
from maplebridge_domain.proposal import ProposalState

from ..organisations.service import standing_of_post
from ..platform.database import (
    Statement,
    by_ids,
    in_scope,
    insert_rows,
    json_object,
    json_period,
)
from ..platform.identity import Caller
from ..platform.paging import Pages, Seen, Single
from ..platform.request import Created
from .tables import appointment_proposal as proposal


@dataclass(frozen=True)
class Proposal:
    """A proposal as its decision looks at it; `asked` is the body of the appointment proposed."""

    id: UUID
    street_id: int
    person_id: UUID
    post_id: UUID
    crossing: bool
    asked: dict[str, Any]
    state: ProposalState
    proposer: str
    proposed_in_capacity: UUID | None
    version: int

    def is_of(self, caller: Caller) -> bool:
        """Tell whether a caller made it, in the capacity that they act in now; a system has none."""
        if caller.capacity is None:
            return caller.actor == self.proposer
        return caller.capacity == self.proposed_in_capacity


def _proposal(
    id_: UUID, street_id: int, person_id: UUID, post_id: UUID, step: int | None, *more: Any
) -> Proposal:
    rests_on, contract_id, election, declared_on, evidence, during, state, *made = more
    asked = {"post_id": post_id, "during": json.loads(during)}
    if step is None:
        asked["person_id"] = person_id
    else:
        asked |= {
            "step": step,
            "source_id": rests_on,
            "contract_id": contract_id,
            "election": json.loads(election) if election else None,
            "no_interest_declared_on": declared_on,
            "evidence": json.loads(evidence),
        }
    named = (id_, street_id, person_id, post_id)
    return Proposal(*named, step is not None, asked, ProposalState(state), *made)


PROPOSAL_TO_DECIDE = Statement(
    by_ids(
        proposal,
        proposal.c.street_id,
        proposal.c.person_id,
        proposal.c.post_id,
        proposal.c.step,
        proposal.c.rests_on,
        proposal.c.contract_id,
        cast(proposal.c.election, Text),
        proposal.c.no_interest_declared_on,
        cast(proposal.c.evidence, Text),
        cast(json_period(proposal.c.during), Text),
        proposal.c.state,
        proposal.c.proposer,
        proposal.c.proposed_in_capacity,
        proposal.c.version,
    ).with_for_update(),
    _proposal,
)

PROPOSAL_OUT = json_object(
    id=proposal.c.id,
    street_id=proposal.c.street_id,
    person_id=proposal.c.person_id,
    post_id=proposal.c.post_id,
    during=json_period(proposal.c.during),
    step=proposal.c.step,
    rests_on=proposal.c.rests_on,
    contract_id=proposal.c.contract_id,
    election=proposal.c.election,
    no_interest_declared_on=proposal.c.no_interest_declared_on,
    evidence=proposal.c.evidence,
    state=proposal.c.state,
    proposed_at=proposal.c.proposed_at,
    proposer=proposal.c.proposer,
    proposed_in_capacity=proposal.c.proposed_in_capacity,
    decided_at=proposal.c.decided_at,
    decider=proposal.c.decider,
    decided_in_capacity=proposal.c.decided_in_capacity,
    reason=proposal.c.reason,
    appointment_id=proposal.c.appointment_id,
)
ADD_PROPOSALS = Statement(insert_rows(proposal, proposal.c.id, PROPOSAL_OUT), Created)
DECIDE = Statement(
    update(proposal)
    .where(in_scope(proposal), proposal.c.id == bindparam("id", type_=Uuid))
    .values(
        state=bindparam("state", type_=Text),
        decided_at=bindparam("at", type_=DateTime(timezone=True)),
        decider=bindparam("decider", type_=Text),
        decided_in_capacity=bindparam("capacity", type_=Uuid),
        reason=bindparam("reason", type_=Text),
        appointment_id=bindparam("appointment_id", type_=Uuid),
        version=proposal.c.version + literal_column("1"),
    )
    .returning(proposal.c.id, PROPOSAL_OUT),
    Created,
)

#: Who is to be appointed concerns who proposes and decides there: it is not yet anybody's office.
_SEEN = Seen(
    Right.APPOINTMENTS_PROPOSE,
    lambda _: func.json_extract_path_text(
        standing_of_post(proposal.c.street_id, proposal.c.post_id),
        literal_column("'path'"),
        type_=Text,
    ),
    # Whoever acts by an appointment holds it, whatever entry of theirs it was made under.
    own=lambda _, capacity: proposal.c.proposed_in_capacity == capacity,
)
PROPOSAL_BY_ID = Single(proposal, PROPOSAL_OUT, seen=_SEEN)
PROPOSALS = Pages(
    proposal,
    PROPOSAL_OUT,
    {
        "post_id": proposal.c.post_id == bindparam("post_id", type_=Uuid),
        "person_id": proposal.c.person_id == bindparam("person_id", type_=Uuid),
        "state": proposal.c.state == bindparam("state", type_=Text),
    },
    seen=_SEEN,
)
