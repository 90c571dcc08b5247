"""The WebSocket connections that ccxt makes: which of our channels they carry, and their state."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from trading_api.connectors.errors import ConnectorError
from trading_api.modules.datafeed.venues.messages import LinkChanged

CHANNELS = frozenset({"trades", "touch"})

_channel: ContextVar[str] = ContextVar("_channel", default="")

log = logging.getLogger(__name__)


class CcxtLinks:
    """Publishes a LinkChanged when all channels are up, and when one is down.

    ccxt's own client calls the exchange's `handle_message` for each message, and `watch` or
    `watch_multiple` with the URL of each subscription. Both are wrapped, so that this works for
    every venue. A channel is up once its connection brought anything after the subscription: its
    confirmation, a pong, or data."""

    def __init__(
        self, exchange: Any, symbols: Sequence[str], publish: Callable[[LinkChanged], None]
    ) -> None:
        self._exchange = exchange
        self._symbols = list(symbols)
        self._publish = publish
        self._urls: dict[str, str] = {}  # by channel
        self._up: set[str] = set()
        self._is_up = False
        self._failure: ConnectorError | None = None
        self._active_s: dict[int, float] = {}
        self._pings: set[asyncio.Future[None]] = set()
        self._wrap_subscriptions("watch")
        self._wrap_subscriptions("watch_multiple")
        self._wrap_messages()

    @contextmanager
    def channel(self, name: str) -> Iterator[None]:
        """Count the subscriptions that the block makes to a channel."""
        token = _channel.set(name)
        try:
            yield
        finally:
            _channel.reset(token)

    def channel_down(self, name: str, error: ConnectorError) -> None:
        self._up.discard(name)
        self.report_down(error)

    def report_down(self, error: ConnectorError) -> None:
        """Report that the connection is down, if that or its reason is new."""
        before, self._failure = self._failure, error
        if self._is_up or before is None or before.text != error.text:
            self._is_up = False
            self._publish(LinkChanged(self._symbols, False, error.text, error.code))

    def check(self, silent_s: float) -> bool:
        """Ping the connections, and end those that brought nothing for `silent_s`. Return whether
        all channels are up."""
        now_s = time.monotonic()
        for url in set(self._urls.values()):
            client = self._exchange.clients.get(url)
            if client is None or client.closed():
                continue
            active_s = self._active_s.setdefault(id(client), now_s)
            if now_s - active_s > silent_s:
                client.on_error(_no_sign_of_life(silent_s))
                continue
            if client.last_message_at is not None and client.lastPong is not None:
                self._note_pong(client, now_s)
            self._ping(client)
        failure = self._failure
        if not self._is_up and failure is not None and failure.code == "venue_maintenance":
            # The market stays closed for as long as the venue does, however long it takes.
            self._publish(LinkChanged(self._symbols, False, failure.text, failure.code))
        return self._is_up

    def _ping(self, client: Any) -> None:
        task = asyncio.ensure_future(_send_ping(client))
        self._pings.add(task)
        task.add_done_callback(self._pings.discard)

    def _note_pong(self, client: Any, now_s: float) -> None:
        """Count a pong as a sign of life. ccxt handles it without `handle_message`."""
        age_s = (self._exchange.milliseconds() - client.last_message_at) / 1_000
        self._active_s[id(client)] = max(self._active_s[id(client)], now_s - max(0.0, age_s))

    def _wrap_subscriptions(self, name: str) -> None:
        original = getattr(self._exchange, name)

        def subscribe(url: str, *arguments: Any, **options: Any) -> Any:
            if channel := _channel.get():
                self._urls[channel] = url
            return original(url, *arguments, **options)

        setattr(self._exchange, name, subscribe)

    def _wrap_messages(self) -> None:
        original = self._exchange.handle_message

        def handle(client: Any, message: Any) -> None:
            self._active_s[id(client)] = time.monotonic()
            if not self._is_up:
                self._note_up(client)
            original(client, message)

        self._exchange.handle_message = handle

    def _note_up(self, client: Any) -> None:
        self._up |= {name for name, url in self._urls.items() if url == client.url}
        if self._up >= CHANNELS:
            self._is_up, self._failure = True, None
            self._publish(LinkChanged(self._symbols, True))


def tap_cache(exchange: Any, name: str, receive: Callable[[dict[str, Any]], None]) -> None:
    """Call `receive` with each object that the exchange puts into its cache of this name.

    ccxt's own `watch` functions return what changed since their last call, but are not woken for a
    second symbol that changed in the same turn of the loop. The cache misses nothing."""
    setattr(exchange, name, _TappedCache(receive))


class _TappedCache(dict[str, Any]):
    """Receives a list of objects, which is put once and then appended to, or single objects."""

    def __init__(self, receive: Callable[[dict[str, Any]], None]) -> None:
        super().__init__()
        self._receive = receive

    def __setitem__(self, symbol: str, value: Any) -> None:
        if not isinstance(value, list):
            super().__setitem__(symbol, value)
            self._receive(value)
            return
        if self.get(symbol) is value:
            return
        super().__setitem__(symbol, value)
        for each in value:
            self._receive(each)
        append = value.append

        def append_and_receive(item: dict[str, Any]) -> None:
            append(item)
            self._receive(item)

        value.append = append_and_receive  # type: ignore[method-assign]


def _no_sign_of_life(silent_s: float) -> Exception:
    return TimeoutError(f"no sign of life for {silent_s:g} s")


async def _send_ping(client: Any) -> None:
    try:
        await client.connection.ping()
    except (ConnectionError, RuntimeError) as error:
        log.debug("venue_ping_failed", extra={"error": str(error)})
