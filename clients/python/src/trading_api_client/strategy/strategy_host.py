"""The interface between a strategy and what runs it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from trading_api_client.models import Brackets, EquityData, PlacedOrder, Position, PreOrder
from trading_api_client.strategy.market_data import BarHistory, TopOfBook


class StrategyHost(Protocol):
    """Runs a strategy on one account: `Live` on a server, `Backtest` on recorded data.

    A command returns once it is executed, and later queries include it. A rejected command raises
    Refused. A host calls the callbacks of a strategy one after another, never within a command."""

    @property
    def now_ms(self) -> int:
        """The market time, in ms since 1970."""
        ...

    def place_order(self, order: PreOrder) -> PlacedOrder: ...

    def modify_order(self, order_id: str, order: PreOrder) -> PlacedOrder: ...

    def cancel_order(self, order_id: str) -> None: ...

    def close_position(self, symbol: str, amount: float | None) -> None: ...

    def reverse_position(self, symbol: str) -> None: ...

    def edit_brackets(self, symbol: str, brackets: Brackets) -> None: ...

    def history(self, symbol: str, resolution: str, count: int) -> BarHistory:
        """Return the last `count` closed bars, or fewer if there are fewer."""
        ...

    def position(self, symbol: str) -> Position | None: ...

    def positions(self) -> Sequence[Position]: ...

    def orders(self) -> Sequence[PlacedOrder]:
        """Return the orders that can still change."""
        ...

    def order(self, order_id: str) -> PlacedOrder:
        """Return one order, live or ended. Raises Refused with `order_not_found`."""
        ...

    def equity(self) -> EquityData: ...

    def quote(self, symbol: str) -> TopOfBook: ...

    def stop(self) -> None:
        """End the run once the present callback has returned."""
        ...
