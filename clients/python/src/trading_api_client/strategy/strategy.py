"""The base class of a trading strategy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from trading_api_client.models import (
    Brackets,
    EquityData,
    Execution,
    PlacedOrder,
    Position,
    Side,
)
from trading_api_client.strategy.market_data import BarHistory, ClosedBar, TopOfBook
from trading_api_client.strategy.order_building import (
    OrderLifetime,
    changed_order,
    new_order,
    optional_price,
)
from trading_api_client.strategy.spelling import bare_symbol
from trading_api_client.strategy.strategy_host import StrategyHost


class Strategy:
    """A strategy that runs unchanged in a backtest, on a paper account and on a live account.

    A subclass states its `symbols` and its `resolution`, or several `resolutions`. Its other class
    attributes are parameters, which `run(Cls, name=value)` and `sweep` can set. It overrides the
    callbacks that it needs.

    Callbacks run one after another on the thread that called `run`. An exception in one of them
    ends the run and leaves `run`. No callback runs within a command. The effects of an order are
    reported after the callback that placed it has returned, and before the market moves on."""

    symbols: Sequence[str] = ()
    resolution: str = "1"
    resolutions: Sequence[str] = ()

    _host: StrategyHost | None = None

    # Callbacks

    def on_start(self) -> None:
        """Prepare the run. Market data and the account are available, and orders can be placed."""

    def on_bar(self, bar: ClosedBar) -> None:
        """Handle a closed bar. The present quote is the open of the next bar."""

    def on_quote(self, quote: TopOfBook) -> None:
        """Handle a new quote. A backtest is slower if this is overridden."""

    def on_execution(self, execution: Execution) -> None:
        """Handle a fill of the account."""

    def on_order(self, order: PlacedOrder) -> None:
        """Handle the new state of an order. A fill calls `on_execution` first."""

    def on_stop(self) -> None:
        """Clean up. Called once, also after an exception and after Ctrl-C."""

    # Commands

    def buy(
        self,
        symbol: str,
        qty: float,
        *,
        limit: float | None = None,
        stop: float | None = None,
        take_profit: float | None = None,
        stop_loss: float | None = None,
        trailing: float | None = None,
        duration: OrderLifetime = None,
    ) -> PlacedOrder:
        """Place a buy order, and return its state after that.

        It is a market order. `limit`, `stop` or both make it a limit, stop or stop-limit order.
        `trailing` is a distance in pips at which the stop-loss follows the market, or the order
        itself with `stop`. `duration` is "DAY", "IOC", "FOK" or "GTC", or the time at which the
        order ends. Raises Refused."""
        order = new_order(
            symbol, Side.BUY, qty, limit, stop, take_profit, stop_loss, trailing, duration
        )
        return self._running.place_order(order)

    def sell(
        self,
        symbol: str,
        qty: float,
        *,
        limit: float | None = None,
        stop: float | None = None,
        take_profit: float | None = None,
        stop_loss: float | None = None,
        trailing: float | None = None,
        duration: OrderLifetime = None,
    ) -> PlacedOrder:
        """Place a sell order. The arguments, the result and the errors are those of `buy`."""
        order = new_order(
            symbol, Side.SELL, qty, limit, stop, take_profit, stop_loss, trailing, duration
        )
        return self._running.place_order(order)

    def modify(self, order: PlacedOrder | str, **changes: Any) -> PlacedOrder:
        """Change a working order, and return its new state.

        `changes` are `qty`, `limit`, `stop`, `take_profit`, `stop_loss`, `trailing` and `duration`,
        as in `buy`. A value that is left out stays, and None removes it. Raises Refused."""
        present = self._running.order(_order_id(order))
        return self._running.modify_order(present.id, changed_order(present, changes))

    def cancel(self, order: PlacedOrder | str) -> None:
        """Cancel a working order. Raises Refused if it has ended."""
        self._running.cancel_order(_order_id(order))

    def close(self, symbol: str, qty: float | None = None) -> None:
        """Close a position, or `qty` of it, by a market order. Raises Refused."""
        self._running.close_position(symbol, qty)

    def reverse(self, symbol: str) -> None:
        """Reverse a position by one market order of twice its size. Raises Refused."""
        self._running.reverse_position(symbol)

    def edit_brackets(
        self,
        symbol: str,
        *,
        take_profit: float | None = None,
        stop_loss: float | None = None,
        trailing: float | None = None,
    ) -> None:
        """Replace the brackets of a position. A bracket that is left out is removed.

        `trailing` is a distance in pips, and replaces `stop_loss`. Raises Refused."""
        brackets = Brackets(
            takeProfit=optional_price(take_profit),
            stopLoss=optional_price(stop_loss),
            trailingStopPips=optional_price(trailing),
        )
        self._running.edit_brackets(symbol, brackets)

    def stop(self) -> None:
        """End the run after the present callback. Orders and positions stay as they are."""
        self._running.stop()

    # The market and the account

    @property
    def now_ms(self) -> int:
        """The market time, in ms since 1970."""
        return self._running.now_ms

    def history(self, symbol: str, count: int, resolution: str | None = None) -> BarHistory:
        """Return the last `count` closed bars as numpy columns, or fewer if there are fewer.

        In `on_bar` the last of them is that bar. The default of `resolution` is the strategy's
        first one."""
        return self._running.history(symbol, resolution or self.resolution, count)

    def position(self, symbol: str) -> Position | None:
        """Return the open position in a symbol, or None."""
        return self._running.position(bare_symbol(symbol))

    def positions(self) -> Sequence[Position]:
        """Return all open positions of the account."""
        return self._running.positions()

    def order(self, order: PlacedOrder | str) -> PlacedOrder:
        """Return the present state of an order, also after it has ended. Raises Refused."""
        return self._running.order(_order_id(order))

    def orders(self, symbol: str | None = None) -> Sequence[PlacedOrder]:
        """Return the orders that can still change, of one symbol or of all."""
        bare = None if symbol is None else bare_symbol(symbol)
        orders = self._running.orders()
        return [each for each in orders if symbol is None or each.symbol == bare]

    def equity(self) -> EquityData:
        """Return the account's money at the present prices."""
        return self._running.equity()

    def quote(self, symbol: str) -> TopOfBook:
        """Return the present quote of a symbol. Raises Refused for an unknown symbol."""
        return self._running.quote(symbol)

    @property
    def _running(self) -> StrategyHost:
        if self._host is None:
            raise RuntimeError(f"{type(self).__name__} is not running; see Backtest.run, Live.run.")
        return self._host


def _order_id(order: PlacedOrder | str) -> str:
    return order if isinstance(order, str) else order.id
