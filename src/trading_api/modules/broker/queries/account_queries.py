"""What clients read of accounts, and of what can be traded in them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from trading_api.domain.broker_features import ALL_FEATURES
from trading_api.domain.instrument import Instrument, bare_symbol
from trading_api.domain.ports.broker import Broker
from trading_api.domain.ports.market_data import MarketData
from trading_api.errors import NotFound, SymbolNotFound, truncate
from trading_api.models.broker import (
    AccountMetainfo,
    BrokerConfiguration,
    BrokerEvent,
    CashLine,
    EquityData,
    Execution,
    InstrumentInfo,
    KillSwitchState,
    LeverageInfo,
    Notification,
    PlacedOrder,
    Position,
)
from trading_api.modules.broker.presenters.accounts import (
    to_account,
    to_cash_line,
    to_equity,
    to_kill_switch,
    to_open_positions,
)
from trading_api.modules.broker.presenters.events import to_broker_event
from trading_api.modules.broker.presenters.instruments import to_configuration, to_instrument_info
from trading_api.modules.broker.presenters.notifications import NotificationPresenter
from trading_api.modules.broker.presenters.orders import to_execution, to_placed_order
from trading_api.modules.broker.queries.performance_queries import PerformanceQueries

ENDED_ORDERS_SHOWN_MS = 24 * 60 * 60 * 1000
ENDED_ORDERS_MAX = 10_000
"""A list without a limit leaves out older ones of the ended orders: about 2.5 MB."""
ACCOUNTS_MAX = 10_000
"""How many accounts one answer has at the most: about 1 MB."""


class AccountQueries:
    """Callers pass accounts that the client was granted, and call `load` before they read one. An
    answer shows the moment of the call, however late it is read."""

    def __init__(
        self,
        broker: Broker,
        market: MarketData,
        notifications: NotificationPresenter,
        currency: str,
        performance: PerformanceQueries,
    ) -> None:
        self.performance = performance
        self._broker = broker
        self._market = market
        self._notifications = notifications
        self._currency = currency

    async def load(self, account_id: str) -> None:
        """Bring an account into memory, before any of the other methods reads it. Raises
        Unavailable."""
        await self._broker.load(account_id)

    # Orders and executions

    async def orders(
        self,
        account_id: str,
        limit: int | None = None,
        before: str | None = None,
        ended_since_ms: int = 0,
    ) -> Iterator[PlacedOrder]:
        """Yield live orders and those that ended within the last 24 hours, the oldest first.

        Without arguments, that is every live order and at most ENDED_ORDERS_MAX ended ones. With
        a limit, only that many orders, those placed last. `before` leaves out what was not placed
        before that order; its default limit is ENDED_ORDERS_MAX, so that pages leave no gap. Ended
        orders are left out if they ended before `ended_since_ms`. Raises NotFound."""
        history = self._broker.history(account_id)
        if before is not None and await history.order(before) is None:
            raise _order_not_found(before)
        since_ms = max(self._market.now_ms - ENDED_ORDERS_SHOWN_MS, ended_since_ms)
        orders = await history.recent_orders(since_ms, limit or ENDED_ORDERS_MAX, before)
        is_page = limit is not None or before is not None
        return map(to_placed_order, orders[-(limit or ENDED_ORDERS_MAX) :] if is_page else orders)

    async def order(self, account_id: str, order_id: str) -> PlacedOrder:
        """Raises NotFound."""
        order = await self._broker.history(account_id).order(order_id)
        if order is None:
            raise _order_not_found(order_id)
        return to_placed_order(order)

    async def orders_history(
        self, account_id: str, limit: int, before: str | None
    ) -> Iterator[PlacedOrder]:
        """Yield ended orders, the one placed last first; only those placed before `before`. Raises
        NotFound."""
        history = self._broker.history(account_id)
        if before is not None and await history.order(before) is None:
            raise _order_not_found(before)
        return map(to_placed_order, await history.ended_orders(limit, before))

    async def executions(
        self,
        account_id: str,
        symbol: str | None = None,
        limit: int | None = None,
        before: str | None = None,
    ) -> Iterator[Execution]:
        """Yield executions in their order, only the newest ones if there is a limit.

        `before` is an execution's id, and leaves out what is not older. Raises SymbolNotFound for a
        symbol that neither the market nor the account knows."""
        history = self._broker.history(account_id)
        if symbol is None:
            return map(to_execution, await history.executions(None, limit, before))
        known = self._market.instrument(symbol)
        name = known.symbol if known else bare_symbol(symbol)
        executions = await history.executions(name, limit, before)
        if known is None and not executions and before is None:
            raise SymbolNotFound(symbol)
        return map(to_execution, executions)

    # The account

    def account(self, account_id: str) -> AccountMetainfo:
        """Return an account's id, name and currency."""
        account = self._broker.snapshot(account_id)
        return to_account(account_id, account.name, account.currency)

    async def accounts(
        self, granted: Collection[str] | None, limit: int = ACCOUNTS_MAX, after: str = ""
    ) -> list[AccountMetainfo]:
        """Return the granted accounts; for None the default one and those that were used.

        They are sorted by id. Only the first `limit` of those after `after` are returned.
        Raises Unavailable."""
        if granted is None:
            ids = self._broker.account_ids(after, limit)
        else:
            ids = sorted(each for each in granted if each > after)[:limit]
        # Not by their snapshots: most of them are not in memory. All have the same currency.
        names = await self._broker.account_names(ids)
        return [to_account(each, names.get(each, ""), self._currency) for each in ids]

    def positions(self, account_id: str) -> Sequence[Position]:
        """Return the open positions."""
        return to_open_positions(self._broker.snapshot(account_id))

    def equity(self, account_id: str) -> EquityData:
        """Return the account's value at the last prices."""
        return to_equity(self._broker.snapshot(account_id))

    def kill_switch(self, account_id: str) -> KillSwitchState:
        """Return whether the account is halted."""
        return to_kill_switch(self._broker.snapshot(account_id).kill_switch)

    async def cash_lines(
        self, account_id: str, since: int | None, limit: int
    ) -> Iterator[CashLine]:
        """Yield the cash lines of the events after `since`, or the newest lines.

        The lines of one event come together, even if that is one line more than `limit`: a client
        asks for the next lines by the number of the last event."""
        lines = await self._broker.history(account_id).cash_lines(since, limit)
        return map(to_cash_line, lines)

    async def notifications(
        self, account_id: str, since: int | None, limit: int
    ) -> Sequence[Notification]:
        """Return the first notifications of the events after `since`, or the newest ones if it is
        None, in their order. Raises Unavailable."""
        history = self._broker.history(account_id)
        found: list[Notification] = []
        before: int | None = None
        while len(found) < limit:
            events = await history.notifying_events(since, limit, before)
            notifications = [
                each for event in events if (each := self._notifications.to_wire(event))
            ]
            if since is None:
                found = [*notifications, *found]
                before = events[0].seq if events else None
            else:
                found += notifications
                since = events[-1].seq if events else since
            if len(events) < limit:
                break
        return found[-limit:] if before is not None else found[:limit]

    async def events(self, account_id: str, since: int, limit: int) -> Iterator[BrokerEvent]:
        """Yield the events after number `since`, in their order. Raises Unavailable."""
        return map(to_broker_event, await self._broker.events(account_id, since, limit))

    # What can be traded

    def configuration(self, account_id: str | None = None) -> BrokerConfiguration:
        """Return the features that a terminal may offer for an account; for None those of paper
        accounts. Raises NotFound."""
        features = ALL_FEATURES if account_id is None else self._broker.features(account_id)
        return to_configuration(features, self._currency)

    def instrument(self, account_id: str, symbol: str) -> InstrumentInfo:
        """Raises SymbolNotFound."""
        instrument = self._instrument(symbol)
        account = self._broker.snapshot(account_id)
        leverage = account.leverage(instrument.symbol)
        return to_instrument_info(
            instrument,
            leverage,
            account.conversion_rate(instrument.currency),
            self._broker.features(account_id),
        )

    def leverage(self, account_id: str, symbol: str) -> LeverageInfo:
        """Raises SymbolNotFound."""
        instrument = self._instrument(symbol)
        account = self._broker.snapshot(account_id)
        return LeverageInfo(
            title=instrument.symbol,
            leverage=float(account.leverage(instrument.symbol)),
            min=1,
            max=float(account.leverage_max),
            step=1,
        )

    def _instrument(self, symbol: str) -> Instrument:
        instrument = self._market.instrument(symbol)
        if instrument is None:
            raise SymbolNotFound(symbol)
        return instrument


def _order_not_found(order_id: str) -> NotFound:
    return NotFound(f"There is no order {truncate(order_id)!r}.", "order_not_found")
