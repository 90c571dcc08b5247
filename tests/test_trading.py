"""The whole application, as a terminal uses it."""

import asyncio
import csv
import itertools
from importlib.resources import files
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.kit.server import WsClient, connected, serving
from trading_api.app_factory import create_app
from trading_api.settings import Settings

ACCOUNT = {"accountId": "DEMO-ACCOUNT"}
ROUTES: dict[str, dict[str, Any]] = {
    "bars": {"symbol": "AAPL", "resolution": "1"},
    "quotes": {"symbols": [], "fast_symbols": ["AAPL"]},
    "orders": ACCOUNT,
    "positions": ACCOUNT,
    "executions": ACCOUNT,
    "equity": ACCOUNT,
    "broker-connection": ACCOUNT,
}
MINUTES = Path(str(files("mintalib"))) / "samples" / "minute-prices.csv"


async def test_a_market_order_is_published_as_execution_order_position_equity() -> None:
    api_app, _ = create_app(Settings.defaults())
    async with (
        serving(api_app) as address,
        connected(address) as client,
        httpx.AsyncClient(base_url=f"http://{address}/api/v1") as rest,
    ):
        topics = {route: await client.subscribe(route, **ROUTES[route]) for route in ROUTES}
        await _drain_states(client)
        order = {"symbol": "AAPL", "type": 2, "side": 1, "qty": 1}
        response = await rest.post("/broker/orders", json=order)
        assert response.json() == {"orderId": "order-1", "seq": 3}

        messages = [await _private(client) for _ in range(6)]
        assert [message["type"] for message in messages] == [
            "orders.update",
            "equity.update",
            "executions.update",
            "orders.update",
            "positions.update",
            "equity.update",
        ]
        for message in messages:
            assert message["payload"]["topic"] == topics[message["type"].removesuffix(".update")]
        data = [message["payload"]["payload"] for message in messages if message is not messages[1]]
        assert data[1]["orderId"] == data[2]["id"] == "order-1"
        assert (data[2]["status"], data[2]["filledQty"], data[3]["qty"]) == (2, 1.0, 1.0)
        assert data[4]["equity"] == pytest.approx(100_000 + data[3]["pl"])

        assert (await rest.get("/broker/orders")).json() == [data[2]]
        assert (await rest.get("/broker/executions/AAPL")).json() == [data[1]]
        (position,) = (await rest.get("/broker/positions")).json()
        assert (position["id"], position["avgPrice"]) == ("AAPL", data[1]["price"])


async def test_every_route_carries_live_updates() -> None:
    api_app, _ = create_app(Settings.defaults())
    async with serving(api_app) as address, connected(address) as client:
        for route in ("bars", "quotes"):
            await client.subscribe(route, **ROUTES[route])
        await _drain_states(client)
        for route in ("bars", "quotes", "bars", "quotes"):
            assert (await client.update(route))["type"] == f"{route}.update"


@pytest.mark.parametrize(
    ("enabled", "there", "gone"),
    [("datafeed", "/datafeed/config", "/broker/orders"), ("broker", "/broker/orders", "/datafeed")],
)
async def test_a_module_that_is_not_enabled_is_not_there(
    enabled: str, there: str, gone: str
) -> None:
    api_app, ws_app = create_app([enabled])
    transport = httpx.ASGITransport(api_app)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost/api/v1") as rest:
        assert (await rest.get("/health")).json()["modules"] == [enabled]
        assert (await rest.get(there)).status_code == 200
        assert (await rest.get(gone)).json()["code"] == "not_found"
    routes = {name.partition(".")[0] for name in ws_app.asyncapi()["components"]["messages"]}
    assert ("bars" in routes, "orders" in routes) == (enabled == "datafeed", enabled == "broker")


async def test_the_pages_load_nothing_from_elsewhere() -> None:
    api_app, _ = create_app(Settings.defaults())
    transport = httpx.ASGITransport(api_app)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as rest:
        for page in ("/api/v1/docs", "/api/v1/ws/asyncapi"):
            response = await rest.get(page)
            assert response.status_code == 200
            assert "https://" not in response.text
            assert "http://" not in response.text.replace("http://localhost", "")
        document = (await rest.get("/api/v1/ws/asyncapi.json")).json()
        assert set(document["channels"]) == {"/api/v1/ws"}


async def test_a_recording_is_replayed_as_it_was_recorded(tmp_path: Path) -> None:
    settings = Settings.defaults().model_copy(
        update={
            "datafeed_source": "replay",
            "datafeed_path": _shortened(tmp_path / "AAPL.csv", rows=30),
            "datafeed_clock": "step",
        }
    )
    api_app, _ = create_app(settings)
    async with (
        serving(api_app) as address,
        connected(address) as client,
        httpx.AsyncClient(base_url=f"http://{address}/api/v1") as rest,
    ):
        await client.subscribe("bars", symbol="AAPL", resolution="1")
        status = await client.subscribe("broker-connection", **ACCOUNT)
        await rest.post("/datafeed/clock/advance", json={"by_ms": 3_600_000})
        streamed: dict[int, dict[str, Any]] = {}
        while True:
            update = (await client.update())["payload"]
            if update["topic"] != status:
                streamed[update["payload"]["time"]] = update["payload"]
            elif "closed" in update["payload"].get("message", ""):
                break
        assert update["payload"]["status"] == 1, "connected, with the market closed"
        window = f"from_time={min(streamed)}&to_time={max(streamed) + 1}"
        response = await rest.get(f"/datafeed/bars?symbol=AAPL&resolution=1&{window}")
        history = response.json()["bars"]
        assert len(streamed) >= 5
        assert list(streamed.values()) == history

        order = {"symbol": "AAPL", "type": 2, "side": 1, "qty": 1}
        await rest.post("/broker/orders", json=order)
        (waiting,) = (await rest.get("/broker/orders")).json()
        assert waiting["status"] == 6, "nothing fills in a closed market"


async def test_fifty_concurrent_clients_receive_the_same_updates() -> None:
    api_app, _ = create_app(Settings.defaults())
    async with (
        serving(api_app) as address,
        httpx.AsyncClient(base_url=f"http://{address}/api/v1") as rest,
    ):

        async def listen(started: asyncio.Semaphore) -> list[Any]:
            async with connected(address) as client:
                await client.subscribe("orders", **ACCOUNT)
                started.release()
                return [(await client.update("orders"))["payload"] for _ in range(20)]

        started = asyncio.Semaphore(0)
        listening = [asyncio.create_task(listen(started)) for _ in range(50)]
        for _ in listening:
            await started.acquire()
        for number in range(20):
            order = {"symbol": "AAPL", "type": 1, "side": 1, "qty": 1, "limitPrice": number + 1}
            assert (await rest.post("/broker/orders", json=order)).status_code == 200
        first, *others = await asyncio.gather(*listening)
        assert [update["payload"]["limitPrice"] for update in first] == list(range(1, 21))
        assert all(other == first for other in others)


async def _private(client: WsClient) -> dict[str, Any]:
    while True:
        message = await client.update()
        if message["type"] not in ("bars.update", "quotes.update", "broker-connection.update"):
            return message


async def _drain_states(client: WsClient) -> None:
    """What came with the subscriptions: the reply to one more request is behind it."""
    await client.subscribe("orders", **ACCOUNT)
    client.updates.clear()


def _shortened(path: Path, rows: int) -> Path:
    with MINUTES.open(newline="") as source, path.open("w", newline="") as target:
        csv.writer(target).writerows(itertools.islice(csv.reader(source), rows + 1))
    return path
