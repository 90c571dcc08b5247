"""Windows of history, however wide, without holding up the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from trading_api.modules.datafeed.market.resolution import DAY_MS, length_ms
from trading_api.modules.datafeed.market.source import AHEAD_MS, MarketBar, MarketSource
from trading_api.shared.errors import Invalid

WINDOW_BARS_MAX = 20_000
_EARLIEST_MS = -2_208_988_800_000
"""1900. Days since then are few enough to be asked for at once."""
_CHUNK_BARS = 100


async def history(
    source: MarketSource,
    symbol: str,
    resolution: str,
    start_ms: int,
    end_ms: int,
    count_back: int = 0,
) -> list[MarketBar]:
    """As `MarketSource.bars`, asked for a piece at a time. Raises Invalid for a window that could
    hold more than WINDOW_BARS_MAX."""
    end_ms = min(end_ms, source.now_ms + AHEAD_MS + 1)
    bar_ms = length_ms(resolution) or 30 * DAY_MS
    start_ms = max(start_ms, _EARLIEST_MS)
    if bar_ms < DAY_MS and (end_ms - start_ms) // bar_ms > WINDOW_BARS_MAX:
        raise Invalid(
            f"The window could hold more than {WINDOW_BARS_MAX} bars; ask for less at once.",
            "window_too_large",
        )
    bars: list[MarketBar] = []
    for chunk_ms in range(start_ms, end_ms, bar_ms * _CHUNK_BARS):
        chunk_end_ms = min(chunk_ms + bar_ms * _CHUNK_BARS, end_ms)
        bars += source.bars(symbol, resolution, chunk_ms, chunk_end_ms)
        await asyncio.sleep(0)
    older = await _older(source, symbol, resolution, min(start_ms, end_ms), count_back - len(bars))
    return older + bars


async def in_pieces(bars: list[MarketBar]) -> AsyncIterator[MarketBar]:
    """One after the other; others get their turn now and then."""
    for number, bar in enumerate(bars, start=1):
        yield bar
        if number % _CHUNK_BARS == 0:
            await asyncio.sleep(0)


async def _older(
    source: MarketSource, symbol: str, resolution: str, before_ms: int, count: int
) -> list[MarketBar]:
    older: list[MarketBar] = []
    while len(older) < count:
        wanted = min(count - len(older), _CHUNK_BARS)
        chunk = source.bars(symbol, resolution, before_ms, before_ms, wanted)
        if not chunk:
            break
        older = chunk + older
        before_ms = chunk[0].time_ms
        await asyncio.sleep(0)
    return older
