"""The connection to Alpaca, the keys, and the client's own process."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path

import pytest

from tests.kit.alpaca.alpaca_faults import held_answer, rate_limited
from tests.kit.alpaca.running_client import (
    API_KEY,
    API_SECRET,
    ConnectedAlpaca,
    connected_alpaca,
)
from trading_api.domain.orders import OrderType, Side
from trading_api.modules.broker.external.venue_client import (
    ExecType,
    NewOrder,
    OrderRef,
    VenueLink,
    VenueNotReached,
    VenueTimeout,
)


def order(client_order_id: str) -> NewOrder:
    return NewOrder(client_order_id, "AAPL", Side.BUY, OrderType.LIMIT, Decimal(1), Decimal(100))


@pytest.fixture(scope="module")
async def alpaca_of_module(anyio_backend: str) -> AsyncIterator[ConnectedAlpaca]:
    """A client whose keys are tried again soon."""
    async with connected_alpaca(authentication_retry_s=0.05) as alpaca:
        yield alpaca


async def test_the_keys_are_not_where_other_processes_can_read_them(
    alpaca: ConnectedAlpaca,
) -> None:
    process = Path(f"/proc/{alpaca.client._process.pid}")
    for name in ("cmdline", "environ"):
        content = (process / name).read_bytes()
        assert API_KEY.encode() not in content
        assert API_SECRET.encode() not in content


async def test_refused_keys_are_reported_and_tried_again(
    alpaca: ConnectedAlpaca, caplog: pytest.LogCaptureFixture
) -> None:
    alpaca.server.keys = ("others", "others")
    with pytest.raises(VenueNotReached):
        await alpaca.client.place(order("refused"))
    await alpaca.sink.until(lambda: alpaca.sink.link is VenueLink.AUTHENTICATION_FAILED)
    alpaca.server.keys = (API_KEY, API_SECRET)
    await alpaca.connected()
    assert await alpaca.client.find_order(OrderRef("AAPL", "refused")) is None
    for text in (caplog.text, str(alpaca.links())):
        assert API_SECRET not in text


async def test_nothing_is_sent_to_a_venue_that_refuses_connections(alpaca: ConnectedAlpaca) -> None:
    await alpaca.server.stop_listening()
    await alpaca.sink.until(lambda: alpaca.sink.link is VenueLink.DISCONNECTED)
    with pytest.raises(VenueNotReached):
        await alpaca.client.place(order("unreached"))
    await alpaca.server.start_listening()
    await alpaca.connected()
    assert await alpaca.client.find_order(OrderRef("AAPL", "unreached")) is None


async def test_a_dropped_stream_is_connected_again(alpaca: ConnectedAlpaca) -> None:
    alpaca.server.stream.drop()
    await alpaca.sink.until(lambda: VenueLink.DISCONNECTED in [link for link, _ in alpaca.links()])
    await alpaca.connected()
    await alpaca.client.place(order("after"))
    await alpaca.sink.report("after", ExecType.NEW)


async def test_nothing_is_sent_while_the_rate_limit_is_used_up(alpaca: ConnectedAlpaca) -> None:
    alpaca.server.faults.add(rate_limited("POST", "/v2/orders", int(time.time()) + 120))
    with pytest.raises(VenueNotReached):
        await alpaca.client.place(order("limited"))
    assert alpaca.client.rate_limits()[0].used == 200
    sent = len(alpaca.server.requests)
    for request in (alpaca.client.place(order("limited")), alpaca.client.account()):
        with pytest.raises(VenueNotReached, match="rate limit"):
            await request
    assert len(alpaca.server.requests) == sent
    # Another process knows nothing of it.
    await kill(alpaca)
    await alpaca.connected()


async def test_a_killed_process_is_started_again(alpaca: ConnectedAlpaca) -> None:
    fault = alpaca.server.faults.add(held_answer("POST", "/v2/orders"))
    placing = asyncio.create_task(alpaca.client.place(order("killed")))
    await fault.reached.wait()
    killed = await kill(alpaca)
    with pytest.raises(VenueTimeout):
        await placing
    with pytest.raises(VenueNotReached):
        await alpaca.client.place(order("meanwhile"))
    fault.release.set()
    await alpaca.connected()
    assert alpaca.client._process.pid not in (None, killed)
    found = await alpaca.client.find_order(OrderRef("AAPL", "killed"))
    assert found is not None
    assert alpaca.requests("POST", "/v2/orders") == 1


async def kill(alpaca: ConnectedAlpaca) -> int:
    """Kill the client's process, and return its id once that is noticed."""
    killed = alpaca.client._process.pid
    assert killed is not None
    os.kill(killed, signal.SIGKILL)
    await alpaca.sink.until(lambda: alpaca.sink.link is VenueLink.DISCONNECTED)
    return killed
