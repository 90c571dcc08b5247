"""The same strategy on paper and with real money: a real server on the simulated venue.

Server, venue and the clients of ccxt are processes of their own. The strategy's only setting is its
account."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.kit.live_server import LIVE, SYMBOL, LiveServer
from tests.kit.server import WsClient, connected
from tests.kit.venue.account import API_KEY, SECRET
from tests.kit.venue.process import VenueProcess, venue_process
from trading_api.web.paths import PREFIX

CANCELED, FILLED, WORKING = 1, 2, 6
CONNECTED = 1
WAIT_S = 90.0
QUANTITY = 0.1
"""Worth more than the least that the venue accepts, 5 USDT."""


@pytest.fixture(scope="module")
def venue() -> Iterator[VenueProcess]:
    with venue_process("--history-minutes", "30") as process:
        yield process


@pytest.fixture(scope="module")
async def server(
    venue: VenueProcess, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[LiveServer]:
    quote(venue, 100, 101)
    server = LiveServer(venue, tmp_path_factory.mktemp("server"))
    await server.start()
    yield server
    if server.process.pid is not None:
        server.kill_now()


def quote(venue: VenueProcess, bid: float, ask: float, ask_quantity: float = 10) -> None:
    """Let the market stand at these prices."""
    venue.quote(symbol=SYMBOL, bid=bid, ask=ask, ask_quantity=ask_quantity)


@dataclass
class Strategy:
    """Buys a symbol in its account over the socket, and remembers what it is sent."""

    client: WsClient
    account_id: str
    orders: dict[str, dict[str, Any]] = field(default_factory=dict)
    executions: list[dict[str, Any]] = field(default_factory=list)
    connections: list[int] = field(default_factory=list)
    quotes: int = 0
    ask: float = 0
    _id: int = 0

    async def subscribe(self) -> None:
        for route in ("orders", "executions", "broker-connection"):
            await self.client.subscribe(route, accountId=self.account_id)
        await self.client.subscribe("quotes", symbols=[], fast_symbols=[SYMBOL])

    async def command(self, route: str, **fields: Any) -> dict[str, Any]:
        """Give a command, again while the venue or the market is not there yet."""
        while True:
            self._id += 1
            payload = {"accountId": self.account_id, "id": self._id} | fields
            reply = await self.client.request(route, payload)
            if reply.get("code") not in ("venue_disconnected", "risk_no_price"):
                return reply
            await self.next_update()

    async def place(self, limit: float | None = None, **more: Any) -> str:
        order: dict[str, Any] = {"symbol": SYMBOL, "side": 1, "type": 2, "qty": QUANTITY} | more
        if limit is not None:
            order |= {"type": 1, "limitPrice": limit}
        reply = await self.command("orders.place", order=order)
        assert reply["status"] == "ok", reply
        return str(reply["orderId"])

    async def next_update(self) -> None:
        message = await self.client.update()
        data = message["payload"]["payload"]
        match message["type"]:
            case "orders.update":
                self.orders[data["id"]] = data
            case "executions.update":
                self.executions.append(data)
            case "broker-connection.update":
                self.connections.append(data["status"])
            case "quotes.update":
                self.quotes += 1
                self.ask = data["v"].get("ask", self.ask)

    async def until(self, order_id: str, **fields: Any) -> None:
        """Return once the order has these fields."""
        async with asyncio.timeout(WAIT_S):
            while not fields.items() <= self.orders.get(order_id, {}).items():
                await self.next_update()

    async def until_quoted(self, ask: float) -> None:
        """Return once the market offers at this price."""
        async with asyncio.timeout(WAIT_S):
            while self.ask != ask:
                await self.next_update()

    async def until_protected(self, *statuses: int) -> None:
        """Return once the newest brackets have these statuses: take-profit, then stop-loss."""
        async with asyncio.timeout(WAIT_S):
            while self._protection() != list(statuses):
                await self.next_update()

    def _protection(self) -> list[int]:
        brackets = [each for each in self.orders.values() if each.get("parentId")]
        newest = sorted(brackets, key=lambda order: int(order["id"].partition("-")[2]))[-2:]
        return [each["status"] for each in newest]

    async def until_connected(self) -> None:
        """Return once the account's connection is there."""
        async with asyncio.timeout(WAIT_S):
            while self.connections[-1:] != [CONNECTED]:
                await self.next_update()


@pytest.mark.parametrize("account_id", ["DEMO-ACCOUNT", LIVE])
async def test_an_order_is_acknowledged_filled_in_parts_and_survives_a_dropped_socket(
    server: LiveServer, venue: VenueProcess, account_id: str
) -> None:
    quote(venue, 100, 101)
    async with connected(f"127.0.0.1:{server.port}", max_size=None) as client:
        strategy = Strategy(client, account_id)
        await strategy.subscribe()
        order_id = await strategy.place(limit=99)
        await strategy.until(order_id, status=WORKING)
        quote(venue, 98, 99, ask_quantity=0.04)
        await strategy.until(order_id, status=WORKING, filledQty=0.04)

        before = strategy.quotes
        venue.drop_sockets(kind="all")
        quote(venue, 98, 98.9, ask_quantity=0.06)
        await strategy.until(order_id, status=FILLED, filledQty=QUANTITY)
        assert 98.9 <= strategy.orders[order_id]["avgPrice"] <= 99
        assert sum(each["qty"] for each in strategy.executions) == pytest.approx(QUANTITY)
        # Our order rests at the venue, which fills it at its limit; the paper exchange improves it.
        assert {each["price"] for each in strategy.executions} <= {98.9, 99}
        await strategy.until_connected()
        assert strategy.connections.count(CONNECTED) >= 2, "it was connected before, and is again"
        assert strategy.quotes > before, "the chart goes on"

        quote(venue, 100, 101)
        canceled = await strategy.place(limit=90)
        await strategy.until(canceled, status=WORKING)
        assert (await strategy.command("orders.cancel", orderId=canceled))["status"] == "ok"
        await strategy.until(canceled, status=CANCELED)

        halted = await strategy.place(limit=90)
        await strategy.until(halted, status=WORKING)
        reply = await strategy.command("kill-switch.set", on=True, reason="a rehearsal")
        assert (reply["message"], reply["canceled"]) == ("Halted", [halted])
        await strategy.until(halted, status=CANCELED)
        order = {"symbol": SYMBOL, "side": 1, "type": 2, "qty": QUANTITY}
        assert (await strategy.command("orders.place", order=order))["code"] == "trading_halted"
        assert (await strategy.command("kill-switch.set", on=False))["message"] == "Resumed"
        filled = await strategy.place()
        await strategy.until(filled, status=FILLED)


@pytest.mark.parametrize("account_id", ["DEMO-ACCOUNT", LIVE])
async def test_brackets_protect_a_position_alike_on_paper_and_held_for_the_venue(
    server: LiveServer, venue: VenueProcess, account_id: str
) -> None:
    quote(venue, 100, 101)
    async with connected(f"127.0.0.1:{server.port}", max_size=None) as client:
        strategy = Strategy(client, account_id)
        await strategy.subscribe()
        for bid, ask, *ends in ((110, 111, FILLED, CANCELED), (95, 96, CANCELED, FILLED)):
            quote(venue, 100, 101)
            await strategy.until_quoted(101)
            filled = await strategy.place(takeProfit=109, stopLoss=96)
            await strategy.until(filled, status=FILLED)
            await strategy.until_protected(WORKING, WORKING)
            quote(venue, bid, ask)
            await strategy.until_protected(*ends)
        sold = [each for each in strategy.executions if each["side"] == -1]
        assert sum(each["qty"] for each in sold) == pytest.approx(2 * QUANTITY)
        flags = server.get("/broker/config")["configFlags"]
        assert flags["supportOrderBrackets"]
        assert flags["supportPositionBrackets"]
        assert flags["supportTrailingStop"]
        # The bracket of paper rests at its limit. A held one takes the better price of the market.
        assert {each["price"] for each in sold} == {110 if account_id == LIVE else 109, 95}


async def test_no_answer_contains_a_key(server: LiveServer) -> None:
    paths = ["/metrics", "/health/ready"]
    paths += [f"{PREFIX}{each}" for each in ("/openapi.json", "/ws/asyncapi", "/broker/config")]
    paths += [f"{PREFIX}/broker/{each}" for each in ("accounts", "events", "orders", "nothing")]
    query = {"account_id": LIVE, "limit": "1000"}
    async with httpx.AsyncClient(base_url=server.url) as rest:
        answers = [(await rest.get(path, params=query)).text for path in paths]
        answers.append((await rest.post(f"{PREFIX}/broker/orders", params=query, json={})).text)
    assert "trading_venue_connected 1.0" in answers[0]
    assert 'trading_venue_rate_limit_used{name="' in answers[0]
    for answer in answers:
        assert answer
        for key in (API_KEY, SECRET):
            assert key not in answer


async def test_the_venue_and_both_ledgers_agree_afterwards(
    server: LiveServer, venue: VenueProcess
) -> None:
    assert venue.repeated_sends() == {}
    assert [each for each in venue.orders() if each["status"] in ("NEW", "PARTIALLY_FILLED")] == []
    held = next(each for each in venue.balances() if each["asset"] == "BTC")
    await server.until(lambda: abs(server.position() - float(held["free"])) < 1e-9)
    events = server.get("/broker/events?limit=1000")
    kinds = [each["type"] for each in events]
    assert {"orderPlaced", "venueReported", "orderFilled", "killSwitchSet"} <= set(kinds)
    assert {each["accountKind"] for each in events} == {"live"}
    await server.kill()
    assert server.verify().count("agrees") == 2


def test_no_key_was_logged_or_stored(server: LiveServer) -> None:
    for path in Path(server.folder).rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            for key in (API_KEY, SECRET):
                assert key.encode() not in content, path
