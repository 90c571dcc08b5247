"""The parts that all connectors of ccxt share: the client of a venue, our names of its symbols, and
one mapping of its errors. For use in a connector process, which imports ccxt."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from msgspec import Struct

from trading_api.connectors.ccxt_import import import_exchange
from trading_api.connectors.errors import ConnectorError

REQUEST_TIMEOUT_MS = 10_000
BANNED_WAIT_S = 120.0
"""How long to wait after HTTP 418, where the venue does not name a time. Binance bans an address
for two minutes at first."""

_CODES = {
    "AuthenticationError": "authentication",
    "InsufficientFunds": "insufficient_funds",
    "OrderNotFound": "order_not_found",
    "OnMaintenance": "venue_maintenance",
    "DDoSProtection": "rate_limited",
    "RateLimitExceeded": "rate_limited",
    "RequestTimeout": "timeout",
    "TimeoutError": "timeout",
    "NetworkError": "network",
    "ExchangeError": "rejected",
    "ClientError": "network",  # aiohttp's own
    "CancelledError": "network",  # of a connection that ccxt closed
    "OSError": "network",
}
"""The code of each class of errors; the nearest base class of an error counts."""

_UNAVAILABLE = re.compile(r"\b503\b")
"""HTTP's own status of a server that is under maintenance."""
_QUERY = re.compile(r"\?\S*")
_TEXT_LENGTH_MAX = 300
_NOT_IN_SYMBOLS = re.compile(r"[^A-Z0-9._-]")


class CcxtConfiguration(Struct, frozen=True):
    """Which venue to connect to. `options` are merged deeply into the arguments of ccxt's
    constructor. Without keys, only public data can be read."""

    venue: str
    options: dict[str, Any] = {}
    api_key: str = ""
    secret: str = ""
    password: str = ""

    def __repr__(self) -> str:
        return f"CcxtConfiguration(venue={self.venue!r})"

    @property
    def secrets(self) -> tuple[str, ...]:
        """The texts that must appear in no log line."""
        keys = (self.options.get(name) for name in ("apiKey", "secret", "password", "privateKey"))
        return tuple(
            str(each) for each in (self.api_key, self.secret, self.password, *keys) if each
        )


def create_exchange(configuration: CcxtConfiguration) -> Any:
    """Return ccxt.pro's client of the venue, which obeys the venue's rate limits. Its `close` must
    be awaited. Raises ConnectorError with the code `not_installed` or `unknown_venue`."""
    try:
        exchange_class = import_exchange(configuration.venue)
    except ImportError as error:
        text = f"ccxt cannot be imported ({error}). Install trading-api[ccxt]."
        raise ConnectorError("not_installed", text) from error
    if exchange_class is None:
        text = f"ccxt has no WebSocket client of {configuration.venue!r}."
        raise ConnectorError("unknown_venue", text)
    arguments = {
        "apiKey": configuration.api_key,
        "secret": configuration.secret,
        "password": configuration.password,
        "enableRateLimit": True,
        "timeout": REQUEST_TIMEOUT_MS,
    }
    given = {name: value for name, value in arguments.items() if value != ""}
    return exchange_class(merged(given, configuration.options))


def merged(arguments: Mapping[str, Any], options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments with the options in them: objects are merged, all else is replaced."""
    result = dict(arguments)
    for name, value in options.items():
        before = result.get(name)
        is_object = isinstance(before, Mapping) and isinstance(value, Mapping)
        result[name] = merged(before, value) if is_object else value  # type: ignore[arg-type]
    return result


@lru_cache(maxsize=10_000)
def our_symbol(ccxt_symbol: str) -> str:
    """Return our name of a market: `BTCUSDT` for `BTC/USDT`, `BTCUSDT.P` for the perpetual
    `BTC/USDT:USDT`. A settlement in another currency than the quote's, and the expiry, follow:
    `BTCUSD.P_BTC`, `BTCUSDT.261225`."""
    pair, _, settlement = ccxt_symbol.upper().partition(":")
    base, _, quote = pair.partition("/")
    name = _NOT_IN_SYMBOLS.sub("", base + quote)
    if not settlement:
        return name
    currency, _, contract = settlement.partition("-")
    name = f"{name}.{_NOT_IN_SYMBOLS.sub('', contract) or 'P'}"
    return name if currency == quote else f"{name}_{_NOT_IN_SYMBOLS.sub('', currency)}"


def symbol_names(markets: Iterable[str]) -> dict[str, str]:
    """Return ccxt's symbols by our names of them. Where two have one name, the first one has it."""
    names: dict[str, str] = {}
    for market in markets:
        names.setdefault(our_symbol(market), market)
    return names


def error_code(error: BaseException) -> str:
    """Return the stable code of an error of ccxt or of the network; `internal` for any other."""
    for base in type(error).__mro__:
        if code := _CODES.get(base.__name__):
            return code
    return "internal"


def connector_error(error: BaseException, exchange: Any = None) -> ConnectorError:
    """Return the error as one that crosses over to the server: without the query of a URL, which is
    signed. For `rate_limited`, the header of the exchange's last answer gives the time to wait."""
    if isinstance(error, ConnectorError):
        return error
    code = error_code(error)
    if code == "network" and _UNAVAILABLE.search(str(error)):
        code = "venue_maintenance"
    text = _QUERY.sub("", " ".join(str(error).split()))[:_TEXT_LENGTH_MAX]
    wait_s = _retry_after_s(exchange, text) if code == "rate_limited" else 0.0
    return ConnectorError(code, f"{type(error).__name__}: {text}", wait_s)


@contextmanager
def translated_errors(exchange: Any = None) -> Iterator[None]:
    """Raise every exception of the block as a ConnectorError, except cancellation."""
    try:
        yield
    except asyncio.CancelledError:
        raise
    except Exception as error:
        raise connector_error(error, exchange) from error


def _retry_after_s(exchange: Any, text: str) -> float:
    """Return the header Retry-After of the exchange's last answer, in seconds."""
    headers = getattr(exchange, "last_response_headers", None) or {}
    for name, value in dict(headers).items():
        if str(name).lower() == "retry-after":
            try:
                return max(0.0, float(value))
            except ValueError:
                break
    return BANNED_WAIT_S if "418" in text else 0.0
