"""Idle accounts of an earlier start: every request and subscription finds them."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx

from tests.kit.server import connected, serving
from trading_api.app_factory import create_app
from trading_api.settings import Settings

ORDER = {"symbol": "AAPL", "type": 1, "side": 1, "qty": 1, "limitPrice": 1}
LEVERAGE = {"symbol": "AAPL", "orderType": 1, "side": 1, "leverage": 2}
REQUESTS: list[tuple[str, str, dict[str, Any]]] = [
    ("get", "/account", {}),
    ("get", "/equity", {}),
    ("get", "/positions", {}),
    ("get", "/orders", {}),
    ("get", "/orders/history", {}),
    ("get", "/orders/order-1", {}),
    ("get", "/executions", {}),
    ("get", "/executions/AAPL", {}),
    ("get", "/ledger", {}),
    ("get", "/events", {}),
    ("get", "/notifications", {}),
    ("get", "/instruments/AAPL", {}),
    ("get", "/config", {}),
    ("get", "/kill-switch", {}),
    ("get", "/performance/equity", {}),
    ("get", "/performance/statistics", {}),
    ("get", "/performance/trades", {}),
    ("get", "/leverage/info", {"symbol": "AAPL", "orderType": 1, "side": 1}),
    ("post", "/leverage/preview", LEVERAGE),
    ("put", "/leverage/set", LEVERAGE),
    ("post", "/orders/preview", ORDER),
    ("post", "/orders", ORDER),
]
ROUTES = ["orders", "positions", "executions", "equity", "position-pl", "account", "notifications"]


OPENAPI = Path(__file__).parent.parent / "openapi.json"


def test_all_requests_that_read_an_account_are_tried() -> None:
    tried = {path for method, path, _ in REQUESTS if method == "get"}
    for path, operations in json.loads(OPENAPI.read_text(encoding="utf-8"))["paths"].items():
        reading = operations.get("get", {}).get("parameters", ())
        if "/broker/" in path and any(each["name"] == "account_id" for each in reading):
            name = path.rpartition("/broker")[2]
            assert name.format(symbol="AAPL", order_id="order-1") in tried


@asynccontextmanager
async def started(folder: Path) -> AsyncIterator[httpx.AsyncClient]:
    settings = {"database_url": f"sqlite:///{folder}/trading.db", "datafeed_clock": "step"}
    app, _ = create_app(Settings.defaults().model_copy(update=settings))
    async with (
        serving(app) as address,
        httpx.AsyncClient(base_url=f"http://{address}/api/v1/broker") as client,
    ):
        yield client


async def test_each_use_of_an_idle_account_finds_what_it_has(tmp_path: Path) -> None:
    accounts = [f"IDLE-{number}" for number in range(len(REQUESTS) + len(ROUTES))]
    async with started(tmp_path) as client:
        for account_id in accounts:
            of_account = {"account_id": account_id}
            assert (await client.post("/orders", params=of_account, json=ORDER)).is_success
            assert (await client.delete("/orders", params=of_account)).is_success
    async with started(tmp_path) as client:
        listed = [each["id"] for each in (await client.get("/accounts")).json()]
        assert listed == sorted([*accounts, "DEMO-ACCOUNT"])
        for account_id, (method, path, fields) in zip(accounts, REQUESTS, strict=False):
            of_account = {"account_id": account_id}
            options = {"params": of_account | fields} if method == "get" else {"json": fields}
            response = await client.request(method, path, **({"params": of_account} | options))
            assert response.status_code == 200, (path, response.text)
        assert response.json()["orderId"] == "order-2"
        async with connected(client.base_url.netloc.decode()) as socket:
            for account_id, route in zip(accounts[len(REQUESTS) :], ROUTES, strict=True):
                await socket.subscribe(route, accountId=account_id)
