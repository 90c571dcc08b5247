"""Key providers: where the verifier gets the keys that tokens are signed with."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt import PyJWK, PyJWKClient, PyJWTError

from trading_api.errors import Unauthorized, Unavailable

log = logging.getLogger(__name__)

FETCH_TIMEOUT_S = 5.0
LIFESPAN_S = 300.0
COOLDOWN_S = 5.0
RETRY_S = 30.0
RSA_BITS_MIN = 2048

Key = PyJWK | str


class KeyProvider(Protocol):
    """A source of the keys that tokens are verified with."""

    @property
    def algorithms(self) -> Sequence[str]:
        """The algorithms that tokens are verified with, whatever algorithm a token names."""
        ...

    async def key(self, key_id: str | None) -> Key:
        """Return the key of this id.

        Raises Unauthorized where no key has this id, Unavailable where no keys could be loaded.
        """
        ...

    def holds(self, key: Key) -> bool:
        """Return whether a key that `key` returned is still one of the keys."""
        ...


class SecretKeyProvider:
    """One shared secret, for tokens signed with HS256."""

    algorithms = ("HS256",)

    def __init__(self, secret: str) -> None:
        self._secret = secret

    async def key(self, key_id: str | None) -> str:
        return self._secret

    def holds(self, key: Key) -> bool:
        return key == self._secret


class JwksKeyProvider:
    """A cached JWK set, for tokens signed with a private key.

    * The set is fetched again once it is older than `lifespan_s`, or for a key id that is not in
      it, but then at most every `cooldown_s`.
    * While a fetch fails, the previous set stays in use until it is older than `age_max_s`. A key
      that was withdrawn would otherwise be accepted as long as the fetches are blocked.
    * Keys that are not for signatures, or too short, are left out.
    """

    algorithms = ("RS256", "ES256", "EdDSA")

    def __init__(
        self,
        fetch: Callable[[], Any],
        lifespan_s: float = LIFESPAN_S,
        cooldown_s: float = COOLDOWN_S,
        age_max_s: float = 3600.0,
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        """`fetch` returns the parsed JSON of a JWK set, and is called in a thread."""
        self._fetch = fetch
        self._lifespan_s = lifespan_s
        self._cooldown_s = cooldown_s
        self._age_max_s = age_max_s
        self._clock_s = clock_s
        self._keys: dict[str | None, PyJWK] = {}
        self._tried_s: float | None = None
        self._fetched_s: float | None = None
        self._fetching = asyncio.Lock()
        self._on_withdrawn: Callable[[], object] = lambda: None
        self.failed_fetches = 0

    async def key(self, key_id: str | None) -> PyJWK:
        # Before the first set, the fetch that runs is waited for, also within the cooldown.
        if self._fetched_s is None or self._is_stale(key_id):
            async with self._fetching:
                if self._is_stale(key_id):
                    await self._refresh()
        if self._fetched_s is None or self._is_expired():
            raise Unavailable("The keys of tokens can't be had; try again.", "keys_unavailable")
        key = self._keys.get(key_id)
        if key is None and key_id is None and len(self._keys) == 1:
            (key,) = self._keys.values()
        if key is None:
            raise Unauthorized("The token is signed with a key that is not known here.")
        return key

    def holds(self, key: Key) -> bool:
        return not self._is_expired() and any(each is key for each in self._keys.values())

    async def run(self, on_withdrawn: Callable[[], object]) -> None:
        """Keep the set fresh until cancelled, so that a withdrawn key is noticed without a request.

        `on_withdrawn` is called after each fetch that removes a key, and while the set is too old.
        """
        self._on_withdrawn = on_withdrawn
        while True:
            async with self._fetching:
                is_fetched = await self._refresh()
            if self._is_expired():
                on_withdrawn()
            await asyncio.sleep(self._lifespan_s if is_fetched else min(RETRY_S, self._lifespan_s))

    def health(self) -> str | None:
        """Return why no token can be verified, or None."""
        if self._fetched_s is None:
            return "the keys of tokens were never fetched"
        if self._is_expired():
            return f"the keys of tokens were not fetched for {self.age_s():.0f} s"
        return None

    def age_s(self) -> float:
        """Return the seconds since the last successful fetch, 0 before the first."""
        return 0.0 if self._fetched_s is None else self._clock_s() - self._fetched_s

    def _is_expired(self) -> bool:
        return self.age_s() > self._age_max_s

    def _is_stale(self, key_id: str | None) -> bool:
        if self._tried_s is None:
            return True
        tried_age_s = self._clock_s() - self._tried_s
        if tried_age_s > self._lifespan_s:
            return True
        is_missing = key_id not in self._keys or self._is_expired()
        return is_missing and tried_age_s > self._cooldown_s

    async def _refresh(self) -> bool:
        """Fetch the set, and return whether that succeeded."""
        self._tried_s = self._clock_s()
        try:
            fetched = _usable_keys(await asyncio.to_thread(self._fetch), self.algorithms)
        except (PyJWTError, OSError, ValueError) as error:
            self.failed_fetches += 1
            log.error("keys_not_fetched", extra={"error": str(error), "age_s": self.age_s()})
            return False
        self._fetched_s = self._clock_s()
        before = self._keys
        # A key that did not change stays the same object: `holds` compares by identity.
        self._keys = {
            key_id: before[key_id] if _is_same(before.get(key_id), key) else key
            for key_id, key in fetched.items()
        }
        if any(not self.holds(key) for key in before.values()):
            self._on_withdrawn()
        return True


def jwks_key_provider(location: str, age_max_s: float = 3600.0) -> JwksKeyProvider:
    """Return the provider of a JWK set that is a file, or that an http(s) URL serves."""
    path = Path(location)

    def read() -> Any:
        return json.loads(path.read_text(encoding="utf-8"))

    is_url = urlsplit(location).scheme in ("http", "https")
    fetch = (
        PyJWKClient(location, cache_jwk_set=False, timeout=FETCH_TIMEOUT_S).fetch_data
        if is_url
        else read
    )
    return JwksKeyProvider(fetch, lifespan_s=LIFESPAN_S, age_max_s=age_max_s)


def _usable_keys(document: Any, algorithms: Sequence[str]) -> dict[str | None, PyJWK]:
    """Return the keys of a JWK set that may verify tokens. Raises ValueError."""
    entries = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(entries, list):
        raise ValueError("the document is no JWK set")
    usable: dict[str | None, PyJWK] = {}
    for entry in entries:
        try:
            key = PyJWK.from_dict(entry)
            fault = _fault(key, entry, algorithms)
        except (PyJWTError, AttributeError, TypeError, ValueError) as error:
            fault = f"it cannot be read ({type(error).__name__})"
        if fault is None:
            usable[key.key_id] = key
        else:
            key_id = entry.get("kid") if isinstance(entry, dict) else None
            log.warning("key_ignored", extra={"key_id": key_id, "reason": fault})
    return usable


def _fault(key: PyJWK, entry: dict[str, Any], algorithms: Sequence[str]) -> str | None:
    """Return why tokens must not be verified with the key, or None."""
    if key.algorithm_name not in algorithms:
        return "its algorithm is not accepted"
    if entry.get("use", "sig") != "sig" or "verify" not in entry.get("key_ops", ["verify"]):
        return "it is not for signatures"
    if "d" in entry:
        return "it is a private key"
    if isinstance(key.key, RSAPublicKey) and key.key.key_size < RSA_BITS_MIN:
        return f"it has less than {RSA_BITS_MIN} bits"
    return None


def _is_same(before: PyJWK | None, key: PyJWK) -> bool:
    return (
        before is not None
        and before.algorithm_name == key.algorithm_name
        and bool(before.key == key.key)
    )
