"""The kill switch while the ledger cannot be written: cancellations do not wait for it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from decimal import Decimal

import pytest

from tests.kit.fake_venue import Fault
from tests.kit.live_setup import ACCOUNT, LIMITS, LiveSetup, limit_order, live_setup, order
from tests.kit.manual_clock import settle
from trading_api.domain.broker_commands import CommandResult, SetKillSwitchCommand
from trading_api.errors import Conflict, Unavailable
from trading_api.modules.broker.engine.account_image import AccountImage
from trading_api.modules.broker.external.unstored_halt import COMMIT_WITHIN_S
from trading_api.modules.broker.journal.journal import JournalEntry, JournalUnavailable
from trading_api.modules.broker.journal.memory import MemoryJournal

HALT = SetKillSwitchCommand(is_on=True, reason="smoke")


class UnreliableJournal(MemoryJournal):
    """A journal on a disk that may be full, or that may not answer."""

    def __init__(self) -> None:
        super().__init__()
        self.is_full = False
        self.answers = asyncio.Event()
        self.answers.set()

    async def append(
        self, entries: Sequence[JournalEntry], images: Sequence[AccountImage] = ()
    ) -> None:
        await self.answers.wait()
        if self.is_full:
            raise JournalUnavailable("The ledger's disk is full", "ledger_full")
        await super().append(entries, images)


@asynccontextmanager
async def two_orders(
    *, is_report_pending: bool
) -> AsyncIterator[tuple[LiveSetup, UnreliableJournal]]:
    """Two working orders and a full disk. A report may wait for it."""
    journal = UnreliableJournal()
    async with live_setup(journal) as live:
        await live.submit(limit_order(90))
        await live.submit(limit_order(80))
        journal.is_full = True
        if is_report_pending:
            live.venue.trade(live.venue.orders[0], 4)
            await settle()
        yield live, journal


def is_halted(live: LiveSetup) -> bool:
    return live.broker.snapshot(ACCOUNT).kill_switch.is_on


def open_orders(live: LiveSetup) -> int:
    return sum(each.is_open for each in live.venue.orders)


async def halt(live: LiveSetup) -> str:
    """Set the kill switch, and return why that was not stored."""
    with pytest.raises(Unavailable) as unstored:
        await asyncio.wait_for(live.submit(HALT), 5)
    assert unstored.value.code == "halt_not_stored"
    await settle()
    return unstored.value.detail


@pytest.mark.parametrize("is_report_pending", [True, False])
async def test_orders_are_canceled_at_the_venue_and_the_halt_is_stored_later(
    is_report_pending: bool,
) -> None:
    async with two_orders(is_report_pending=is_report_pending) as (live, journal):
        text = await halt(live)
        assert "2 of 2 orders were sent" in text
        assert "not stored yet" in text
        assert open_orders(live) == 0
        assert not is_halted(live)
        journal.is_full = False
        await live.clock.advance(3)
        assert is_halted(live)
        assert live.broker.snapshot(ACCOUNT).kill_switch.reason == "smoke"
        assert live.live() == []
        assert live.position() == (4 if is_report_pending else 0)
        assert live.seen.types.count("killSwitchSet") == 1


async def test_new_orders_are_refused_before_the_halt_is_stored_and_after() -> None:
    async with two_orders(is_report_pending=True) as (live, journal):
        waiting = asyncio.create_task(live.broker.submit(ACCOUNT, limit_order(70)))
        await settle()
        await halt(live)
        with pytest.raises(Conflict) as refused:
            await live.submit(limit_order(70))
        assert refused.value.code == "trading_halted"
        with pytest.raises(Unavailable) as too_early:
            await live.submit(SetKillSwitchCommand(is_on=False))
        assert too_early.value.code == "halt_not_stored"
        journal.is_full = False
        await live.clock.advance(3)
        with pytest.raises(Conflict):
            await waiting
        with pytest.raises(Conflict):
            await live.submit(limit_order(70))
        assert len(live.venue.received) == 2
        await live.submit(SetKillSwitchCommand(is_on=False))
        await live.submit(limit_order(70))
        assert open_orders(live) == 1


async def test_a_cancellation_that_did_not_arrive_is_repeated() -> None:
    async with two_orders(is_report_pending=True) as (live, _):
        live.client.faults.extend([Fault.NOT_REACHED, Fault.LOST])
        assert "0 of 2 orders were sent" in await halt(live)
        assert open_orders(live) == 2
        await live.clock.advance(1)
        assert open_orders(live) == 0


async def test_an_order_whose_acknowledgement_could_not_be_stored_is_canceled() -> None:
    journal = UnreliableJournal()
    async with live_setup(journal) as live:
        await live.broker.submit(ACCOUNT, limit_order())
        journal.is_full = True
        await settle()
        assert open_orders(live) == 1
        await halt(live)
        assert open_orders(live) == 0


async def test_a_ledger_that_does_not_answer_does_not_hold_the_cancellations() -> None:
    async with two_orders(is_report_pending=False) as (live, journal):
        journal.is_full = False
        journal.answers.clear()
        switching: asyncio.Task[CommandResult] = asyncio.create_task(
            live.broker.submit(ACCOUNT, HALT)
        )
        await settle()
        assert open_orders(live) == 2
        await live.clock.advance(COMMIT_WITHIN_S)
        assert open_orders(live) == 0
        with pytest.raises(Unavailable):
            await switching
        journal.answers.set()
        await live.clock.advance(3)
        assert is_halted(live)
        assert live.live() == []


async def test_the_loss_of_a_day_cancels_orders_also_while_the_ledger_cannot_be_written() -> None:
    journal = UnreliableJournal()
    async with live_setup(journal) as live:
        live.limits = replace(LIMITS, daily_loss_max=Decimal(100))
        await live.kill()
        await live.start()
        await live.submit(order())
        await live.submit(limit_order(80))
        journal.is_full = True
        live.venue.trade(live.venue.orders[-1], 4)
        await settle()
        live.market.move("AAPL", "80.00", "80.02")
        await settle()
        assert open_orders(live) == 0
        journal.is_full = False
        await live.clock.advance(3)
        assert is_halted(live)
