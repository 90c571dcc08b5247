"""Market data.

Generated from openapi.json and asyncapi.json by `make generate-python-client`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from trading_api_client.models.base import Model, convert_alternative
from trading_api_client.models.enums import Side


class AdvanceClockRequest(Model, frozen=True, kw_only=True):
    """How far to advance the clock. Exactly one of the two fields is required."""

    by_ms: int | None = None
    to_ms: int | None = None


class Bar(Model, frozen=True, kw_only=True):
    """Open, high, low, close and volume of the interval from `time`, in ms since 1970."""

    time: int
    open: float
    high: float
    low: float
    close: float
    volume: float


class ClockResponse(Model, frozen=True, kw_only=True):
    """The current time of the clock, in ms since 1970.

    `market` is the market's state, as in the health of the datafeed. After the end of a replay it
    is `closed`."""

    now_ms: int
    market: str


class Exchange(Model, frozen=True, kw_only=True):
    """An exchange that the symbol search can filter by."""

    value: str
    name: str
    desc: str


class SymbolType(Model, frozen=True, kw_only=True):
    """A type of symbols that the symbol search can filter by."""

    name: str
    value: str


class DatafeedConfiguration(Model, frozen=True, kw_only=True):
    """TradingView's configuration of a datafeed."""

    exchanges: list[Exchange]
    symbols_types: list[SymbolType]
    supported_resolutions: list[str]
    supports_marks: bool = False
    supports_timescale_marks: bool = False
    supports_time: bool = True


class DatafeedHealthResponse(Model, frozen=True, kw_only=True):
    """The state of the market source. `market` is `starting`, `open`, `closed` or `silent`.

    `message` is the reason for `closed` and `silent`. In an `open` market it names the symbols
    that are silent while others trade."""

    status: str
    market: str
    message: str
    symbols: int


class ErrorResponse(Model, frozen=True, kw_only=True):
    """The body of every error response."""

    detail: str
    code: str


class GetBarsResponse(Model, frozen=True, kw_only=True):
    """Bars of a symbol. `no_data` is true only where no older bars exist.

    `next_time` is the time of the next older bar, in ms since 1970, where the requested interval
    has no bars."""

    bars: list[Bar]
    no_data: bool
    next_time: int | None = None


class GetQuotesRequest(Model, frozen=True, kw_only=True):
    """The symbols whose quotes are requested."""

    symbols: list[str]


class JumpRequest(Model, frozen=True, kw_only=True):
    """How far to move forward. Exactly one of the two fields is required. `by_ms` moves at least to
    the next tick, and at most to the end."""

    by_ms: int | None = None
    to_ms: int | None = None


class OrderbookLevel(Model, frozen=True, kw_only=True):
    """The volume that is offered at one price."""

    price: float
    volume: float


class Orderbook(Model, frozen=True, kw_only=True):
    """The best levels of the order book. Each update replaces the previous one."""

    snapshot: Literal[True] = True
    asks: list[OrderbookLevel]
    bids: list[OrderbookLevel]


class QuoteError(Model, frozen=True, kw_only=True):
    """The reason why a symbol has no quote."""

    error: str


class QuoteValues(Model, frozen=True, kw_only=True):
    """The values of a quote. `ch` and `chp` (percent) compare `lp` with the previous close."""

    lp: float
    ask: float
    bid: float
    spread: float
    open_price: float
    high_price: float
    low_price: float
    prev_close_price: float
    volume: float
    ch: float
    chp: float
    short_name: str
    exchange: str
    description: str
    original_name: str


if TYPE_CHECKING:
    QuoteDataV = QuoteValues | QuoteError
else:  # msgspec decodes no union of structs without tags
    QuoteDataV = Any


class QuoteData(Model, frozen=True, kw_only=True):
    """The quote of a symbol. `n` is the name as the client spelled it.

    `v` is the error where `s` is `error`."""

    s: Literal["ok", "error"]
    n: str
    v: QuoteDataV

    def __post_init__(self) -> None:
        convert_alternative(self, "v", QuoteValues, QuoteError)


class ReplayRequest(Model, frozen=True, kw_only=True):
    """What to change: at least one of the two. `speed` is how much faster than the wall clock the
    market is played. `state` also ends a jump that is under way."""

    state: Literal["playing", "paused"] | None = None
    speed: float | None = None


class ReplayState(Model, frozen=True, kw_only=True):
    """What the time of the market does. Times are in ms since 1970.

    `source` is where the prices come from. A market that is `live` follows the wall clock, and
    cannot be controlled; `speed` is 1 then. `controllable` is whether the market can be paused and
    moved forward, and `reason` says why not. A recording has an end, `end_ms`. `jump_to_ms` is
    where a jump that is under way ends."""

    source: Literal["replay", "simulator", "live"]
    state: Literal["playing", "paused", "ended", "live"]
    controllable: bool
    reason: str | None = None
    speed: float
    now_ms: int
    start_ms: int | None = None
    end_ms: int | None = None
    jump_to_ms: int | None = None


class SearchSymbolResultItem(Model, frozen=True, kw_only=True):
    """A symbol that the search found. `full_name` is `EXCHANGE:SYMBOL`."""

    symbol: str
    full_name: str
    description: str
    exchange: str
    ticker: str
    type: str


class SymbolInfo(Model, frozen=True, kw_only=True):
    """TradingView's LibrarySymbolInfo. A tick is `minmov / pricescale`.

    `session_holidays` lists days such as 20241129, and `corrections` hours of a day such as
    0930-1300:20241129. Both are empty where they are unknown. `seconds_multipliers` lists the
    numbers of seconds of the resolutions that are served directly, such as 5 for 5S."""

    name: str
    ticker: str
    description: str
    exchange: str
    listed_exchange: str
    type: str
    session: str
    timezone: str
    session_holidays: str = ""
    corrections: str = ""
    minmov: int
    pricescale: int
    format: Literal["price", "volume"] = "price"
    has_intraday: bool
    has_seconds: bool
    seconds_multipliers: list[str]
    has_daily: bool
    has_weekly_and_monthly: bool
    supported_resolutions: list[str]
    volume_precision: int
    data_status: Literal["streaming", "endofday", "delayed_streaming"] = "streaming"
    currency_code: str


class Trade(Model, frozen=True, kw_only=True):
    """A trade of the market. `side` is the aggressor's: 1 bought, -1 sold.

    A trade at the ask has a buying aggressor, one at the bid a selling one. Between them the
    direction of the last price change decides. `side` is left out where it is unknown."""

    symbol: str
    price: float
    qty: float
    time: int
    side: Side | None = None
