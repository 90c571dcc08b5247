"""What ccxt needs to speak to the simulated venue."""

from __future__ import annotations

from typing import Any


def ccxt_options(address: str) -> dict[str, Any]:
    """Return constructor options of `ccxt.pro.binance` that point it at a simulated venue.

    They are plain data, so they also serve as `CCXT_OPTIONS`. ccxt takes a market stream for spot
    by the text "/stream" in its URL. The user data stream is the WebSocket API's
    `userDataStream.subscribe.signature`; this version of ccxt needs no listen key.
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
