"""The world's things by their id, with what the tests ask about them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from maplebridge.sample.world import World
from maplebridge_domain.cross_appointment import Contract, Place
from maplebridge_domain.grid import GridLevel
from maplebridge_domain.organisation import OrganisationKind, PostKind
from maplebridge_domain.period import Period

Body = Any


def by_id(bodies: Iterable[Body]) -> dict[str, Body]:
    return {body["id"]: body for body in bodies}


def period(during: Any) -> Period:
    until = during["until"]
    return Period(
        datetime.fromisoformat(during["from"]), datetime.fromisoformat(until) if until else None
    )


@dataclass
class Lookup:
    world: World

    def __post_init__(self) -> None:
        self.grids = by_id(self.world.grids)
        self.organisations = by_id(self.world.organisations)
        self.posts = by_id(self.world.posts)
        self.people = by_id(self.world.people)
        self.contracts = by_id(self.world.contracts)
        self.appointments = by_id(self.world.appointments)
        self.meetings = by_id(self.world.meetings)
        self.crossed = by_id(self.world.cross_appointments)

    def path(self, grid_id: str) -> str:
        if grid_id == self.world.street["grid_id"]:
            return str(self.world.street["street_id"])
        grid = self.grids[grid_id]
        return f"{self.path(grid['parent_id'])}/{grid['code']}"

    def place(self, post_id: str) -> Place:
        """Where a post sits, as the domain's rules look at it."""
        post = self.posts[post_id]
        organisation = self.organisations.get(post.get("organisation_id"))
        grid_id = organisation["grid_id"] if organisation else post["grid_id"]
        grid = self.grids.get(grid_id)
        return Place(
            PostKind(post["kind"]),
            OrganisationKind(organisation["kind"]) if organisation else None,
            GridLevel(grid["level"]) if grid else GridLevel.STREET,
            self.path(grid_id),
            self.enterprise(organisation) if organisation else None,
        )

    def enterprise(self, organisation: Body) -> str:
        """The company of an enterprise's party organisation; of any other body the body itself."""
        of_enterprise = organisation["kind"] == OrganisationKind.ENTERPRISE_PARTY_ORG
        return str(organisation["parent_id" if of_enterprise else "id"])

    def contract(self, contract_id: str) -> Contract:
        contract = self.contracts[contract_id]
        return Contract(contract["enterprise_id"], self.path(contract["quarter_id"]))

    def posts_held(self) -> Iterable[tuple[str, str, Period]]:
        """(person, post, during) of every appointment, cross-appointments included."""
        for appointment in self.world.appointments:
            yield appointment["person_id"], appointment["post_id"], period(appointment["during"])
        for crossed in self.world.cross_appointments:
            person = self.appointments[crossed["source_id"]]["person_id"]
            yield person, crossed["post_id"], period(crossed["during"])
