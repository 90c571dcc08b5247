"""The exchange of a backtest, as a strategy sees it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import msgspec

from trading_api.backtest.session import BacktestSession
from trading_api.errors import ApiError
from trading_api_client.errors import Refused
from trading_api_client.models import Brackets, EquityData, PlacedOrder, Position, PreOrder
from trading_api_client.strategy.market_data import BarHistory, TopOfBook
from trading_api_client.strategy.run_record import Rejection
from trading_api_client.strategy.session_models import (
    position_converter,
    to_equity,
    to_order,
    to_refused,
    to_server_brackets,
    to_server_order,
    translated_errors,
)

Answer = TypeVar("Answer")


class SessionHost:
    """Implements StrategyHost on the exchange of a backtest. `rejections` lists the rejected
    commands."""

    def __init__(self, session: BacktestSession) -> None:
        self.session = session
        self.is_stopped = False
        self.rejections: list[Rejection] = []
        self._account = session.account
        self._entries = session.events()
        self._known_entries = 0
        self._positions: dict[str, Position | None] = {}
        """The positions that are known since the last event."""
        self._to_position = position_converter(position_with(self._profit))

    @property
    def now_ms(self) -> int:
        return self.session.now_ms

    def place_order(self, order: PreOrder) -> PlacedOrder:
        placed = self._command(
            "place_order", lambda: self._account.place_order(to_server_order(order))
        )
        return self.order(placed.order_id)

    def modify_order(self, order_id: str, order: PreOrder) -> PlacedOrder:
        self._command(
            "modify_order", lambda: self._account.modify_order(order_id, to_server_order(order))
        )
        return self.order(order_id)

    def cancel_order(self, order_id: str) -> None:
        self._command("cancel_order", lambda: self._account.cancel_order(order_id))

    def close_position(self, symbol: str, amount: float | None) -> None:
        self._command("close_position", lambda: self._account.close_position(symbol, amount))

    def reverse_position(self, symbol: str) -> None:
        self._command("reverse_position", lambda: self._account.reverse_position(symbol))

    def edit_brackets(self, symbol: str, brackets: Brackets) -> None:
        self._command(
            "edit_brackets",
            lambda: self._account.edit_brackets(symbol, to_server_brackets(brackets)),
        )

    def history(self, symbol: str, resolution: str, count: int) -> BarHistory:
        # Called at each bar: a context manager would take as long as the slice.
        try:
            found = self.session.history_before_waiting(symbol, resolution, count)
        except ApiError as error:
            raise to_refused(error) from error
        return BarHistory(found.time, found.open, found.high, found.low, found.close, found.volume)

    def position(self, symbol: str) -> Position | None:
        if len(self._entries) != self._known_entries:
            self._known_entries = len(self._entries)
            self._positions.clear()
        elif symbol in self._positions:
            return self._positions[symbol]
        found = self._account.position(symbol)
        position = None if found is None else self._to_position(found)
        self._positions[symbol] = position
        return position

    def positions(self) -> Sequence[Position]:
        return [self._to_position(each) for each in self._account.positions()]

    def orders(self) -> Sequence[PlacedOrder]:
        return [to_order(each) for each in self._account.orders()]

    def order(self, order_id: str) -> PlacedOrder:
        with translated_errors():
            return to_order(self._account.order(order_id))

    def equity(self) -> EquityData:
        return to_equity(self._account.equity())

    def quote(self, symbol: str) -> TopOfBook:
        with translated_errors():
            quote = self.session.quote(symbol)
        return TopOfBook(quote.symbol, quote.bid, quote.ask, quote.last)

    def stop(self) -> None:
        self.is_stopped = True

    def _profit(self, symbol: str) -> float | None:
        position = self._account.position(symbol)
        return None if position is None else position.pl

    def _command(self, name: str, command: Callable[[], Answer]) -> Answer:
        # No idempotency key: nothing repeats a command, and recording the keys takes an eighth of
        # the time of a run.
        try:
            with translated_errors():
                return command()
        except Refused as error:
            self.rejections.append(Rejection(self.now_ms, name, error.code, error.message))
            raise


def position_with(profit: Callable[[str], float | None]) -> type[Position]:
    """Return a type of positions whose `pl` is calculated at the present price when it is read.

    A strategy asks at each bar whether it has a position, and seldom for its profit. The profit
    takes longer to calculate than everything else of a bar."""

    type_: Any = msgspec.defstruct(
        Position.__name__,
        [],
        bases=(Position,),
        namespace={"pl": property(lambda position: profit(position.symbol))},
        module=Position.__module__,
        frozen=True,
        kw_only=True,
        omit_defaults=True,
    )
    position_type: type[Position] = type_
    return position_type
