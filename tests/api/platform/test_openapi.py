"""The API document: valid, whole, stable."""

import json
import re
from pathlib import Path

import jsonschema_rs
from openapi_spec_validator import OpenAPIV31SpecValidator
from pydantic import TypeAdapter

from maplebridge.docs import authority, problems
from maplebridge_api.main import create_app
from maplebridge_api.platform.openapi import routes_of
from maplebridge_domain.problem import Problem

DOCS = Path(__file__).parents[3] / "docs"


def test_the_document_is_valid_openapi() -> None:
    OpenAPIV31SpecValidator(create_app().openapi()).validate()


def test_the_committed_document_is_the_applications() -> None:
    committed = json.loads((DOCS / "openapi.json").read_text(encoding="utf-8"))
    assert committed == create_app().openapi(), "run `make docs`"


def test_the_committed_list_of_problems_is_whole() -> None:
    committed = (DOCS / "problems.md").read_text(encoding="utf-8")
    assert committed == problems(), "run `make docs`"


def test_the_committed_table_of_authority_is_the_codes() -> None:
    committed = (DOCS / "authority.md").read_text(encoding="utf-8")
    assert committed == authority(), "run `make docs`"


def test_operations_have_stable_unique_names_and_sentences_in_both_languages() -> None:
    document = create_app().openapi()
    operations = [operation for path in document["paths"].values() for operation in path.values()]
    names = [operation["operationId"] for operation in operations]
    assert len(set(names)) == len(names) == len(routes_of(create_app()))
    for operation in operations:
        assert not operation["description"].isascii(), operation["operationId"]


def test_every_body_has_an_example_that_the_api_would_read() -> None:
    document = create_app().openapi()
    bodies = 0
    for route in routes_of(create_app()):
        if route.body_field is None:
            continue
        [method] = list(route.methods or ())
        operation = document["paths"][route.path_format][method.lower()]
        [(media_type, body)] = operation["requestBody"]["content"].items()
        schema = document["components"]["schemas"][body["schema"]["$ref"].split("/")[-1]]
        shown = [body["example"]] if "example" in body else schema.get("examples", [])
        assert shown, route.path
        whole = schema | {"components": document["components"]}
        for example in shown:
            jsonschema_rs.validate(whole, example)
            if media_type == "application/json":
                TypeAdapter(route.body_field.field_info.annotation or object).validate_json(
                    json.dumps(example)
                )
        bodies += 1
    assert bodies > 30


#: Refusals that belong to no route: an address without that method, and a fault of ours.
OF_NO_ROUTE = {"method_not_allowed", "internal_error"}


def test_routes_name_every_refusal_and_none_that_is_not_ours() -> None:
    """Each answer in the tests is held to what its route names: tests/contract.py."""
    named = {
        code
        for path in create_app().openapi()["paths"].values()
        for operation in path.values()
        for response in operation["responses"].values()
        for code in re.findall(r"`([a-z_]+)`:", response["description"])
    }
    assert named == set(Problem.known) - OF_NO_ROUTE
