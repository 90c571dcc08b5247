"""The bus on NATS, by nats-py: the client of NATS itself, and the cheapest client measured."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, TypeVar

from nats import errors
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription

from trading_api.bus.handlers import (
    ReconnectListeners,
    RequestTasks,
    check_length,
    handle_message,
    is_too_long,
)
from trading_api.bus.outgoing_queue import OutgoingQueue
from trading_api.bus.port import (
    MESSAGE_BYTES_MAX,
    BusUnavailable,
    MessageHandler,
    NoResponder,
    RequestHandler,
    RequestTimeout,
    Unsubscribe,
)
from trading_api.bus.subjects import full_subject, request_subject
from trading_api.errors import ConfigurationError

START_S = 5.0
"""How long `start` tries to connect."""
RECONNECT_WAIT_S = 0.5
CONNECT_S = 2.0
PING_S = 2.0
"""Three unanswered pings end a connection, so that a dead one is noticed after six seconds."""
WATCH_S = 1.0
STUCK_S = 10.0
"""A client that has not reconnected by then is replaced."""
FLUSH_S = 5.0
CLOSE_S = 1.0
"""How long `close` waits for what was published before."""
PING_ANSWER_S = 60
"""Longer than a connection without answers lasts."""
BUFFER_LOOK_S = 0.0005
"""How often `flush` looks whether the client has written its buffer."""
PENDING_MESSAGES_MAX = 50_000
PENDING_BYTES_MAX = 32_000_000
"""What a subscription keeps while the event loop is busy. Above it, messages are lost."""
SENT_TOGETHER_MAX = 100

log = logging.getLogger(__name__)
T = TypeVar("T")
Receive = Callable[[Msg], Coroutine[Any, Any, None]]


@dataclass(eq=False, slots=True)
class _Subscribed:
    """A subscription, for as long as the bus has it; clients come and go."""

    name: str
    receive: Receive
    is_draining: bool = False
    at_client: Subscription | None = None


class NatsBus:
    """A connection to a NATS server, or to one of those that the address lists with commas."""

    def __init__(self, url: str, prefix: str, start_s: float = START_S) -> None:
        self._url = url
        self._prefix = prefix
        self._start_s = start_s
        self._client = Client()
        self._is_open = False
        self._last_error: Exception | None = None
        self._subscribed: set[_Subscribed] = set()
        self._outgoing = OutgoingQueue[tuple[str, bytes]]()
        self._request_tasks = RequestTasks()
        self._reconnect_listeners = ReconnectListeners()
        self._tasks: set[asyncio.Task[Any]] = set()
        self._unsubscribing: set[asyncio.Task[Any]] = set()

    async def start(self) -> None:
        try:
            async with asyncio.timeout(self._start_s):
                await self._connect(self._client)
        except (TimeoutError, OSError, ValueError, errors.Error) as error:
            await self._abandon(self._client)
            reason = self._last_error or error
            raise ConfigurationError(f"BUS_URL: NATS cannot be reached: {reason}") from error
        if self._client.max_payload < MESSAGE_BYTES_MAX:
            await self._abandon(self._client)
            raise ConfigurationError(
                f"BUS_URL: max_payload of the NATS server is {self._client.max_payload}; "
                f"at least {MESSAGE_BYTES_MAX} is needed."
            )
        self._is_open = True
        _keep(self._tasks, self._send_outgoing())
        _keep(self._tasks, self._watch())

    async def close(self) -> None:
        if not self._is_open:
            return
        self._is_open = False
        await self._request_tasks.close()
        if self._client.is_connected:
            try:
                async with asyncio.timeout(CLOSE_S):
                    await self._flush()
            except (TimeoutError, BusUnavailable):
                pass
        await self._abandon(self._client)
        running = (self._tasks | self._unsubscribing) - {asyncio.current_task()}
        for task in running:
            task.cancel()
        if running:  # the client swallows some cancellations
            await asyncio.wait(running, timeout=CLOSE_S)

    @property
    def is_connected(self) -> bool:
        return self._is_open and self._client.is_connected

    def publish(self, subject: str, message: bytes) -> None:
        if not is_too_long(subject, message):
            self._put(full_subject(self._prefix, subject), message)

    async def subscribe(self, subject: str, handler: MessageHandler) -> Unsubscribe:
        def receive(message: Msg) -> None:
            handle_message(subject, handler, message.data)

        return await self._subscribe(full_subject(self._prefix, subject), receive)

    async def serve(self, subject: str, handler: RequestHandler) -> Unsubscribe:
        def receive(message: Msg) -> None:
            if reply_to := message.reply:
                self._request_tasks.start(
                    subject, handler, message.data, lambda answer: self._put(reply_to, answer)
                )

        name = request_subject(self._prefix, subject)
        return await self._subscribe(name, receive, is_drained=True)

    async def request(self, subject: str, message: bytes, timeout_s: float) -> bytes:
        check_length(message)
        self._check_connected()
        name = request_subject(self._prefix, subject)
        try:
            answer: Msg = await self._client.request(name, message, timeout_s)
        except errors.NoRespondersError:
            raise NoResponder(subject) from None
        except errors.TimeoutError:
            raise RequestTimeout(subject) from None
        except (OSError, errors.Error) as error:
            raise BusUnavailable from error
        return answer.data

    async def flush(self) -> None:
        self._check_connected()
        try:
            async with asyncio.timeout(FLUSH_S):
                await self._flush()
        except TimeoutError:
            raise BusUnavailable from None

    def on_reconnect(self, call: Callable[[], None]) -> None:
        self._reconnect_listeners.add(call)

    def _check_connected(self) -> None:
        if not self.is_connected:
            raise BusUnavailable

    # Sending

    def _put(self, name: str, message: bytes) -> None:
        if self.is_connected:
            self._outgoing.put((name, message), len(message))

    async def _send_outgoing(self) -> None:
        while self._is_open:  # the client's publish may swallow a cancellation
            await self._outgoing.wait()
            await self._send_now()

    async def _send_now(self) -> None:
        """Pass to the client what is published. Without a connection it is lost."""
        while outgoing := self._outgoing.take(SENT_TOGETHER_MAX):
            for name, message in outgoing:
                if self._client.is_connected:
                    try:
                        await self._client.publish(name, message)
                    except Exception:  # the client's own mistakes too must not end the sending
                        log.exception("bus_message_lost")

    async def _flush(self) -> None:
        if self._unsubscribing:  # which a caller that is cancelled must not cancel
            await asyncio.wait(self._unsubscribing)
        await self._send_now()
        if not await self._round_trip():
            raise BusUnavailable

    async def _round_trip(self) -> bool:
        """Return whether the server has answered after everything that the client has sent."""
        # The client writes its ping past its own buffer, where a subscription may wait.
        while self._client.pending_data_size and self._client.is_connected:  # noqa: ASYNC110
            await asyncio.sleep(BUFFER_LOOK_S)
        # Not awaited itself: a ping that is cancelled ends the client's task that reads.
        return await asyncio.shield(_keep(self._tasks, _ping(self._client)))

    # Subscriptions

    async def _subscribe(
        self, name: str, receive: Callable[[Msg], None], *, is_drained: bool = False
    ) -> Unsubscribe:
        """`is_drained`: what the server sent before it knew of the end is received too."""
        self._check_connected()

        async def receive_if_subscribed(message: Msg) -> None:
            if subscribed in self._subscribed or subscribed.is_draining:
                receive(message)

        subscribed = _Subscribed(name, receive_if_subscribed)
        self._subscribed.add(subscribed)
        try:
            await self._subscribe_at_client(subscribed)
        except (OSError, errors.Error) as error:
            self._subscribed.remove(subscribed)
            raise BusUnavailable from error

        def unsubscribe() -> None:
            if subscribed in self._subscribed:
                self._subscribed.remove(subscribed)
                subscribed.is_draining = is_drained
                end = self._drain if is_drained else self._unsubscribe_at_client
                _keep(self._unsubscribing, end(subscribed))

        return unsubscribe

    async def _subscribe_at_client(self, subscribed: _Subscribed) -> None:
        subscribed.at_client = await self._client.subscribe(
            subscribed.name,
            cb=subscribed.receive,
            pending_msgs_limit=PENDING_MESSAGES_MAX,
            pending_bytes_limit=PENDING_BYTES_MAX,
        )

    async def _unsubscribe_at_client(self, subscribed: _Subscribed) -> None:
        try:
            if subscribed.at_client is not None:
                await subscribed.at_client.unsubscribe()
        except (OSError, errors.Error):
            pass  # a client that is closed has no subscriptions

    async def _drain(self, subscribed: _Subscribed) -> None:
        """End a subscription after what the server sent it has been received.

        `Subscription.drain` would not do: the client writes its ping past its own buffer, where the
        end of the subscription may wait."""
        subscription, client = subscribed.at_client, self._client
        try:
            # A client that was replaced receives nothing, and numbers its subscriptions otherwise.
            if subscription is not None and subscription._conn is client:
                async with asyncio.timeout(FLUSH_S):
                    await client._send_unsubscribe(subscription._id)
                    await self._round_trip()
                    while subscription.pending_msgs:  # noqa: ASYNC110, which the client reads
                        await asyncio.sleep(0)
        except (TimeoutError, OSError, errors.Error):
            pass  # nothing arrives from a connection that is lost
        finally:
            subscribed.is_draining = False
            await self._unsubscribe_at_client(subscribed)

    # The connection

    async def _connect(self, client: Client) -> None:
        await client.connect(
            self._url,
            error_cb=self._on_error,
            disconnected_cb=self._on_disconnected,
            reconnected_cb=self._on_reconnected,
            connect_timeout=CONNECT_S,  # type: ignore[arg-type]
            reconnect_time_wait=RECONNECT_WAIT_S,  # type: ignore[arg-type]
            max_reconnect_attempts=-1,
            ping_interval=PING_S,  # type: ignore[arg-type]
            flush_timeout=FLUSH_S,
            skip_subject_validation=True,  # full_subject has checked it
        )

    async def _abandon(self, client: Client) -> None:
        try:
            async with asyncio.timeout(CLOSE_S):
                await client.close()
        except TimeoutError:
            log.info("bus_not_closed")  # the server does not read what the client still sends
        except Exception:
            log.exception("bus_not_closed")

    async def _watch(self) -> None:
        """Replace a client that has given up, after an error of the server, or that is stuck."""
        loop = asyncio.get_running_loop()
        connected_s = loop.time()
        while self._is_open:
            await asyncio.sleep(WATCH_S)
            if not self._is_open or self._client.is_connected:
                connected_s = loop.time()
            elif self._client.is_closed or loop.time() - connected_s > STUCK_S:
                await self._replace_client()
                connected_s = loop.time()

    async def _replace_client(self) -> None:
        for subscribed in tuple(self._subscribed):
            await self._unsubscribe_at_client(subscribed)
            subscribed.at_client = None
        _keep(self._tasks, self._abandon(self._client))
        self._client = Client()
        try:
            async with asyncio.timeout(self._start_s):
                await self._connect(self._client)
                for subscribed in tuple(self._subscribed):
                    if subscribed.at_client is None:
                        await self._subscribe_at_client(subscribed)
                await self._flush()
        except (TimeoutError, OSError, errors.Error, BusUnavailable) as error:
            log.warning("bus_not_reconnected", extra={"reason": repr(self._last_error or error)})
            await self._abandon(self._client)  # which the next look replaces
            return
        if self._is_open:
            await self._on_reconnected()
        else:
            await self._abandon(self._client)

    async def _on_error(self, error: Exception) -> None:
        # A reason that the server gives is better than the end of the connection after it.
        if self._is_open or not isinstance(self._last_error, errors.Error):
            self._last_error = error
        if isinstance(error, errors.SlowConsumerError):
            log.warning("bus_slow_consumer", extra={"subject": error.subject})
        elif self.is_connected:
            log.warning("bus_error", extra={"reason": repr(error)})

    async def _on_disconnected(self) -> None:
        if self._is_open:
            log.warning("bus_disconnected", extra={"reason": repr(self._last_error)})

    async def _on_reconnected(self) -> None:
        log.info("bus_reconnected")
        self._reconnect_listeners.call_all()


async def _ping(client: Client) -> bool:
    """Return whether the server has answered. A connection that is lost meanwhile has no answer."""
    try:
        await client.flush(PING_ANSWER_S)
    except (OSError, errors.Error):
        return False
    return True


def _keep(tasks: set[asyncio.Task[Any]], coroutine: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
    """Run the coroutine as a task, which is one of `tasks` until it ends."""
    task = asyncio.create_task(coroutine)
    tasks.add(task)
    task.add_done_callback(tasks.discard)
    return task
