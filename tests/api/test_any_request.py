"""Any request at all, made from the API document: no fault of ours, and every answer as documented."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings

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
REFUSED = ["400", "401", "403", "404", "405", "406", "409", "412", "415", "422", "428"]
CONFIG = {
    "checks": {
        "positive_data_acceptance": {"expected-statuses": EXPECTED},
        "negative_data_rejection": {"expected-statuses": REFUSED},
    }
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
    await databases.executes(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def headers() -> dict[str, str]:
    caller = Caller("fuzz", Scope(TIANQIAO, TIANQIAO), everywhere(Right))
    return {"Authorization": f"Bearer {issue(caller)}"}


requests = schemathesis.openapi.from_dict(
    create_app().openapi(), config=schemathesis.Config.from_dict(CONFIG)
)


# Readiness needs a queue, which this server has none of; tests/faults looks at it.
@requests.exclude(path="/readyz").parametrize()
@settings(
    max_examples=15,
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_any_request_is_answered_as_documented(
    case: schemathesis.Case[Any], served: str, headers: dict[str, str]
) -> None:
    given = None if case.path == "/oauth/token" else headers
    case.call_and_validate(base_url=served, headers=given)
