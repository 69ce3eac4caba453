"""Who does what at a login: nobody known yet, then a person; and the numbers that hold that day."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from maplebridge_domain.login import LoginRules, login_rules
from maplebridge_domain.worktime import SHANGHAI

from ..platform.database import Scope
from ..platform.identity import Caller
from .queries import Bound

#: It stands where no digest is, so that comparing takes as long.
NOTHING = bytes(32)
NOBODY = UUID(int=0)


def as_client(street_id: int, client_id: str) -> Caller:
    """Return who logs in, as long as it is not known which person that is: somebody, by a way."""
    return Caller(client_id, Scope(street_id, street_id), {})


def as_person(street_id: int, who: Bound, client_id: str) -> Caller:
    """Return the person who has logged in."""
    client = as_client(street_id, client_id)
    return replace(client, person_id=who.person_id, lets_in=frozenset(who.lets_in))


def rules_at(now: datetime) -> LoginRules:
    """Return the numbers of logging in that hold on this day in Shanghai."""
    return login_rules(now.astimezone(SHANGHAI).date())
