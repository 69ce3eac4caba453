"""An account outside that a person logs in by: known here by its keyed hash, and sealed."""

from dataclasses import dataclass, field
from uuid import UUID

from ..platform.personal import hash_purpose, keyed_hashes, keyring, place


@dataclass(frozen=True)
class Account:
    """Who logs in, in a provider's words, and the client through which they come."""

    name: str = field(repr=False)
    client_id: str

    @property
    def hashes(self) -> list[bytes]:
        """How it may be kept: the newest key's hash first."""
        return keyed_hashes(hash_purpose("account"), self.name)

    def sealed(self, login_id: UUID) -> bytes:
        """Seal it for its login's row: a new key's hash can be made of nothing else."""
        return keyring().seal(self.name, _place(login_id))


def unsealed(login_id: UUID, account: bytes) -> str:
    """Return a provider's words for who logs in, as they were sealed."""
    return keyring().unseal(account, _place(login_id))


def _place(login_id: UUID) -> str:
    return place("login", login_id, "account")
