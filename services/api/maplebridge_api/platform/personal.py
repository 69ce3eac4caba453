"""Personal data at rest: AES-GCM with a key from settings; shown masked."""

import base64
import os

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ..settings import settings


def encrypt(text: str) -> bytes:
    """Encrypt a phone number or the like: key id, colon, 12 bytes of nonce, ciphertext.

    The key id is authenticated with the text, so that a row cannot be moved to another key.
    """
    key_id, _, key = settings().personal_data_key.get_secret_value().partition(":")
    nonce = os.urandom(12)
    sealed = AESGCM(base64.b64decode(key)).encrypt(nonce, text.encode(), key_id.encode())
    return key_id.encode() + b":" + nonce + sealed


def mask_phone(phone: str) -> str:
    """Show a phone number as `138****0001`."""
    return f"{phone[:3]}****{phone[-4:]}"
