"""The documents of Alpaca's market data, in REST responses and in streams.

Times are aware datetimes: JSON has them as RFC 3339, MessagePack as its timestamp extension."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal, NotRequired, TypedDict

from pydantic import BaseModel, ConfigDict, Field

SYMBOLS_MAX = 500
LIMIT_MAX = 10_000


class BarDocument(TypedDict):
    """Open, high, low, close and volume of an interval that begins at `t`. `n` counts trades, `vw`
    is their average price."""

    t: datetime
    o: float
    h: float
    l: float  # noqa: E741, Alpaca's name
    c: float
    v: float
    n: int
    vw: float


QuoteDocument = TypedDict(
    "QuoteDocument",
    {
        "t": datetime,
        "ap": float,
        "as": float,
        "bp": float,
        "bs": float,
        "ax": NotRequired[str],
        "bx": NotRequired[str],
        "c": NotRequired[list[str]],
        "z": NotRequired[str],
    },
)
"""The best ask and bid, with their sizes. Only those of stocks have exchanges, conditions and a
tape."""


class TradeDocument(TypedDict):
    """A trade. Stocks have an exchange, conditions and a tape; crypto has `tks`, the side of the
    aggressor, `B` or `S`."""

    t: datetime
    p: float
    s: float
    i: int
    x: NotRequired[str]
    c: NotRequired[list[str]]
    z: NotRequired[str]
    tks: NotRequired[str]


class LevelDocument(TypedDict):
    """A price of an order book, and the size at it."""

    p: float
    s: float


class OrderBookDocument(TypedDict):
    """The best levels of both sides, best first."""

    t: datetime
    b: list[LevelDocument]
    a: list[LevelDocument]


class SnapshotDocument(TypedDict, total=False):
    """The latest data of one symbol. Data that it does not have is left out."""

    latestTrade: TradeDocument
    latestQuote: QuoteDocument
    minuteBar: BarDocument
    dailyBar: BarDocument
    prevDailyBar: BarDocument


class _Query(BaseModel):
    """The parameters of a request. Unknown ones are ignored, as Alpaca does."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class LatestQuery(_Query):
    """The symbols whose latest data is requested. Every feed shows the one market."""

    symbols: str = Field(min_length=1, max_length=32_768)
    currency: Literal["USD"] = "USD"


class HistoryQuery(_Query):
    """A window of quotes or trades. `start` and `end` are inclusive."""

    start: str | None = Field(None, max_length=64)
    end: str | None = Field(None, max_length=64)
    limit: int = Field(1_000, ge=1, le=LIMIT_MAX)
    page_token: str | None = Field(None, max_length=512)
    sort: Literal["asc", "desc"] = "asc"
    currency: Literal["USD"] = "USD"


class HistoryOfSymbolsQuery(HistoryQuery):
    """A window of quotes or trades of several symbols, separated by commas."""

    symbols: str = Field(min_length=1, max_length=32_768)


class BarsQuery(HistoryQuery):
    """A window of bars. Without `start` it has the latest `limit` bars.

    Bars are served as they are stored, whatever adjustment is named: no corporate actions are
    known."""

    timeframe: str = Field(max_length=16)
    adjustment: str = Field("raw", pattern=r"^(raw|split|dividend|spin-off|all)(,[a-z,-]*)?$")


class BarsOfSymbolsQuery(BarsQuery):
    """A window of bars of several symbols, separated by commas."""

    symbols: str = Field(min_length=1, max_length=32_768)


_Symbols = Annotated[Sequence[Annotated[str, Field(max_length=64)]], Field(max_length=2_000)]


class StreamRequest(BaseModel):
    """A message of a stream's client: `auth`, `subscribe` or `unsubscribe`."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)

    action: str = Field(max_length=64)
    key: str | None = Field(None, max_length=256)
    secret: str | None = Field(None, max_length=256)
    trades: _Symbols = ()
    quotes: _Symbols = ()
    bars: _Symbols = ()
    updatedBars: _Symbols = ()
    dailyBars: _Symbols = ()
    orderbooks: _Symbols = ()
    statuses: _Symbols = ()
    lulds: _Symbols = ()
