"""Tools that read the market: search, quote, bars."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from trading_api.models.mcp.values import (
    SignedDecimalText,
    TimeText,
    ToolArguments,
    ToolResult,
    ToolSymbol,
    ToolTime,
)

SEARCH_MAX = 50
QUOTES_MAX = 20
BARS_MAX = 500

MarketStateText = Literal["starting", "open", "closed", "stale"]


class SearchArguments(ToolArguments):
    """What to search for."""

    text: Annotated[
        str,
        Field(max_length=64, description="A part of a symbol or of its description; empty for all"),
    ] = ""
    exchange: Annotated[
        str, Field(max_length=64, description="Only instruments of this exchange")
    ] = ""
    type: Annotated[
        str, Field(max_length=64, description="Only this type: stock, forex, crypto or another")
    ] = ""
    limit: Annotated[int, Field(ge=1, le=SEARCH_MAX, strict=True)] = 10


class FoundInstrument(ToolResult):
    """One instrument. Order prices are multiples of `tick_size`, quantities of `quantity_step`."""

    symbol: str
    exchange: str
    description: str
    type: str
    currency: str
    tick_size: SignedDecimalText
    quantity_step: SignedDecimalText
    quantity_max: SignedDecimalText
    resolutions: Annotated[
        list[str], Field(description="The resolutions that the tool `bars` accepts")
    ]


class SearchResult(ToolResult):
    """The instruments that were found, the best match first."""

    instruments: list[FoundInstrument]


class QuoteArguments(ToolArguments):
    """The symbols whose quotes to read."""

    symbols: Annotated[list[ToolSymbol], Field(min_length=1, max_length=QUOTES_MAX)]


class InstrumentQuote(ToolResult):
    """The best bid and ask of a symbol, and its last trade."""

    symbol: str
    time: TimeText
    bid: SignedDecimalText
    bid_size: SignedDecimalText
    ask: SignedDecimalText
    ask_size: SignedDecimalText
    last: SignedDecimalText
    market: Annotated[
        MarketStateText,
        Field(description="stale: prices are out of date and cannot be traded on"),
    ]
    reason: Annotated[str | None, Field(description="Why the market is not open")] = None


class QuoteResult(ToolResult):
    """One quote for each symbol, in the order of the arguments."""

    quotes: list[InstrumentQuote]


class BarsArguments(ToolArguments):
    """Which bars to read."""

    symbol: ToolSymbol
    resolution: Annotated[
        str,
        Field(
            min_length=1,
            max_length=8,
            description="The length of a bar: minutes (1, 5, 60), or 1D, 1W, 1M",
            examples=["1D"],
        ),
    ]
    end: Annotated[
        ToolTime | None, Field(description="Only bars before this time; now by default")
    ] = None
    start: Annotated[
        ToolTime | None,
        Field(description="Only bars from this time on; without it, as many as `limit`"),
    ] = None
    limit: Annotated[
        int, Field(ge=1, le=BARS_MAX, strict=True, description="The newest bars are returned")
    ] = 100


class InstrumentBar(ToolResult):
    """One bar. `time` is its start. The last one may still be forming."""

    time: TimeText
    open: SignedDecimalText
    high: SignedDecimalText
    low: SignedDecimalText
    close: SignedDecimalText
    volume: SignedDecimalText


class BarsResult(ToolResult):
    """Bars, the oldest first."""

    symbol: str
    resolution: str
    bars: list[InstrumentBar]
