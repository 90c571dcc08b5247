"""A client that reconnects receives what it missed, once, over a real socket."""

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.kit.server import WsClient, connected, serving
from trading_api.app_factory import create_app
from trading_api.settings import Settings

ACCOUNT = {"accountId": "DEMO-ACCOUNT"}
FAR = {"symbol": "AAPL", "type": 1, "side": 1, "qty": 1, "limitPrice": 1.0}
BUY = {"symbol": "AAPL", "type": 2, "side": 1, "qty": 1}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.defaults().model_copy(
        update={"database_url": f"sqlite:///{tmp_path}/trading.db"}
    )


async def place(rest: httpx.AsyncClient, count: int, name: str | None = None) -> None:
    headers = {"X-Request-ID": name} if name else {}
    for _ in range(count):
        (await rest.post("/broker/orders", json=FAR, headers=headers)).raise_for_status()


async def receive(client: WsClient, count: int) -> list[dict[str, Any]]:
    return [(await client.update("orders"))["payload"] for _ in range(count)]


def assert_without_gap(updates: list[dict[str, Any]], seq: int) -> None:
    """Each update follows the one before, from the update of that seq on."""
    for update in updates:
        assert update["prev"] <= seq < update["seq"]
        seq = update["seq"]


async def test_a_client_that_reconnects_receives_what_it_missed_and_continues(
    settings: Settings,
) -> None:
    api_app, _ = create_app(settings)
    async with (
        serving(api_app) as address,
        httpx.AsyncClient(base_url=f"http://{address}/api/v1") as rest,
    ):
        async with connected(address) as client:
            topic = await client.subscribe("orders", **ACCOUNT)
            await place(rest, 3)
            first = await receive(client, 3)
        await place(rest, 4)
        async with connected(address) as client:
            placing = asyncio.create_task(place(rest, 20))
            await asyncio.sleep(0.01)  # some are placed before it is back, some after
            reply = await client.request("orders.resume", {"topic": topic, "seq": first[-1]["seq"]})
            assert (reply["status"], reply["topic"]) == ("ok", topic)
            await placing
            received = await receive(client, 24)
        assert [update["payload"]["id"] for update in first + received] == [
            f"order-{number}" for number in range(1, 28)
        ]
        assert_without_gap(first + received, seq=1)


async def test_a_client_resumes_across_a_restart_of_the_server(settings: Settings) -> None:
    api_app, _ = create_app(settings)
    async with (
        serving(api_app) as address,
        httpx.AsyncClient(base_url=f"http://{address}/api/v1") as rest,
        connected(address) as client,
    ):
        topic = await client.subscribe("orders", **ACCOUNT)
        await place(rest, 2)
        before = await receive(client, 2)
        await place(rest, 1, "ticket-3")
        live = await receive(client, 1)
    api_app, _ = create_app(settings)
    async with (
        serving(api_app) as address,
        httpx.AsyncClient(base_url=f"http://{address}/api/v1") as rest,
        connected(address) as client,
    ):
        reply = await client.request("orders.resume", {"topic": topic, "seq": before[-1]["seq"]})
        assert reply["status"] == "ok"
        await place(rest, 1)
        after = await receive(client, 2)
    assert [update["payload"]["id"] for update in after] == ["order-3", "order-4"]
    assert [update.get("request_id") for update in live + after] == ["ticket-3", "ticket-3", None]
    assert_without_gap(before + after, seq=1)


async def test_updates_of_other_topics_are_not_a_gap(settings: Settings) -> None:
    api_app, _ = create_app(settings)
    async with (
        serving(api_app) as address,
        httpx.AsyncClient(base_url=f"http://{address}/api/v1") as rest,
    ):
        async with connected(address) as client:
            topic = await client.subscribe("executions", **ACCOUNT)
            await rest.post("/broker/orders", json=BUY)
            received = (await client.update("executions"))["payload"]["seq"]
        await place(rest, 1)
        async with connected(address) as client:
            await client.request("executions.resume", {"topic": topic, "seq": received})
            await rest.post("/broker/orders", json=BUY)
            assert_without_gap([(await client.update("executions"))["payload"]], received)


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        ({"topic": 'orders:{"accountId":"DEMO-ACCOUNT"}', "seq": 999}, "subscribe anew"),
        ({"topic": 'orders:{"accountId": "DEMO-ACCOUNT"}', "seq": 1}, "No topic of orders"),
        ({"topic": 'positions:{"accountId":"DEMO-ACCOUNT"}', "seq": 1}, "No topic of orders"),
        ({"topic": 'orders:{"accountId":"no spaces"}', "seq": 1}, "There is no account"),
        ({"topic": "orders:{}", "seq": 1}, "No topic of orders"),
        ({"topic": "", "seq": 1}, "No topic of orders"),
        ({"topic": "orders:" + "[" * 20_000, "seq": 1}, "No topic of orders"),
    ],
)
async def test_what_cannot_be_resumed_is_answered_with_an_error(
    settings: Settings, request_: dict[str, Any], message: str
) -> None:
    api_app, _ = create_app(settings)
    async with serving(api_app) as address, connected(address) as client:
        reply = await client.request("orders.resume", request_)
        assert reply["status"] == "error"
        assert message in reply["message"]
        assert await client.subscribe("orders", **ACCOUNT)


async def test_a_topic_that_is_followed_already_is_not_resumed(settings: Settings) -> None:
    api_app, _ = create_app(settings)
    async with serving(api_app) as address, connected(address) as client:
        topic = await client.subscribe("orders", **ACCOUNT)
        reply = await client.request("orders.resume", {"topic": topic, "seq": 1})
        assert (reply["status"], reply["message"]) == ("error", "Subscribed to it already")
