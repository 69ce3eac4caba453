"""The owners' committees of the served quarters: who voted, how, and what was filed with the street."""

from collections import Counter
from collections.abc import Mapping

from maplebridge.sample.bodies import CommitteeFiling, CommitteeTerm
from maplebridge.sample.draft import Draft
from maplebridge.sample.organisations import Organisations, ServedTable
from maplebridge.sample.people import People

#: What a household owns, in square metres: an ordinary flat of the street's quarters.
FLATS_M2 = (72, 89, 96, 118)
_CM2 = 10_000

Committee = tuple[CommitteeTerm, CommitteeFiling]


def elect(draft: Draft, organisations: Organisations, people: People) -> tuple[Committee, ...]:
    """Return each table's committee, whose members take their posts by appointments of their own."""
    homes = Counter(household["grid_id"] for household in draft.households)
    elected = []
    for table, holders in zip(organisations.tables, people.tables, strict=True):
        mandate = holders.mandate
        term = CommitteeTerm(
            id=draft.seed.id("committee-term", table.number),
            organisation_id=table.owners_committee.id,
            during=mandate.committee,
            election={
                "voted_on": mandate.voted_on.isoformat(),
                "votes": _votes(draft, table, homes),
            },
            members=[
                {"person_id": member.person["id"]}
                for member in (holders.secretary, *holders.owners)
            ],
        )
        filing = CommitteeFiling(
            filed_on=mandate.filed_on.isoformat(),
            filing_number=f"天桥业备〔{mandate.filed_on.year}〕{table.number + 1}号",
        )
        elected.append((term, filing))
    return tuple(elected)


def _votes(draft: Draft, table: ServedTable, homes: Mapping[str, int]) -> dict[str, int]:
    """Return how the owners of a quarter voted: one for each household, with the area of its flat."""
    dice = draft.seed.dice(f"votes {table.number}")
    households = sum(homes[unit["id"]] for unit in table.quarter.units)
    flats = [dice.choice(FLATS_M2) * _CM2 for _ in range(households)]
    taking_part = flats[: -(-len(flats) * dice.randrange(70, 90) // 100)]
    agreeing = taking_part[: -(-len(taking_part) * dice.randrange(65, 95) // 100)]
    counted = {"": flats, "_taking_part": taking_part, "_agreeing": agreeing}
    return {
        **{f"owners{which}": len(of) for which, of in counted.items()},
        **{f"area{which}_cm2": sum(of) for which, of in counted.items()},
    }
