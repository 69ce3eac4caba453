"""Any request at all, made from the API document: no fault of ours, and every answer as documented."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, reject, settings
from hypothesis.strategies import DrawFn, composite, one_of
from schemathesis import GenerationMode
from schemathesis.core.errors import InvalidSchema
from schemathesis.core.result import Ok
from schemathesis.schemas import APIOperation

from maplebridge_api.main import create_app
from maplebridge_api.platform.clock import clock
from maplebridge_api.platform.database import Database, Scope
from maplebridge_api.platform.identity import Caller, everywhere, issue
from maplebridge_domain.authority import Right
from tests.conftest import Databases
from tests.providers.serving import serving
from tests.world import NOW, TIANQIAO

#: A request that the document allows may still break a rule of the domain, name what is not there, or
#: come from an older version: those are answers, not faults.
EXPECTED = ["2xx", "401", "403", "404", "409", "412", "413", "422", "428"]
#: A change without a body may be refused for its If-Match before its body is looked at.
REFUSED = ["400", "401", "403", "404", "405", "406", "409", "412", "413", "415", "422", "428"]
CONFIG = {
    "checks": {
        "positive_data_acceptance": {"expected-statuses": EXPECTED},
        "negative_data_rejection": {"expected-statuses": REFUSED},
    },
    # There is no queue here, and readiness says so: the one answer of a fault's kind that is expected.
    "operations": [
        {
            "include-path": "/readyz",
            "checks": {
                name: {"expected-statuses": ["503"]}
                for name in ("not_a_server_error", "positive_data_acceptance")
            },
        }
    ],
}


@pytest.fixture(scope="session")
async def served(databases: Databases) -> AsyncIterator[str]:
    """Serve the application over HTTP on a copy of the small street."""
    name = await databases.copy("tianqiao")
    clock.set_to = NOW
    app = create_app()
    app.state.database = Database(databases.url(name, "mb_api"), 5)
    with serving(app) as url:
        yield url
    await databases.drop(name)


@pytest.fixture
def headers() -> dict[str, str]:
    caller = Caller("fuzz", Scope(TIANQIAO, TIANQIAO), everywhere(Right))
    return {"Authorization": f"Bearer {issue(caller)}"}


document = schemathesis.openapi.from_dict(
    create_app().openapi(), config=schemathesis.Config.from_dict(CONFIG)
)
operations = [
    found.ok()
    for found in document.get_all_operations()
    if isinstance(found, Ok) or pytest.fail(str(found.err()))
]


# One test an operation, by pytest's own means: schemathesis's all bear one id here, and only one would run.
@pytest.mark.parametrize("operation", operations, ids=lambda operation: operation.label)
def test_any_request_is_answered_as_documented(
    operation: APIOperation[Any, Any, Any, Any], served: str, headers: dict[str, str]
) -> None:
    given_headers = None if operation.path == "/oauth/token" else headers
    requests = one_of(*(operation.as_strategy(generation_mode=mode) for mode in GenerationMode))

    @composite
    def possible(draw: DrawFn) -> schemathesis.Case[Any]:
        try:
            return draw(requests)
        except (
            InvalidSchema
        ):  # of a list that breaks its schema the generator finds none now and then
            reject()

    @given(case=possible())
    @settings(
        max_examples=20,
        derandomize=True,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def any_request(case: schemathesis.Case[Any]) -> None:
        case.call_and_validate(base_url=served, headers=given_headers)

    any_request()
