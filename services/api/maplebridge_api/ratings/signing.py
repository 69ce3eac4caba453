"""Signed statements: JSON Web Signatures that anyone can check offline."""

import json
from typing import Any

from joserfc import jws
from joserfc.jwk import OKPKey

from ..platform.identity import ALGORITHM
from ..settings import settings


def sign(statement: dict[str, Any]) -> str:
    """Sign a statement (RFC 7515, compact); the same statement gives the same bytes.

    In a sandbox the statement says that it is a test.
    """
    key = OKPKey.import_key(json.loads(settings().statement_key.get_secret_value()))
    header = {"alg": ALGORITHM, "kid": key.kid, "typ": "maplebridge-rating+jws"}
    marked = statement | ({"test": True} if settings().sandbox else {})
    payload = json.dumps(marked, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return jws.serialize_compact(header, payload.encode(), key, algorithms=[ALGORITHM])
