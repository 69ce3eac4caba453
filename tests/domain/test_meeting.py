from itertools import product

import pytest

from maplebridge_domain.meeting import NotOfThatParty, check_delegate
from maplebridge_domain.organisation import OrganisationKind, Party


def test_a_delegate_sits_for_the_party_of_the_organisation_and_for_no_other() -> None:
    for party, holder in product(Party, OrganisationKind):
        if party.value == holder.value:
            check_delegate(party, holder)
        else:
            with pytest.raises(NotOfThatParty):
                check_delegate(party, holder)


def test_an_enterprise_itself_has_no_seat_at_the_table() -> None:
    for party in Party:
        with pytest.raises(NotOfThatParty):
            check_delegate(party, OrganisationKind.PROPERTY_ENTERPRISE)
