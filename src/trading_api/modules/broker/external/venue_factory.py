"""Creates the client of the venue that the settings name."""

from __future__ import annotations

from collections.abc import Sequence

from trading_api.errors import ConfigurationError
from trading_api.modules.broker.external.live_settings import read_keys
from trading_api.modules.broker.external.venue_client import VenueClient
from trading_api.settings import Settings


def create_venue_client(settings: Settings, symbols: Sequence[str]) -> VenueClient:
    """Return the client of BROKER for the symbols, by our names of them; nothing is connected yet.
    Raises ConfigurationError.

    Its modules are imported here, because a server without a live account needs none of them."""
    keys = read_keys(settings)
    if settings.broker == "alpaca":
        from trading_api.modules.broker.external.alpaca.alpaca_factory import create_alpaca_client

        return create_alpaca_client(settings, keys)
    if not settings.broker_venue:
        raise ConfigurationError("BROKER=ccxt needs BROKER_VENUE, such as binance.")
    from trading_api.modules.broker.external.ccxt.ccxt_factory import create_ccxt_client

    return create_ccxt_client(settings.broker_venue, symbols, settings.ccxt_options, keys)


def venue_name(settings: Settings) -> str:
    """Return the name under which an account belongs to its venue for ever, such as
    `ccxt:binance`."""
    return f"ccxt:{settings.broker_venue}" if settings.broker == "ccxt" else settings.broker
