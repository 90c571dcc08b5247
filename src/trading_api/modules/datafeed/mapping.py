"""Maps the market's domain values to wire models."""

from collections.abc import Iterable, Sequence

from trading_api.domain.bar import Bar
from trading_api.domain.instrument import Instrument, full_name
from trading_api.domain.order_book import OrderBook, PriceLevel
from trading_api.domain.quote import Quote
from trading_api.domain.trade import Trade
from trading_api.models.market import Bar as WireBar
from trading_api.models.market import (
    Orderbook,
    OrderbookLevel,
    QuoteData,
    QuoteError,
    QuoteValues,
    SearchSymbolResultItem,
    SymbolInfo,
    UdfHistory,
)
from trading_api.models.market import Trade as WireTrade
from trading_api.modules.datafeed.history import History


def to_bar(bar: Bar, instrument: Instrument) -> WireBar:
    return WireBar(
        time=bar.time_ms,
        open=to_price(bar.open, instrument),
        high=to_price(bar.high, instrument),
        low=to_price(bar.low, instrument),
        close=to_price(bar.close, instrument),
        volume=bar.volume / instrument.volume_scale,
    )


def to_price(ticks: int, instrument: Instrument) -> float:
    """Return the double nearest to the exact price."""
    return ticks * instrument.min_move / instrument.price_scale


_NO_BAR = Bar(0, 0, 0, 0, 0, 0)


def to_quote_data(
    name: str, instrument: Instrument, quote: Quote, days: Sequence[Bar]
) -> QuoteData:
    """Map a quote. `days` are the daily bar before the forming one, where there is one, and the
    forming one. A live market has no bar before its first report, and may have no price."""
    day = days[-1] if days else _NO_BAR
    before = days[0].close * instrument.tick_size if len(days) > 1 else quote.last
    change = quote.last - before
    return QuoteData(
        s="ok",
        n=name,
        v=QuoteValues(
            lp=float(quote.last),
            bid=float(quote.bid),
            ask=float(quote.ask),
            spread=float(quote.ask - quote.bid),
            open_price=to_price(day.open, instrument),
            high_price=to_price(day.high, instrument),
            low_price=to_price(day.low, instrument),
            prev_close_price=float(before),
            volume=day.volume / instrument.volume_scale,
            ch=float(change),
            chp=round(float(change / before * 100), 4) if before else 0.0,
            short_name=instrument.symbol,
            exchange=instrument.exchange,
            description=instrument.description,
            original_name=full_name(instrument),
        ),
    )


def to_quote_error(name: str) -> QuoteData:
    return QuoteData(s="error", n=name, v=QuoteError(error="unknown_symbol"))


def to_trade(trade: Trade) -> WireTrade:
    return WireTrade(
        symbol=trade.symbol,
        price=float(trade.price),
        qty=float(trade.quantity),
        time=trade.time_ms,
        side=trade.aggressor,
    )


def to_orderbook(book: OrderBook) -> Orderbook:
    return Orderbook(asks=_levels(book.asks), bids=_levels(reversed(book.bids)))


def _levels(levels: Iterable[PriceLevel]) -> list[OrderbookLevel]:
    return [OrderbookLevel(price=float(level.price), volume=float(level.size)) for level in levels]


def to_udf_history(history: History) -> UdfHistory:
    bars, instrument, next_ms = history.bars, history.instrument, history.next_ms
    return UdfHistory(
        s="ok" if bars else "no_data",
        t=[bar.time_ms // 1_000 for bar in bars],
        o=[to_price(bar.open, instrument) for bar in bars],
        h=[to_price(bar.high, instrument) for bar in bars],
        l=[to_price(bar.low, instrument) for bar in bars],
        c=[to_price(bar.close, instrument) for bar in bars],
        v=[bar.volume / instrument.volume_scale for bar in bars],
        nextTime=None if next_ms is None else next_ms // 1_000,
    )


def to_symbol_info(instrument: Instrument, resolutions: list[str]) -> SymbolInfo:
    seconds = [name.removesuffix("S") for name in resolutions if name.endswith("S")]
    return SymbolInfo(
        name=instrument.symbol,
        ticker=full_name(instrument),
        description=instrument.description,
        exchange=instrument.exchange,
        listed_exchange=instrument.exchange,
        type=instrument.type,
        session=instrument.session,
        timezone=instrument.timezone,
        session_holidays=instrument.holidays,
        corrections=instrument.corrections,
        minmov=instrument.min_move,
        pricescale=instrument.price_scale,
        has_intraday=any(name.isdigit() for name in resolutions),
        has_seconds=seconds != [],
        seconds_multipliers=seconds,
        has_daily="1D" in resolutions,
        has_weekly_and_monthly={"1W", "1M"} <= set(resolutions),
        supported_resolutions=resolutions,
        volume_precision=len(str(instrument.volume_scale)) - 1,
        currency_code=instrument.currency,
    )


def to_search_result(instrument: Instrument) -> SearchSymbolResultItem:
    return SearchSymbolResultItem(
        symbol=instrument.symbol,
        full_name=full_name(instrument),
        description=instrument.description,
        exchange=instrument.exchange,
        ticker=full_name(instrument),
        type=instrument.type,
    )
