"""Reads windows of bars without blocking the event loop."""

from __future__ import annotations

import asyncio
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter

from trading_api.domain.bar import Bar
from trading_api.domain.instrument import Instrument
from trading_api.domain.resolution import AHEAD_MS, DAY_MS, length_ms
from trading_api.errors import Invalid
from trading_api.modules.datafeed.market.ports import MarketSource

WINDOW_BARS_MAX = 20_000
# The bars that are read without a pause. The simulator makes them in 3 ms.
_CHUNK_BARS = 1_000
_time_of = attrgetter("time_ms")


@dataclass(frozen=True, slots=True)
class History:
    """The bars of a window. `no_data` is set only where nothing older exists; `next_ms` is the next
    older bar where the window has none."""

    instrument: Instrument
    bars: Sequence[Bar]
    no_data: bool = False
    next_ms: int | None = None


async def read_history(
    source: MarketSource,
    symbol: str,
    resolution: str,
    start_ms: int,
    end_ms: int,
    count_back: int = 0,
) -> list[Bar]:
    """Return the bars of `MarketSource.bars`, read in pieces from the newest bar back. The
    cost is proportional to the bars found, however wide the window. Raises Invalid for a window of
    more than WINDOW_BARS_MAX bars."""
    before_ms = min(end_ms, source.now_ms + AHEAD_MS + 1)
    bar_ms = length_ms(resolution) or 30 * DAY_MS
    newest_first: list[list[Bar]] = []
    count = 0
    while before_ms > start_ms or count < count_back:
        wanted = max((before_ms - start_ms) // bar_ms + 1, count_back - count)
        chunk = source.bars(symbol, resolution, before_ms, before_ms, min(wanted, _CHUNK_BARS))
        if not chunk:
            break
        newest_first.append(chunk)
        count, before_ms = count + len(chunk), chunk[0].time_ms
        if count - bisect_left(chunk, start_ms, key=_time_of) > WINDOW_BARS_MAX:
            raise Invalid(
                f"The window holds more than {WINDOW_BARS_MAX} bars; ask for less at once.",
                "window_too_large",
            )
        await asyncio.sleep(0)
    bars = [bar for chunk in reversed(newest_first) for bar in chunk]
    first = bisect_left(bars, start_ms, key=_time_of)
    return bars[min(first, max(0, len(bars) - count_back)) :]
