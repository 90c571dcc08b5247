"""The commands and queries of a backtest's account. They are those of REST, and never wait."""

from __future__ import annotations

from collections.abc import Sequence

from trading_api.backtest.backtest_broker import BacktestBroker
from trading_api.backtest.synchronous_calls import call
from trading_api.domain.ports.market_data import MarketData
from trading_api.models.broker import (
    AccountMetainfo,
    Brackets,
    BrokerEvent,
    CancelOrdersResult,
    CashLine,
    EquityData,
    Execution,
    LeverageSetParams,
    LeverageSetResult,
    OrderPreviewResult,
    PlacedOrder,
    PlaceOrderResult,
    Position,
    PreOrder,
)
from trading_api.models.common import SuccessResponse
from trading_api.modules.broker.account_commands import AccountCommands
from trading_api.modules.broker.engine.order import order_number
from trading_api.modules.broker.performance.daily_prices import DailyPriceReader
from trading_api.modules.broker.performance.performance_reader import PerformanceReader
from trading_api.modules.broker.presenters.accounts import to_cash_line, to_open_position
from trading_api.modules.broker.presenters.notifications import NotificationPresenter
from trading_api.modules.broker.presenters.orders import to_execution, to_placed_order
from trading_api.modules.broker.queries.account_queries import AccountQueries
from trading_api.modules.broker.queries.performance_queries import PerformanceQueries
from trading_api.modules.broker.translation.engine_snapshot import EngineSnapshot


class AccountAccess:
    """The commands and queries of one account, with the objects of REST. Every method raises the
    ApiError that REST would return."""

    def __init__(self, broker: BacktestBroker, market: MarketData, currency: str) -> None:
        self.account_id = broker.account_id
        self._broker = broker
        self._commands = AccountCommands(broker)
        notifications = NotificationPresenter(market, currency)
        prices = DailyPriceReader(market, None, currency)
        performance = PerformanceQueries(broker, PerformanceReader(broker, market, prices))
        self._queries = AccountQueries(broker, market, notifications, currency, performance)

    # Commands

    def place_order(self, order: PreOrder, key: str | None = None) -> PlaceOrderResult:
        return call(self._commands.place_order(self.account_id, order, key))

    def modify_order(
        self, order_id: str, order: PreOrder, key: str | None = None
    ) -> SuccessResponse:
        return call(self._commands.modify_order(self.account_id, order_id, order, key))

    def cancel_order(self, order_id: str, key: str | None = None) -> SuccessResponse:
        return call(self._commands.cancel_order(self.account_id, order_id, key))

    def cancel_orders(
        self, order_ids: Sequence[str] | None = None, key: str | None = None
    ) -> CancelOrdersResult:
        """Cancel the given orders that are live. Without ids, cancel every live order."""
        return call(self._commands.cancel_orders(self.account_id, order_ids, key))

    def close_position(
        self, position_id: str, amount: float | None = None, key: str | None = None
    ) -> SuccessResponse:
        """Close `amount` of a position, or all of it."""
        return call(self._commands.close_position(self.account_id, position_id, amount, key))

    def reverse_position(self, position_id: str, key: str | None = None) -> SuccessResponse:
        return call(self._commands.reverse_position(self.account_id, position_id, key))

    def edit_brackets(
        self, position_id: str, brackets: Brackets, key: str | None = None
    ) -> SuccessResponse:
        """Replace the brackets of a position."""
        return call(self._commands.edit_brackets(self.account_id, position_id, brackets, key))

    def preview(self, order: PreOrder, order_id: str | None = None) -> OrderPreviewResult:
        """Return the effects of an order. With `order_id`, return those of a change of that
        order."""
        return call(self._commands.preview_order(self.account_id, order, order_id))

    def set_leverage(self, params: LeverageSetParams, key: str | None = None) -> LeverageSetResult:
        return call(self._commands.set_leverage(self.account_id, params, key))

    def deposit(self, amount: float, key: str | None = None) -> SuccessResponse:
        return call(self._commands.deposit(self.account_id, amount, key))

    def withdraw(self, amount: float, key: str | None = None) -> SuccessResponse:
        return call(self._commands.withdraw(self.account_id, amount, key))

    # Queries

    def orders(self) -> list[PlacedOrder]:
        """Return the orders that can still change, in the order in which they were placed."""
        live = self._snapshot().live_orders()
        return [to_placed_order(each) for each in sorted(live, key=lambda o: order_number(o.id))]

    def order(self, order_id: str) -> PlacedOrder:
        """Return one order, live or ended. Raises NotFound."""
        # The state of a backtest keeps orders that have ended.
        if (order := self._snapshot().state.orders.get(order_id)) is not None:
            return to_placed_order(order)
        return call(self._queries.order(self.account_id, order_id))

    def recent_orders(self) -> list[PlacedOrder]:
        """Return the live orders and those that ended within the last 24 hours, as
        `GET /broker/orders` does."""
        return list(call(self._queries.orders(self.account_id)))

    def all_orders(self) -> list[PlacedOrder]:
        """Return every order of the account, in the order in which they were placed."""
        state = self._snapshot().state
        return [to_placed_order(each) for each in state.orders.values()]

    def positions(self) -> Sequence[Position]:
        """Return the open positions."""
        return self._queries.positions(self.account_id)

    def position(self, symbol: str) -> Position | None:
        """Return the open position of a symbol, or None."""
        account = self._snapshot()
        position = account.position(symbol)
        return None if position is None else to_open_position(account, position)

    def executions(self) -> list[Execution]:
        """Return all executions in the order of the events."""
        executions = (each.execution for each in self._broker.entries)
        return [to_execution(each) for each in executions if each is not None]

    def ledger(self) -> list[CashLine]:
        """Return all cash lines in the order of the events."""
        return [to_cash_line(each) for each in self._snapshot().state.cash]

    def equity(self) -> EquityData:
        """Return the account's money at the last prices."""
        return self._queries.equity(self.account_id)

    def account(self) -> AccountMetainfo:
        """Return the account's id, name and currency."""
        return self._queries.account(self.account_id)

    def broker_events(self, since: int = 0) -> list[BrokerEvent]:
        """Return the events after number `since`, as `GET /broker/events` returns them."""
        return list(call(self._queries.events(self.account_id, since, 1 << 62)))

    def _snapshot(self) -> EngineSnapshot:
        return self._broker.snapshot(self.account_id)
