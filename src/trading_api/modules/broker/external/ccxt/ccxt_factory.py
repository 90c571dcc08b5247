"""Creates the client of a ccxt account from the settings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from typing import Any

from trading_api.connectors.ccxt_exchange import our_symbol
from trading_api.errors import ConfigurationError
from trading_api.modules.broker.external.ccxt.ccxt_client import CcxtClient
from trading_api.modules.broker.external.live_settings import VenueKeys

_KEYS = frozenset({"apiKey", "secret", "password", "privateKey", "token", "twofa"})


def create_ccxt_client(
    venue: str, symbols: Sequence[str], options: Mapping[str, Any], keys: VenueKeys
) -> CcxtClient:
    """Return a client of BROKER_VENUE for the symbols, by our names (`BTCUSDT`) or ccxt's
    (`BTC/USDT`); those that the venue lacks are not traded.

    `options` are CCXT_OPTIONS. Raises ConfigurationError without ccxt or symbols, and for keys in
    the options, where nothing would hide them."""
    if find_spec("ccxt") is None:
        raise ConfigurationError("BROKER=ccxt needs ccxt: install trading-api[ccxt].")
    if not symbols:
        raise ConfigurationError("BROKER=ccxt needs DATAFEED_SYMBOLS: the symbols to trade.")
    if named := sorted(_KEYS & set(options)):
        raise ConfigurationError(
            f"CCXT_OPTIONS holds {named[0]}: keys belong in LIVE_API_KEY, LIVE_API_SECRET and "
            "LIVE_API_PASSWORD, or in LIVE_KEYS_FILE."
        )
    password = keys.api_password if keys.api_password.get_secret_value() else None
    ours = tuple(dict.fromkeys(our_symbol(symbol) for symbol in symbols))
    return CcxtClient(venue, ours, options, keys.api_key, keys.api_secret, password)
