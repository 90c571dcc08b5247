"""A live account and its market, behind the interface that a strategy uses."""

from __future__ import annotations

from collections.abc import Sequence

from trading_api_client.client import Client
from trading_api_client.models import Brackets, EquityData, PlacedOrder, Position, PreOrder
from trading_api_client.strategy.bar_buffer import BarBuffer
from trading_api_client.strategy.live_account import LiveAccount
from trading_api_client.strategy.live_bars import LiveBars
from trading_api_client.strategy.market_data import BarHistory, TopOfBook
from trading_api_client.strategy.spelling import bare_symbol, canonical_resolution


class LiveHost:
    """Implements StrategyHost on a server.

    A command returns once its events have been read, so that `position` counts it. `bars` has the
    bars to which the strategy subscribes."""

    def __init__(self, client: Client, account: LiveAccount) -> None:
        self._client = client
        self.account = account
        self.bars: dict[tuple[str, str], LiveBars] = {}
        self.is_stopped = False

    @property
    def now_ms(self) -> int:
        return self._client.now_ms()

    def place_order(self, order: PreOrder) -> PlacedOrder:
        placed = self._client.send_order(order)
        self.account.synchronize(placed.seq or 0)
        return self.account.order(placed.orderId)

    def modify_order(self, order_id: str, order: PreOrder) -> PlacedOrder:
        self.account.synchronize(self._client.replace_order(order_id, order).seq or 0)
        return self.account.order(order_id)

    def cancel_order(self, order_id: str) -> None:
        self.account.synchronize(self._client.cancel_order(order_id).seq or 0)

    def close_position(self, symbol: str, amount: float | None) -> None:
        self.account.synchronize(self._client.close_position(symbol, amount).seq or 0)

    def reverse_position(self, symbol: str) -> None:
        self.account.synchronize(self._client.reverse_position(symbol).seq or 0)

    def edit_brackets(self, symbol: str, brackets: Brackets) -> None:
        done = self._client.edit_brackets(
            symbol,
            take_profit=brackets.takeProfit,
            stop_loss=brackets.stopLoss,
            trailing_stop_pips=brackets.trailingStopPips,
        )
        self.account.synchronize(done.seq or 0)

    def history(self, symbol: str, resolution: str, count: int) -> BarHistory:
        followed = self.bars.get((bare_symbol(symbol), canonical_resolution(resolution)))
        if followed is not None:
            return followed.history(count)
        # The last bar of another symbol may still be forming.
        bars = self._client.history(symbol, resolution, count=count + 1)[:-1]
        return BarBuffer(bars).last(count)

    def position(self, symbol: str) -> Position | None:
        return self.account.position(symbol)

    def positions(self) -> Sequence[Position]:
        return self.account.positions()

    def orders(self) -> Sequence[PlacedOrder]:
        return self.account.orders()

    def order(self, order_id: str) -> PlacedOrder:
        return self.account.order(order_id)

    def equity(self) -> EquityData:
        return self._client.equity()

    def quote(self, symbol: str) -> TopOfBook:
        values = self._client.quote(symbol)
        return TopOfBook(bare_symbol(symbol), values.bid, values.ask, values.lp)

    def stop(self) -> None:
        self.is_stopped = True
