"""The trading stream reports every change of the orders of the key's account."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any
from uuid import UUID

import msgspec
import pytest
from alpaca.trading.models import TradeUpdate
from alpaca.trading.requests import LimitOrderRequest, MarketOrderRequest, ReplaceOrderRequest
from alpaca.trading.stream import TradingStream
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.kit.alpaca_api import AlpacaApi, alpaca_api
from tests.kit.captured_log import captured_log
from tests.kit.server import TIMEOUT_S, until
from trading_api.auth.principal import Scope
from trading_api.modules.alpaca import stream_session
from trading_api.modules.alpaca.stream_session import REFUSED
from trading_api.observability.logs import JsonFormatter
from trading_api.streaming.session import CLIENT_LEFT

BUY: dict[str, Any] = {"symbol": "AAPL", "qty": 2, "side": "buy", "time_in_force": "gtc"}
EXITS: dict[str, Any] = {"take_profit": {"limit_price": 900}, "stop_loss": {"stop_price": 10}}
PATHS = ("", "/stream")


@pytest.fixture(scope="module")
async def api() -> AsyncIterator[AlpacaApi]:
    async with alpaca_api() as api:
        yield api


class StreamClient:
    """A client that speaks the protocol itself, in JSON or in MessagePack."""

    def __init__(self, connection: ClientConnection, *, packed: bool = False) -> None:
        self.connection = connection
        self._packed = packed

    async def send(self, action: str, **data: Any) -> None:
        message = {"action": action, "data": data}
        packed = msgspec.msgpack.encode(message)
        await self.connection.send(packed if self._packed else json.dumps(message))

    async def receive(self) -> dict[str, Any]:
        async with asyncio.timeout(TIMEOUT_S):
            frame = await self.connection.recv()
        assert isinstance(frame, bytes)
        message: dict[str, Any]
        message = msgspec.msgpack.decode(frame) if self._packed else json.loads(frame)
        return message

    async def answer(self, action: str, **data: Any) -> dict[str, Any]:
        await self.send(action, **data)
        answer: dict[str, Any] = (await self.receive())["data"]
        return answer

    async def listen(self, key: tuple[str, str]) -> None:
        id, secret = key
        accepted = await self.answer("authenticate", key_id=id, secret_key=secret)
        assert accepted == {"status": "authorized", "action": "authenticate"}
        streams = await self.answer("listen", streams=["trade_updates"])
        assert streams == {"streams": ["trade_updates"]}

    async def events(self, count: int) -> list[str]:
        return [(await self.receive())["data"]["event"] for _ in range(count)]

    async def closed(self) -> int:
        with suppress(ConnectionClosed):
            while True:
                await self.receive()
        close = self.connection.protocol.close_rcvd
        assert close is not None
        return close.code


@asynccontextmanager
async def streaming(api: AlpacaApi, path: str = "/stream", *, packed: bool = False) -> Any:
    headers = {"Content-Type": "application/msgpack"} if packed else {}
    url = f"ws://{api.address}/api/v1/alpaca{path}"
    async with connect(url, additional_headers=headers) as connection:
        yield StreamClient(connection, packed=packed)


@pytest.mark.filterwarnings("ignore:.*legacy.*:DeprecationWarning")
@pytest.mark.parametrize("path", PATHS)
async def test_the_official_client_receives_fills_by_the_address_of_rest(
    api: AlpacaApi, path: str
) -> None:
    account = f"OFFICIAL{path.strip('/').upper()}"
    bot, key = api.client(account), api.key(account)
    stream = TradingStream(*key, url_override=f"ws://{api.address}/api/v1/alpaca{path}")
    updates: asyncio.Queue[TradeUpdate] = asyncio.Queue()
    stream.subscribe_trade_updates(updates.put)
    async with asyncio.timeout(TIMEOUT_S):
        await stream._start_ws()  # type: ignore[no-untyped-call]
        consuming = asyncio.create_task(stream._consume())  # type: ignore[no-untyped-call]
        answer = await bot.submit(MarketOrderRequest(**BUY))
        order = await bot.ask(bot.client.get_order_by_id, answer.id)
        new, fill = [await updates.get() for _ in range(2)]
        await stream.stop_ws()
        consuming.cancel()
        await stream.close()
    assert (new.event, new.order.id, new.execution_id) == ("new", order.id, None)
    assert (fill.event, fill.qty, fill.position_qty) == ("fill", 2, 2)
    assert fill.order == order
    assert str(fill.price) == f"{float(order.filled_avg_price or 0)}"
    assert isinstance(fill.execution_id, UUID)
    activities = await bot.get("/account/activities/FILL")
    assert activities[0]["id"].endswith(f"::{fill.execution_id}")


@pytest.mark.parametrize("packed", [False, True], ids=["JSON", "MessagePack"])
async def test_every_change_of_an_order_is_reported(api: AlpacaApi, packed: bool) -> None:
    account = f"CHANGES-{packed}"
    bot = api.client(account)
    async with streaming(api, packed=packed) as client:
        await client.listen(api.key(account))
        order = await bot.submit(LimitOrderRequest(**BUY, limit_price=10))
        change = ReplaceOrderRequest(qty=3)
        await bot.ask(bot.client.replace_order_by_id, order.id, change)
        await bot.ask(bot.client.cancel_order_by_id, order.id)
        assert await client.events(3) == ["new", "replaced", "canceled"]
        request = MarketOrderRequest(**BUY, order_class="bracket", **EXITS)
        await bot.submit(request)
        assert await client.events(6) == ["new", "held", "held", "fill", "new", "new"]
        await bot.submit(MarketOrderRequest(**BUY | {"time_in_force": "ioc", "qty": 100}))
        update = await client.receive()
        assert update["stream"] == "trade_updates"
        assert update["data"]["order"]["qty"] == "100"


async def test_a_client_receives_only_its_own_account_and_only_while_it_listens(
    api: AlpacaApi,
) -> None:
    bot, other = api.client("OWN-STREAM"), api.client("OTHER-STREAM")
    async with streaming(api) as client:
        await client.listen(api.key("OWN-STREAM"))
        await other.submit(LimitOrderRequest(**BUY, limit_price=10))
        await bot.submit(LimitOrderRequest(**BUY, limit_price=11))
        update = await client.receive()
        assert update["data"]["order"]["limit_price"] == "11"
        assert await client.answer("listen", streams=[]) == {"streams": []}
        await bot.submit(LimitOrderRequest(**BUY, limit_price=12))
        assert await client.answer("listen", streams=["trade_updates"]) == {
            "streams": ["trade_updates"]
        }


@pytest.mark.parametrize("path", PATHS)
async def test_a_client_without_a_valid_key_is_refused(api: AlpacaApi, path: str) -> None:
    id, secret = api.key("REFUSED")
    weak = api.key("REFUSED", frozenset({Scope.MARKET_READ}))
    unauthorized = {"status": "unauthorized", "action": "authenticate"}
    refused: list[Any] = [(id, "wrong"), ("unknown", secret), weak, (None, None), (1, [])]
    for key_id, wrong in refused:
        async with streaming(api, path) as client:
            answer = await client.answer("authenticate", key_id=key_id, secret_key=wrong)
            assert answer == unauthorized
            assert await client.closed() == 1008
    async with streaming(api, path) as client:
        answer = await client.answer("listen", streams=["trade_updates"])
        assert answer == {"status": "unauthorized", "action": "listen"}


async def test_a_stream_ends_when_its_key_is_revoked(
    api: AlpacaApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream_session, "KEY_CHECK_S", 0.01)
    key = api.key("REVOKED")
    async with streaming(api) as client:
        await client.listen(key)
        api.services.keys.revoke(key[0], 1)
        assert await client.closed() == 1008


async def test_the_log_reports_each_client_and_how_its_stream_ended(api: AlpacaApi) -> None:
    id, secret = api.key("LOGGED")
    with captured_log(JsonFormatter(), logging.INFO) as log:
        async with streaming(api) as client:
            await client.listen((id, secret))
        async with streaming(api) as client:
            await client.send("authenticate", key_id=id, secret_key="wrong")
            await client.closed()
        await until(lambda: log.getvalue().count("client_disconnected") == 2)
    assert secret not in log.getvalue()
    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    connected = [line for line in lines if line["event"] == "client_connected"]
    left, refused = [line for line in lines if line["event"] == "client_disconnected"]
    assert [line["request_id"] for line in connected] == [left["request_id"], refused["request_id"]]
    assert {line["address"] for line in connected} == {"127.0.0.1"}
    assert (left["subject"], left["ended"]) == (f"alpaca-key {id}", CLIENT_LEFT.reason)
    assert (refused["subject"], refused["ended"]) == ("", f"{REFUSED.code} {REFUSED.reason}")


@pytest.mark.parametrize(
    "frame", ["", "{", "[]", "null", '{"action": 5}', '{"data": []}', b"\xff", b"{}", "[" * 5_000]
)
async def test_an_invalid_message_gets_an_error(api: AlpacaApi, frame: str | bytes) -> None:
    for packed in (False, True):
        async with streaming(api, packed=packed) as client:
            await client.connection.send(frame)
            answer = await client.receive()
            assert answer == {"stream": "error", "data": {"code": 400, "error": "invalid syntax"}}
