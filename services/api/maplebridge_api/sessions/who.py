"""Who does what at a login: nobody known yet, then a person; and the numbers that hold that day."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from maplebridge_domain.login import LoginRules, login_rules
from maplebridge_domain.worktime import SHANGHAI

from ..platform.database import Scope
from ..platform.identity import Caller

#: It stands where no digest is, so that comparing takes as long.
NOTHING = bytes(32)
NOBODY = UUID(int=0)


def as_client(street_id: int, client_id: str) -> Caller:
    """Return who logs in, as long as it is not known which person that is: somebody, by a way."""
    return Caller(client_id, Scope(street_id, street_id), {})


def as_person(street_id: int, person_id: UUID, client_id: str) -> Caller:
    """Return the person who has logged in."""
    return replace(as_client(street_id, client_id), person_id=person_id)


def rules_at(now: datetime) -> LoginRules:
    """Return the numbers of logging in that hold on this day in Shanghai."""
    return login_rules(now.astimezone(SHANGHAI).date())
