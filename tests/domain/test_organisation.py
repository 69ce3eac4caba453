from maplebridge_domain.organisation import OrganisationKind, Party


def test_each_of_the_six_parties_is_a_kind_of_organisation() -> None:
    assert len(Party) == 6
    assert {party.value for party in Party} < {kind.value for kind in OrganisationKind}


def test_every_kind_has_a_name_of_its_own() -> None:
    assert len({kind.chinese for kind in OrganisationKind}) == len(OrganisationKind)
