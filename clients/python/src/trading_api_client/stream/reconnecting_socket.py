"""A WebSocket that connects again after a loss."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from ssl import SSLContext
from typing import Any, Literal, Protocol

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus

from trading_api_client.backoff import Backoff
from trading_api_client.errors import Refused
from trading_api_client.stream.outage_log import OutageLog
from trading_api_client.token_source import TokenSource, refresh_in_s

log = logging.getLogger("trading_api_client")

STABLE_S = 5.0
"""A connection that lasted this long resets the back-off to its shortest delay."""
MESSAGES_PER_S = 150
"""The server closes a connection that sends 200 messages in a second."""
FRAME_BYTES_MAX = 16 * 2**20
UNAUTHORIZED = (401, 403)

Phase = Literal["idle", "connecting", "connected", "waiting", "closed"]


@dataclass(frozen=True, slots=True)
class StreamOptions:
    """The options of the WebSocket. Times are in seconds.

    After `ping_interval_s` without a message the client sends a ping. Without a pong or a reply to
    a request within `reply_timeout_s`, it replaces the connection. It closes the connection
    `idle_timeout_s` after the last subscription ended. `buffer` is the number of updates that a
    stream keeps for a slow consumer."""

    backoff: Backoff = field(default_factory=Backoff)
    ping_interval_s: float = 15.0
    reply_timeout_s: float = 10.0
    idle_timeout_s: float = 10.0
    buffer: int = 4_096


@dataclass(frozen=True, slots=True)
class SocketState:
    """The state of the connection. While it is `waiting`, `reason` is the cause of the last
    disconnection."""

    phase: Phase
    reason: str = ""


class SocketHandler(Protocol):
    """The callbacks of a ReconnectingSocket."""

    def on_open(self) -> None: ...

    def on_message(self, frame: bytes) -> None: ...

    def on_disconnected(self, reason: str) -> None:
        """Called when a connection or an attempt to connect has ended, on either side."""

    def on_unauthorized(self, refused: Refused) -> None:
        """Called when the server has rejected a token that cannot be refreshed."""

    def is_needed(self) -> bool:
        """Return whether to replace a lost connection."""


class ReconnectingSocket:
    """Connects, authenticates, and connects again with exponential back-off and jitter.

    It sends a fresh token on the connection before the old one expires."""

    def __init__(
        self,
        url: str,
        tokens: TokenSource,
        options: StreamOptions,
        handler: SocketHandler,
        tls: SSLContext | None,
        outage: OutageLog,
    ) -> None:
        self._url = url
        self._outage = outage
        self._tls = (tls or True) if url.startswith("wss:") else None
        self._tokens = tokens
        self._options = options
        self._handler = handler
        self._task: asyncio.Task[None] | None = None
        self._connection: ClientConnection | None = None
        # At most a few messages for each topic.
        self._outgoing: asyncio.Queue[bytes] = asyncio.Queue()
        self._retry_now = asyncio.Event()
        self._is_stopping = False
        self._end_reason = ""
        self._state = SocketState("idle")
        self._on_state: list[Callable[[SocketState], object]] = []

    @property
    def state(self) -> SocketState:
        return self._state

    @property
    def is_connected(self) -> bool:
        return self._state.phase == "connected"

    def on_state(self, listener: Callable[[SocketState], object]) -> Callable[[], None]:
        """Call the listener with every later state, until the returned function is called."""
        self._on_state.append(listener)
        return lambda: self._on_state.remove(listener)

    def open(self) -> None:
        """Connect unless there is a connection or an attempt. Does nothing during `disconnect`."""
        if not self._is_stopping and (self._task is None or self._task.done()):
            self._task = asyncio.create_task(self._run())

    def send(self, message: dict[str, Any]) -> None:
        """Send a message. Without a connection the message is discarded."""
        if self.is_connected:
            self._outgoing.put_nowait(msgspec.json.encode(message))

    def fail(self, reason: str) -> None:
        """End the connection without a closing handshake. A new one follows if it is needed."""
        self._end_reason = self._end_reason or reason
        if self._connection is not None:
            self._connection.transport.abort()

    def reconnect_now(self) -> None:
        """Connect immediately instead of after the delay."""
        self._retry_now.set()

    async def disconnect(self) -> None:
        """Close the connection until `open` is called."""
        self._is_stopping = True
        try:
            await self._stop()
        finally:
            self._is_stopping = False
        self._enter(SocketState("idle"))

    async def close(self) -> None:
        """Close the connection for good."""
        await self._stop()
        self._enter(SocketState("closed"))

    async def _stop(self) -> None:
        task, self._task = self._task, None
        if task is not None:
            if self._connection is not None:
                await self._connection.close()
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
            self._handler.on_disconnected("closed")

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        attempt = 0
        while True:
            self._enter(SocketState("connecting"))
            self._end_reason = ""
            begun = loop.time()
            reason = await self._connect()
            if loop.time() - begun >= STABLE_S:
                attempt = 0
            was_connected = self._connection is not None
            self._connection = None
            self._state = SocketState("waiting", reason)
            self._handler.on_disconnected(reason)
            if not self._handler.is_needed():
                self._task = None
                self._enter(SocketState("idle"))
                return
            if not was_connected:
                self._outage.failed(reason)
            self._enter(SocketState("waiting", reason))
            self._retry_now.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(self._options.backoff.delay_s(attempt)):
                    await self._retry_now.wait()
            attempt += 1

    async def _connect(self) -> str:
        """Serve one connection, and return the reason for its end."""
        try:
            token = await self._tokens.token()
        except Exception as error:
            log.exception("token_source_failed")
            return f"No token: {error}"
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        options = self._options
        try:
            async with connect(
                self._url,
                additional_headers=headers,
                open_timeout=options.reply_timeout_s,
                ping_interval=options.ping_interval_s,
                ping_timeout=options.reply_timeout_s,
                close_timeout=1.0,
                max_size=FRAME_BYTES_MAX,
                ssl=self._tls,
            ) as connection:
                return await self._serve(connection, token)
        except InvalidStatus as refused:
            return await self._on_refused(refused)
        except ConnectionClosed as closed:
            return self._end_reason or str(closed)
        except (OSError, InvalidHandshake) as error:
            return self._end_reason or str(error) or type(error).__name__
        except Exception as error:
            log.exception("connection_failed")
            return f"{type(error).__name__}: {error}"

    async def _serve(self, connection: ClientConnection, token: str | None) -> str:
        self._connection = connection
        self._outgoing = asyncio.Queue()
        tasks = [
            asyncio.create_task(self._write(connection)),
            asyncio.create_task(self._renew_token(token)),
        ]
        self._enter(SocketState("connected"))
        self._outage.connected()
        try:
            self._handler.on_open()
            with suppress(ConnectionClosed):
                while True:
                    self._handler.on_message(await connection.recv(decode=False))
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        code, reason = connection.close_code, connection.close_reason
        return self._end_reason or f"{code} {reason or ''}".strip()

    async def _write(self, connection: ClientConnection) -> None:
        loop = asyncio.get_running_loop()
        second, sent = loop.time(), 0
        with suppress(ConnectionClosed):
            while True:
                message = await self._outgoing.get()
                if loop.time() >= second + 1:
                    second, sent = loop.time(), 0
                elif sent >= MESSAGES_PER_S:
                    await asyncio.sleep(second + 1 - loop.time())
                    second, sent = loop.time(), 0
                sent += 1
                await connection.send(message, text=True)

    async def _renew_token(self, token: str | None) -> None:
        """Send a fresh token before the present one expires."""
        while token is not None and self._tokens.can_refresh:
            delay_s = refresh_in_s(token)
            if delay_s == float("inf"):
                return
            await asyncio.sleep(delay_s)
            try:
                fresh = await self._tokens.refresh()
            except Exception:
                log.exception("token_source_failed")
                continue
            if fresh not in (None, token):
                self.send({"type": "auth", "payload": {"token": fresh}})
                token = fresh

    async def _on_refused(self, refused: InvalidStatus) -> str:
        status = refused.response.status_code
        if status in UNAUTHORIZED:
            if self._tokens.can_refresh:
                with suppress(Exception):
                    await self._tokens.refresh()
            else:
                message = f"The server refused the connection: {status}"
                self._handler.on_unauthorized(Refused("unauthorized", message, status))
        return f"HTTP {status}"

    def _enter(self, state: SocketState) -> None:
        if state != self._state or state.phase == "waiting":
            self._state = state
            for listener in list(self._on_state):
                listener(state)
