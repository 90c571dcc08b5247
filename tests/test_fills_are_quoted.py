"""One path: the broker fills at what was quoted at that instant, and at nothing else."""

from __future__ import annotations

import asyncio
from collections import Counter
from decimal import Decimal
from functools import partial
from operator import add

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.kit.paper_client import PaperClient
from trading_api.domain.market_status import MarketStatus
from trading_api.domain.market_update import MarketUpdate
from trading_api.domain.quote import Quote
from trading_api.models.broker import Execution, OrderType, PlacedOrder, PreOrder, Side
from trading_api.modules.broker.engine.exchange_rules import ExchangeRules
from trading_api.modules.broker.journal.memory import MemoryJournal
from trading_api.modules.datafeed.market.feed import MarketFeed
from trading_api.modules.datafeed.market.step_clock import StepClock
from trading_api.modules.datafeed.simulator.listings import LISTINGS, Listing
from trading_api.modules.datafeed.simulator.price_tree import TICK_MS
from trading_api.modules.datafeed.simulator.simulator import FIRST_MS, Simulator
from trading_api.settings import Settings
from trading_api.shared.module_interface import ModuleContext

TICKETS = st.tuples(
    st.sampled_from(list(OrderType)),
    st.sampled_from(list(Side)),
    st.integers(-4, 4),
    st.integers(0, 3),
    st.integers(1, 200),
    st.integers(0, 12),
)
"""Type, side, ticks from the last price to the trigger, and to the limit, lots, and how many ticks
of the market go by before the next."""

# The last millisecond of a tick is also its quote's: which of two a fill met would be ambiguous.
INSTANTS = st.integers(FIRST_MS + 86_400_000, 1_795_258_915_123).filter(
    lambda instant_ms: (instant_ms + 1) % TICK_MS != 0
)
Ticket = tuple[OrderType, Side, int, int, int, int]


class Tape:
    """Every quote of one symbol that was published."""

    def __init__(self, symbol: str) -> None:
        self._symbol = symbol
        self.quotes: dict[int, Quote] = {}

    def on_update(self, update: MarketUpdate) -> None:
        assert update.quote.symbol == self._symbol
        self.quotes[update.quote.time_ms] = update.quote

    def on_heartbeat(self) -> None: ...

    def on_status(self, status: MarketStatus) -> None: ...

    async def flush(self) -> None: ...


@given(
    seed=st.integers(0, 2**32),
    listing=st.sampled_from(LISTINGS),
    instant_ms=INSTANTS,
    tickets=st.lists(TICKETS, min_size=1, max_size=8),
)
@settings(max_examples=60)
def test_every_fill_is_at_a_price_that_was_quoted_at_its_instant(
    seed: int, listing: Listing, instant_ms: int, tickets: list[Ticket]
) -> None:
    quotes, orders, executions = asyncio.run(_traded(seed, listing, instant_ms, tickets))
    traded: Counter[tuple[int, int]] = Counter()
    for execution in executions:
        quote, order = stood_at(execution.time, quotes), orders[execution.order_id or ""]
        is_buy = execution.side == Side.BUY
        touch = float(quote.ask if is_buy else quote.bid)
        if order.type in (OrderType.MARKET, OrderType.STOP):
            assert execution.price == touch
        else:
            limit = order.limit_price
            assert limit is not None
            assert touch <= limit if is_buy else touch >= limit
            assert execution.price in (touch, limit)
        traded[quote.time_ms, execution.side] += round(execution.qty / float(listing.lot))
        displayed = quote.ask_size if is_buy else quote.bid_size
        assert traded[quote.time_ms, execution.side] * listing.lot <= displayed


def stood_at(instant_ms: int, quotes: dict[int, Quote]) -> Quote:
    return quotes[max(time_ms for time_ms in quotes if time_ms <= instant_ms)]


async def _traded(
    seed: int, listing: Listing, instant_ms: int, tickets: list[Ticket]
) -> tuple[dict[int, Quote], dict[str, PlacedOrder], list[Execution]]:
    async def delivered() -> None: ...

    simulator = Simulator(seed, clock=lambda: instant_ms)
    clock = StepClock(simulator, delivered)
    feed = MarketFeed(simulator, stale_after_ms=60_000, run=clock.run)
    tape = Tape(listing.instrument.symbol)
    tape.on_update(MarketUpdate(simulator.quote(listing.instrument.symbol)))
    feed.listen(tape).add(listing.instrument.symbol)
    context = ModuleContext(Settings.defaults(), feed, lambda: feed.now_ms)
    broker = PaperClient(MemoryJournal(), ExchangeRules(leverage_default=Decimal(1000)), context)
    await broker.start()
    running = [asyncio.create_task(part.run()) for part in (feed, broker)]
    await clock.advance(lambda now_ms: now_ms)
    for ticket in tickets:
        order = _order(ticket, listing, simulator.quote(listing.instrument.symbol).last)
        await broker.place_order("DEMO-ACCOUNT", order)
        await clock.advance(partial(add, ticket[-1] * TICK_MS))
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)
    orders = {order.id: order for order in await broker.queries.orders("DEMO-ACCOUNT")}
    return (
        tape.quotes,
        orders,
        list(await broker.queries.executions("DEMO-ACCOUNT", listing.instrument.symbol)),
    )


def _order(ticket: Ticket, listing: Listing, last: Decimal) -> PreOrder:
    type_, side, trigger_ticks, limit_ticks, lots, _ = ticket
    trigger = last + trigger_ticks * listing.instrument.tick_size
    limit = trigger + limit_ticks * listing.instrument.tick_size
    return PreOrder(
        symbol=listing.instrument.symbol,
        type=type_,
        side=side,
        qty=float(lots * listing.lot),
        limit_price=float(limit),
        stop_price=float(trigger),
    )
