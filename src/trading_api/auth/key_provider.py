"""Key providers: where the verifier gets the keys that tokens are signed with."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from jwt import PyJWK, PyJWKClient, PyJWKSet, PyJWTError

from trading_api.errors import Unauthorized, Unavailable

log = logging.getLogger(__name__)

FETCH_TIMEOUT_S = 5.0
LIFESPAN_S = 300.0
COOLDOWN_S = 5.0


class KeyProvider(Protocol):
    """A source of the keys that tokens are verified with."""

    @property
    def algorithms(self) -> Sequence[str]:
        """The algorithms that tokens are verified with, whatever algorithm a token names."""
        ...

    async def key(self, key_id: str | None) -> PyJWK | str:
        """Return the key of this id.

        Raises Unauthorized where no key has this id, Unavailable where no keys could be loaded.
        """
        ...


class SecretKeyProvider:
    """One shared secret, for tokens signed with HS256."""

    algorithms = ("HS256",)

    def __init__(self, secret: str) -> None:
        self._secret = secret

    async def key(self, key_id: str | None) -> str:
        return self._secret


class JwksKeyProvider:
    """A cached JWK set, for tokens signed with a private key.

    The set is fetched again once it is older than `lifespan_s`, or for a key id that is not in it,
    but then at most every `cooldown_s`. While a fetch fails, the previous set stays in use.
    """

    algorithms = ("RS256", "ES256", "EdDSA")

    def __init__(
        self,
        fetch: Callable[[], PyJWKSet],
        lifespan_s: float = LIFESPAN_S,
        cooldown_s: float = COOLDOWN_S,
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._fetch = fetch
        self._lifespan_s = lifespan_s
        self._cooldown_s = cooldown_s
        self._clock_s = clock_s
        self._keys: dict[str | None, PyJWK] = {}
        self._tried_s: float | None = None
        self._fetching = asyncio.Lock()

    async def key(self, key_id: str | None) -> PyJWK:
        if self._is_stale(key_id):
            async with self._fetching:
                if self._is_stale(key_id):
                    await self._refresh()
        if not self._keys:
            raise Unavailable("The keys of tokens can't be had; try again.", "keys_unavailable")
        key = self._keys.get(key_id)
        if key is None and key_id is None and len(self._keys) == 1:
            (key,) = self._keys.values()
        if key is None:
            raise Unauthorized("The token is signed with a key that is not known here.")
        return key

    def _is_stale(self, key_id: str | None) -> bool:
        if self._tried_s is None:
            return True
        age_s = self._clock_s() - self._tried_s
        return age_s > self._lifespan_s or (key_id not in self._keys and age_s > self._cooldown_s)

    async def _refresh(self) -> None:
        self._tried_s = self._clock_s()
        try:
            fetched = await asyncio.to_thread(self._fetch)
        except (PyJWTError, OSError, ValueError) as error:
            log.error("keys_not_fetched", extra={"error": str(error)})
            return
        self._keys = {key.key_id: key for key in fetched.keys}


def jwks_key_provider(location: str) -> JwksKeyProvider:
    """Return the provider of a JWK set that is a file, or that an http(s) URL serves."""
    if urlsplit(location).scheme in ("http", "https"):
        client = PyJWKClient(location, cache_jwk_set=False, timeout=FETCH_TIMEOUT_S)
        return JwksKeyProvider(client.get_jwk_set)
    return JwksKeyProvider(lambda: PyJWKSet.from_json(Path(location).read_text(encoding="utf-8")))
