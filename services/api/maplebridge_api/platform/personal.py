"""Personal data at rest: sealed with a key from settings, found again by a keyed hash."""

import os
from collections.abc import Mapping
from functools import cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from ..settings import read_keys, settings

_NONCE_BYTES = 12


class CannotUnseal(Exception):
    """Sealed with a key that the settings do not have, or for another row, or tampered with."""


class Keyring:
    """The keys of personal data: the first seals, each unseals what it has sealed."""

    def __init__(self, keys: Mapping[str, bytes]) -> None:
        self._keys = keys
        self.newest = next(iter(keys))

    def seal(self, text: str, place: str) -> bytes:
        """Encrypt a text that is kept at a place."""
        return self.seal_bytes(text.encode(), place)

    def seal_bytes(self, content: bytes, place: str) -> bytes:
        """Encrypt (AES-256-GCM) what is kept at a place: key id, colon, 12 bytes of nonce, ciphertext.

        Key id and place (`person/<id>/phone`) are authenticated with the text, so that a phone cannot
        be moved to another row or passed off as of another key.
        """
        nonce = os.urandom(_NONCE_BYTES)
        head = self.newest.encode() + b":"
        sealed = self._cipher(self.newest).encrypt(nonce, content, head + place.encode())
        return head + nonce + sealed

    def unseal(self, sealed: bytes, place: str) -> str:
        """Decrypt a text that was sealed for a place.

        Raises:
            CannotUnseal.
        """
        return self.unseal_bytes(sealed, place).decode()

    def unseal_bytes(self, sealed: bytes, place: str) -> bytes:
        """Decrypt what was sealed for a place.

        Raises:
            CannotUnseal.
        """
        key_id, _, rest = sealed.partition(b":")
        if key_id.decode() not in self._keys:
            raise CannotUnseal(f"no key {key_id.decode()} in MAPLEBRIDGE_PERSONAL_DATA_KEY")
        cipher = self._cipher(key_id.decode())
        nonce, text = rest[:_NONCE_BYTES], rest[_NONCE_BYTES:]
        try:
            return cipher.decrypt(nonce, text, key_id + b":" + place.encode())
        except InvalidTag:
            raise CannotUnseal("not sealed for this place, or changed since") from None

    def hashes(self, purpose: str, text: str) -> list[bytes]:
        """Return the keyed hashes (HMAC-SHA-256) by which a text is found again: one a key, newest first.

        Without the key nobody can try all numbers. Each purpose has a key of its own, so that no list
        of hashes can be laid beside another.
        """
        hashed = []
        for key_id in self._keys:
            mac = HMAC(self._derived(key_id, purpose), SHA256())
            mac.update(text.encode())
            hashed.append(mac.finalize())
        return hashed

    def _cipher(self, key_id: str) -> AESGCM:
        return AESGCM(self._derived(key_id, "sealing"))

    def _derived(self, key_id: str, purpose: str) -> bytes:
        """Derive a purpose's key (HKDF, RFC 5869 section 2.3; the settings' key is random already)."""
        return HKDFExpand(SHA256(), 32, f"maplebridge {purpose}".encode()).derive(
            self._keys[key_id]
        )


def keyring() -> Keyring:
    """Return the keys of the process's settings."""
    return _keyring(settings().personal_data_key.get_secret_value())


@cache
def _keyring(given: str) -> Keyring:
    return Keyring(read_keys(given))


def keyed_hashes(purpose: str, text: str) -> list[bytes]:
    """Return the hashes under which something may be kept for a purpose: one a key, newest first."""
    return keyring().hashes(purpose, text)


def place(table: str, id: object, name: str) -> str:
    """Name the place for which something is sealed: a row, and what of it."""
    return f"{table}/{id}/{name}"


def hash_purpose(name: str) -> str:
    """Name the purpose of the key that hashes something to be looked up."""
    return f"{name} look-up"


def seal_phone(person_id: object, phone: str) -> tuple[bytes, bytes]:
    """Return a phone sealed for its person's row, and the hash by which it is looked up."""
    return keyring().seal(phone, phone_place(person_id)), phone_hashes(phone)[0]


def phone_hashes(phone: str) -> list[bytes]:
    """Return the hashes under which a phone may be kept: one a key, newest first."""
    return keyed_hashes(hash_purpose("phone"), phone)


def phone_place(person_id: object) -> str:
    """Name the place for which a person's phone is sealed."""
    return place("person", person_id, "phone")
