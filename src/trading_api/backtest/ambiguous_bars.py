"""Counts the bars whose result depends on the assumed order of their prices."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from trading_api.domain.bar import Bar
from trading_api.domain.orders import OrderType, Side
from trading_api.modules.broker.engine.events import OrderCanceled, OrderFilled
from trading_api.modules.broker.engine.order import Order
from trading_api.modules.broker.journal.journal import JournalEntry
from trading_api.modules.datafeed.replay.bar_track import BarTrack


class AmbiguousBars:
    """The recorded bars that filled one bracket of a position, and whose prices also reached the
    other one.

    The brackets are a take-profit and a stop. A bar does not show which extreme came first. Where
    it reached both brackets, the assumed order decides between a profit and a loss."""

    def __init__(self, tracks: Sequence[BarTrack]) -> None:
        self._tracks = {each.instrument.symbol: each for each in tracks}
        # By symbol and number of the bar.
        self._bars: set[tuple[str, int]] = set()

    def __len__(self) -> int:
        return len(self._bars)

    def add(self, entries: Sequence[JournalEntry]) -> None:
        """Count the bars in which events that were committed together filled a bracket."""
        filled = {
            each.event.order.symbol: each.event.order
            for each in entries
            if isinstance(each.event, OrderFilled) and each.event.order.is_bracket
        }
        if not filled:
            return
        for each in entries:
            if isinstance(each.event, OrderCanceled) and each.event.order.is_bracket:
                order = each.event.order
                if (other := filled.get(order.symbol)) and _are_opposite(order, other):
                    self._add_if_reached(order)

    def _add_if_reached(self, order: Order) -> None:
        track = self._tracks.get(order.symbol)
        if track is None:
            return
        number, bar = track.bar
        if _reaches(bar, track.instrument.tick_size, order):
            self._bars.add((order.symbol, number))


def _are_opposite(canceled: Order, filled: Order) -> bool:
    """Return whether one is a take-profit and the other a stop."""
    return (canceled.type is OrderType.LIMIT) != (filled.type is OrderType.LIMIT)


def _reaches(bar: Bar, tick_size: Decimal, order: Order) -> bool:
    """Return whether a quote within a bar reaches a bracket. The bid is one tick below the last
    price, the ask one tick above."""
    lowest, highest = bar.low * tick_size, bar.high * tick_size
    if order.limit_price is not None:
        if order.side is Side.SELL:
            return highest - tick_size >= order.limit_price
        return lowest + tick_size <= order.limit_price
    if order.stop_price is None:
        return False
    if order.side is Side.SELL:
        return lowest - tick_size <= order.stop_price
    return highest + tick_size >= order.stop_price
