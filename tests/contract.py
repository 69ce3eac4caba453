"""Every answer that a test gets is held against the OpenAPI document: status, media type, schema."""

import re
from functools import cache
from typing import Any

import httpx
import jsonschema_rs

Json = dict[str, Any]

PROBLEM = "application/problem+json"


class Contract:
    """The document, ready to check answers."""

    def __init__(self, document: Json) -> None:
        self.document = document
        self._paths = [
            (re.compile(re.sub(r"\{[^}]+\}", "[^/]+", path) + "$"), operations)
            for path, operations in sorted(document["paths"].items())
        ]
        self._validators: dict[str, Any] = {}

    def check(self, response: httpx.Response) -> None:
        """Fail when an answer is not the documented one."""
        request = response.request
        operation = self._operation(request.method, request.url.path)
        if operation is None:
            assert response.status_code in (404, 405), f"undocumented: {request.url.path}"
            return
        where = f"{request.method} {request.url.path} {response.status_code}"
        if response.status_code == 304:
            return
        if response.status_code == 500:  # a fault; the test that provokes one says so
            assert response.json()["code"] == "internal_error"
            return
        documented = operation["responses"].get(str(response.status_code))
        assert documented, f"{where} is not documented: {response.text}"
        media_type = response.headers["content-type"].split(";")[0]
        assert media_type in documented["content"], f"{where}: {media_type} is not documented"
        schema = documented["content"][media_type]["schema"]
        if schema.get("format") == "binary":  # a file
            return
        error = next(self._validator(str(schema), schema).iter_errors(response.json()), None)
        assert error is None, f"{where}: {error}"
        if media_type == PROBLEM:
            code = response.json()["code"]
            assert f"`{code}`" in documented["description"], f"{where}: {code} is not documented"

    def _operation(self, method: str, path: str) -> Json | None:
        # A literal path comes before one with parameters: /grids/batch before /grids/{id}.
        fitting = [ops for pattern, ops in self._paths if pattern.match(path)]
        for operations in sorted(fitting, key=lambda ops: method.lower() not in ops):
            found: Json | None = operations.get(method.lower())
            return found
        return None

    def _validator(self, name: str, schema: Json) -> Any:
        if name not in self._validators:
            whole = schema | {"components": self.document["components"]}
            self._validators[name] = jsonschema_rs.Draft202012Validator(whole)
        return self._validators[name]


@cache
def contract() -> Contract:
    """Return the contract of the application."""
    from maplebridge_api.main import create_app

    return Contract(create_app().openapi())
