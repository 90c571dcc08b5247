"""The messages that a venue's connector publishes, and the requests that it answers, for every
venue and library.

Prices are in ticks of the instrument, quantities in units of `1 / volume_scale`, symbols are ours,
and times are milliseconds since 1970 by the venue's clock.
"""

from __future__ import annotations

from msgspec import Struct

from trading_api.domain.instrument import Instrument


class TradeMessage(Struct, frozen=True, array_like=True, tag="trade"):
    """A trade. `id` is unique within the symbol. `aggressor` is 1 for a buyer, -1 for a seller, 0
    where it is unknown."""

    symbol: str
    id: str
    time_ms: int
    price: int
    quantity: int
    aggressor: int = 0


class TouchMessage(Struct, frozen=True, array_like=True, tag="touch"):
    """The best bid and ask. `time_ms` is 0 where the venue sends no time with them."""

    symbol: str
    bid: int
    bid_size: int
    ask: int
    ask_size: int
    time_ms: int = 0


class DepthMessage(Struct, frozen=True, array_like=True, tag="depth"):
    """The order book: pairs of price and size, best first on both sides."""

    symbol: str
    bids: list[tuple[int, int]]
    asks: list[tuple[int, int]]


class TimeMessage(Struct, frozen=True, array_like=True, tag="time"):
    """The venue's clock, on evidence that the connection lives: sent while nothing trades."""

    time_ms: int


class ClockOffset(Struct, frozen=True, array_like=True, tag="offset"):
    """How far the venue's clock is ahead of ours, within `error_ms`."""

    offset_ms: int
    error_ms: int


class LinkChanged(Struct, frozen=True, array_like=True, tag="link"):
    """The connection of symbols is up, or down for a reason. `code` is that of ConnectorError."""

    symbols: list[str]
    is_up: bool
    reason: str = ""
    code: str = ""


class RateLimitWait(Struct, frozen=True, array_like=True, tag="wait"):
    """The venue asked to wait before the next request."""

    seconds: float


VenueMessage = (
    TradeMessage
    | TouchMessage
    | DepthMessage
    | TimeMessage
    | ClockOffset
    | LinkChanged
    | RateLimitWait
)


class DepthInterest(Struct, frozen=True):
    """To the connector: the symbols whose order book is wanted now, and how many levels."""

    levels: dict[str, int]


class ListingsRequest(Struct, frozen=True):
    """`listings`: answered with a VenueListing for each of the venue's own names, in their order.
    Fails with the code `unknown_symbol`."""

    venue_symbols: list[str]


class VenueListing(Struct, frozen=True):
    """An instrument of the venue, with its last price at a moment. With `has_consecutive_ids`, each
    trade's id is a number, one greater than that of the trade before."""

    instrument: Instrument
    venue_symbol: str
    last_price: int
    time_ms: int
    has_consecutive_ids: bool = False


class CandlesRequest(Struct, frozen=True):
    """`candles`: answered with up to `count` Candles from `start_ms` on, ascending. Among them may
    be the minute that is not over."""

    symbol: str
    start_ms: int
    count: int


Candle = tuple[int, int, int, int, int, int]
"""A minute: its time, open, high, low, close and volume."""


class TradesRequest(Struct, frozen=True):
    """`trades`: answered with TradeMessages, ascending: from `from_id` on where it is given and the
    venue can do that, otherwise those at `since_ms` or later, as far back as the venue goes."""

    symbol: str
    since_ms: int
    from_id: str = ""


class TouchRequest(Struct, frozen=True):
    """`touch`: answered with a TouchMessage."""

    symbol: str
