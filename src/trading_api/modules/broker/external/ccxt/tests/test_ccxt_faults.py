"""The client of ccxt while the venue, the network or its own process fails."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from pathlib import Path
from typing import Literal

import pytest

from tests.kit.ccxt_account import PLACE, SYMBOL, ConnectedAccount
from tests.kit.venue.account import API_KEY, SECRET
from trading_api.modules.broker.external.ccxt import ccxt_client
from trading_api.modules.broker.external.ccxt.ccxt_client import CcxtClient
from trading_api.modules.broker.external.venue_client import (
    ExecType,
    OrderRef,
    VenueLink,
    VenueNotReached,
    VenueTimeout,
)

pytestmark = pytest.mark.anyio


async def test_a_lost_answer_leaves_doubt_that_asking_resolves(account: ConnectedAccount) -> None:
    account.venue.inject("lose_answer", count=1, path=PLACE)
    with pytest.raises(VenueTimeout):
        await account.buy("lost", "0.1", "98")
    found = await account.client.find_order(OrderRef(SYMBOL, "lost"))
    assert found is not None
    assert account.venue.repeated_sends() == {}


async def test_an_answer_that_does_not_come_in_time_leaves_doubt(account: ConnectedAccount) -> None:
    account.venue.inject("hold_answer", count=1, path=PLACE)
    with pytest.raises(VenueTimeout):
        await account.buy("late", "0.1", "98")
    account.venue.clear("hold_answer")
    assert (await account.sink.report("late", ExecType.NEW)).client_order_id == "late"


async def test_an_order_that_the_connector_reads_too_late_is_not_sent(
    account: ConnectedAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = len(account.venue.received(PLACE))
    with monkeypatch.context() as patch:
        patch.setattr(ccxt_client, "SEND_S", 0.0)  # as if the process had stood still
        with pytest.raises(VenueNotReached, match="too long"):
            await account.buy("stopped", "0.1", "98")
    assert len(account.venue.received(PLACE)) == before
    await account.buy("in-time", "0.1", "98")


@pytest.mark.parametrize("fault", ["rate_limit", "ban"])
async def test_the_rate_limit_is_certain_and_respected(
    account: ConnectedAccount, fault: Literal["rate_limit", "ban"]
) -> None:
    account.venue.inject(fault, count=1, retry_after_s=1)
    with pytest.raises(VenueNotReached):
        await account.buy(fault, "0.1", "98")
    before = len(account.venue.received())
    with pytest.raises(VenueNotReached, match="rate limit is used up"):
        await account.buy(fault, "0.1", "98")
    assert len(account.venue.received()) == before  # nothing is sent meanwhile
    async with asyncio.timeout(20):
        while True:
            try:
                await account.buy(fault, "0.1", "98")
                break
            except VenueNotReached:
                await asyncio.sleep(0.1)
    assert account.venue.repeated_sends() == {}


async def test_a_clock_that_jumps_is_measured_again(account: ConnectedAccount) -> None:
    account.venue.set_clock_offset(-7_000)  # our timestamps are in the venue's future
    try:
        assert (await account.buy("early", "0.1", "98")).client_order_id == "early"
        account.venue.set_clock_offset(7_000)
        assert (await account.buy("overdue", "0.1", "98")).client_order_id == "overdue"
    finally:
        account.venue.set_clock_offset(0)
    assert account.venue.repeated_sends() == {}


async def test_fills_during_a_lost_stream_are_asked_for(account: ConnectedAccount) -> None:
    since_ms = account.venue.now_ms()
    await account.buy("dropped", "0.2", "98")
    account.venue.trade(SYMBOL, 98, "0.05")
    await account.sink.report("dropped", ExecType.TRADE)
    account.venue.inject("refuse_sockets")
    account.venue.drop_sockets("user")
    await account.sink.until(lambda: account.sink.link is VenueLink.DISCONNECTED)
    assert account.sink.links[-1][1].startswith("network: ")
    with pytest.raises(VenueNotReached):
        await account.buy("refused", "0.1", "98")
    account.venue.trade(SYMBOL, 98, "0.15")
    account.venue.clear()
    await account.connected()
    fills = await account.client.fills_since([SYMBOL], since_ms)
    ours = [fill for fill in fills if fill.client_order_id == "dropped"]
    assert [str(fill.last_quantity) for fill in ours] == ["0.05", "0.15"]
    assert len(account.fills("dropped")) == 1
    assert next(iter(account.fills("dropped"))) == ours[0].execution_id


async def test_a_stream_that_the_venue_ends_is_replaced(account: ConnectedAccount) -> None:
    links = len(account.sink.links)
    account.venue.expire_user_stream()
    await account.reconnected(links)
    reasons = [reason for link, reason in account.sink.links if link is VenueLink.DISCONNECTED]
    assert reasons == ["network: the venue ended the stream: eventStreamTerminated"]
    await account.buy("after-expiry", "0.1", "98")
    await account.sink.report("after-expiry", ExecType.NEW)


async def test_maintenance_disconnects_until_it_is_over(account: ConnectedAccount) -> None:
    links = len(account.sink.links)
    account.venue.inject("maintenance")
    await account.sink.until(lambda: len(account.sink.links) >= links + 3)
    assert account.sink.link is not VenueLink.CONNECTED
    account.venue.clear("maintenance")
    await account.connected()
    await account.buy("after-maintenance", "0.1", "98")


async def test_refused_keys_are_not_tried_again_at_full_speed(account: ConnectedAccount) -> None:
    account.venue.inject("invalid_key")
    with pytest.raises(VenueNotReached, match="Invalid API-key"):
        await account.client.cancel(OrderRef(SYMBOL, "any"))
    await account.sink.until(lambda: account.sink.link is VenueLink.AUTHENTICATION_FAILED)
    before = len(account.venue.received())
    links = len(account.sink.links)
    await account.sink.until(lambda: len(account.sink.links) >= links + 2)
    assert account.sink.link is VenueLink.AUTHENTICATION_FAILED
    assert len(account.venue.received()) - before <= 3  # one attempt: its clock, its balance
    account.venue.clear("invalid_key")
    await account.connected()


async def test_a_killed_process_is_started_again(account: ConnectedAccount) -> None:
    account.venue.inject("hold_request", path=PLACE)
    held = account.venue.gate.held_counts.get("hold_request", 0)
    placing = asyncio.create_task(account.buy("killed", "0.1", "98"))
    await account.venue.wait_held("hold_request", held + 1)
    links, pid = len(account.sink.links), account.client.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    with pytest.raises(VenueTimeout):
        await placing
    account.venue.clear("hold_request")
    await account.reconnected(links)
    assert account.sink.links[links][0] is VenueLink.DISCONNECTED
    assert account.client.pid not in (None, pid)
    # The venue received it in the end: the new process finds it.
    found = await account.client.find_order(OrderRef(SYMBOL, "killed"))
    assert found is not None


async def test_keys_are_nowhere(
    account: ConnectedAccount, caplog: pytest.LogCaptureFixture
) -> None:
    """Look through logs, exceptions, reasons, and what other processes can read."""
    caplog.set_level(logging.DEBUG)
    texts = [repr(account.client), repr(vars(account.client))]
    links = len(account.sink.links)
    account.venue.inject("invalid_key", count=1)
    with pytest.raises(VenueNotReached) as rejected:
        await account.client.cancel(OrderRef(SYMBOL, "any"))
    await account.reconnected(links)
    account.venue.inject("lose_answer", count=1, path=PLACE)
    with pytest.raises(VenueTimeout) as lost:
        await account.buy("keys", "0.1", "98")
    # aiohttp repeats such a request once.
    account.venue.inject("lose_answer", count=2, path="GET /api/v3/order")
    with pytest.raises(VenueTimeout) as signed:
        await account.client.find_order(OrderRef(SYMBOL, "keys"))
    for caught in (rejected, lost, signed):
        texts += [repr(caught.value), str(caught.getrepr(showlocals=False))]
    texts += [reason for _, reason in account.sink.links]
    texts += [f"{record.getMessage()} {vars(record)}" for record in caplog.records]
    assert account.client.pid is not None
    process = Path(f"/proc/{account.client.pid}")
    texts += [(process / name).read_text(errors="replace") for name in ("cmdline", "environ")]
    assert any("venue_connected" in text for text in texts)
    for text in texts:
        for secret in (API_KEY, SECRET, "signature="):
            assert secret not in text


async def test_a_venue_without_ccxt_class_is_reported(account: ConnectedAccount) -> None:
    from pydantic import SecretStr

    from tests.kit.recording_venue_sink import RecordingVenueSink

    client = CcxtClient("nowhere", [SYMBOL], {}, SecretStr("k"), SecretStr("s"))
    sink = RecordingVenueSink()
    running = asyncio.create_task(client.run(sink))
    await sink.until(lambda: sink.link is VenueLink.DISCONNECTED)
    assert "nowhere" in sink.links[-1][1]
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
