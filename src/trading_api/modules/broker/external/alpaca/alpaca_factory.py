"""Creates the client of Alpaca from the settings."""

from __future__ import annotations

from importlib.util import find_spec
from urllib.parse import urlsplit

from trading_api.errors import ConfigurationError
from trading_api.modules.broker.external.alpaca.alpaca_client import (
    LIVE_URL,
    PAPER_URL,
    AlpacaClient,
)
from trading_api.modules.broker.external.live_settings import VenueKeys
from trading_api.settings import Settings, is_loopback_url


def create_alpaca_client(settings: Settings, keys: VenueKeys) -> AlpacaClient:
    """Return a client of BROKER_URL, by default Alpaca's live address. Raises ConfigurationError
    without alpaca-py, and for an address to which the keys must not be sent."""
    if find_spec("alpaca") is None:
        raise ConfigurationError("BROKER=alpaca needs alpaca-py: install trading-api[alpaca].")
    url = alpaca_url(settings.broker_url)
    return AlpacaClient(keys.api_key, keys.api_secret, url)


def alpaca_url(broker_url: str) -> str:
    """Return the REST address without a path, which alpaca-py adds. Raises ConfigurationError."""
    if not broker_url:
        return LIVE_URL
    parts = urlsplit(broker_url)
    path = parts.path.rstrip("/").removesuffix("/v2")
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and is_loopback_url(broker_url))
    if not is_safe or path or parts.query or parts.fragment or "@" in parts.netloc:
        raise ConfigurationError(
            f"BROKER_URL of Alpaca must be an https address without a path: {LIVE_URL}, or "
            f"{PAPER_URL} for the keys of a paper account there."
        )
    return f"{parts.scheme}://{parts.netloc}"
