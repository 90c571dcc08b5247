"""One exchange of ccxt is imported alone, in a process of its own: other tests import all of it."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

_PROGRAM = """
import asyncio, json, sys
from trading_api.connectors.ccxt_import import import_exchange
exchange_class = import_exchange(sys.argv[1])
import ccxt, ccxt.pro, ccxt.async_support
async def describe():
    exchange = exchange_class({"enableRateLimit": True})
    described = {
        "id": exchange.id,
        "bases": [each.__module__ for each in exchange_class.__mro__[:-1]],
        "is_network_error": issubclass(ccxt.OnMaintenance, ccxt.NetworkError),
        "is_own_class": ccxt.async_support.kraken is ccxt.async_support.kraken.__mro__[0],
        "modules": sum(each.startswith("ccxt.") for each in sys.modules),
    }
    await exchange.close()
    return described
print(json.dumps(asyncio.run(describe())))
"""


@pytest.mark.parametrize("venue", ["binance", "binanceusdm", "kraken", "coinbase"])
def test_an_exchange_is_imported_without_the_others(venue: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM, venue], capture_output=True, text=True, check=True
    )
    described = json.loads(done.stdout)
    assert described["id"] == venue
    assert described["bases"][0] == f"ccxt.pro.{venue}"
    assert "ccxt.async_support.base.exchange" in described["bases"]
    assert described["is_network_error"]
    assert described["is_own_class"]
    assert described["modules"] < 60
