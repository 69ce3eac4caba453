"""What the management department does: pull the street's rating statements and verify them."""

import json
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import httpx
from joserfc import jws
from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import KeySet

from maplebridge.demo.month import listed
from maplebridge.sample.client import ok

Json = Mapping[str, Any]

#: Two names of one algorithm: RFC 8037's, which most verifiers know, and RFC 9864's.
ALGORITHMS = ["EdDSA", "Ed25519"]


async def pull_statements(client: httpx.AsyncClient, run_id: str) -> list[Json]:
    """Pull the statements of a run."""
    return [item async for item in listed(client, "/v1/rating-statements", run_id=run_id)]


async def fetch_keys(client: httpx.AsyncClient) -> KeySet:
    """Fetch the street's public keys, once: verifying needs nothing else."""
    return KeySet.import_key_set(ok(await client.get("/.well-known/jwks.json")).json())


def verified(statements: Sequence[Json], keys: KeySet) -> list[Json]:
    """The statements whose signature holds and that say what the list said; needs no network."""
    return [statement for statement in statements if _holds(statement, keys)]


def _holds(statement: Json, keys: KeySet) -> bool:
    try:
        with warnings.catch_warnings():
            # RFC 9864 prefers the name Ed25519, which most verifiers do not know yet.
            warnings.simplefilter("ignore", SecurityWarning)
            signed = jws.deserialize_compact(statement["statement"], keys, algorithms=ALGORITHMS)
    except JoseError:
        return False
    said = json.loads(signed.payload)
    return all(
        said[name] == statement[name] for name in ("street_id", "enterprise_id", "score", "grade")
    )
