"""Two connections to a Redis or Valkey server, by redis-py: the client of Redis itself.

Its low-level Connection is used, and not its PubSub: PubSub reconnects inside any of its calls
without a notice, and one loop here is cheaper than one of its retries around each message."""

from __future__ import annotations

import asyncio
import logging
import math
import random
from collections.abc import Callable, Iterable
from typing import Any, Protocol

from redis.asyncio.connection import ConnectionPool
from redis.exceptions import AuthenticationError, RedisError
from redis.exceptions import ConnectionError as RedisConnectionError

from trading_api.bus.outgoing_queue import OutgoingQueue
from trading_api.bus.port import BusUnavailable, RequestTimeout
from trading_api.errors import ConfigurationError

CONNECT_S = 2.0
RECONNECT_WAIT_S = 0.2
RECONNECT_WAIT_S_MAX = 5.0
PING_S = 2.0
SILENCE_S = 6.0
"""A connection whose pings are unanswered for this long is closed."""
CANCEL_S = 0.1
SENT_TOGETHER_MAX = 100

log = logging.getLogger(__name__)
Lost = (RedisError, OSError, TimeoutError)
"""What is raised when a connection does not work any longer."""
Outgoing = tuple[tuple[bytes | str, ...], asyncio.Future[int] | None]
"""A command, and who waits for the number that the server answers."""


class RedisConnection(Protocol):
    """What is used of redis-py's connection."""

    async def connect(self) -> None: ...
    async def disconnect(self, nowait: bool = False) -> None: ...
    def pack_commands(self, commands: Iterable[Iterable[bytes | str]]) -> list[bytes]: ...
    async def send_packed_command(
        self, command: Iterable[bytes], check_health: bool = True
    ) -> None: ...
    async def read_response(
        self,
        *,
        timeout: float,  # noqa: ASYNC109 - as redis-py has it
        disconnect_on_error: bool = True,
    ) -> Any: ...


class RedisLink:
    """Publishes on one connection, and receives on another one.

    Both are opened together. When one is lost, both are closed and opened again, with all
    subscriptions, and `on_reconnect` is called. What is not sent by then is lost."""

    def __init__(
        self,
        url: str,
        on_message: Callable[[bytes, bytes], None],
        on_reconnect: Callable[[], None],
    ) -> None:
        """`on_message` receives the channel and the message."""
        try:
            self._pool = ConnectionPool.from_url(_redis_url(url))
        except ValueError as error:
            raise ConfigurationError(f"BUS_URL: {error}") from error
        self._pool.connection_kwargs |= {
            "protocol": 2,
            "socket_connect_timeout": CONNECT_S,
            "socket_timeout": None,  # one timeout for many responses is cheaper; see below
            "client_name": "trading-api",
        }
        self._on_message = on_message
        self._on_reconnect = on_reconnect
        self._sender = self._receiver = self._new_connection()
        self._channels: set[str] = set()
        self._outgoing = OutgoingQueue[Outgoing]()
        self._receiver_commands = asyncio.Queue[tuple[str, ...]]()  # cleared with each connection
        self._pongs: list[asyncio.Future[None]] = []
        self._task: asyncio.Task[None] | None = None
        self.is_connected = False

    async def start(self, start_s: float) -> None:
        """Connect, and try so for `start_s`. Raises ConfigurationError."""
        deadline_s = asyncio.get_running_loop().time() + start_s
        while True:
            try:
                await self._connect()
                break
            except Lost as error:
                is_too_late = asyncio.get_running_loop().time() >= deadline_s
                if is_too_late or not _may_pass(error):
                    await self._disconnect()
                    raise ConfigurationError(
                        f"BUS_URL: Redis cannot be reached: {error}"
                    ) from error
                await asyncio.sleep(RECONNECT_WAIT_S)
        self._task = asyncio.create_task(self._run())

    async def close(self) -> None:
        """Disconnect. What is published and not sent yet is lost."""
        while self._task is not None and not self._task.done():
            self._task.cancel()
            # A TaskGroup that fails at the same moment forgets the cancellation.
            await asyncio.wait([self._task], timeout=CANCEL_S)
        await self._disconnect()

    def publish(self, channel: str, message: bytes) -> None:
        """Send the message, or lose it if there is no connection or the queue is full."""
        if self.is_connected:
            self._outgoing.put((("PUBLISH", channel, message), None), len(message))

    def publish_and_count(self, channel: str, message: bytes) -> asyncio.Future[int]:
        """Send the message; the result is how many receive it. Raises BusUnavailable.

        The future raises RequestTimeout if the connection is lost meanwhile."""
        return self._send(("PUBLISH", channel, message), len(message))

    def subscribe(self, channel: str) -> None:
        """Receive the messages of the channel, also after a reconnect."""
        self._channels.add(channel)
        if self.is_connected:
            self._receiver_commands.put_nowait(("SUBSCRIBE", channel))

    def unsubscribe(self, channel: str) -> None:
        self._channels.discard(channel)
        if self.is_connected:
            self._receiver_commands.put_nowait(("UNSUBSCRIBE", channel))

    async def flush(self) -> None:
        """Return once the server has everything sent before. Raises BusUnavailable."""
        if not self.is_connected:
            raise BusUnavailable
        pong = self._ping_receiver()
        try:
            await self._send(("PING",), 0)
            await pong
        except RequestTimeout:
            raise BusUnavailable from None

    # The connections

    def _new_connection(self) -> RedisConnection:
        connection: RedisConnection = self._pool.make_connection()  # type: ignore[no-untyped-call]
        return connection

    async def _connect(self) -> None:
        self._sender, self._receiver = self._new_connection(), self._new_connection()
        async with asyncio.timeout(CONNECT_S):
            await self._sender.connect()
            await self._receiver.connect()
            commands = [("SUBSCRIBE", channel) for channel in self._channels]
            await self._write(self._receiver, *commands, ("PING",))
            while _kind(await self._receiver.read_response(timeout=math.inf)) != b"pong":
                pass  # the subscriptions are confirmed one by one
        self.is_connected = True

    async def _disconnect(self) -> None:
        """Close both connections, and give up what waits for them."""
        self.is_connected = False
        for connection in (self._sender, self._receiver):
            await connection.disconnect(nowait=True)
        while outgoing := self._outgoing.take(SENT_TOGETHER_MAX):
            _give_up(outgoing, BusUnavailable())
        while not self._receiver_commands.empty():
            self._receiver_commands.get_nowait()
        for pong in self._pongs:
            if not pong.done():
                pong.set_exception(BusUnavailable())
                pong.exception()  # a caller may not wait for it, which is no mistake
        self._pongs.clear()

    async def _run(self) -> None:
        while True:
            try:
                async with asyncio.TaskGroup() as group:
                    group.create_task(self._send_outgoing())
                    group.create_task(self._send_receiver_commands())
                    group.create_task(self._receive())
                    group.create_task(self._ping())
            except* Lost as errors:
                log.warning("bus_disconnected", extra={"reason": repr(errors.exceptions[0])})
            except* Exception:
                log.exception("bus_failed")
            await self._disconnect()
            await self._reconnect()

    async def _reconnect(self) -> None:
        wait_s = RECONNECT_WAIT_S
        while not self.is_connected:
            try:
                await self._connect()
            except Lost as error:
                log.debug("bus_not_reconnected", extra={"reason": repr(error)})
                await self._disconnect()
                await asyncio.sleep(wait_s * random.uniform(0.5, 1))
                wait_s = min(2 * wait_s, RECONNECT_WAIT_S_MAX)
        log.info("bus_reconnected")
        self._on_reconnect()

    # Sending

    def _send(self, command: tuple[bytes | str, ...], length: int) -> asyncio.Future[int]:
        count: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        if not self.is_connected or not self._outgoing.put((command, count), length):
            raise BusUnavailable
        return count

    async def _send_outgoing(self) -> None:
        while True:
            await self._outgoing.wait()
            outgoing = self._outgoing.take(SENT_TOGETHER_MAX)
            try:
                async with asyncio.timeout(SILENCE_S):
                    await self._write(self._sender, *(command for command, _ in outgoing))
                    for _, count in outgoing:
                        response = await self._sender.read_response(timeout=math.inf)
                        if count is not None and not count.done():
                            count.set_result(response)
            finally:
                _give_up(outgoing, RequestTimeout())

    async def _write(self, connection: RedisConnection, *commands: Iterable[bytes | str]) -> None:
        await connection.send_packed_command(connection.pack_commands(commands), check_health=False)

    # Receiving

    async def _send_receiver_commands(self) -> None:
        while True:
            await self._write(self._receiver, await self._receiver_commands.get())

    async def _receive(self) -> None:
        """Read messages until the connection is lost, or pings are not answered."""
        loop = asyncio.get_running_loop()
        read = self._receiver.read_response
        async with asyncio.timeout(SILENCE_S) as silence:
            while True:
                response = await read(timeout=math.inf, disconnect_on_error=False)
                kind = _kind(response)
                if kind == b"message":
                    self._on_message(response[1], response[2])
                elif kind == b"pong":
                    silence.reschedule(loop.time() + SILENCE_S)
                    pong = self._pongs.pop(0)
                    if not pong.done():
                        pong.set_result(None)

    async def _ping(self) -> None:
        while True:
            self._ping_receiver()
            self._outgoing.put((("PING",), None), 0)
            await asyncio.sleep(PING_S)

    def _ping_receiver(self) -> asyncio.Future[None]:
        pong: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._pongs.append(pong)
        self._receiver_commands.put_nowait(("PING",))
        return pong


def _redis_url(url: str) -> str:
    """Valkey's own schemes mean the same as those of Redis."""
    scheme, separator, rest = url.partition("://")
    return {"valkey": "redis", "valkeys": "rediss"}.get(scheme, scheme) + separator + rest


def _may_pass(error: Exception) -> bool:
    """Return whether to try again. A wrong password stays wrong."""
    is_unreachable = isinstance(error, (RedisConnectionError, OSError, TimeoutError))
    return is_unreachable and not isinstance(error, AuthenticationError)


def _kind(response: Any) -> Any:
    """Return the kind of what a connection with subscriptions receives.

    A connection without any receives PONG alone."""
    return b"pong" if response == b"PONG" else response[0]


def _give_up(outgoing: Iterable[Outgoing], error: Exception) -> None:
    for _, count in outgoing:
        if count is not None and not count.done():
            count.set_exception(error)
            count.exception()  # a caller may not wait for it, which is no mistake
