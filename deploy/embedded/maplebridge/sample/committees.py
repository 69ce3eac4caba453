"""The owners' committees of the served quarters: who voted, how, and what was filed with the street."""

from maplebridge.sample.bodies import CommitteeFiling, CommitteeTerm
from maplebridge.sample.draft import Draft
from maplebridge.sample.organisations import Organisations, ServedTable
from maplebridge.sample.people import Mandate, People

#: What a household owns, in square metres: an ordinary flat of the street's quarters.
FLATS_M2 = (72, 89, 96, 118)
_CM2 = 10_000


def elect(
    draft: Draft, organisations: Organisations, people: People
) -> list[tuple[CommitteeTerm, CommitteeFiling]]:
    """Return each committee's term, whose members take their posts by appointments of their own."""
    elected = []
    for table, holders in zip(organisations.tables, people.tables, strict=True):
        mandate = holders.mandate
        committee = table.owners_committee.id
        members = [holders.secretary, *holders.owners]
        term = CommitteeTerm(
            id=draft.seed.id("committee-term", table.number),
            organisation_id=committee,
            during=mandate.committee,
            election={"voted_on": mandate.voted_on.isoformat(), "votes": votes(draft, table)},
            members=[{"person_id": member.person["id"]} for member in members],
        )
        filing = CommitteeFiling(
            filed_on=mandate.filed_on.isoformat(), filing_number=filing_number(table, mandate)
        )
        elected.append((term, filing))
    return elected


def filing_number(table: ServedTable, mandate: Mandate) -> str:
    """Return under which number the street keeps a committee's filing."""
    return f"天桥业备〔{mandate.filed_on.year}〕{table.number + 1}号"


def votes(draft: Draft, table: ServedTable) -> dict[str, int]:
    """Return how the owners of a quarter voted: one for each household, with the area of its flat."""
    dice = draft.seed.dice(f"votes {table.number}")
    units = {unit["id"] for unit in table.quarter.units}
    flats = [
        dice.choice(FLATS_M2) * _CM2
        for household in draft.households
        if household["grid_id"] in units
    ]
    taking_part = flats[: -(-len(flats) * dice.randrange(70, 90) // 100)]
    agreeing = taking_part[: -(-len(taking_part) * dice.randrange(65, 95) // 100)]
    counted = {"": flats, "_taking_part": taking_part, "_agreeing": agreeing}
    return {
        **{f"owners{which}": len(of) for which, of in counted.items()},
        **{f"area{which}_cm2": sum(of) for which, of in counted.items()},
    }
