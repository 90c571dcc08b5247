"""The subscriptions of the client.

Generated from stream/streams.py by `make generate-python-client`."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from trading_api_client.async_client import AsyncClient
from trading_api_client.blocking.blocking_stream import BlockingStream, BlockingSubscription
from trading_api_client.blocking.loop_thread import LoopThread
from trading_api_client.models import (
    AccountState,
    Alert,
    Bar,
    BrokerConnectionStatus,
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
from trading_api_client.stream.account_feed import (
    AccountUpdate,
)
from trading_api_client.stream.channels import Reconnection
from trading_api_client.stream.reconnecting_socket import SocketState


class BlockingStreams:
    """Live updates, as streams and as callbacks, over one WebSocket.

    Subscriptions to one topic share it, and survive outages. After an outage the server sends the
    missed updates, or else the present state. Methods that begin with `on_` call a function in the
    event loop of the client. Call `close` on the returned object to end a subscription."""

    _client: AsyncClient
    _loop: LoopThread

    def bars(self, symbol: str, resolution: str) -> BlockingStream[Bar]:
        """Stream the forming bar of a symbol at each change. A later time begins a new bar."""
        return self._loop.stream(lambda: self._client.bars(symbol, resolution))

    def on_bar(
        self, symbol: str, resolution: str, callback: Callable[[Bar], object]
    ) -> BlockingSubscription[Bar]:
        """Call a function at each change of the forming bar of a symbol."""
        return self._loop.subscription(lambda: self._client.on_bar(symbol, resolution, callback))

    def quotes(self, *symbols: str, slow: Iterable[str] = ()) -> BlockingStream[QuoteData]:
        """Stream the quotes of symbols at every change, and those of `slow` every ten seconds."""
        return self._loop.stream(lambda: self._client.quotes(*symbols, slow=slow))

    def on_quote(
        self,
        symbols: str | Iterable[str],
        callback: Callable[[QuoteData], object],
        *,
        slow: Iterable[str] = (),
    ) -> BlockingSubscription[QuoteData]:
        """Call a function with the quotes of symbols."""
        return self._loop.subscription(lambda: self._client.on_quote(symbols, callback, slow=slow))

    def trades(self, symbol: str) -> BlockingStream[Trade]:
        """Stream the trades of a symbol."""
        return self._loop.stream(lambda: self._client.trades(symbol))

    def on_trade(
        self, symbol: str, callback: Callable[[Trade], object]
    ) -> BlockingSubscription[Trade]:
        """Call a function with the trades of a symbol."""
        return self._loop.subscription(lambda: self._client.on_trade(symbol, callback))

    def order_book(self, symbol: str, depth: int = 10) -> BlockingStream[Orderbook]:
        """Stream the best levels of the order book of a symbol, at most 50 on each side."""
        return self._loop.stream(lambda: self._client.order_book(symbol, depth))

    def on_order_book(
        self, symbol: str, callback: Callable[[Orderbook], object], *, depth: int = 10
    ) -> BlockingSubscription[Orderbook]:
        """Call a function with the best levels of the order book of a symbol."""
        return self._loop.subscription(
            lambda: self._client.on_order_book(symbol, callback, depth=depth)
        )

    def replay_updates(self) -> BlockingStream[ReplayState]:
        """Stream what the time of the market does: it is played, paused or moved forward."""
        return self._loop.stream(lambda: self._client.replay_updates())

    def on_replay(
        self, callback: Callable[[ReplayState], object]
    ) -> BlockingSubscription[ReplayState]:
        """Call a function whenever the market is played, paused or moved forward."""
        return self._loop.subscription(lambda: self._client.on_replay(callback))

    def account_updates(self) -> BlockingStream[AccountUpdate]:
        """Stream executions, orders, positions and notifications in the order of their events.

        It begins with the live orders and the open positions."""
        return self._loop.stream(lambda: self._client.account_updates())

    def on_account_update(
        self, callback: Callable[[AccountUpdate], object]
    ) -> BlockingSubscription[AccountUpdate]:
        """Call a function with executions, orders, positions and notifications in the order of
        their events."""
        return self._loop.subscription(lambda: self._client.on_account_update(callback))

    def order_updates(self) -> BlockingStream[PlacedOrder]:
        """Stream the live orders, and then each order that changes."""
        return self._loop.stream(lambda: self._client.order_updates())

    def on_order(
        self, callback: Callable[[PlacedOrder], object]
    ) -> BlockingSubscription[PlacedOrder]:
        """Call a function with the live orders, and then with each order that changes."""
        return self._loop.subscription(lambda: self._client.on_order(callback))

    def position_updates(self) -> BlockingStream[Position]:
        """Stream the open positions, and then each change by an event; `qty` 0 is a closed one."""
        return self._loop.stream(lambda: self._client.position_updates())

    def on_position(self, callback: Callable[[Position], object]) -> BlockingSubscription[Position]:
        """Call a function with the open positions, and then with each change by an event."""
        return self._loop.subscription(lambda: self._client.on_position(callback))

    def execution_updates(self, symbol: str | None = None) -> BlockingStream[Execution]:
        """Stream the executions from now on, those of one symbol or of all."""
        return self._loop.stream(lambda: self._client.execution_updates(symbol))

    def on_execution(
        self, callback: Callable[[Execution], object], *, symbol: str | None = None
    ) -> BlockingSubscription[Execution]:
        """Call a function with each execution from now on."""
        return self._loop.subscription(lambda: self._client.on_execution(callback, symbol=symbol))

    def notification_updates(self) -> BlockingStream[Notification]:
        """Stream the notifications from now on."""
        return self._loop.stream(lambda: self._client.notification_updates())

    def on_notification(
        self, callback: Callable[[Notification], object]
    ) -> BlockingSubscription[Notification]:
        """Call a function with each notification from now on."""
        return self._loop.subscription(lambda: self._client.on_notification(callback))

    def position_profit_updates(self) -> BlockingStream[PositionPL]:
        """Stream the profit of each position at every quote."""
        return self._loop.stream(lambda: self._client.position_profit_updates())

    def on_position_profit(
        self, callback: Callable[[PositionPL], object]
    ) -> BlockingSubscription[PositionPL]:
        """Call a function with the profit of each position at every quote."""
        return self._loop.subscription(lambda: self._client.on_position_profit(callback))

    def equity_updates(self) -> BlockingStream[EquityData]:
        """Stream the equity at every quote and event."""
        return self._loop.stream(lambda: self._client.equity_updates())

    def on_equity(
        self, callback: Callable[[EquityData], object]
    ) -> BlockingSubscription[EquityData]:
        """Call a function with the equity at every quote and event."""
        return self._loop.subscription(lambda: self._client.on_equity(callback))

    def account_state_updates(self) -> BlockingStream[AccountState]:
        """Stream the account state at every quote and event: margin, profit and equity."""
        return self._loop.stream(lambda: self._client.account_state_updates())

    def on_account_state(
        self, callback: Callable[[AccountState], object]
    ) -> BlockingSubscription[AccountState]:
        """Call a function with the account state at every quote and event."""
        return self._loop.subscription(lambda: self._client.on_account_state(callback))

    def connection_updates(self) -> BlockingStream[BrokerConnectionStatus]:
        """Stream the state of the server's connection to the market and the venue."""
        return self._loop.stream(lambda: self._client.connection_updates())

    def on_connection(
        self, callback: Callable[[BrokerConnectionStatus], object]
    ) -> BlockingSubscription[BrokerConnectionStatus]:
        """Call a function with the state of the server's connection to the market and the venue."""
        return self._loop.subscription(lambda: self._client.on_connection(callback))

    def alert_updates(self) -> BlockingStream[Alert]:
        """Stream the price alerts of the account, and then each change."""
        return self._loop.stream(lambda: self._client.alert_updates())

    def on_alert(self, callback: Callable[[Alert], object]) -> BlockingSubscription[Alert]:
        """Call a function with the price alerts of the account, and then with each change."""
        return self._loop.subscription(lambda: self._client.on_alert(callback))

    def account_state(self) -> AccountState:
        """Return the present account state: margin, profit and equity."""
        return self._loop.run(self._client.account_state())

    def wait_for_seq(self, seq: int) -> None:
        """Return once the updates up to the account's event `seq` have arrived.

        They are those of the executions, orders and positions that were subscribed before. The
        result of a command has `seq`. Raises TimedOut."""
        self._loop.run(self._client.wait_for_seq(seq))

    def on_socket_state(self, callback: Callable[[SocketState], object]) -> Callable[[], None]:
        """Call a function with each later state of the WebSocket. Return a function that stops the
        calls."""
        return self._loop.listening(lambda: self._client.on_socket_state(callback))

    def on_reconnected(self, callback: Callable[[Reconnection], object]) -> Callable[[], None]:
        """Call a function for each topic that continues after an outage.

        If `is_replayed` is false, read the changes in between over REST."""
        return self._loop.listening(lambda: self._client.on_reconnected(callback))
