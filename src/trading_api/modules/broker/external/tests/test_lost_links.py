"""The link to the venue breaks between an intent and its sending: it is never sent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal

from tests.kit.fake_venue import Fault
from tests.kit.live_setup import ACCOUNT, LiveSetup, limit_order, live_setup, order
from tests.kit.manual_clock import settle
from trading_api.domain.broker_commands import (
    BrokerCommand,
    ModifyOrderCommand,
    SetKillSwitchCommand,
)
from trading_api.domain.orders import OrderStatus
from trading_api.modules.broker.engine.account_image import AccountImage
from trading_api.modules.broker.external.order_resolution import CONTACT_S
from trading_api.modules.broker.external.venue_client import ExecutionReport
from trading_api.modules.broker.journal.journal import JournalEntry
from trading_api.modules.broker.journal.memory import MemoryJournal


class BreakingJournal(MemoryJournal):
    """A journal during whose next commit the test does something."""

    def __init__(self) -> None:
        super().__init__()
        self.during_commit: Callable[[], None] | None = None

    async def append(
        self, entries: Sequence[JournalEntry], images: Sequence[AccountImage] = ()
    ) -> None:
        if (act := self.during_commit) is not None:
            self.during_commit = None
            act()
            await settle()
        await super().append(entries, images)


async def submit_while_the_link_breaks(
    live: LiveSetup, journal: BreakingJournal, command: BrokerCommand
) -> str:
    journal.during_commit = lambda: live.client.connect(False)
    return (await live.submit(command)).order_id


async def test_an_order_whose_link_broke_before_it_was_sent_is_never_sent() -> None:
    journal = BreakingJournal()
    async with live_setup(journal) as live:
        placed = await submit_while_the_link_breaks(live, journal, order())
        assert not live.broker.connected.is_up
        rejected = await live.find(placed)
        assert rejected.status is OrderStatus.REJECTED
        await live.clock.advance(600)
        live.client.connect(True)
        await settle()
        await live.clock.advance(60)
        assert live.venue.received == []


async def test_a_replacement_whose_link_broke_before_it_was_sent_is_never_sent() -> None:
    journal = BreakingJournal()
    async with live_setup(journal) as live:
        placed = (await live.submit(limit_order(80))).order_id
        command = ModifyOrderCommand(placed, limit_order(85).order)
        await submit_while_the_link_breaks(live, journal, command)
        await live.clock.advance(600)
        live.client.connect(True)
        await settle()
        await live.clock.advance(60)
        (kept,) = live.live()
        assert kept.limit_price == Decimal(80)
        assert live.venue.orders[0].new.limit_price == Decimal(80)
        assert "orderRequestRejected" in live.seen.types


async def test_denials_before_and_after_a_lost_link_do_not_add_up() -> None:
    async with live_setup() as live:
        live.client.faults.append(Fault.LOST)
        await live.broker.submit(ACCOUNT, limit_order())
        await live.clock.advance(2)
        live.client.connect(False)
        await live.clock.advance(2 * CONTACT_S)
        live.client.connect(True)
        await live.clock.advance(CONTACT_S / 2)
        assert [each.status for each in live.live()] == [OrderStatus.PLACING]
        await live.clock.advance(CONTACT_S)
        assert live.live() == []


async def test_an_order_in_doubt_is_canceled_as_soon_as_it_is_reported() -> None:
    async with live_setup() as live:
        kept: list[ExecutionReport] = []

        def keep(report: ExecutionReport) -> list[ExecutionReport]:
            kept.append(report)
            return []

        live.client.alter = keep
        live.client.faults.append(Fault.ANSWER_LOST)
        live.client.answers = False
        await live.submit(limit_order())
        await live.clock.advance(5)
        live.broker.on_report(kept[0])
        await settle()
        assert [each.status for each in live.live()] == [OrderStatus.WORKING]
        live.client.alter = lambda report: [report]
        await live.submit(SetKillSwitchCommand(is_on=True))
        assert not live.venue.orders[0].is_open
        assert live.live() == []
