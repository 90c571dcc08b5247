"""What goes wrong around a server, one thing at a time: it answers, it goes on, nothing leaks."""

from __future__ import annotations

import asyncio
import gzip
import itertools
import logging
import resource
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from functools import partial
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from tests.kit.paper_client import PaperClient
from tests.kit.server import TIMEOUT_S, WsClient, connected, serving, until
from trading_api.app_factory import create_app
from trading_api.domain.market_status import MarketState
from trading_api.models.broker import PreOrder
from trading_api.modules.broker.engine.account_image import AccountImage
from trading_api.modules.broker.engine.exchange_rules import ExchangeRules
from trading_api.modules.broker.journal.journal import JournalEntry
from trading_api.modules.broker.journal.memory import MemoryJournal
from trading_api.modules.datafeed.market.feed import MarketFeed
from trading_api.modules.datafeed.market.market_clock import MarketClock
from trading_api.modules.datafeed.market.ports import MarketSink
from trading_api.modules.datafeed.simulator.price_tree import TICK_MS
from trading_api.modules.datafeed.simulator.simulator import Simulator
from trading_api.settings import Settings
from trading_api.shared.module_interface import ModuleContext
from trading_api.web.paths import PREFIX

ACCOUNT = {"accountId": "DEMO-ACCOUNT"}
ORDER = {"symbol": "AAPL", "type": 1, "side": 1, "qty": 1, "limitPrice": 1}
HALF_A_HEAD = b"GET /api/v1/ws HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"


def settings(**changed: object) -> Settings:
    return Settings.model_validate(Settings.defaults().model_dump() | changed)


class FaultyJournal(MemoryJournal):
    """Takes nothing while it has a fault."""

    fault: Exception | None = None

    async def append(
        self, entries: Sequence[JournalEntry], images: Sequence[AccountImage] = ()
    ) -> None:
        if self.fault is not None:
            raise self.fault
        await super().append(entries)


@asynccontextmanager
async def served(options: Settings, **parts: Any) -> AsyncIterator[tuple[str, httpx.AsyncClient]]:
    """Nothing that ran is left running afterwards."""
    before = asyncio.all_tasks()
    app, _ = create_app(options, **parts)
    async with (
        serving(app, options) as address,
        httpx.AsyncClient(base_url=f"http://{address}") as rest,
    ):
        yield address, rest
        assert (await rest.get(f"{PREFIX}/health")).status_code == 200
    await until(lambda: asyncio.all_tasks() <= before)


async def test_a_ledger_that_fails_as_nobody_foresaw_is_reported_and_keeps_its_words(
    caplog: pytest.LogCaptureFixture,
) -> None:
    journal = FaultyJournal()
    async with served(settings(), journal=journal) as (_, rest):
        journal.fault = ZeroDivisionError("once")
        refused = await rest.post(f"{PREFIX}/broker/orders", json=ORDER)
        assert (refused.status_code, refused.json()["code"]) == (503, "ledger_failed")
        assert "once" not in refused.text
        journal.fault = None
        placed = await rest.post(f"{PREFIX}/broker/orders", json=ORDER)
        assert placed.json() == {"orderId": "order-1", "seq": 2}
    assert "journal_failed" in caplog.text


async def test_a_client_that_never_finishes_its_upgrade_is_let_go() -> None:
    """Slow loris: a byte now and then."""
    async with served(settings(request_timeout_s=0.3)) as (address, _):
        reader, writer = await asyncio.open_connection(*address.split(":"))
        answering = asyncio.create_task(reader.read(100))
        async with asyncio.timeout(TIMEOUT_S):
            for byte in itertools.cycle(HALF_A_HEAD):
                writer.write(bytes([byte]))
                await asyncio.sleep(0.02)
                if answering.done():
                    break
            assert b" 408 " in await answering
        writer.close()


@pytest.mark.parametrize("answered", [1, 3])
async def test_a_further_request_on_a_connection_that_is_never_finished_is_let_go(
    answered: int,
) -> None:
    async with served(settings(request_timeout_s=0.3)) as (address, _):
        reader, writer = await asyncio.open_connection(*address.split(":"))
        async with asyncio.timeout(TIMEOUT_S):
            for _ in range(answered):
                writer.write(b"GET /health/live HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
                assert b" 200 " in await reader.readuntil(b"}")
            writer.write(b"GET /health/live HTTP/1.1\r\nHost: 127.")
            assert b" 408 " in await reader.read()
        writer.close()


@pytest.mark.parametrize("line", [b"GET /", b"GET / HTTP/1.1\r\nX-Long: "], ids=["path", "header"])
async def test_a_head_that_grows_and_grows_is_answered_431(line: bytes) -> None:
    async with served(settings()) as (address, rest):
        reader, writer = await asyncio.open_connection(*address.split(":"))
        answering = asyncio.create_task(reader.read(100))
        async with asyncio.timeout(TIMEOUT_S):
            writer.write(line)
            while not answering.done():
                writer.write(b"x" * 1024)
                await asyncio.sleep(0)
            assert b" 431 " in await answering
        writer.close()
        long = {"X-Long": "x" * 60_000}
        for _ in range(2):
            assert (await rest.get(f"{PREFIX}/health", headers=long)).status_code == 200


@pytest.mark.parametrize("upgrade", [b"", b"Connection: Upgrade\r\nUpgrade: websocket\r\n"])
async def test_a_head_that_is_too_large_is_answered_431_even_if_it_comes_at_once(
    upgrade: bytes,
) -> None:
    async with served(settings(head_bytes_max=2048)) as (address, _):
        reader, writer = await asyncio.open_connection(*address.split(":"))
        writer.write(
            b"GET /health/live HTTP/1.1\r\nHost: 127.0.0.1\r\n%bX-Long: %b\r\n\r\n"
            % (upgrade, b"x" * 3000)
        )
        async with asyncio.timeout(TIMEOUT_S):
            answer = await reader.read()
        assert b" 431 " in answer.partition(b"\r\n")[0]
        assert answer.count(b"HTTP/1.1") == 1
        writer.close()


async def test_a_body_that_never_ends_is_answered_408() -> None:
    async with served(settings(request_timeout_s=0.3)) as (address, _):
        reader, writer = await asyncio.open_connection(*address.split(":"))
        writer.write(
            b"POST /api/v1/broker/orders HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            b"Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"
        )
        async with asyncio.timeout(TIMEOUT_S):
            assert b" 408 " in await reader.readline()
        writer.close()


@pytest.mark.parametrize("drip", [b"x", b"\r\n"], ids=["its body", "empty lines"])
async def test_what_nobody_reads_keeps_no_connection_open(drip: bytes) -> None:
    """After an answer that did not wait for it."""
    length = 1_000_000 if drip == b"x" else 0
    async with served(settings(request_timeout_s=0.3)) as (address, _):
        reader, writer = await asyncio.open_connection(*address.split(":"))
        writer.write(
            b"POST /health/live HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: %d\r\n\r\n" % length
        )
        async with asyncio.timeout(TIMEOUT_S):
            assert b" 405 " in await reader.readuntil(b"\r\n\r\n")
            closing = asyncio.create_task(reader.read())
            while not closing.done():
                writer.write(drip)
                await asyncio.sleep(0.02)
            with suppress(ConnectionResetError):
                await closing
        writer.close()


async def test_the_rest_of_a_body_that_nobody_read_is_no_part_of_the_next_request() -> None:
    async with served(settings()) as (address, _):
        reader, writer = await asyncio.open_connection(*address.split(":"))
        writer.write(b"POST /health/live HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9\r\n\r\nx")
        async with asyncio.timeout(TIMEOUT_S):
            assert b" 405 " in await reader.readuntil(b"\r\n\r\n")
            writer.write(b"y" * 8 + b"GET /health/live HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            while b" 200 " not in await reader.readline():
                pass
        writer.close()


async def test_a_client_that_does_not_read_its_answers_is_let_go() -> None:
    """Its kernel takes some megabytes of them; then the server's buffer is full."""
    async with served(settings(request_timeout_s=0.2)) as (address, _):
        host, port = address.split(":")
        _, writer = await asyncio.open_connection(host, port, limit=1)
        ask = f"GET {PREFIX}/openapi.json HTTP/1.1\r\nHost: {address}\r\n\r\n".encode()
        writer.write(ask * 100)

        def is_reset() -> bool:
            writer.write(b"\r\n")
            return writer.transport.is_closing()

        await until(is_reset)


async def test_a_thousand_half_open_sockets_keep_nobody_out() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, 4096)), hard))
    async with AsyncExitStack() as stack, served(settings(handshakes_max=100)) as (address, rest):
        streams = []
        for _ in range(1000):
            reader, writer = await asyncio.open_connection(*address.split(":"))
            stack.callback(writer.close)
            writer.write(HALF_A_HEAD)
            streams.append(reader)
        assert (await rest.get(f"{PREFIX}/health")).status_code == 200
        async with connected(address) as client:
            await client.subscribe("orders", **ACCOUNT)
        async with asyncio.timeout(TIMEOUT_S):
            assert b" 408 " in await streams[0].read(), "the oldest gave way"


async def test_a_million_subscriptions_cost_a_client_its_connection_and_nobody_else_anything() -> (
    None
):
    async with (
        served(settings(ws_messages_per_s=50, ws_subscriptions_max=20)) as (address, _),
        connected(address) as other,
        connected(address) as greedy,
    ):
        sent = 0
        try:
            for number in range(1_000_000):
                request = {"symbol": "AAPL", "levels": 1, "depth": 1 + number % 50}
                del request["levels"]
                await greedy.send("orderbook.subscribe", request)
                sent = number
        except ConnectionClosed:
            pass
        assert sent < 100_000
        code, _ = await greedy.closed()
        assert code == 1008
        await other.subscribe("orders", **ACCOUNT)


async def test_what_is_compressed_is_not_expanded() -> None:
    bomb = gzip.compress(b"[" * 50_000_000)
    assert len(bomb) < 64 * 1024
    async with served(settings()) as (address, rest):
        headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
        answer = await rest.post(f"{PREFIX}/broker/orders", content=bomb, headers=headers)
        assert answer.status_code == 422
        async with connect(f"ws://{address}{PREFIX}/ws", compression="deflate") as connection:
            assert not connection.protocol.extensions, "no compression was agreed on"
            client = WsClient(connection)
            await client.send("bars.subscribe", {"symbol": "x" * 70_000, "resolution": "1"})
            assert (await client.closed())[0] == 1009


async def test_an_upgrade_with_a_head_that_cannot_be_read_is_refused() -> None:
    async with served(settings()) as (address, _):
        with pytest.raises(Exception, match="400"):
            await connect(f"ws://{address}{PREFIX}/ws", additional_headers={"X-Long": "x" * 9000})


class SourceThatFailsOnce(Simulator):
    """A simulator whose first run raises."""

    faults = 1

    async def run(self, sink: MarketSink) -> None:
        if self.faults:
            self.faults -= 1
            raise ZeroDivisionError("once")
        await super().run(sink)


async def test_a_market_source_that_raises_is_reported_and_started_again(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.CRITICAL, logger="trading_api.modules.datafeed")
    app, _ = create_app(settings(), market_source=SourceThatFailsOnce(7))
    async with serving(app) as address, httpx.AsyncClient(base_url=f"http://{address}") as rest:
        await until(lambda: any("failed" in reason for reason in app.state.readiness.reasons()))
        answer = await rest.get("/health/ready")
        assert answer.status_code == 503
        await until(lambda: not app.state.readiness.reasons())
        assert (await rest.post(f"{PREFIX}/broker/orders", json=ORDER)).status_code == 200


def has_bought(broker: PaperClient, quantity: int) -> bool:
    return any(each.quantity == quantity for each in broker.broker.snapshot("A").positions())


async def test_a_clock_that_jumps_either_way_takes_no_time_back_and_stops_nothing() -> None:
    """Forward an hour, back two, back half a minute: the present goes on, and so do fills, each at
    a quote of its own time."""
    ahead_ns = 0
    clock = MarketClock(lambda: time.time_ns() + ahead_ns)
    feed = MarketFeed(Simulator(7, clock=clock.now_ms), stale_after_ms=1_000)
    broker = PaperClient(
        MemoryJournal(), ExchangeRules(), ModuleContext(settings(), feed, lambda: feed.now_ms)
    )
    market = PreOrder.model_validate({"symbol": "AAPL", "type": 2, "side": 1, "qty": 1})
    await broker.start()
    running = [asyncio.create_task(part.run()) for part in (feed, broker)]
    presents, filled_ms = [feed.now_ms], []
    for jump_s in (0, 3_600, -7_200, -30):
        ahead_ns += jump_s * 10**9
        least_ms = presents[-1] + 1_000 * max(0, jump_s) + 300
        await until(partial(has_come_to, feed, least_ms))
        presents.append(feed.now_ms)
        assert feed.status.state is MarketState.OPEN
        await broker.place_order("A", market)
        await until(partial(has_bought, broker, len(presents) - 1))
        filled_ms.append([*await broker.queries.executions("A")][-1].time)
        assert filled_ms[-1] >= presents[-1] - TICK_MS
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)
    assert presents == sorted(presents)
    assert filled_ms == sorted(set(filled_ms))


async def test_no_order_is_filled_at_the_quote_of_a_market_that_stands_still() -> None:
    now_ms = 1_790_000_000_000
    app, _ = create_app(
        settings(market_stale_s=0.3), market_source=Simulator(7, clock=lambda: now_ms)
    )
    async with (
        serving(app) as address,
        connected(address) as client,
        httpx.AsyncClient(base_url=f"http://{address}") as rest,
    ):
        await client.subscribe("broker-connection", **ACCOUNT)
        await until(lambda: any("silent" in each for each in app.state.readiness.reasons()))
        assert (await rest.get("/health/ready")).status_code == 503
        statuses = [(await client.update("broker-connection"))["payload"]["payload"]]
        while statuses[-1]["status"] != 3:
            statuses.append((await client.update("broker-connection"))["payload"]["payload"])
        await rest.post(f"{PREFIX}/broker/orders", json=ORDER | {"type": 2})
        assert (await rest.get(f"{PREFIX}/broker/positions")).json() == []


def has_come_to(feed: MarketFeed, instant_ms: int) -> bool:
    return feed.status.state is MarketState.OPEN and feed.now_ms >= instant_ms
