"""The balances of the venue's user, and its API key."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tests.kit.venue.clock import VenueClock
from tests.kit.venue.errors import VenueError, illegal, missing
from tests.kit.venue.instruments import amount
from tests.kit.venue.matching import ZERO

API_KEY = "venue-key"
SECRET = "venue-secret"
BALANCES = {"USDT": Decimal(100_000), "BTC": Decimal(1), "ETH": Decimal(10), "BNB": Decimal(10)}

RECEIVE_WINDOW_MS = 5_000
AHEAD_MAX_MS = 1_000


@dataclass(slots=True)
class Balance:
    """What the user holds of one asset: `locked` is reserved by open orders."""

    free: Decimal = ZERO
    locked: Decimal = ZERO


class Account:
    """One user's balances. Each change is noted until `changed` collects it."""

    def __init__(self, balances: Mapping[str, Decimal], opened_ms: int) -> None:
        self.balances = {asset: Balance(free) for asset, free in balances.items()}
        self.updated_ms = opened_ms
        self._changed: set[str] = set()

    def balance(self, asset: str) -> Balance:
        return self.balances.setdefault(asset, Balance())

    def add(self, asset: str, quantity: Decimal) -> None:
        """Add to the free balance, or take from it."""
        self.balance(asset).free += quantity
        self._changed.add(asset)

    def lock(self, asset: str, quantity: Decimal) -> None:
        """Reserve a part of the free balance. Raises VenueError -2010 if it is too small."""
        balance = self.balance(asset)
        if balance.free < quantity:
            raise insufficient_balance()
        balance.free -= quantity
        balance.locked += quantity
        self._changed.add(asset)

    def unlock(self, asset: str, quantity: Decimal) -> None:
        balance = self.balance(asset)
        balance.locked -= quantity
        balance.free += quantity
        self._changed.add(asset)

    def changed(self) -> dict[str, Balance]:
        """Return the balances that changed since the last call."""
        names, self._changed = sorted(self._changed), set()
        return {name: self.balances[name] for name in names}

    def rows(self) -> list[dict[str, str]]:
        return [
            {"asset": asset, "free": amount(each.free), "locked": amount(each.locked)}
            for asset, each in self.balances.items()
        ]


def insufficient_balance() -> VenueError:
    return VenueError(-2010, "Account has insufficient balance for requested action.")


class Authentication:
    """Verifies API keys, times and HMAC signatures."""

    def __init__(self, clock: VenueClock, api_key: str = API_KEY, secret: str = SECRET) -> None:
        self.clock = clock
        self.api_key = api_key
        self._secret = secret.encode()

    def verify(self, api_key: str, query: Mapping[str, Any], signed: str) -> None:
        """Raise VenueError if the key is unknown, the time too far off or the signature wrong."""
        if not api_key:
            raise VenueError(-2014, "API-key format invalid.", 401)
        if api_key != self.api_key:
            raise invalid_key()
        self._verify_time(query)
        expected = hmac.new(self._secret, signed.encode(), hashlib.sha256).hexdigest()
        if not hmac.compare_digest(expected, str(query.get("signature", ""))):
            raise VenueError(-1022, "Signature for this request is not valid.")

    def _verify_time(self, query: Mapping[str, Any]) -> None:
        if "timestamp" not in query:
            raise missing("timestamp")
        try:
            age_ms = self.clock.now_ms() - int(query["timestamp"])
            window_ms = int(query.get("recvWindow", RECEIVE_WINDOW_MS))
        except ValueError:
            raise illegal("timestamp") from None
        if age_ms < -AHEAD_MAX_MS:
            text = "Timestamp for this request was 1000ms ahead of the server's time."
            raise VenueError(-1021, text)
        if age_ms > window_ms:
            raise VenueError(-1021, "Timestamp for this request is outside of the recvWindow.")


def invalid_key() -> VenueError:
    return VenueError(-2015, "Invalid API-key, IP, or permissions for action.", 401)
