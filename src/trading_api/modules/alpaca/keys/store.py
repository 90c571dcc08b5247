"""The port to the store of keys, and the store in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from trading_api.modules.alpaca.keys.api_key import ApiKey

KEYS_MAX = 10_000
"""How many keys a store holds, revoked ones included."""


class KeyStore(Protocol):
    """Stores keys. Calls block for the time of a read or write of a small file."""

    def get(self, key_id: str) -> ApiKey | None:
        """Return the key of an id, revoked or not. Raises Unavailable."""
        ...

    def add(self, key: ApiKey) -> None:
        """Store a new key. Raises ConfigurationError where it cannot be stored."""
        ...

    def revoke(self, key_id: str, now_ms: int) -> bool:
        """Revoke a key. Return whether there was one that was not revoked before. Raises
        ConfigurationError."""
        ...

    def list(self) -> Sequence[ApiKey]:
        """Return all keys, the oldest first. Raises ConfigurationError."""
        ...


class MemoryKeyStore:
    """A KeyStore in memory, for a ledger in memory: the keys are lost when the process ends."""

    def __init__(self) -> None:
        self._keys: dict[str, ApiKey] = {}

    def get(self, key_id: str) -> ApiKey | None:
        return self._keys.get(key_id)

    def add(self, key: ApiKey) -> None:
        assert len(self._keys) < KEYS_MAX
        self._keys[key.id] = key

    def revoke(self, key_id: str, now_ms: int) -> bool:
        key = self._keys.get(key_id)
        if key is None or key.revoked_ms is not None:
            return False
        self._keys[key_id] = replace(key, revoked_ms=now_ms)
        return True

    def list(self) -> Sequence[ApiKey]:
        return list(self._keys.values())
