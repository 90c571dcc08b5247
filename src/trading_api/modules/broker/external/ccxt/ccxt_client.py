"""A venue of ccxt as a VenueClient, through a connector process."""

from __future__ import annotations

import logging
import time
from collections.abc import Collection, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar

from msgspec import Struct
from pydantic import SecretStr

from trading_api.connectors.back_off import BackOff
from trading_api.connectors.connector_process import ConnectorProcess
from trading_api.connectors.errors import ConnectorEnded, ConnectorError
from trading_api.connectors.restarts import run_again
from trading_api.modules.broker.external.ccxt.ccxt_errors import Outcome, fault_of
from trading_api.modules.broker.external.ccxt.ccxt_features import BEFORE_CONNECTING
from trading_api.modules.broker.external.ccxt.ccxt_messages import (
    AccountConfiguration,
    DescriptionPublished,
    FillsQuery,
    FoundOrder,
    LinkPublished,
    NoParams,
    PlaceOrderParams,
    Published,
    RateLimitsPublished,
    ReplaceOrderParams,
    ReportPublished,
    Reports,
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

TARGET = "trading_api.modules.broker.external.ccxt.ccxt_connector:main"
REQUEST_S = 20.0
"""Longer than ccxt's own time-out of 10 s, so that ccxt's answer is the one that counts."""
SEND_S = 5.0
"""How long an order may wait in the connector, for the rate limit or because the process stood
still. With Binance's `recvWindow`, the venue accepts none later than 10 s after its request."""
FILLS_S = 60.0
"""For a question that takes several pages."""

log = logging.getLogger(__name__)


class CcxtClient:
    """One account at one venue of ccxt, which fulfils VenueClient.

    `symbols` are ours, such as `BTCUSDT`. `options` are merged into ccxt's constructor. The keys go
    to the connector over its socket, and appear nowhere else. Refused ones are tried again after
    `authentication_retry_s`."""

    def __init__(
        self,
        venue: str,
        symbols: Sequence[str],
        options: Mapping[str, Any],
        api_key: SecretStr,
        secret: SecretStr,
        password: SecretStr | None = None,
        authentication_retry_s: float = 60.0,
    ) -> None:
        configuration = AccountConfiguration(
            venue,
            tuple(symbols),
            dict(options),
            api_key.get_secret_value(),
            secret.get_secret_value(),
            password.get_secret_value() if password else "",
            authentication_retry_s,
        )
        self._process = ConnectorProcess(TARGET, configuration, Published, configuration.secrets)
        self._venue = venue
        self._features = BEFORE_CONNECTING
        self._clock_offset_ms = 0
        self._limits: Sequence[RateLimitUse] = ()
        self._link = VenueLink.DISCONNECTED
        self._back_off = BackOff()

    @property
    def features(self) -> VenueFeatures:
        """What the venue can do. Before the first connection it is what every venue can do."""
        return self._features

    @property
    def clock_offset_ms(self) -> int:
        """How far the venue's clock is ahead of ours, as measured when it was connected to."""
        return self._clock_offset_ms

    @property
    def pid(self) -> int | None:
        """The id of the connector's process, or None while it does not run."""
        return self._process.pid

    def rate_limits(self) -> Sequence[RateLimitUse]:
        """Return the use of the venue's rate limits, from the headers of its last answer."""
        return self._limits

    async def run(self, sink: VenueSink) -> None:
        """Run the connector, and start it again when it ends, until cancelled."""

        def on_ended(reason: str) -> None:
            self._set_link(sink, VenueLink.DISCONNECTED, reason)
            fields = {"venue": self._venue, "reason": reason}
            log.warning("venue_connector_ended", extra=fields)

        receive = partial(self._receive, sink)
        try:
            await run_again(lambda: self._process.run(receive), on_ended, self._back_off)
        finally:
            self._link = VenueLink.DISCONNECTED

    async def place(self, order: NewOrder) -> ExecutionReport:
        """Send an order. One whose id was sent before is looked up instead."""
        params = PlaceOrderParams(order, time.monotonic() + SEND_S)
        return await self._request("place", params, ExecutionReport)

    async def replace(self, change: ReplaceOrder) -> ExecutionReport:
        """Replace a working order. `change.quantity` includes what is filled already.

        VenueRejected with the code `replacement_rejected_order_canceled` means that the order was
        canceled, which is reported too, and that its replacement was refused."""
        params = ReplaceOrderParams(change, time.monotonic() + SEND_S)
        return await self._request("replace", params, ExecutionReport)

    async def cancel(self, order: OrderRef) -> ExecutionReport:
        """Cancel a working order."""
        return await self._request("cancel", order, ExecutionReport)

    async def find_order(self, order: OrderRef) -> ExecutionReport | None:
        """Return the order's present state, or None where the venue has never seen it."""
        return (await self._request("find_order", order, FoundOrder)).report

    async def open_orders(self) -> Sequence[ExecutionReport]:
        """Return the working orders in the account's symbols."""
        return (await self._request("open_orders", NoParams(), Reports, FILLS_S)).reports

    async def fills_since(
        self, symbols: Collection[str], since_ms: int
    ) -> Sequence[ExecutionReport]:
        """Return the fills since a time. They carry no state of their order: the status is
        PARTIALLY_FILLED and the cumulative quantity 0 in all of them."""
        query = FillsQuery(tuple(symbols), since_ms)
        return (await self._request("fills_since", query, Reports, FILLS_S)).reports

    async def account(self) -> VenueAccount:
        """Return balances and positions; of a spot account, the assets of its symbols."""
        return await self._request("account", NoParams(), VenueAccount)

    async def _request(
        self, method: str, params: Struct, result_type: type[T], timeout_s: float = REQUEST_S
    ) -> T:
        if self._link is not VenueLink.CONNECTED:
            raise VenueNotReached("The venue is not connected.")
        try:
            return await self._process.request(method, params, result_type, timeout_s)
        except ConnectorError as error:
            fault = fault_of(error)
        except (ConnectorEnded, TimeoutError) as error:
            raise VenueTimeout(str(error) or "The venue did not answer in time.") from None
        if fault.outcome is Outcome.REJECTED:
            raise VenueRejected(fault.text, fault.code)
        if fault.outcome is Outcome.NOT_REACHED:
            raise VenueNotReached(fault.text)
        raise VenueTimeout(fault.text)

    def _receive(self, sink: VenueSink, message: Published) -> None:
        match message:
            case ReportPublished(report):
                sink.on_report(report)
            case LinkPublished(link, reason):
                self._set_link(sink, link, reason)
            case DescriptionPublished(features, clock_offset_ms):
                self._features, self._clock_offset_ms = features, clock_offset_ms
            case RateLimitsPublished(limits):
                self._limits = limits

    def _set_link(self, sink: VenueSink, link: VenueLink, reason: str) -> None:
        self._link = link
        if link is VenueLink.CONNECTED:
            self._back_off.reset()
        sink.on_link(link, reason)
