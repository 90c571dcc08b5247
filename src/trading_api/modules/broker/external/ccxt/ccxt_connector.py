"""The connector of a ccxt account: the one place that runs ccxt for the broker, in a process of its
own. `main` is what a ConnectorProcess runs."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

from trading_api.connectors.ccxt_exchange import CcxtConfiguration, create_exchange, merged
from trading_api.connectors.connector import Connector
from trading_api.modules.broker.external.ccxt.ccxt_errors import NETWORK
from trading_api.modules.broker.external.ccxt.ccxt_messages import (
    AccountConfiguration,
    FillsQuery,
    FoundOrder,
    NoParams,
    PlaceOrderParams,
    RateLimitsPublished,
    ReplaceOrderParams,
    ReportPublished,
    Reports,
)
from trading_api.modules.broker.external.ccxt.ccxt_requests import CcxtRequests
from trading_api.modules.broker.external.ccxt.ccxt_session import ExchangeSession, VenueFailed
from trading_api.modules.broker.external.ccxt.ccxt_stream import KEEP_ALIVE_MS, CcxtStream
from trading_api.modules.broker.external.ccxt.order_ids import OrderIds
from trading_api.modules.broker.external.venue_client import ExecutionReport, OrderRef

log = logging.getLogger(__name__)

P = TypeVar("P")
R = TypeVar("R")

_OPTIONS: dict[str, Any] = {
    "options": {
        # A request that was under way for longer is refused, so that an order that the venue does
        # not know 10 s after it was sent never arrives.
        "recvWindow": 5_000,
        "adjustForTimeDifference": False,  # the session measures it
        "fetchCurrencies": False,  # a private request that nothing here needs
        "fetchMargins": False,
        "fetchOpenOrders": {"warnWithoutSymbol": False},
    },
}


async def main(connector: Connector) -> None:
    """Connect to the venue, publish what it reports, and answer the server's requests."""
    configuration = connector.configure(AccountConfiguration)
    exchange = _create_exchange(configuration)
    known = OrderIds()
    session = ExchangeSession(
        exchange,
        configuration.symbols,
        configuration.secrets,
        lambda limits: connector.publish(RateLimitsPublished(limits)),
    )
    _log_without_keys(session)
    stream = CcxtStream(session, known, connector.publish, configuration.authentication_retry_s)
    requests = CcxtRequests(
        session, known, lambda report: connector.publish(ReportPublished(report))
    )
    _handle_requests(connector, requests, stream)
    try:
        await stream.stay_connected()
    finally:
        await exchange.close()


def _create_exchange(configuration: AccountConfiguration) -> Any:
    exchange = create_exchange(
        CcxtConfiguration(
            configuration.venue,
            merged(_OPTIONS, configuration.options),
            configuration.api_key,
            configuration.secret,
            configuration.password,
        )
    )
    exchange.number = str  # amounts stay the texts that the venue sent
    exchange.verbose = False  # it prints keys
    exchange.streaming = {**exchange.streaming, "keepAlive": KEEP_ALIVE_MS}
    return exchange


def _log_without_keys(session: ExchangeSession) -> None:
    """Log what fails in ccxt's background tasks by one line: its texts carry signed URLs. A lost
    connection is left out, because the stream reports it."""

    def log_fault(_: asyncio.AbstractEventLoop, context: Mapping[str, Any]) -> None:
        error = context.get("exception")
        fault = session.fault(error) if error else None
        if fault is None or fault.code != NETWORK:
            reason = fault.text if fault else session.redact(str(context["message"]))
            log.warning("ccxt_task_failed", extra={"reason": reason})

    asyncio.get_running_loop().set_exception_handler(log_fault)


def _handle_requests(connector: Connector, requests: CcxtRequests, stream: CcxtStream) -> None:
    def handle(method: str, type: type[P], handler: Callable[[P], Awaitable[R]]) -> None:
        connector.handle(method, type, _failing(handler, stream))

    async def place(params: PlaceOrderParams) -> ExecutionReport:
        return await requests.place(params.order, params.send_until_s)

    async def replace(params: ReplaceOrderParams) -> ExecutionReport:
        return await requests.replace(params.change, params.send_until_s)

    async def find_order(ref: OrderRef) -> FoundOrder:
        return FoundOrder(await requests.find_order(ref))

    async def open_orders(_: NoParams) -> Reports:
        return Reports(await requests.open_orders())

    async def fills_since(query: FillsQuery) -> Reports:
        return Reports(await requests.fills_since(query.symbols, query.since_ms))

    async def account(_: NoParams) -> Any:
        return await requests.account()

    handle("place", PlaceOrderParams, place)
    handle("replace", ReplaceOrderParams, replace)
    handle("cancel", OrderRef, requests.cancel)
    handle("find_order", OrderRef, find_order)
    handle("open_orders", NoParams, open_orders)
    handle("fills_since", FillsQuery, fills_since)
    handle("account", NoParams, account)


def _failing(
    handler: Callable[[P], Awaitable[R]], stream: CcxtStream
) -> Callable[[P], Awaitable[R]]:
    """Return the handler with its failures as errors that cross to the server. Refused keys end
    the stream too, so that they are not tried again soon."""

    async def handle(params: P) -> R:
        try:
            return await handler(params)
        except VenueFailed as failed:
            if failed.fault.is_authentication:
                stream.lose(failed)
            raise failed.fault.as_error() from None

    return handle
