"""An account outside that a person logs in by: known here by its keyed hash only."""

from dataclasses import dataclass, field

from ..platform.personal import keyed_hashes


@dataclass(frozen=True)
class Account:
    """Who logs in, in a provider's words, and the client through which they come."""

    name: str = field(repr=False)
    client_id: str

    @property
    def hashes(self) -> list[bytes]:
        """How it may be kept: the newest key's hash first."""
        return keyed_hashes("login", self.name)
