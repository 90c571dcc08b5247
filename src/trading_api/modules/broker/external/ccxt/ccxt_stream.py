"""The connection of a ccxt account to its venue: the stream of its orders and fills."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Coroutine
from typing import Any

from trading_api.connectors.back_off import BackOff
from trading_api.modules.broker.external.ccxt.ccxt_errors import NOT_SUPPORTED, VenueFault
from trading_api.modules.broker.external.ccxt.ccxt_features import TRIED_VENUES
from trading_api.modules.broker.external.ccxt.ccxt_mapping import (
    is_execution_report,
    order_report,
    trade_report,
)
from trading_api.modules.broker.external.ccxt.ccxt_messages import (
    DescriptionPublished,
    LinkPublished,
    ReportPublished,
)
from trading_api.modules.broker.external.ccxt.ccxt_session import (
    ExchangeSession,
    VenueFailed,
    rejected,
)
from trading_api.modules.broker.external.ccxt.order_ids import OrderIds
from trading_api.modules.broker.external.venue_client import ExecutionReport, VenueLink

KEEP_ALIVE_MS = 10_000
"""How often the stream is pinged. Two pings without an answer end it."""
CCXT_DELAY_MS = 30_000

_LAST_WORDS = frozenset({"eventStreamTerminated", "serverShutdown"})
"""Events after which Binance sends nothing more. ccxt does not pass the first on to who waits."""

log = logging.getLogger(__name__)


class CcxtStream:
    """Keeps connected to the venue and publishes reports and the state of the link.

    CONNECTED is published once the account's stream is subscribed and a signed request was
    answered."""

    def __init__(
        self,
        session: ExchangeSession,
        known: OrderIds,
        publish: Callable[[ReportPublished | LinkPublished | DescriptionPublished], None],
        authentication_retry_s: float,
    ) -> None:
        self._authentication_retry_s = authentication_retry_s
        self._session = session
        self._exchange = session.exchange
        self._known = known
        self._publish = publish
        self._lost: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._guard_messages()

    async def stay_connected(self) -> None:
        """Connect, and again after each loss, until cancelled."""
        back_off = BackOff()
        if self._exchange.id not in TRIED_VENUES:
            log.warning("venue_not_tried", extra={"venue": self._exchange.id})
        while True:
            self._publish(LinkPublished(VenueLink.CONNECTING))
            try:
                await self._connect_and_watch(back_off)
            except Exception as error:  # noqa: BLE001 whatever it is, the link is down
                wait_s = self._report_loss(error, back_off)
            await asyncio.sleep(wait_s)

    def lose(self, error: Exception) -> None:
        """End the present connection, because of the error."""
        if not self._lost.done():
            self._lost.set_exception(VenueFailed(self._session.fault(error)))

    async def _connect_and_watch(self, back_off: BackOff) -> None:
        """Return only by an exception."""
        self._lost = asyncio.get_running_loop().create_future()
        self._forget_dial_delays()
        if self._exchange.has.get("watchOrders") is not True:
            raise rejected(NOT_SUPPORTED, "ccxt has no stream of orders for this venue.")
        await self._session.load()
        watching = [asyncio.create_task(self._watch(self._next_orders))]
        if self._exchange.has.get("watchMyTrades") is True:
            # First, so that fills are published before the state that they lead to.
            watching.insert(0, asyncio.create_task(self._watch(self._next_trades)))
        try:
            await self._first_of(self._subscribe(), *watching)
            description = DescriptionPublished(
                self._session.features, self._session.clock_offset_ms
            )
            self._publish(description)
            self._publish(LinkPublished(VenueLink.CONNECTED))
            log.info("venue_connected", extra={"venue": self._exchange.id})
            back_off.reset()
            await self._first_of(asyncio.Event().wait(), *watching)
        finally:
            for task in watching:
                task.cancel()
            await self._close_stream()

    def _forget_dial_delays(self) -> None:
        """Remove the waits that ccxt adds after a failed connection, up to 30 s; a longer one is
        what the venue asked for."""
        delays = getattr(self._exchange, "ws_dial_backoff", None) or {}
        soon_ms = self._exchange.milliseconds() + CCXT_DELAY_MS
        self._exchange.ws_dial_backoff = {
            url: delay for url, delay in delays.items() if delay["until"] > soon_ms
        }

    async def _first_of(
        self, goal: Coroutine[Any, Any, Any], *watching: asyncio.Task[None]
    ) -> None:
        """Return when the goal is reached. Raises what ends the stream before."""
        task = asyncio.create_task(goal)
        try:
            await asyncio.wait((task, self._lost, *watching), return_when=asyncio.FIRST_COMPLETED)
            for ended in (self._lost, *watching, task):
                if ended.done():
                    ended.result()
        finally:
            task.cancel()

    async def _subscribe(self) -> None:
        """Return once the venue has confirmed the subscription, and answers signed requests."""
        if callable(authenticate := getattr(self._exchange, "authenticate", None)):
            await self._session.call(authenticate)
        await self._session.call(self._exchange.fetch_balance)

    async def _watch(self, publish_next: Callable[[], Coroutine[Any, Any, None]]) -> None:
        while True:
            await publish_next()

    async def _next_orders(self) -> None:
        for order in await self._exchange.watch_orders():
            info = order.get("info") or {}
            if is_execution_report(info) and info["x"] == "TRADE":
                continue  # the fill carries the order's state
            if symbol := self._session.symbols.get(str(order.get("symbol"))):
                self._publish_report(order_report(order, symbol))

    async def _next_trades(self) -> None:
        for trade in await self._exchange.watch_my_trades():
            if symbol := self._session.symbols.get(str(trade.get("symbol"))):
                orders = getattr(self._exchange.orders, "hashmap", {}).get(trade["symbol"], {})
                order = orders.get(trade.get("order"))
                self._publish_report(trade_report(trade, symbol, order))

    def _publish_report(self, report: ExecutionReport) -> None:
        if streamed := self._known.streamed(report):
            self._publish(ReportPublished(streamed))

    def _report_loss(self, error: Exception, back_off: BackOff) -> float:
        """Publish why the link is down, and return how many seconds to wait."""
        fault = self._session.fault(error)
        link, wait_s = VenueLink.DISCONNECTED, back_off.wait_s(_retry_after_s(error))
        if fault.is_authentication:
            link, wait_s = VenueLink.AUTHENTICATION_FAILED, self._authentication_retry_s
        self._publish(LinkPublished(link, _reason(fault)))
        event = f"venue_{link.value}"
        log.warning(event, extra={"venue": self._exchange.id, "reason": _reason(fault)})
        return wait_s

    async def _close_stream(self) -> None:
        """Close every socket, so that nothing of a lost stream is used again."""
        clients = list((self._exchange.clients or {}).values())
        self._exchange.clients = {}
        for client in clients:
            with contextlib.suppress(Exception):
                await client.close()

    def _guard_messages(self) -> None:
        """End the stream when ccxt fails on a message: its receiving loop would stop silently. ccxt
        hands `handle_message` to each socket that it opens."""
        original = self._exchange.handle_message

        def handle_message(client: Any, message: Any) -> None:
            try:
                original(client, message)
            except Exception as error:  # noqa: BLE001 ends the stream
                self.lose(error)
            if event := _last_words(message):
                self.lose(ConnectionError(f"the venue ended the stream: {event}"))

        self._exchange.handle_message = handle_message


def _last_words(message: Any) -> str:
    if not isinstance(message, dict):
        return ""
    event = message.get("event", message)
    name = event.get("e") if isinstance(event, dict) else None
    return str(name) if name in _LAST_WORDS else ""


def _reason(fault: VenueFault) -> str:
    return f"{fault.code}: {fault.text}"


def _retry_after_s(error: Exception) -> float:
    return error.retry_after_s if isinstance(error, VenueFailed) else 0.0
