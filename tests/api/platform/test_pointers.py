"""A refusal points at what the request's own body can hold, whichever rule it is."""

import pytest
from fastapi.params import Form

from maplebridge_api.appointments.schemas import Correction, NewCrossAppointment
from maplebridge_api.main import create_app
from maplebridge_api.platform.bodies import Batch
from maplebridge_api.platform.openapi import routes_of
from maplebridge_api.platform.pointers import reaching
from maplebridge_api.proposals.schemas import Approval
from maplebridge_domain.problem import Problem
from tests.api.appointments.test_cross_appoint import step
from tests.contract import contract
from tests.world import TERM, Tianqiao, id_of, outcome


@pytest.mark.parametrize(
    ("form", "pointer", "expected"),
    [
        (NewCrossAppointment, "/post_id", "/post_id"),
        (NewCrossAppointment, "/person_id", ""),
        (Batch[NewCrossAppointment], "/items/3/post_id", "/items/3/post_id"),
        (Batch[NewCrossAppointment], "/items/3/person_id", "/items/3"),
        (Correction, "/post_id", ""),
        (Correction, "/during", "/during"),
        # A member that may be there is pointed at when it is not.
        (Correction, "/election/votes/owners", "/election/votes/owners"),
        (Correction, "/election/colour", "/election"),
        (Approval, "/during", ""),
    ],
)
def test_a_pointer_reaches_as_far_as_a_body_does(form: object, pointer: str, expected: str) -> None:
    assert reaching(form, pointer) == expected


def test_of_every_body_the_members_are_found() -> None:
    """Also of those to come: every pointer of every problem, against every body in the API document."""
    for route in routes_of(create_app()):
        if route.body_field is None or isinstance(route.body_field.field_info, Form):
            continue
        method = next(iter(route.methods or ()))
        operation = contract().document["paths"][route.path_format][method.lower()]
        schema = operation["requestBody"]["content"]["application/json"]["schema"]
        name = schema["$ref"].rpartition("/")[2]
        members = contract().document["components"]["schemas"][name].get("properties", {})
        for problem in Problem.known.values():
            first = problem.pointer.split("/")[1:2]
            reached = reaching(route.body_field.field_info.annotation, problem.pointer)
            assert bool(reached) == (bool(first) and first[0] in members), (route.path, reached)


async def test_whether_a_rule_or_the_database_refuses_nothing_absent_is_pointed_at(
    tianqiao: Tianqiao,
) -> None:
    clerk = tianqiao.clerk_li
    crossed = await clerk.makes("/cross-appointments", step(3))
    again = step(3)
    single = await clerk.posts("/cross-appointments", again)  # names no person
    batch = await clerk.posts("/cross-appointments/batch", {"items": [step(1), again]})
    for answer, pointers in ((single, []), (batch, ["/items/1"])):
        assert outcome(answer) == "409 already_holds_post"
        assert [error["pointer"] for error in answer.json()["errors"]] == pointers
    body = {"during": TERM | {"until": "2028-02-01T00:00:00+08:00"}, "note": "x"}
    await clerk.changes(f"/appointments/{id_of('wang in huayuan branch')}", "correction", body)
    longer = await clerk.changes(f"/appointments/{crossed['id']}", "correction", body)
    assert outcome(longer) == "409 no_contract_in_force"
    assert [error["pointer"] for error in longer.json()["errors"]] == ["/during"]
