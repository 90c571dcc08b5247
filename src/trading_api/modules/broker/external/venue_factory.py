"""Creates the client of the venue that the settings name."""

from __future__ import annotations

from trading_api.errors import ConfigurationError
from trading_api.modules.broker.external.alpaca.alpaca_factory import create_alpaca_client
from trading_api.modules.broker.external.live_settings import read_keys
from trading_api.modules.broker.external.venue_client import VenueClient
from trading_api.settings import Settings


def create_venue_client(settings: Settings) -> VenueClient:
    """Return the client of BROKER; nothing is connected yet. Raises ConfigurationError."""
    keys = read_keys(settings)
    if settings.broker == "alpaca":
        return create_alpaca_client(settings, keys)
    raise ConfigurationError(f"BROKER={settings.broker} is not available.")


def venue_name(settings: Settings) -> str:
    """Return the name under which an account belongs to its venue for ever, such as
    `ccxt:binance`."""
    return f"ccxt:{settings.broker_venue}" if settings.broker == "ccxt" else settings.broker
