"""The closed bars of a live strategy."""

from __future__ import annotations

from trading_api_client.client import Client
from trading_api_client.models import Bar
from trading_api_client.strategy.bar_buffer import BarBuffer
from trading_api_client.strategy.market_data import BarHistory, ClosedBar
from trading_api_client.strategy.retried_read import read_with_retries

_COUNT = 2


class LiveBars:
    """The closed bars of one symbol and resolution, each delivered once and in order.

    A bar is closed when the first tick of a later bar arrives. The bars are read from history, so
    bars that closed during an outage are not missing."""

    def __init__(self, client: Client, symbol: str, resolution: str) -> None:
        self._client = client
        self._symbol = symbol
        self._resolution = resolution
        self._forming_ms: int | None = None
        self._end_ms: int | None = None
        """The end of what has been delivered, or None before `begin`."""
        self._buffer = BarBuffer()
        self._has_all = False

    def begin(self, forming: Bar) -> None:
        """Begin with the first forming bar. The bars before it are history."""
        self._forming_ms = self._end_ms = forming.time

    def closed_by(self, forming: Bar) -> list[ClosedBar]:
        """Return the bars that closed before the forming bar began and have not been returned yet.
        Call it after `begin`."""
        assert self._forming_ms is not None
        closed = self._read_between(self._forming_ms, forming.time)
        self._forming_ms = forming.time
        return [
            ClosedBar(
                self._symbol, self._resolution, b.time, b.open, b.high, b.low, b.close, b.volume
            )
            for b in closed
        ]

    def deliver(self, bar: ClosedBar) -> None:
        """Append a closed bar to the history."""
        self._end_ms = bar.time + 1
        if self._has_all or len(self._buffer):
            self._buffer.append(bar)

    def history(self, count: int) -> BarHistory:
        """Return the last `count` bars that were delivered or had closed before the start."""
        missing = count - len(self._buffer)
        if missing > 0 and not self._has_all:
            end = self._buffer.first_time
            older = self._read_last(self._end_ms if end is None else end, missing)
            self._buffer.prepend(older)
            self._has_all = len(older) < missing
        return self._buffer.last(count)

    def _read_between(self, start_ms: int, end_ms: int) -> list[Bar]:
        if end_ms <= start_ms:
            return []
        count = _COUNT
        while True:
            bars = self._read_last(end_ms, count)
            if len(bars) < count or bars[0].time <= start_ms:
                return [bar for bar in bars if bar.time >= start_ms]
            count *= 4

    def _read_last(self, end_ms: int | None, count: int) -> list[Bar]:
        symbol, resolution = self._symbol, self._resolution
        return read_with_retries(
            lambda: self._client.history(symbol, resolution, end=end_ms, count=count)
        )
