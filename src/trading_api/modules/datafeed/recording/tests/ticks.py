"""Random quotes and trades of one symbol, and what a recording returns of them."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

from hypothesis import strategies as st

from trading_api.domain.instrument import Instrument
from trading_api.domain.market_update import VenueTrade
from trading_api.domain.quote import Quote
from trading_api.modules.datafeed.recording.frame_codec import FrameDecoder
from trading_api.modules.datafeed.recording.recording_files import read_frames
from trading_api.modules.datafeed.recording.recording_writer import Event, MarkEvent, QuoteEvent
from trading_api.modules.datafeed.recording.tick_columns import NO_MARK, Tick, TickFlag

DAY_MS = 86_400_000
START_MS = 1_795_910_400_000  # 2026-11-29, 00:00 UTC

BITCOIN = Instrument(
    symbol="BTCUSDT",
    description="Bitcoin",
    exchange="BINANCE",
    type="crypto",
    currency="USDT",
    price_scale=100,
    min_move=5,
    volume_scale=100_000,
    quantity_step=Decimal("0.001"),
    quantity_max=Decimal(9_000),
)
TICK = Decimal("0.05")
STEPS = st.integers(-1_000, 1_000)
SIZES = st.integers(1, 10**9)


@st.composite
def quotes(draw: st.DrawFn, time_ms: int) -> Quote:
    bid = draw(st.integers(1, 2_000_000))
    ask = bid + draw(st.integers(1, 40))
    return Quote(
        symbol=BITCOIN.symbol,
        time_ms=time_ms,
        bid=bid * TICK,
        ask=ask * TICK,
        bid_size=draw(SIZES) * BITCOIN.quantity_step,
        ask_size=draw(SIZES) * BITCOIN.quantity_step,
        last=draw(st.integers(bid, ask)) * TICK,
        last_size=Decimal(draw(st.one_of(st.just(0), SIZES))) / BITCOIN.volume_scale,
    )


@st.composite
def trades(draw: st.DrawFn, time_ms: int) -> VenueTrade:
    ids = st.one_of(st.integers(0, 10**20).map(str), st.text(max_size=5), st.just("007"))
    return VenueTrade(
        draw(ids),
        time_ms - draw(st.integers(-2_000, 2_000)),
        draw(st.sampled_from((1, -1, None))),
    )


@st.composite
def event_lists(draw: st.DrawFn, size_max: int = 40) -> list[Event]:
    """Events of two days. Some repeat the quote before them, and some are marks."""
    time_ms, events = START_MS + draw(st.integers(0, DAY_MS)), list[Event]()
    quote = draw(quotes(time_ms))
    events.append(QuoteEvent(quote, None, TickFlag.START))
    for _ in range(draw(st.integers(0, size_max))):
        time_ms += draw(st.one_of(st.integers(0, 500), st.just(3_600_000)))
        kind = draw(st.integers(0, 9))
        if kind == 0:
            reason = draw(st.text(max_size=9)) or "lost"
            events += [MarkEvent(True, time_ms, reason), MarkEvent(False, time_ms)]
            continue
        if kind > 2:
            quote = draw(quotes(time_ms))
        trade = draw(trades(time_ms)) if quote.last_size else None
        if trade == VenueTrade("", time_ms):
            trade = None  # such a trade adds nothing to its quote, and is not stored
        mark = TickFlag.START if kind == 1 else NO_MARK
        events.append(QuoteEvent(_at(quote, time_ms), trade, mark))
    return events


def read_ticks(path: Path) -> list[Tick]:
    return list(iterate_ticks(path))


def iterate_ticks(path: Path, offset: int | None = None) -> Iterator[Tick]:
    decoder = FrameDecoder()
    frames = read_frames(path) if offset is None else read_frames(path, offset)
    for frame in frames:
        if frame.begins_group:
            decoder.begin_group()
        yield from decoder.decode(frame.packed).ticks()


def to_event(tick: Tick) -> Event:
    """Return the event that was recorded as a tick."""
    flags = TickFlag(tick.flags)
    if flags & TickFlag.LOST:
        return MarkEvent(True, tick.time_ms, tick.text)
    if flags & TickFlag.MARK:
        return MarkEvent(False, tick.time_ms)
    quote = Quote(
        symbol=BITCOIN.symbol,
        time_ms=tick.time_ms,
        bid=tick.bid * TICK,
        ask=tick.ask * TICK,
        bid_size=Decimal(tick.bid_size) / BITCOIN.volume_scale,
        ask_size=Decimal(tick.ask_size) / BITCOIN.volume_scale,
        last=tick.last * TICK,
        last_size=Decimal(tick.last_size) / BITCOIN.volume_scale,
    )
    return QuoteEvent(quote, _trade(tick, flags), flags & (TickFlag.START | TickFlag.RESTORED))


def _trade(tick: Tick, flags: TickFlag) -> VenueTrade | None:
    identity = str(tick.trade_number) if flags & TickFlag.NUMBER else tick.text
    if flags & TickFlag.BUYER:
        return VenueTrade(identity, tick.venue_ms, 1)
    if flags & TickFlag.SELLER:
        return VenueTrade(identity, tick.venue_ms, -1)
    is_identified = identity or tick.venue_ms != tick.time_ms
    return VenueTrade(identity, tick.venue_ms) if is_identified else None


def _at(quote: Quote, time_ms: int) -> Quote:
    return Quote(
        quote.symbol,
        time_ms,
        quote.bid,
        quote.ask,
        quote.bid_size,
        quote.ask_size,
        quote.last,
        quote.last_size,
    )
