"""What can be read of accounts, and of what can be traded in them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterator, Sequence
from itertools import islice
from operator import attrgetter

from trading_api.domain.ports.market_data import MarketData
from trading_api.errors import NotFound, SymbolNotFound, Unavailable, truncate
from trading_api.models.broker import (
    AccountMetainfo,
    BrokerConfiguration,
    BrokerEvent,
    BrokerFlags,
    CashLine,
    EquityData,
    Execution,
    InstrumentInfo,
    LeverageInfo,
    PlacedOrder,
    Position,
)
from trading_api.modules.broker import mapping
from trading_api.modules.broker.engine.exchange_rules import ExchangeRules
from trading_api.modules.broker.engine.margin import leverage_of
from trading_api.modules.broker.engine.order import order_id, order_number
from trading_api.modules.broker.journal.ports import (
    Journal,
    JournalEntry,
    JournalUnavailable,
)
from trading_api.modules.broker.paper.account_views import Views
from trading_api.modules.broker.paper.idempotency import bare_symbol
from trading_api.modules.broker.paper.prices import Prices
from trading_api.modules.broker.publishing.publisher import Announcer
from trading_api.modules.broker.publishing.topics import update_meta
from trading_api.modules.broker.queries.instrument_info import DURATIONS, instrument_info
from trading_api.shared.ws.router_interface import SequencedUpdate

ENDED_ORDERS_SHOWN_MS = 24 * 60 * 60 * 1000
MISSED_EVENTS_MAX = 1000


class Statements:
    """Accounts are those that the caller was granted (shared/auth). An iterator gives one moment,
    that of the call, however late it is read: what it will give is chosen at once, and orders and
    executions never change, an account has others in their place."""

    def __init__(
        self,
        views: Views,
        prices: Prices,
        announcer: Announcer,
        journal: Journal,
        market: MarketData,
        terms: ExchangeRules,
    ) -> None:
        self._views = views
        self._prices = prices
        self._announcer = announcer
        self._journal = journal
        self._market = market
        self._terms = terms

    # Orders and executions

    def orders(self, account_id: str) -> Iterator[PlacedOrder]:
        """Live ones, and those that ended within the last 24 hours, as they were placed."""
        view = self._views.of(account_id)
        live = {order_number(order.id): order for order in view.live_orders()}
        ended = view.ended_since(self._market.now_ms - ENDED_ORDERS_SHOWN_MS)
        # One that has ended stays as it is, so it is looked up when its turn comes.
        return (
            mapping.to_placed_order(live.get(number) or view.orders[order_id(number)])
            for number in sorted([*live, *ended])
        )

    def order(self, account_id: str, id: str) -> PlacedOrder:
        order = self._views.of(account_id).orders.get(id)
        if order is None:
            raise _no_order(id)
        return mapping.to_placed_order(order)

    def orders_history(
        self, account_id: str, limit: int, before: str | None
    ) -> Iterator[PlacedOrder]:
        """Ended orders, the one placed last first; `before` is the last that is known already."""
        view = self._views.of(account_id)
        if before is not None and before not in view.orders:
            raise _no_order(before)
        known = view.order_count + 1 if before is None else order_number(before)
        older = (view.orders[order_id(number)] for number in range(known - 1, 0, -1))
        ended = (order for order in older if not order.is_live)
        return map(mapping.to_placed_order, list(islice(ended, limit)))

    def executions(
        self, account_id: str, symbol: str | None = None, limit: int | None = None
    ) -> Iterator[Execution]:
        """In their order; with a limit the newest. Raises SymbolNotFound for a symbol that neither
        the market nor the account knows."""
        view = self._views.of(account_id)
        executions = view.executions
        if symbol is not None:
            known = self._market.instrument(symbol)
            bare = known.symbol if known else bare_symbol(symbol)
            executions = view.executions_by_symbol.get(bare, [])
            if known is None and not executions:
                raise SymbolNotFound(symbol)
        return map(mapping.to_execution, executions[-limit if limit else None :])

    # The account

    def account(self, account_id: str) -> AccountMetainfo:
        view = self._views.of(account_id)
        return AccountMetainfo(id=view.account_id, name=view.account_id, currency=view.currency)

    def accounts(self, granted: Collection[str] | None) -> list[AccountMetainfo]:
        """None: the default one, and those that a command has opened."""
        ids = self._views.ids() if granted is None else sorted(granted)
        return [self.account(account_id) for account_id in ids]

    def positions(self, account_id: str) -> Sequence[Position]:
        return self._announcer.positions(self._views.of(account_id))

    def equity(self, account_id: str) -> EquityData:
        return self._announcer.equity(self._views.of(account_id))

    def cash_lines(self, account_id: str, since: int | None, limit: int) -> Iterator[CashLine]:
        """Those of the events after `since`, or the newest; those of one event together, though it
        be one more than `limit`, because who wants the next ones names the last event."""
        lines, seq_of = self._views.of(account_id).cash, attrgetter("seq")
        if since is None:
            since = lines[-limit].seq - 1 if len(lines) > limit else 0
            limit = len(lines)
        first = bisect_right(lines, since, key=seq_of)
        last = lines[first : first + limit][-1:]
        end = bisect_right(lines, last[0].seq, lo=first, key=seq_of) if last else first
        return map(mapping.to_cash_line, lines[first:end])

    async def events(self, account_id: str, since: int, limit: int) -> Iterator[BrokerEvent]:
        """Those after `since`, in their order."""
        entries = await self._read(account_id, since, limit)
        return map(mapping.to_broker_event, entries)

    async def missed(
        self, account_id: str, route: str, symbol: str | None, seq: int
    ) -> list[SequencedUpdate] | None:
        """What the followers of a route were told after event `seq`, up to the moment that this
        returns. None where that is too much, or `seq` not of this account."""
        told: list[SequencedUpdate] = []
        since = heard = seq
        while since < (last := self._views.of(account_id).seq):
            if last - seq > MISSED_EVENTS_MAX:
                return None
            for entry in await self._read(account_id, since, last - since):
                view = self._views.of(account_id)
                for change in self._announcer.changes(route, view, entry.event):
                    if symbol in (None, change.symbol):
                        told.append(SequencedUpdate(change.data, update_meta(entry, heard)))
                        heard = entry.seq
            since = last
        return told if since == last else None

    # What can be traded

    def configuration(self) -> BrokerConfiguration:
        return BrokerConfiguration(
            config_flags=BrokerFlags(), durations=DURATIONS, currency=self._prices.currency
        )

    def instrument(self, account_id: str, symbol: str) -> InstrumentInfo:
        """Raises SymbolNotFound."""
        instrument, view = self._prices.instrument(symbol), self._views.of(account_id)
        leverage = leverage_of(view, instrument.symbol, self._terms)
        rate = self._prices.rate(instrument.currency)
        return instrument_info(instrument, leverage, rate)

    def leverage(self, account_id: str, symbol: str) -> LeverageInfo:
        """Raises SymbolNotFound."""
        instrument = self._prices.instrument(symbol)
        leverage = leverage_of(self._views.of(account_id), instrument.symbol, self._terms)
        return LeverageInfo(
            title=instrument.symbol,
            leverage=float(leverage),
            min=1,
            max=float(self._terms.leverage_max),
            step=1,
        )

    async def _read(self, account_id: str, since: int, limit: int) -> Sequence[JournalEntry]:
        try:
            return await self._journal.read(account_id, since, limit)
        except JournalUnavailable as fault:
            raise Unavailable(f"{fault.reason}.", fault.code) from fault


def _no_order(id: str) -> NotFound:
    return NotFound(f"There is no order {truncate(id)!r}.", "order_not_found")
