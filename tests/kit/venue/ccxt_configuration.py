"""What ccxt needs to speak to the simulated venue.

What the checks found of ccxt 4.5.90:

* It chooses the classes of some errors by Binance's own address (https://api.binance.com). On
  loopback -2021 and -2022 (a replacement that failed) are a plain `ExchangeError`.
* A user data stream that is refused (-2015, -1021, -1022) raises `KeyError` instead of the error.
* After `eventStreamTerminated` a waiting `watch_orders` keeps waiting; the next call subscribes.
* `watch_balance` knows only the assets that were reported since it was subscribed.
* A signed request is refused (-1021) if its clock is 1 s ahead of the venue's, or 10 s behind;
  `load_time_difference` measures the difference, and later requests take it into account.
* A market stream must have "/stream" in its URL, or the market is taken for a swap.
"""

from __future__ import annotations

from typing import Any


def ccxt_options(address: str) -> dict[str, Any]:
    """Return constructor options of `ccxt.pro.binance` that point it at a simulated venue.

    They are plain data, so they also serve as `CCXT_OPTIONS`. The user data stream is the WebSocket
    API's `userDataStream.subscribe.signature`; this version of ccxt needs no listen key.
    """
    rest, socket = f"http://{address}", f"ws://{address}"
    return {
        "urls": {
            "api": {
                "public": f"{rest}/api/v3",
                "private": f"{rest}/api/v3",
                "v1": f"{rest}/api/v1",
                "sapi": f"{rest}/sapi/v1",
                "ws": {
                    "spot": f"{socket}/stream/ws",
                    "ws-api": {"spot": f"{socket}/ws-api/v3"},
                },
            }
        },
        "options": {
            "defaultType": "spot",
            "fetchMarkets": {"types": ["spot"]},
            "fetchCurrencies": False,
            "fetchMargins": False,
        },
    }
