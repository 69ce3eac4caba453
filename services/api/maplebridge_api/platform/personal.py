"""Personal data at rest: AES-GCM with a key from settings; shown masked, or known by a keyed hash."""

import base64
import hmac
import os

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ..settings import settings


def encrypt(text: str) -> bytes:
    """Encrypt a phone number or the like: key id, colon, 12 bytes of nonce, ciphertext.

    The key id is authenticated with the text, so that a row cannot be moved to another key.
    """
    key_id, key = _keys()[0]
    nonce = os.urandom(12)
    sealed = AESGCM(key).encrypt(nonce, text.encode(), key_id.encode())
    return key_id.encode() + b":" + nonce + sealed


def keyed_hashes(purpose: str, text: str) -> list[bytes]:
    """Return the hashes by which something personal is found again, not read: one a key, newest first.

    Each purpose has a key of its own (RFC 5869 section 2.3), so that no list can be laid beside another.
    """
    derived = [
        hmac.digest(key, f"maplebridge {purpose}\x01".encode(), "sha256") for _, key in _keys()
    ]
    return [hmac.digest(key, text.encode(), "sha256") for key in derived]


def _keys() -> list[tuple[str, bytes]]:
    """Return the keys with their ids; the first is the newest."""
    given = settings().personal_data_key.get_secret_value().split(",")
    parted = [one.strip().partition(":") for one in given]
    return [(key_id, base64.b64decode(key)) for key_id, _, key in parted]


def mask_phone(phone: str) -> str:
    """Show a phone number as `138****0001`."""
    return f"{phone[:3]}****{phone[-4:]}"
