"""A server with a live account at Alpaca's counterpart: REST, the connection, and the keys."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import httpx
import pytest

from tests.kit.alpaca.alpaca_server import ListeningAlpaca, running_alpaca
from tests.kit.server import serving
from trading_api.app_factory import create_app
from trading_api.settings import Settings
from trading_api.web.paths import PREFIX

LIVE = "LIVE-ALPACA"
ACCOUNT = {"account_id": LIVE}
WAIT_S = 60.0
"""The longest wait; alpaca-py takes seconds to import."""
ORDER = {"symbol": "AAPL", "side": 1, "type": 1, "qty": 10, "limitPrice": 1}


def settings(server: ListeningAlpaca, **changed: Any) -> Settings:
    key, secret = server.keys
    values = {
        "broker": "alpaca",
        "broker_url": server.url,
        "live_account_id": LIVE,
        "live_trading": "yes-with-real-money",
        "live_api_key": key,
        "live_api_secret": secret,
        "live_database_url": "memory:",
        "database_url": "memory:",
        "risk_order_value_max": 1_000_000,
        "risk_position_value_max": 1_000_000,
        "risk_price_distance_percent": 100,
    }
    return Settings.model_validate(Settings.defaults().model_dump() | values | changed)


async def answered(request: Any, status: int = 200) -> Any:
    """Make a request until it is answered with the status; 503 leaves nothing."""
    async with asyncio.timeout(WAIT_S):
        while (response := await request()).status_code != status:
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


@pytest.mark.anyio
async def test_an_order_is_traded_by_rest_and_the_kill_switch_ends_another(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    async with running_alpaca("key-of-the-account", "secret-of-the-account") as alpaca:
        app, _ = create_app(settings(alpaca))
        async with (
            serving(app, settings(alpaca)) as address,
            httpx.AsyncClient(base_url=f"http://{address}{PREFIX}") as rest,
        ):
            placed = await answered(lambda: rest.post("/broker/orders", params=ACCOUNT, json=ORDER))
            await shown(rest, "/broker/orders", {"id": placed["orderId"], "status": 6})
            (order,) = alpaca.account.orders.values()
            alpaca.account.fill(order, 4, 1)
            await shown(rest, "/broker/orders", {"filledQty": 4})
            alpaca.account.fill(order, 6, 1)
            await shown(rest, "/broker/positions", {"symbol": "AAPL", "qty": 10})
            await shown(rest, "/broker/orders", {"status": 2})

            await rest.post("/broker/orders", params=ACCOUNT, json=ORDER)
            await shown(rest, "/broker/orders", {"status": 2}, {"status": 6})
            switched = {"on": True, "reason": "a test"}
            await rest.put("/broker/kill-switch", params=ACCOUNT, json=switched)
            await shown(rest, "/broker/orders", {"status": 2}, {"status": 1})
            assert [each.status for each in alpaca.account.orders.values()] == [
                "filled",
                "canceled",
            ]
            refused = await rest.post("/broker/orders", params=ACCOUNT, json=ORDER)
            assert refused.json()["code"] == "trading_halted"
            config = await rest.get("/broker/config", params=ACCOUNT)
            events = await rest.get("/broker/events", params=ACCOUNT)
            metrics = await rest.get(f"http://{address}/metrics")
    seen = caplog.text + config.text + events.text + metrics.text
    for key in ("key-of-the-account", "secret-of-the-account"):
        assert key not in seen
