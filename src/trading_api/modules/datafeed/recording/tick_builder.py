"""Makes the ticks of a recording from the quotes and trades that a source reports."""

from __future__ import annotations

from typing import Literal

from trading_api.domain.instrument import Instrument
from trading_api.domain.market_update import VenueTrade
from trading_api.domain.quote import Quote
from trading_api.modules.datafeed.recording.tick_columns import Tick, TickFlag, size_scale

_NUMBER_MAX = 10**18
# Plain integers: the operators of IntFlag are slow.
_TOUCH, _LAST, _TRADE = int(TickFlag.TOUCH), int(TickFlag.LAST), int(TickFlag.TRADE)
_NUMBER, _TEXT, _VENUE_TIME = int(TickFlag.NUMBER), int(TickFlag.TEXT), int(TickFlag.VENUE_TIME)
_BUYER, _SELLER, _MARK = int(TickFlag.BUYER), int(TickFlag.SELLER), int(TickFlag.MARK)


class TickBuilder:
    """Compares each quote of one symbol with the one before it. Prices that are off the grid of the
    instrument are rounded down to it."""

    def __init__(self, instrument: Instrument) -> None:
        self._price_scale, self._min_move = instrument.price_scale, instrument.min_move
        self._size_scale = size_scale(instrument)
        self._before = Tick(0, 0, 0, 0, 0, 0, 0)

    def quoted(self, quote: Quote, trade: VenueTrade | None, mark: TickFlag) -> Tick:
        """Return the tick of a quote. `mark` is 0, or the START or RESTORED that it brings."""
        before, scale, move = self._before, self._price_scale, self._min_move
        bid, ask = int(quote.bid * scale) // move, int(quote.ask * scale) // move
        last, sizes = int(quote.last * scale) // move, self._size_scale
        bid_size, ask_size = int(quote.bid_size * sizes), int(quote.ask_size * sizes)
        last_size = int(quote.last_size * sizes)
        flags = int(mark)
        if (
            bid != before.bid
            or ask != before.ask
            or bid_size != before.bid_size
            or ask_size != before.ask_size
        ):
            flags |= _TOUCH
        if last != before.last:
            flags |= _LAST
        if last_size:
            flags |= _TRADE
        time_ms = max(quote.time_ms, before.time_ms)
        tick = Tick(flags, time_ms, bid, ask, bid_size, ask_size, last, last_size, 0, time_ms)
        if trade is not None:
            _identify(tick, trade)
        self._before = tick
        return tick

    def marked(
        self, mark: Literal[TickFlag.LOST, TickFlag.RESTORED], time_ms: int, reason: str = ""
    ) -> Tick:
        """Return a mark, which repeats the quote before it."""
        before = self._before
        flags = _MARK | int(mark) | (_TEXT if reason else 0)
        time_ms = max(time_ms, before.time_ms)
        self._before = Tick(
            flags,
            time_ms,
            before.bid,
            before.ask,
            before.bid_size,
            before.ask_size,
            before.last,
            venue_ms=time_ms,
            text=reason,
        )
        return self._before


def _identify(tick: Tick, trade: VenueTrade) -> None:
    if trade.time_ms != tick.time_ms:
        tick.flags |= _VENUE_TIME
        tick.venue_ms = trade.time_ms
    if trade.aggressor is not None:
        tick.flags |= _BUYER if trade.aggressor == 1 else _SELLER
    number = int(trade.id) if trade.id.isascii() and trade.id.isdigit() else -1
    if 0 <= number < _NUMBER_MAX and str(number) == trade.id:
        tick.flags |= _NUMBER
        tick.trade_number = number
    elif trade.id:
        tick.flags |= _TEXT
        tick.text = trade.id
