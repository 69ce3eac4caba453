"""What the installation signs: JSON Web Signatures that anyone can check offline."""

import hmac
import json
from functools import cache
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, OKPKey

from ..settings import settings
from .identity import ALGORITHM


class NotOurs(Exception):
    """A signature that none of the keys made, or of another kind of document."""


@cache
def read_keys(setting: str) -> tuple[OKPKey, ...]:
    """Read a private JWK, or a JWK Set: the first key signs, all verify.

    An older key stays in the set: what it signed is kept for good.
    """
    given = json.loads(setting)
    return tuple(OKPKey.import_key(key) for key in given.get("keys", [given]))


def statement_keys() -> tuple[OKPKey, ...]:
    """Return the keys that sign statements and heads of the event log."""
    return read_keys(settings().statement_key.get_secret_value())


@cache
def read_seal_keys(setting: str) -> tuple[bytes, ...]:
    """Derive from the same setting the keys that seal events (chain.py), the first for new ones."""
    private = [key.as_dict(private=True) for key in read_keys(setting) if key.is_private]
    return tuple(
        hmac.digest(str(key["d"]).encode(), b"maplebridge event seal", "sha256") for key in private
    )


def seal_keys() -> tuple[bytes, ...]:
    """Return the keys that seal events."""
    return read_seal_keys(settings().statement_key.get_secret_value())


def sign(kind: str, document: dict[str, Any]) -> str:
    """Sign a document (RFC 7515, compact); the same document gives the same bytes.

    `kind` tells one kind of document from another, so that none can pass for another. In a sandbox the
    document says that it is a test.
    """
    key = statement_keys()[0]
    header = {"alg": ALGORITHM, "kid": key.kid, "typ": _type(kind)}
    marked = document | ({"test": True} if settings().sandbox else {})
    payload = json.dumps(marked, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return jws.serialize_compact(header, payload.encode(), key, algorithms=[ALGORITHM])


def read(kind: str, signed: str, keys: tuple[OKPKey, ...]) -> dict[str, Any]:
    """Return what was signed.

    Raises:
        NotOurs.
    """
    try:
        found = jws.deserialize_compact(signed, KeySet([*keys]), algorithms=[ALGORITHM])
        document: dict[str, Any] = json.loads(found.payload)
    except (JoseError, ValueError) as error:
        raise NotOurs() from error
    if found.headers().get("typ") != _type(kind):
        raise NotOurs()
    return document


def _type(kind: str) -> str:
    return f"maplebridge-{kind}+jws"
