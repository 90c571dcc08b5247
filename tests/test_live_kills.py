"""A server with a live account is killed between intent, send, acknowledgement and fill.

Nothing is sent twice, no fill is lost, and the ledger verifies. Venue, server and clients are real
processes; the clients are ccxt's. Each test starts two servers, which takes half a minute or more;
`make live-kills` runs them all, and the others run one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.kit.live_server import PLACE, SYMBOL, LiveServer, Row
from tests.kit.venue.process import VenueProcess, venue_process

only_kills = pytest.mark.skipif(
    not os.environ.get("LIVE_KILLS"), reason="takes minutes; `make live-kills` runs it"
)
PLACING, WORKING, FILLED, CANCELED, REJECTED = 4, 6, 2, 1, 5
STOP = 3


@pytest.fixture(scope="module")
def venue() -> Iterator[VenueProcess]:
    with venue_process() as process:
        yield process


@pytest.fixture
def server(venue: VenueProcess, tmp_path: Path) -> Iterator[LiveServer]:
    venue.clear()
    for order in venue.orders():
        if order["status"] in ("NEW", "PARTIALLY_FILLED"):
            venue.cancel_elsewhere(symbol=order["symbol"], order_id=order["orderId"])
    venue.quote(symbol=SYMBOL, bid=99, ask=101)
    venue.trade(symbol=SYMBOL, price=100, quantity="0.001")
    server = LiveServer(venue, tmp_path)
    yield server
    if server.process.pid is not None:
        server.kill_now()


def own_orders(venue: VenueProcess, server: LiveServer) -> list[dict[str, object]]:
    """Return the venue's orders that the account has placed."""
    prefix = server.id_prefix()
    return [each for each in venue.orders() if each["clientOrderId"].startswith(prefix)]


async def check(server: LiveServer, venue: VenueProcess) -> None:
    """Assert that nothing was sent twice, and that ledger and venue agree."""
    assert venue.repeated_sends() == {}
    btc = next(each for each in venue.balances() if each["asset"] == "BTC")
    held = float(btc["free"]) + float(btc["locked"])
    await server.until(lambda: abs(server.position() - held) < 1e-9)
    assert "venue_differs" not in str(server.get("/broker/events?limit=1000"))
    await server.kill()
    assert "agrees" in server.verify()


@only_kills
async def test_killed_after_the_commit_and_before_the_send(
    server: LiveServer, venue: VenueProcess
) -> None:
    await server.start()
    first = await server.place("first", 0.1, 90)
    await server.until(lambda: server.order(first).get("status") == WORKING)
    server.halt_clients()
    placed = await server.place("second", 0.1, 91)
    await server.kill()
    server.kill_halted()
    await server.start()
    await server.until(lambda: server.order(placed).get("status") == REJECTED)
    assert [float(str(each["price"])) for each in own_orders(venue, server)] == [90.0]
    assert await server.place("second", 0.1, 91) == placed, "the key is known"
    await check(server, venue)


@only_kills
async def test_killed_after_the_send(server: LiveServer, venue: VenueProcess) -> None:
    await server.start()
    first = await server.place("first", 0.1, 90)
    await server.until(lambda: server.order(first).get("status") == WORKING)
    venue.inject(name="hold_request", path=PLACE, count=1)
    placed = await server.place("second", 0.1)
    venue.wait_held(name="hold_request")
    await server.kill()
    venue.clear()
    await server.start()
    await server.until(lambda: server.order(placed).get("status") == FILLED)
    await check(server, venue)


@only_kills
async def test_killed_before_the_acknowledgement_arrives(
    server: LiveServer, venue: VenueProcess
) -> None:
    await server.start()
    first = await server.place("first", 0.1, 90)
    await server.until(lambda: server.order(first).get("status") == WORKING)
    venue.inject(name="hold_reports")
    venue.inject(name="hold_answer", path=PLACE, count=1)
    placed = await server.place("second", 0.1, 98)
    venue.wait_held(name="hold_answer")
    assert server.order(placed)["status"] == PLACING
    await server.kill()
    venue.clear()
    await server.start()
    await server.until(lambda: server.order(placed).get("status") == WORKING)
    await check(server, venue)


async def test_killed_after_the_acknowledgement_and_between_two_fills(
    server: LiveServer, venue: VenueProcess
) -> None:
    await server.start()
    placed = await server.place("first", 0.3, 99)
    await server.until(lambda: server.order(placed).get("status") == WORKING)
    venue.trade(symbol=SYMBOL, price=99, quantity="0.1")
    await server.until(lambda: server.order(placed).get("filledQty") == 0.1)
    await server.kill()
    venue.trade(symbol=SYMBOL, price=99, quantity="0.15")
    await server.start()
    await server.until(lambda: server.order(placed).get("filledQty") == 0.25)
    venue.drop_sockets(kind="all")
    venue.trade(symbol=SYMBOL, price=99, quantity="0.05")
    await server.until(lambda: server.order(placed).get("status") == FILLED)
    await check(server, venue)


@only_kills
async def test_killed_while_a_cancellation_is_on_its_way(
    server: LiveServer, venue: VenueProcess
) -> None:
    await server.start()
    placed = await server.place("first", 0.1, 90)
    await server.until(lambda: server.order(placed).get("status") == WORKING)
    server.halt_clients()
    server.cancel(placed)
    await server.kill()
    server.kill_halted()
    assert own_orders(venue, server)[-1]["status"] == "NEW"
    await server.start()
    await server.until(lambda: server.order(placed).get("status") == CANCELED)
    await check(server, venue)


async def protect(server: LiveServer, venue: VenueProcess) -> None:
    """Buy, with a stop-loss that is held."""
    placed = await server.place("first", 0.1, stopLoss=95)
    await server.until(lambda: server.order(placed).get("status") == FILLED)
    await server.until(lambda: held_stop(server).get("status") == WORKING)


def held_stop(server: LiveServer) -> Row:
    """Return the stop-loss of the account."""
    orders: list[Row] = server.get("/broker/orders") or []
    return next((each for each in orders if each["type"] == STOP), {})


@only_kills
async def test_killed_between_the_intent_of_a_held_stop_and_its_send(
    server: LiveServer, venue: VenueProcess
) -> None:
    await server.start()
    await protect(server, venue)
    server.halt_sender()
    venue.quote(symbol=SYMBOL, bid=94, ask=95)
    await server.until(lambda: held_stop(server).get("status") == PLACING)
    await server.kill()
    server.kill_halted()
    await server.start()
    await server.until(lambda: held_stop(server).get("status") == FILLED)
    await check(server, venue)


@only_kills
async def test_killed_after_the_send_of_a_held_stop(
    server: LiveServer, venue: VenueProcess
) -> None:
    await server.start()
    await protect(server, venue)
    venue.inject(name="hold_request", path=PLACE, count=1)
    venue.quote(symbol=SYMBOL, bid=94, ask=95)
    venue.wait_held(name="hold_request")
    await server.kill()
    venue.clear()
    await server.start()
    await server.until(lambda: held_stop(server).get("status") == FILLED)
    assert len([each for each in own_orders(venue, server) if each["side"] == "SELL"]) == 1
    await check(server, venue)


@only_kills
async def test_a_held_stop_that_was_reached_while_the_server_was_down(
    server: LiveServer, venue: VenueProcess
) -> None:
    await server.start()
    await protect(server, venue)
    await server.kill()
    venue.quote(symbol=SYMBOL, bid=94, ask=95)
    await server.start()
    await server.until(lambda: held_stop(server).get("status") == FILLED)
    await check(server, venue)
