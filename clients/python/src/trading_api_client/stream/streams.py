"""The subscriptions of the client."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from trading_api_client.backoff import Backoff
from trading_api_client.errors import ConnectionFailed, Refused, TimedOut
from trading_api_client.models import (
    AccountState,
    Alert,
    Bar,
    BrokerConnectionStatus,
    BrokerEvent,
    EquityData,
    Execution,
    Notification,
    Orderbook,
    PlacedOrder,
    Position,
    PositionPL,
    QuoteData,
    ReplayState,
    Trade,
)
from trading_api_client.rest.rest_area import RestArea
from trading_api_client.stream import channels
from trading_api_client.stream.account_feed import (
    CHANNEL_ORDER,
    AccountCallback,
    AccountStream,
    AccountUpdate,
)
from trading_api_client.stream.account_progress import wait_for_seq
from trading_api_client.stream.channels import Channel, Reconnection
from trading_api_client.stream.reconnecting_socket import SocketState
from trading_api_client.stream.stream import CallbackSubscription, Stream, Subscription
from trading_api_client.stream.stream_client import StreamClient

T = TypeVar("T")
SubscriptionT = TypeVar("SubscriptionT", bound=Subscription[Any])

PREPARE_BACKOFF = Backoff(base_s=0.25, max_s=5.0)
WARNING_AFTER_S = 3.0


class Streams(RestArea):
    """Live updates, as streams and as callbacks, over one WebSocket.

    Subscriptions to one topic share it, and survive outages. After an outage the server sends the
    missed updates, or else the present state. Methods that begin with `on_` call a function in the
    event loop of the client. Call `close` on the returned object to end a subscription."""

    _streams: StreamClient
    _timeout_s: float

    # Market data

    def bars(self, symbol: str, resolution: str) -> Stream[Bar]:
        """Stream the forming bar of a symbol at each change. A later time begins a new bar."""
        return self._stream(channels.BARS, {"symbol": symbol, "resolution": resolution})

    def on_bar(
        self, symbol: str, resolution: str, callback: Callable[[Bar], object]
    ) -> Subscription[Bar]:
        """Call a function at each change of the forming bar of a symbol."""
        subscription = {"symbol": symbol, "resolution": resolution}
        return self._callback(channels.BARS, subscription, callback)

    def quotes(self, *symbols: str, slow: Iterable[str] = ()) -> Stream[QuoteData]:
        """Stream the quotes of symbols at every change, and those of `slow` every ten seconds."""
        return self._stream(channels.QUOTES, _quotes(symbols, slow))

    def on_quote(
        self,
        symbols: str | Iterable[str],
        callback: Callable[[QuoteData], object],
        *,
        slow: Iterable[str] = (),
    ) -> Subscription[QuoteData]:
        """Call a function with the quotes of symbols."""
        fast = (symbols,) if isinstance(symbols, str) else symbols
        return self._callback(channels.QUOTES, _quotes(fast, slow), callback)

    def trades(self, symbol: str) -> Stream[Trade]:
        """Stream the trades of a symbol."""
        return self._stream(channels.TRADES, {"symbol": symbol})

    def on_trade(self, symbol: str, callback: Callable[[Trade], object]) -> Subscription[Trade]:
        """Call a function with the trades of a symbol."""
        return self._callback(channels.TRADES, {"symbol": symbol}, callback)

    def order_book(self, symbol: str, depth: int = 10) -> Stream[Orderbook]:
        """Stream the best levels of the order book of a symbol, at most 50 on each side."""
        return self._stream(channels.ORDER_BOOK, {"symbol": symbol, "depth": depth})

    def on_order_book(
        self, symbol: str, callback: Callable[[Orderbook], object], *, depth: int = 10
    ) -> Subscription[Orderbook]:
        """Call a function with the best levels of the order book of a symbol."""
        subscription = {"symbol": symbol, "depth": depth}
        return self._callback(channels.ORDER_BOOK, subscription, callback)

    def replay_updates(self) -> Stream[ReplayState]:
        """Stream what the time of the market does: it is played, paused or moved forward."""
        return self._stream(channels.REPLAY, {})

    def on_replay(self, callback: Callable[[ReplayState], object]) -> Subscription[ReplayState]:
        """Call a function whenever the market is played, paused or moved forward."""
        return self._callback(channels.REPLAY, {}, callback)

    # The account

    def account_updates(self) -> Stream[AccountUpdate]:
        """Stream executions, orders, positions and notifications in the order of their events.

        It begins with the live orders and the open positions."""
        stream = AccountStream(self._streams, self._streams.options.buffer)
        return self._begin(stream, [getattr(channels, name.upper()) for name in CHANNEL_ORDER])

    def on_account_update(
        self, callback: Callable[[AccountUpdate], object]
    ) -> Subscription[AccountUpdate]:
        """Call a function with executions, orders, positions and notifications in the order of
        their events."""
        subscription = AccountCallback(self._streams, callback)
        names = [getattr(channels, name.upper()) for name in CHANNEL_ORDER]
        return self._begin(subscription, names)

    def order_updates(self) -> Stream[PlacedOrder]:
        """Stream the live orders, and then each order that changes."""
        return self._account_stream(channels.ORDERS)

    def on_order(self, callback: Callable[[PlacedOrder], object]) -> Subscription[PlacedOrder]:
        """Call a function with the live orders, and then with each order that changes."""
        return self._account_callback(channels.ORDERS, callback)

    def position_updates(self) -> Stream[Position]:
        """Stream the open positions, and then each change by an event; `qty` 0 is a closed one."""
        return self._account_stream(channels.POSITIONS)

    def on_position(self, callback: Callable[[Position], object]) -> Subscription[Position]:
        """Call a function with the open positions, and then with each change by an event."""
        return self._account_callback(channels.POSITIONS, callback)

    def execution_updates(self, symbol: str | None = None) -> Stream[Execution]:
        """Stream the executions from now on, those of one symbol or of all."""
        return self._account_stream(channels.EXECUTIONS, _of_symbol(symbol))

    def on_execution(
        self, callback: Callable[[Execution], object], *, symbol: str | None = None
    ) -> Subscription[Execution]:
        """Call a function with each execution from now on."""
        return self._account_callback(channels.EXECUTIONS, callback, _of_symbol(symbol))

    def notification_updates(self) -> Stream[Notification]:
        """Stream the notifications from now on."""
        return self._account_stream(channels.NOTIFICATIONS)

    def on_notification(
        self, callback: Callable[[Notification], object]
    ) -> Subscription[Notification]:
        """Call a function with each notification from now on."""
        return self._account_callback(channels.NOTIFICATIONS, callback)

    def position_profit_updates(self) -> Stream[PositionPL]:
        """Stream the profit of each position at every quote."""
        return self._account_stream(channels.POSITION_PROFITS)

    def on_position_profit(
        self, callback: Callable[[PositionPL], object]
    ) -> Subscription[PositionPL]:
        """Call a function with the profit of each position at every quote."""
        return self._account_callback(channels.POSITION_PROFITS, callback)

    def equity_updates(self) -> Stream[EquityData]:
        """Stream the equity at every quote and event."""
        return self._account_stream(channels.EQUITY)

    def on_equity(self, callback: Callable[[EquityData], object]) -> Subscription[EquityData]:
        """Call a function with the equity at every quote and event."""
        return self._account_callback(channels.EQUITY, callback)

    def account_state_updates(self) -> Stream[AccountState]:
        """Stream the account state at every quote and event: margin, profit and equity."""
        return self._account_stream(channels.ACCOUNT_STATE)

    def on_account_state(
        self, callback: Callable[[AccountState], object]
    ) -> Subscription[AccountState]:
        """Call a function with the account state at every quote and event."""
        return self._account_callback(channels.ACCOUNT_STATE, callback)

    def connection_updates(self) -> Stream[BrokerConnectionStatus]:
        """Stream the state of the server's connection to the market and the venue."""
        return self._account_stream(channels.BROKER_CONNECTION)

    def on_connection(
        self, callback: Callable[[BrokerConnectionStatus], object]
    ) -> Subscription[BrokerConnectionStatus]:
        """Call a function with the state of the server's connection to the market and the venue."""
        return self._account_callback(channels.BROKER_CONNECTION, callback)

    def alert_updates(self) -> Stream[Alert]:
        """Stream the price alerts of the account, and then each change."""
        return self._account_stream(channels.ALERTS)

    def on_alert(self, callback: Callable[[Alert], object]) -> Subscription[Alert]:
        """Call a function with the price alerts of the account, and then with each change."""
        return self._account_callback(channels.ALERTS, callback)

    async def account_state(self) -> AccountState:
        """Return the present account state: margin, profit and equity."""
        async with self.account_state_updates() as stream:
            return await stream.next(self._timeout_s)

    # The connection

    async def wait_for_seq(self, seq: int) -> None:
        """Return once the updates up to the account's event `seq` have arrived.

        They are those of the executions, orders and positions that were subscribed before. The
        result of a command has `seq`. Raises TimedOut."""
        account_id = await self._known_account_id()
        await wait_for_seq(self._streams, account_id, seq, self._read_events, self._timeout_s)

    def on_socket_state(self, callback: Callable[[SocketState], object]) -> Callable[[], None]:
        """Call a function with each later state of the WebSocket. Return a function that stops the
        calls."""
        return self._streams.on_state(callback)

    def on_reconnected(self, callback: Callable[[Reconnection], object]) -> Callable[[], None]:
        """Call a function for each topic that continues after an outage.

        If `is_replayed` is false, read the changes in between over REST."""
        return self._streams.on_reconnected(callback)

    # Creation of subscriptions

    def _stream(self, channel: Channel[T], subscription: Mapping[str, Any]) -> Stream[T]:
        _check_symbol(subscription.get("symbol", ""))
        stream = Stream(self._streams, channel.conflation_key, self._streams.options.buffer)
        stream.attach([self._streams.subscribe(channel, subscription, stream)])
        return stream

    def _callback(
        self, channel: Channel[T], subscription: Mapping[str, Any], callback: Callable[[T], object]
    ) -> Subscription[T]:
        _check_symbol(subscription.get("symbol", ""))
        listener = CallbackSubscription(self._streams, callback)
        listener.attach([self._streams.subscribe(channel, subscription, listener)])
        return listener

    def _account_stream(
        self, channel: Channel[T], subscription: Mapping[str, Any] | None = None
    ) -> Stream[T]:
        stream = Stream(self._streams, channel.conflation_key, self._streams.options.buffer)
        return self._begin(stream, [channel], subscription)

    def _account_callback(
        self,
        channel: Channel[T],
        callback: Callable[[T], object],
        subscription: Mapping[str, Any] | None = None,
    ) -> Subscription[T]:
        return self._begin(CallbackSubscription(self._streams, callback), [channel], subscription)

    def _begin(
        self,
        listener: SubscriptionT,
        topics: list[Channel[Any]],
        subscription: Mapping[str, Any] | None = None,
    ) -> SubscriptionT:
        """Subscribe once the id of the account and the number of its last event are known."""
        task = asyncio.create_task(self._subscribe(listener, topics, subscription or {}))
        task.add_done_callback(self._on_subscribed)
        listener.begin(task)
        return listener

    async def _subscribe(
        self,
        listener: Subscription[Any],
        topics: list[Channel[Any]],
        subscription: Mapping[str, Any],
    ) -> None:
        attempt = 0
        outage = self._streams.outage
        # A request is sent again until its timeout, so its failure is late for a warning.
        warning = asyncio.get_running_loop().call_later(
            WARNING_AFTER_S, outage.failed, f"no answer in {WARNING_AFTER_S:g} s"
        )
        listener.on_end(lambda error: warning.cancel())
        while True:
            try:
                account_id = await self._known_account_id()
                is_resumable = any(channel.is_resumable for channel in topics)
                floor = await self._last_notified_event() if is_resumable else None
                break
            except Refused as refused:
                listener.on_failed(refused)
                return
            except (ConnectionFailed, TimedOut) as error:
                outage.failed(str(error))
                await asyncio.sleep(PREPARE_BACKOFF.delay_s(attempt))
                attempt += 1
        warning.cancel()
        outage.connected()
        whole = {"accountId": account_id, **subscription}
        try:
            shared = [self._streams.subscribe(each, whole, listener, floor) for each in topics]
        except ConnectionFailed as closed:
            listener.on_failed(closed)
            return
        listener.attach(shared)

    def _on_subscribed(self, task: asyncio.Task[None]) -> None:
        if task.cancelled():
            self._streams.outage.given_up()

    async def _last_notified_event(self) -> int:
        """Return the number of an event after which there was no execution.

        Every execution sends a notification, and the id of a notification is the number of its
        event. The first event opens the account."""
        newest = await self._read_account("/broker/notifications", list[Notification], limit=1)
        return newest[-1].id if newest else 1

    async def _read_events(self, since: int, until: int) -> list[BrokerEvent]:
        found: list[BrokerEvent] = []
        since = max(since, 0)
        while since < until:
            page = await self._read_account(
                "/broker/events", list[BrokerEvent], since=since, limit=min(until - since, 1_000)
            )
            if not page:
                break
            found += page
            since = page[-1].seq
        return found


def _quotes(fast: Iterable[str], slow: Iterable[str]) -> dict[str, Any]:
    symbols = {"symbols": list(slow), "fast_symbols": list(fast)}
    for symbol in (*symbols["symbols"], *symbols["fast_symbols"]):
        _check_symbol(symbol)
    return symbols


def _check_symbol(symbol: object) -> None:
    if not isinstance(symbol, str):
        kind = type(symbol).__name__
        raise TypeError(f"A symbol is a str, not the {kind} {symbol!r}; pass each one by itself")


def _of_symbol(symbol: str | None) -> dict[str, str]:
    return {} if symbol is None else {"symbol": symbol}
