"""The exchange of a backtest, as a strategy sees it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from trading_api.backtest.session import BacktestSession
from trading_api_client.errors import Refused
from trading_api_client.models import Brackets, EquityData, PlacedOrder, Position, PreOrder
from trading_api_client.strategy.market_data import BarHistory, TopOfBook
from trading_api_client.strategy.run_record import Refusal
from trading_api_client.strategy.session_models import (
    refusals,
    to_equity,
    to_order,
    to_position,
    to_server_brackets,
    to_server_order,
)

Answer = TypeVar("Answer")


class SessionHost:
    """Implements StrategyHost on the exchange of a backtest. `refusals` has what was refused."""

    def __init__(self, session: BacktestSession) -> None:
        self.session = session
        self.is_stopped = False
        self.refusals: list[Refusal] = []
        self._account = session.account
        self._entries = session.events()
        self._known_entries = 0
        self._commands = 0
        self._flat: set[str] = set()

    @property
    def now_ms(self) -> int:
        return self.session.now_ms

    def place_order(self, order: PreOrder) -> PlacedOrder:
        placed = self._command(
            "place_order", lambda key: self._account.place_order(to_server_order(order), key)
        )
        return self.order(placed.order_id)

    def modify_order(self, order_id: str, order: PreOrder) -> PlacedOrder:
        self._command(
            "modify_order",
            lambda key: self._account.modify_order(order_id, to_server_order(order), key),
        )
        return self.order(order_id)

    def cancel_order(self, order_id: str) -> None:
        self._command("cancel_order", lambda key: self._account.cancel_order(order_id, key))

    def close_position(self, symbol: str, amount: float | None) -> None:
        self._command(
            "close_position", lambda key: self._account.close_position(symbol, amount, key)
        )

    def reverse_position(self, symbol: str) -> None:
        self._command("reverse_position", lambda key: self._account.reverse_position(symbol, key))

    def edit_brackets(self, symbol: str, brackets: Brackets) -> None:
        self._command(
            "edit_brackets",
            lambda key: self._account.edit_brackets(symbol, to_server_brackets(brackets), key),
        )

    def history(self, symbol: str, resolution: str, count: int) -> BarHistory:
        with refusals():
            found = self.session.history_columns(symbol, resolution, count)
        return BarHistory(found.time, found.open, found.high, found.low, found.close, found.volume)

    def position(self, symbol: str) -> Position | None:
        if symbol in self._flat_symbols():
            return None
        position = self._account.position(symbol)
        if position is None:
            self._flat.add(symbol)
            return None
        return to_position(position)

    def positions(self) -> Sequence[Position]:
        return [to_position(each) for each in self._account.positions()]

    def orders(self) -> Sequence[PlacedOrder]:
        return [to_order(each) for each in self._account.orders()]

    def order(self, order_id: str) -> PlacedOrder:
        with refusals():
            return to_order(self._account.order(order_id))

    def equity(self) -> EquityData:
        return to_equity(self._account.equity())

    def quote(self, symbol: str) -> TopOfBook:
        with refusals():
            quote = self.session.quote(symbol)
        return TopOfBook(quote.symbol, quote.bid, quote.ask, quote.last)

    def stop(self) -> None:
        self.is_stopped = True

    def _flat_symbols(self) -> set[str]:
        """Return the symbols that are known to have no position since the last event."""
        if len(self._entries) != self._known_entries:
            self._known_entries = len(self._entries)
            self._flat.clear()
        return self._flat

    def _command(self, name: str, command: Callable[[str], Answer]) -> Answer:
        # A key is an event, so commands have one as those of the client do.
        self._commands += 1
        try:
            with refusals():
                return command(f"command-{self._commands}")
        except Refused as refused:
            self.refusals.append(Refusal(self.now_ms, name, refused.code, refused.message))
            raise
