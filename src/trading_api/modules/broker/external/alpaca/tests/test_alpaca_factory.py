"""The client of Alpaca from the settings."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from trading_api.errors import ConfigurationError
from trading_api.modules.broker.external.alpaca.alpaca_client import LIVE_URL, PAPER_URL
from trading_api.modules.broker.external.alpaca.alpaca_factory import (
    alpaca_url,
    create_alpaca_client,
)
from trading_api.modules.broker.external.live_settings import VenueKeys
from trading_api.settings import Settings


@pytest.mark.parametrize(
    ("broker_url", "expected"),
    [
        ("", LIVE_URL),
        (PAPER_URL, PAPER_URL),
        (f"{PAPER_URL}/v2", PAPER_URL),
        (f"{PAPER_URL}/", PAPER_URL),
        ("http://127.0.0.1:8081", "http://127.0.0.1:8081"),
    ],
)
def test_the_address_is_alpacas_own_or_the_one_that_is_set(broker_url: str, expected: str) -> None:
    assert alpaca_url(broker_url) == expected


@pytest.mark.parametrize(
    "broker_url",
    [
        "http://api.alpaca.markets",
        "wss://api.alpaca.markets/stream",
        "api.alpaca.markets",
        "https://api.alpaca.markets/v3",
        "https://key:secret@api.alpaca.markets",
    ],
)
def test_the_keys_are_sent_to_no_other_kind_of_address(broker_url: str) -> None:
    with pytest.raises(ConfigurationError, match="BROKER_URL"):
        alpaca_url(broker_url)


def test_a_client_shows_no_keys() -> None:
    keys = VenueKeys(SecretStr("key-of-it"), SecretStr("secret-of-it"), SecretStr(""))
    client = create_alpaca_client(Settings.defaults(), keys)
    shown = repr(client) + repr(vars(client))
    assert "key-of-it" not in shown
    assert "secret-of-it" not in shown
    assert client.features.has_brackets
