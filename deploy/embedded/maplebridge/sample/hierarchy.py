"""Whom the organisations of the street answer to."""

from maplebridge.sample.draft import Draft
from maplebridge.sample.organisations import Office, Organisations


def subordinate(draft: Draft, organisations: Organisations) -> None:
    """Let every organisation that has a superior in the street name it."""
    for neighbourhood in organisations.neighbourhoods:
        _under(organisations.working_committee, neighbourhood.party)
        _under(neighbourhood.party, neighbourhood.station, *neighbourhood.resident_units)
    for table in (*organisations.tables, *organisations.unserved):
        _under(table.neighbourhood.party, table.quarter_party)
        _under(table.neighbourhood.station, table.volunteer_point)
    for served in organisations.tables:
        _under(served.quarter_party, served.owners_committee)
        # Led by its company, and by the party organisation of a community that it serves.
        served.enterprise.party.body["community_party_org_id"] = served.neighbourhood.party.id
    party_of = {
        table.quarter.grid["id"]: table.quarter_party
        for table in (*organisations.tables, *organisations.unserved)
    }
    above = {grid["id"]: grid["parent_id"] for grid in draft.grids}
    for group in organisations.building_groups:
        _under(party_of[above[group.body["grid_id"]]], group)
    for committee in organisations.management_committees:
        _under(party_of[committee.body["grid_id"]], committee)


def _under(superior: Office, *offices: Office) -> None:
    for office in offices:
        office.body["parent_id"] = superior.id
