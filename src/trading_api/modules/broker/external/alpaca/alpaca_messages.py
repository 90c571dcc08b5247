"""What the server and the connector of Alpaca exchange."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from trading_api.modules.broker.external.venue_client import (
    ExecutionReport,
    NewOrder,
    OrderRef,
    RateLimitUse,
    ReplaceOrder,
    VenueLink,
)

NOT_REACHED = "not_reached"
"""The code of a request that certainly did not reach Alpaca."""
IN_DOUBT = "in_doubt"
"""The code of a request of which it is unknown what became of it."""
AUTHENTICATION = "authentication"
"""The code of a request that Alpaca refused for its keys, and so did not carry out. Every other
code is a rejection's."""


class AlpacaConfiguration(Struct, frozen=True):
    """Where Alpaca is, and the keys. The time-outs are those of one HTTP request. Keys that were
    refused are tried again after `authentication_retry_s`."""

    url: str
    api_key: str
    api_secret: str
    connect_timeout_s: float = 3.0
    answer_timeout_s: float = 7.0
    authentication_retry_s: float = 60.0

    def __repr__(self) -> str:
        return f"AlpacaConfiguration(url={self.url!r})"  # without the keys


class AlpacaReported(Struct, frozen=True, tag="report"):
    """An event of an order."""

    report: ExecutionReport


class AlpacaLinkChanged(Struct, frozen=True, tag="link"):
    """A change of the connection to Alpaca."""

    link: VenueLink
    reason: str = ""


class AlpacaRateLimits(Struct, frozen=True, tag="rate_limits"):
    """The use of Alpaca's rate limits, from its last answer."""

    limits: Sequence[RateLimitUse]


AlpacaMessage = AlpacaReported | AlpacaLinkChanged | AlpacaRateLimits


class PlaceParams(Struct, frozen=True):
    """`deadline_s` is the time of the system's monotonic clock after which the request must not be
    sent any more, because the server no longer waits for it."""

    order: NewOrder
    deadline_s: float


class ReplaceParams(Struct, frozen=True):
    """See PlaceParams."""

    change: ReplaceOrder
    deadline_s: float


class OrderParams(Struct, frozen=True):
    """The order that is canceled or queried; see PlaceParams."""

    order: OrderRef
    deadline_s: float


class FillsParams(Struct, frozen=True):
    """Asks for the fills of some symbols since a time; see PlaceParams."""

    symbols: Sequence[str]
    since_ms: int
    deadline_s: float


class QueryParams(Struct, frozen=True):
    """Asks for all of something; see PlaceParams."""

    deadline_s: float
