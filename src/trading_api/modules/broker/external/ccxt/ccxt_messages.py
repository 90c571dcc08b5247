"""What the server and the connector of a ccxt account send each other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from trading_api.modules.broker.external.venue_client import (
    ExecutionReport,
    NewOrder,
    RateLimitUse,
    ReplaceOrder,
    VenueFeatures,
    VenueLink,
)


class AccountConfiguration(Struct, frozen=True):
    """The account that a connector trades. It carries the keys, so it shows none of its fields.

    `authentication_retry_s` is how long refused keys are not tried again."""

    venue: str
    symbols: Sequence[str]
    options: dict[str, Any]
    api_key: str
    secret: str
    password: str = ""
    authentication_retry_s: float = 60.0

    def __repr__(self) -> str:
        return f"AccountConfiguration({self.venue!r})"

    @property
    def secrets(self) -> tuple[str, ...]:
        """The texts that must appear nowhere."""
        return tuple(each for each in (self.api_key, self.secret, self.password) if each)


# The connector publishes:


class ReportPublished(Struct, frozen=True, tag="report"):
    report: ExecutionReport


class LinkPublished(Struct, frozen=True, tag="link"):
    link: VenueLink
    reason: str = ""


class DescriptionPublished(Struct, frozen=True, tag="description"):
    """What the venue described when it was connected to. `clock_offset_ms` is how far its clock is
    ahead of ours."""

    features: VenueFeatures
    clock_offset_ms: int


class RateLimitsPublished(Struct, frozen=True, tag="rate-limits"):
    limits: Sequence[RateLimitUse]


Published = ReportPublished | LinkPublished | DescriptionPublished | RateLimitsPublished


# Parameters and results of requests:


class NoParams(Struct, frozen=True):
    """The parameters of a request without any."""


class PlaceOrderParams(Struct, frozen=True):
    """An order, and the time of `time.monotonic` after which it is not sent. The processes of a
    machine share that clock."""

    order: NewOrder
    send_until_s: float


class ReplaceOrderParams(Struct, frozen=True):
    """A change of an order, and the time of `time.monotonic` after which it is not sent."""

    change: ReplaceOrder
    send_until_s: float


class FillsQuery(Struct, frozen=True):
    symbols: Sequence[str]
    since_ms: int


class FoundOrder(Struct, frozen=True):
    """The answer to a question for one order: None where the venue has never seen it."""

    report: ExecutionReport | None


class Reports(Struct, frozen=True):
    reports: Sequence[ExecutionReport]
