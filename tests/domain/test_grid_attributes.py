from typing import Any
from uuid import UUID

import pytest

from maplebridge_domain.grid import GridLevel, Management, ManagementNotHere
from maplebridge_domain.grid_attributes import (
    ATTRIBUTES,
    LEVELS,
    AttributeNotHere,
    Attributes,
    Cameras,
    check_attributes,
)

STREET, COMMUNITY, QUARTER, LANE, UNIT = GridLevel
HAS: dict[str, Any] = {
    "cameras": Cameras.UNSIGNED,
    "access_control": True,
    "service_centre": "滨河红色物业服务中心",
    "hall": "红色议事厅",
    "central_household_id": UUID(int=1),
}


ALLOWED = {
    "cameras": (QUARTER, LANE, UNIT),
    "access_control": (QUARTER, LANE, UNIT),
    "service_centre": (COMMUNITY, QUARTER),
    "hall": (COMMUNITY, QUARTER),
    "central_household_id": (QUARTER, LANE, UNIT),
}


@pytest.mark.parametrize("name", HAS)
def test_equipment_is_where_people_live_and_halls_are_where_they_meet(name: str) -> None:
    attributes = Attributes(**{name: HAS[name]})
    for level in GridLevel:
        if level in ALLOWED[name]:
            check_attributes(level, attributes)
        else:
            with pytest.raises(AttributeNotHere) as refused:
                check_attributes(level, attributes)
            assert refused.value.pointer == f"/{name}"


def test_every_attribute_has_its_levels_but_those_that_have_a_rule_of_their_own() -> None:
    assert set(ATTRIBUTES) - set(LEVELS) == {"management", "party_org_id"}
    for level in GridLevel:
        check_attributes(level, Attributes(access_control=False, party_org_id=UUID(int=2)))
    with pytest.raises(ManagementNotHere):
        check_attributes(UNIT, Attributes(management=Management.THREE_NOS))
