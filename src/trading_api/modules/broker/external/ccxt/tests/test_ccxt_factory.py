"""The client of a ccxt account from the settings."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from trading_api.errors import ConfigurationError
from trading_api.modules.broker.external.ccxt.ccxt_factory import create_ccxt_client
from trading_api.modules.broker.external.live_settings import VenueKeys
from trading_api.modules.broker.external.venue_client import VenueNotReached

KEYS = VenueKeys(SecretStr("key-of-it"), SecretStr("secret-of-it"), SecretStr("word-of-it"))


async def test_a_client_shows_no_keys_and_is_not_connected() -> None:
    client = create_ccxt_client("binance", ["BTC/USDT", "BTCUSDT"], {}, KEYS)
    shown = repr(client) + repr(vars(client))
    for word in ("key-of-it", "secret-of-it", "word-of-it"):
        assert word not in shown
    assert client.pid is None
    with pytest.raises(VenueNotReached):
        await client.open_orders()


def test_keys_belong_to_their_own_settings() -> None:
    with pytest.raises(
        ConfigurationError, match=r"CCXT_OPTIONS holds apiKey: .*LIVE_API_KEY"
    ) as error:
        create_ccxt_client("binance", ["BTC/USDT"], {"apiKey": "key-of-it"}, KEYS)
    assert "key-of-it" not in str(error.value)


def test_there_must_be_symbols() -> None:
    with pytest.raises(ConfigurationError, match="DATAFEED_SYMBOLS"):
        create_ccxt_client("binance", [], {}, KEYS)
