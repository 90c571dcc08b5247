"""A server with a live account at Alpaca's simulator, and its REST API."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import httpx

from tests.kit.alpaca.alpaca_server import AlpacaServer

LIVE = "LIVE-ALPACA"
ACCOUNT = {"account_id": LIVE}
WAIT_S = 60.0
"""The longest wait; alpaca-py takes seconds to import."""
ORDER = {"symbol": "AAPL", "side": 1, "type": 1, "qty": 10, "limitPrice": 1}


def live_environment(server: AlpacaServer) -> dict[str, str]:
    """Return the settings of a live account at the simulator, with wide limits of the risk
    gate, as they are in the environment."""
    key, secret = server.keys
    return {
        "BROKER": "alpaca",
        "BROKER_URL": server.url,
        "LIVE_ACCOUNT_ID": LIVE,
        "LIVE_TRADING": "yes-with-real-money",
        "LIVE_API_KEY": key,
        "LIVE_API_SECRET": secret,
        "RISK_ORDER_VALUE_MAX": "1000000",
        "RISK_POSITION_VALUE_MAX": "1000000",
        "RISK_PRICE_DISTANCE_PERCENT": "100",
    }


async def answered(request: Callable[[], Awaitable[httpx.Response]]) -> Any:
    """Make a request until it is answered with success; 503 leaves nothing."""
    async with asyncio.timeout(WAIT_S):
        while (response := await request()).status_code != 200:
            assert response.status_code == 503, response.text
            await asyncio.sleep(0.05)
    return response.json()


async def shown(rest: httpx.AsyncClient, path: str, *expected: dict[str, Any]) -> None:
    """Wait until the items of a list have these values, in any order."""
    async with asyncio.timeout(WAIT_S):
        while True:
            items = (await rest.get(path, params=ACCOUNT)).json()
            found = [{name: item[name] for name in expected[0]} for item in items]
            if len(found) == len(expected) and all(each in found for each in expected):
                return
            await asyncio.sleep(0.02)
