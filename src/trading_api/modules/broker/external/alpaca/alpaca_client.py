"""The VenueClient of Alpaca."""

from __future__ import annotations

import logging
import time
from collections.abc import Collection, Sequence
from typing import Any, TypeVar

from pydantic import SecretStr

from trading_api.connectors.back_off import BackOff
from trading_api.connectors.connector_process import ConnectorProcess
from trading_api.connectors.errors import ConnectorEnded, ConnectorError
from trading_api.connectors.restarts import run_again
from trading_api.modules.broker.external.alpaca.alpaca_mapping import FEATURES
from trading_api.modules.broker.external.alpaca.alpaca_messages import (
    AUTHENTICATION,
    IN_DOUBT,
    NOT_REACHED,
    AlpacaConfiguration,
    AlpacaLinkChanged,
    AlpacaMessage,
    AlpacaRateLimits,
    AlpacaReported,
    FillsParams,
    OrderParams,
    PlaceParams,
    QueryParams,
    ReplaceParams,
)
from trading_api.modules.broker.external.venue_client import (
    ExecutionReport,
    NewOrder,
    OrderRef,
    RateLimitUse,
    ReplaceOrder,
    VenueAccount,
    VenueFeatures,
    VenueLink,
    VenueNotReached,
    VenueRejected,
    VenueSink,
    VenueTimeout,
)

T = TypeVar("T")
_Params = PlaceParams | ReplaceParams | OrderParams | FillsParams | QueryParams

LIVE_URL = "https://api.alpaca.markets"
PAPER_URL = "https://paper-api.alpaca.markets"

SEND_WITHIN_S = 2.0
"""A request that the connector has not sent after this time is not sent any more."""
PAGES_S = 60.0
"""How long a request of the port that reads pages may take."""
BUSY, INTERNAL = "busy", "internal"
"""The codes of a connector that does not take more requests, and of a fault in it."""

log = logging.getLogger(__name__)


class AlpacaClient:
    """One account at Alpaca, through alpaca-py in a process of its own.

    `url` is the REST address; the stream is at the same host. Every request waits a bounded time,
    which follows from the time-outs of one HTTP request."""

    def __init__(
        self,
        api_key: SecretStr,
        api_secret: SecretStr,
        url: str = LIVE_URL,
        *,
        connect_timeout_s: float = 3.0,
        answer_timeout_s: float = 7.0,
        authentication_retry_s: float = 60.0,
    ) -> None:
        keys = api_key.get_secret_value(), api_secret.get_secret_value()
        configuration = AlpacaConfiguration(
            url, *keys, connect_timeout_s, answer_timeout_s, authentication_retry_s
        )
        self._process = ConnectorProcess(
            "trading_api.modules.broker.external.alpaca.alpaca_connector:main",
            configuration,
            AlpacaMessage,
            secrets=keys,
        )
        self._request_s = connect_timeout_s + answer_timeout_s
        self._limits: Sequence[RateLimitUse] = ()

    @property
    def features(self) -> VenueFeatures:
        return FEATURES

    def rate_limits(self) -> Sequence[RateLimitUse]:
        return self._limits

    async def run(self, sink: VenueSink) -> None:
        back_off = BackOff()
        reported: tuple[VenueLink, str] | None = None

        def change(link: VenueLink, reason: str = "") -> None:
            nonlocal reported
            if reported != (link, reason):
                reported = link, reason
                sink.on_link(link, reason)

        def receive(message: AlpacaMessage) -> None:
            match message:
                case AlpacaReported():
                    sink.on_report(message.report)
                case AlpacaLinkChanged():
                    if message.link is VenueLink.CONNECTED:
                        back_off.reset()
                    change(message.link, message.reason)
                case AlpacaRateLimits():
                    self._limits = message.limits

        async def connect() -> None:
            change(VenueLink.CONNECTING)
            await self._process.run(receive)

        def on_ended(reason: str) -> None:
            log.warning("alpaca_connector_ended", extra={"reason": reason})
            change(VenueLink.DISCONNECTED, reason)

        await run_again(connect, on_ended, back_off)

    async def place(self, order: NewOrder) -> ExecutionReport:
        # Nothing is looked up before, but for the position that must not be exceeded.
        params = PlaceParams(order, self._deadline_s(self._request_s if order.reduce_only else 0))
        return await self._request("place", params, ExecutionReport)

    async def replace(self, change: ReplaceOrder) -> ExecutionReport:
        params = ReplaceParams(change, self._deadline_s(self._look_up_s))
        return await self._request("replace", params, ExecutionReport)

    async def cancel(self, order: OrderRef) -> ExecutionReport:
        params = OrderParams(order, self._deadline_s(self._look_up_s))
        return await self._request("cancel", params, ExecutionReport)

    async def find_order(self, order: OrderRef) -> ExecutionReport | None:
        params = OrderParams(order, self._deadline_s(self._look_up_s))
        # mypy does not take a union for a type[T].
        found: type[Any] = ExecutionReport | None  # type: ignore[assignment]
        report: ExecutionReport | None = await self._request("find_order", params, found)
        return report

    async def open_orders(self) -> Sequence[ExecutionReport]:
        params = QueryParams(self._deadline_s(PAGES_S))
        return await self._request("open_orders", params, list[ExecutionReport])

    async def fills_since(
        self, symbols: Collection[str], since_ms: int
    ) -> Sequence[ExecutionReport]:
        params = FillsParams(list(symbols), since_ms, self._deadline_s(PAGES_S))
        return await self._request("fills_since", params, list[ExecutionReport])

    async def account(self) -> VenueAccount:
        params = QueryParams(self._deadline_s(self._request_s))
        return await self._request("account", params, VenueAccount)

    @property
    def _look_up_s(self) -> float:
        """How long an order may be looked up: by its ids, and by that of its replacement."""
        return 2 * self._request_s

    def _deadline_s(self, earlier_s: float) -> float:
        """Return when the last HTTP request of a request must have been sent, by the clock that the
        processes of a machine share. `earlier_s` is what the others before it may take."""
        return time.monotonic() + SEND_WITHIN_S + earlier_s

    async def _request(self, method: str, params: _Params, type: type[T]) -> T:
        """Raises VenueRejected, VenueNotReached or VenueTimeout."""
        if self._process.pid is None:
            raise VenueNotReached("The connector of Alpaca does not run.")
        # Longer than the deadline and the last HTTP request, so that nothing is sent afterwards.
        timeout_s = params.deadline_s - time.monotonic() + self._request_s + 1
        try:
            return await self._process.request(method, params, type, timeout_s)
        except ConnectorError as error:
            raise _venue_error(error) from None
        except (ConnectorEnded, TimeoutError) as error:
            text = str(error) or "Alpaca's connector did not answer in time."
            raise VenueTimeout(text) from None


def _venue_error(error: ConnectorError) -> Exception:
    if error.code in (NOT_REACHED, AUTHENTICATION, BUSY):
        return VenueNotReached(error.text)
    if error.code in (IN_DOUBT, INTERNAL):
        return VenueTimeout(error.text)
    return VenueRejected(error.text, error.code)
