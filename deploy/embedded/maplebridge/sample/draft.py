"""A street while it is being written: every body that is added gets its id from the seed."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from maplebridge.sample.bodies import (
    Appointment,
    Contract,
    CrossAppointment,
    Election,
    File,
    Grid,
    Household,
    Organisation,
    Period,
    Person,
    Post,
)
from maplebridge.sample.facts import document
from maplebridge.sample.seed import Seed


@dataclass
class Draft:
    """Grid, organisations and people of the street; later parts look them up here."""

    seed: Seed
    street_id: int
    grids: list[Grid] = field(default_factory=list)
    households: list[Household] = field(default_factory=list)
    organisations: list[Organisation] = field(default_factory=list)
    posts: list[Post] = field(default_factory=list)
    people: list[Person] = field(default_factory=list)
    contracts: list[Contract] = field(default_factory=list)
    appointments: list[Appointment] = field(default_factory=list)
    cross_appointments: list[CrossAppointment] = field(default_factory=list)

    def __post_init__(self) -> None:
        names = document("names")
        everyone = [surname + given for surname in names["surnames"] for given in names["given"]]
        self.seed.dice("names").shuffle(everyone)
        self._names = iter(everyone)

    @property
    def root_id(self) -> str:
        """The street's own grid."""
        return self.seed.id("grid", self.street_id)

    def grid(
        self, parent_id: str, level: str, code: str, name: str, management: str | None = None
    ) -> Grid:
        """Add a grid below another."""
        grid = Grid(
            id=self.seed.id("grid", f"{parent_id}/{code}"),
            parent_id=parent_id,
            level=level,
            code=code,
            name=name,
            management=management,
        )
        self.grids.append(grid)
        return grid

    def household(self, unit: Grid, address: str, residents: int) -> None:
        """Add a household to a unit."""
        number = len(self.households)
        self.households.append(
            Household(
                id=self.seed.id("household", number),
                grid_id=unit["id"],
                address=address,
                residents=residents,
            )
        )

    def organisation(
        self,
        grid_id: str,
        kind: str,
        name: str,
        *,
        parent_id: str | None = None,
        uscc: str | None = None,
    ) -> Organisation:
        """Add an organisation that sits on a grid."""
        organisation = Organisation(
            id=self.seed.id("organisation", len(self.organisations)),
            grid_id=grid_id,
            kind=kind,
            name=name,
            parent_id=parent_id,
            community_party_org_id=None,
            uscc=uscc,
        )
        self.organisations.append(organisation)
        return organisation

    def post(self, organisation: Organisation, kind: str, name: str, seats: int = 1) -> Post:
        """Add a post to an organisation."""
        post = Post(
            id=self.seed.id("post", len(self.posts)),
            organisation_id=organisation["id"],
            kind=kind,
            name=name,
            seats=seats,
        )
        self.posts.append(post)
        return post

    def grid_post(self, grid: Grid, kind: str, name: str) -> Post:
        """Add a post for one person to a grid."""
        number = len(self.posts)
        post = Post(
            id=self.seed.id("post", number), grid_id=grid["id"], kind=kind, name=name, seats=1
        )
        self.posts.append(post)
        return post

    def person(self, *, party_member: bool | None = None) -> Person:
        """Add a person with a name nobody else on the street has."""
        number = len(self.people)
        person = Person(
            id=self.seed.id("person", number),
            street_id=self.street_id,
            name=next(self._names),
            # 154 is no prefix of any operator: nobody's telephone rings.
            phone=f"1540000{number:04d}",
            party_member=party_member,
        )
        self.people.append(person)
        return person

    def contract(
        self,
        enterprise: Organisation,
        quarter: Grid,
        during: Period,
        *,
        signed_on: date,
        filed_on: date | None,
    ) -> Contract:
        """Let an enterprise serve a quarter."""
        contract = Contract(
            id=self.seed.id("contract", len(self.contracts)),
            enterprise_id=enterprise["id"],
            quarter_id=quarter["id"],
            during=during,
            signed_on=signed_on.isoformat(),
            filed_on=filed_on.isoformat() if filed_on else None,
        )
        self.contracts.append(contract)
        return contract

    def appoint(self, person: Person, post: Post, during: Period) -> Appointment:
        """Put a person into a post."""
        appointment = Appointment(
            id=self.seed.id("appointment", len(self.appointments)),
            person_id=person["id"],
            post_id=post["id"],
            during=during,
        )
        self.appointments.append(appointment)
        return appointment

    def cross_appoint(
        self,
        step: int,
        source: Appointment,
        post: Post,
        during: Period,
        *,
        contract: Contract | None = None,
        election: Election | None = None,
        no_interest_declared_on: str | None = None,
        evidence: Sequence[File] = (),
    ) -> CrossAppointment:
        """Give the holder of one post another, by one of the five steps."""
        appointment = CrossAppointment(
            id=self.seed.id("cross-appointment", len(self.cross_appointments)),
            step=step,
            source_id=source["id"],
            post_id=post["id"],
            during=during,
            contract_id=contract["id"] if contract else None,
            election=election,
            no_interest_declared_on=no_interest_declared_on,
            evidence=[*evidence],
        )
        self.cross_appointments.append(appointment)
        return appointment
