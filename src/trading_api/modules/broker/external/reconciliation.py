"""Reconciles the account with the venue: orders, fills, positions and cash.

It runs whenever the connection comes up, each minute, and when a report shows that others are
missing. Each difference becomes an event with a reason."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial

from trading_api.domain.orders import OrderStatus
from trading_api.errors import Unavailable
from trading_api.modules.broker.engine.transaction import Transaction
from trading_api.modules.broker.engine.venue_events import VenueAssigned
from trading_api.modules.broker.external.adjustments import warn
from trading_api.modules.broker.external.client_order_ids import id_prefix
from trading_api.modules.broker.external.live_account import LiveAccount
from trading_api.modules.broker.external.live_clock import LiveClock
from trading_api.modules.broker.external.live_connection import LiveConnection
from trading_api.modules.broker.external.live_terms import LiveTerms
from trading_api.modules.broker.external.order_resolution import OrderRequests
from trading_api.modules.broker.external.venue_client import (
    ExecutionReport,
    OrderRef,
    VenueAccount,
    VenueClient,
    VenueNotReached,
    VenueRejected,
    VenueTimeout,
)
from trading_api.modules.broker.external.venue_comparison import Differences, adjust, compare
from trading_api.modules.broker.external.venue_orders import VenueOrders, take_orders

log = logging.getLogger(__name__)

INTERVAL_S = 60.0
GRACE_S = 1.0
"""How long missing reports may still arrive before they are requested from the venue."""
CONFIRM_S = 1.0
"""A difference counts if the venue reports it twice, this far apart."""
RETRY_S = 2.0
OVERLAP_MS = 60_000
OVERLAP_AFTER_START_MS = 5 * 60_000
"""Fills are requested again from this long before the last known ones."""
WAITING_MAX = 3
"""In how many reconciliations an order may be found ended with fills missing, or not be found,
before it ends without them. Right after a change, venues answer some queries from older state."""
PASSES_MAX = 5
SYMBOLS_MAX = 20
"""Fills of all symbols are requested up to this number of symbols; above it, of those in use."""

_NO_ANSWER = (VenueRejected, VenueNotReached, VenueTimeout, Unavailable)


@dataclass(frozen=True, slots=True)
class _Questions:
    """The version of each working order before the venue was queried."""

    versions: Mapping[str, int]
    live: Collection[str]
    order_count: int
    execution_count: int


class Reconciliation:
    """Makes the ledger agree with the venue. `venue` is the name under which the account belongs
    to it; `symbols` are those that the market knows."""

    def __init__(
        self,
        account: LiveAccount,
        client: VenueClient,
        requests: OrderRequests,
        connection: LiveConnection,
        terms: LiveTerms,
        clock: LiveClock,
        now_ms: Callable[[], int],
        symbols: Callable[[], Sequence[str]],
        venue: str,
    ) -> None:
        self._account = account
        self._client = client
        self._requests = requests
        self._connection = connection
        self._terms = terms
        self._clock = clock
        self._now_ms = now_ms
        self._symbols = symbols
        self._venue = venue
        self._is_due = asyncio.Event()
        self._is_asked = False
        self._fills_until_ms = 0
        self._asked_symbols: set[str] = set()
        # Orders that have ended at the venue and wait for fills, and orders that it did not find:
        # in how many comparisons they were seen so.
        self._waiting: dict[str, int] = {}
        self.count = 0
        self.differences = 0

    def ask(self, symbol: str) -> None:
        """Request a reconciliation soon, because a report of the symbol shows that others are
        missing."""
        self._asked_symbols.add(symbol)
        self._is_asked = True
        self._is_due.set()

    def start_now(self) -> None:
        """Start a reconciliation now, because the connection has come up."""
        self._is_asked = False
        self._is_due.set()

    async def run(self) -> None:
        """Reconcile whenever it is due, until cancelled."""
        ticker = asyncio.create_task(self._tick())
        try:
            while True:
                await self._is_due.wait()
                if self._is_asked:
                    await self._clock.sleep(GRACE_S)
                self._is_due.clear()
                self._is_asked = False
                if self._connection.is_up:
                    await self._try()
        finally:
            ticker.cancel()

    async def _tick(self) -> None:
        while True:
            await self._clock.sleep(INTERVAL_S)
            self._is_due.set()

    async def _try(self) -> None:
        generation = self._connection.generation
        try:
            await self.reconcile()
        except _NO_ANSWER as error:
            log.warning("reconciliation_failed", extra={"reason": f"{error}"})
            await self._clock.sleep(RETRY_S)
            self._is_due.set()
            return
        except Exception:  # nonsense of the venue must not end the server
            log.exception("reconciliation_failed", extra={"account": self._account.account_id})
            await self._clock.sleep(RETRY_S)
            self._is_due.set()
            return
        self.count += 1
        self._connection.on_compared(generation)
        self._requests.forget_cancels()
        self._requests.start_due()

    async def reconcile(self) -> None:
        """Reconcile once. Raises VenueRejected, VenueNotReached, VenueTimeout and Unavailable."""
        seen, waited = Differences(), self._waiting
        for _ in range(PASSES_MAX):
            self._account.has_lost_reports = False
            found = await self._client.account()
            is_opening = self._account.state.venue is None
            if is_opening:
                await self._account.execute(partial(self._open, found=found))
            asked = self._questions()
            orders = await self._ask_for_orders(asked, found)
            waiting = await self._account.execute(
                partial(take_orders, found=orders, terms=self._terms, now_ms=self._now_ms())
            )
            self._waiting = {id: waited.get(id, 0) + 1 for id in waiting}
            self._fills_until_ms = found.time_ms
            state = self._account.state
            if state.execution_count != asked.execution_count or self._account.has_lost_reports:
                seen = Differences()
                continue  # what was found is older than these fills
            differences = compare(state, found, self._client.features, self._terms)
            if not differences:
                return
            if is_opening or differences == seen:
                await self._adjust(found, differences, asked, is_opening)
                return
            seen = differences
            await self._clock.sleep(CONFIRM_S)
        log.warning("reconciliation_unsettled", extra={"account": self._account.account_id})

    def _questions(self) -> _Questions:
        state = self._account.state
        assert state.venue is not None
        working = {
            id: state.orders[id].version
            for id in state.venue.orders
            if state.orders[id].status is OrderStatus.WORKING and not self._requests.is_busy(id)
        }
        live = [each.id for each in state.live_orders()]
        return _Questions(working, live, state.order_count, state.execution_count)

    async def _ask_for_orders(self, asked: _Questions, found: VenueAccount) -> VenueOrders:
        open_orders = await self._client.open_orders()
        symbols = self._symbols_to_ask(open_orders)
        fills = await self._client.fills_since(symbols, self._since_ms())
        self._asked_symbols.clear()
        state = self._account.state
        assert state.venue is not None
        unanswered = await self._ask_for_unanswered()
        listed = {
            state.venue.find(each.symbol, each.client_order_id, each.venue_order_id)
            for each in open_orders
        }
        answers: dict[str, ExecutionReport | None] = {}
        for id in asked.versions:
            known = state.venue.orders.get(id)
            if known is not None and id not in listed:
                ref = OrderRef(known.symbol, known.client_order_id, known.venue_order_id)
                answers[id] = await self._client.find_order(ref)
        overdue = [id for id, times in self._waiting.items() if times >= WAITING_MAX]
        return VenueOrders(
            open_orders=open_orders,
            fills=fills,
            unanswered=unanswered,
            answers=answers,
            versions=asked.versions,
            live=asked.live,
            order_count=asked.order_count,
            overdue=overdue,
        )

    async def _ask_for_unanswered(self) -> Sequence[ExecutionReport]:
        """Return the states of orders and replacements whose requests are not answered yet. The
        venue may list their fills before that, perhaps without our id."""
        state = self._account.state
        assert state.venue is not None
        refs = []
        for id, known in state.venue.orders.items():
            if known.replacement is not None:
                refs.append(OrderRef(known.symbol, known.replacement.client_order_id))
            elif not known.venue_order_id and state.orders[id].status is OrderStatus.PLACING:
                refs.append(OrderRef(known.symbol, known.client_order_id))
        found = [await self._client.find_order(ref) for ref in refs]
        return [each for each in found if each is not None]

    def _since_ms(self) -> int:
        venue = self._account.state.venue
        assert venue is not None
        since_ms = self._fills_until_ms - OVERLAP_MS
        if not self._fills_until_ms:
            since_ms = venue.fill_time_ms - OVERLAP_AFTER_START_MS
        orders = self._account.state.orders
        placed = [orders[id].placed_ms - OVERLAP_MS for id in self._waiting if id in orders]
        return max(venue.forgotten_ms, min([since_ms, *placed]))

    def _symbols_to_ask(self, open_orders: Sequence[ExecutionReport]) -> list[str]:
        state, symbols = self._account.state, self._symbols()
        assert state.venue is not None
        used = {each.symbol for each in open_orders} | self._asked_symbols | set(state.positions)
        used |= {each.symbol for each in state.venue.orders.values()}
        if len(symbols) <= SYMBOLS_MAX:
            used |= set(symbols)
        return sorted(used)

    def _open(self, transaction: Transaction, found: VenueAccount) -> None:
        """Assign the account to the venue, at the first contact."""
        now_ms = self._now_ms()
        # By the venue's clock: a market that is not connected yet, or is simulated, may show the
        # same time twice, and ids have to be unique at the venue for ever.
        prefix = id_prefix(self._account.account_id, found.time_ms)
        transaction.emit(VenueAssigned(self._venue, prefix, found.time_ms, now_ms))
        own, kept = transaction.state.currency, [each.currency for each in found.balances]
        if kept and own not in kept:
            text = f"The venue reports no {own}, the account's currency, but {', '.join(kept)}."
            warn(transaction, "currency_not_held", text, now_ms)

    async def _adjust(
        self, found: VenueAccount, differences: Differences, asked: _Questions, is_opening: bool
    ) -> None:
        code = "opening" if is_opening else "venue_differs"
        features, terms = self._client.features, self._terms

        def decide(transaction: Transaction) -> None:
            if transaction.state.execution_count == asked.execution_count:
                now_ms = self._now_ms()
                adjust(transaction, found, differences, features, terms, code, now_ms)

        await self._account.execute(decide)
        if not is_opening:
            self.differences += 1
            log.warning(
                "venue_differs",
                extra={
                    "account": self._account.account_id,
                    "positions": {name: f"{each:f}" for name, each in _named(differences)},
                    "cash": f"{differences.cash:f}",
                },
            )


def _named(differences: Differences) -> list[tuple[str, Decimal]]:
    return list(differences.positions.items())
