"""The bus on the pub/sub of Redis or Valkey, which many self-hosters run already.

Requests and answers are messages too. A request names the channel for its answer. With Redis
Cluster a process may exist where NoResponder is raised: PUBLISH counts the receivers of one node.
"""

from __future__ import annotations

import asyncio
import secrets
import struct
from collections.abc import Callable
from itertools import count

from trading_api.bus.handlers import (
    ReconnectListeners,
    RequestTasks,
    check_length,
    handle_message,
    is_too_long,
)
from trading_api.bus.port import (
    BusUnavailable,
    MessageHandler,
    NoResponder,
    RequestHandler,
    RequestTimeout,
    Unsubscribe,
)
from trading_api.bus.redis_link import RedisLink
from trading_api.bus.subjects import full_subject, request_subject

START_S = 5.0
"""How long `start` tries to connect."""
FLUSH_S = 5.0
CLOSE_S = 1.0
"""How long `close` waits for what was published before."""

_REQUEST_HEADER = struct.Struct(">QB")
"""The number of the request, and the length of the name of the channel for its answer. The name
follows, then the message."""
_ANSWER_HEADER = struct.Struct(">Q")
"""The number of the request. The answer follows."""


class RedisBus:
    """A connection to a Redis or Valkey server."""

    def __init__(self, url: str, prefix: str, start_s: float = START_S) -> None:
        self._prefix = prefix
        self._start_s = start_s
        self._reconnect_listeners = ReconnectListeners()
        self._link = RedisLink(url, self._on_message, self._reconnect_listeners.call_all)
        # Not the name of a subject, since it has a slash.
        self._answer_channel = f"{prefix}/answers/{secrets.token_hex(8)}"
        self._receivers: dict[bytes, list[MessageHandler]] = {}
        # Responders that ended, until what the server sent them has arrived.
        self._draining: dict[MessageHandler, bytes] = {}
        self._drains: set[asyncio.Task[None]] = set()
        self._answers: dict[int, asyncio.Future[bytes]] = {}
        self._request_numbers = count()
        self._request_tasks = RequestTasks()

    async def start(self) -> None:
        self._receivers[self._answer_channel.encode()] = [self._on_answer]
        self._link.subscribe(self._answer_channel)
        await self._link.start(self._start_s)

    async def close(self) -> None:
        await self._request_tasks.close()
        try:
            async with asyncio.timeout(CLOSE_S):
                await self._link.flush()
        except (TimeoutError, BusUnavailable):
            pass
        await self._link.close()

    @property
    def is_connected(self) -> bool:
        return self._link.is_connected

    def publish(self, subject: str, message: bytes) -> None:
        if not is_too_long(subject, message):
            self._link.publish(full_subject(self._prefix, subject), message)

    async def subscribe(self, subject: str, handler: MessageHandler) -> Unsubscribe:
        def receive(message: bytes) -> None:
            handle_message(subject, handler, message)

        return self._subscribe(full_subject(self._prefix, subject), receive)

    async def serve(self, subject: str, handler: RequestHandler) -> Unsubscribe:
        def start(message: bytes) -> None:
            number, length = _REQUEST_HEADER.unpack_from(message)
            start_of_message = _REQUEST_HEADER.size + length
            channel = message[_REQUEST_HEADER.size : start_of_message].decode()

            def reply(answer: bytes) -> None:
                self._link.publish(channel, _ANSWER_HEADER.pack(number) + answer)

            self._request_tasks.start(subject, handler, message[start_of_message:], reply)

        def receive(message: bytes) -> None:
            handle_message(subject, start, message)

        channel = request_subject(self._prefix, subject)
        unsubscribe = self._subscribe(channel, receive)

        def end_serving() -> None:
            if receive in self._receivers.get(channel.encode(), ()):
                unsubscribe()
                self._draining[receive] = channel.encode()
                task = asyncio.create_task(self._drain(receive))
                self._drains.add(task)
                task.add_done_callback(self._drains.discard)

        return end_serving

    async def request(self, subject: str, message: bytes, timeout_s: float) -> bytes:
        check_length(message)
        number = next(self._request_numbers)
        header = _REQUEST_HEADER.pack(number, len(self._answer_channel))
        answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._answers[number] = answer
        try:
            async with asyncio.timeout(timeout_s):
                receivers = await self._link.publish_and_count(
                    request_subject(self._prefix, subject),
                    header + self._answer_channel.encode() + message,
                )
                if receivers == 0:
                    raise NoResponder(subject)
                return await answer
        except TimeoutError:
            raise RequestTimeout(subject) from None
        finally:
            del self._answers[number]

    async def flush(self) -> None:
        try:
            async with asyncio.timeout(FLUSH_S):
                await self._link.flush()
        except TimeoutError:
            raise BusUnavailable from None

    def on_reconnect(self, call: Callable[[], None]) -> None:
        self._reconnect_listeners.add(call)

    def _subscribe(self, channel: str, receive: MessageHandler) -> Unsubscribe:
        if not self.is_connected:
            raise BusUnavailable
        receivers = self._receivers.setdefault(channel.encode(), [])
        receivers.append(receive)
        if len(receivers) == 1:
            self._link.subscribe(channel)

        def unsubscribe() -> None:
            if receive in receivers:
                receivers.remove(receive)
                if not receivers:
                    del self._receivers[channel.encode()]
                    self._link.unsubscribe(channel)

        return unsubscribe

    async def _drain(self, receive: MessageHandler) -> None:
        """Let a responder that ended receive what the server sent before it knew of the end."""
        try:
            await self._link.flush()
        except BusUnavailable:
            pass  # it arrives no more
        finally:
            del self._draining[receive]

    def _on_message(self, channel: bytes, message: bytes) -> None:
        draining = [each for each, name in self._draining.items() if name == channel]
        for receive in (*self._receivers.get(channel, ()), *draining):
            receive(message)

    def _on_answer(self, message: bytes) -> None:
        if len(message) < _ANSWER_HEADER.size:
            return  # no bus has sent it
        (number,) = _ANSWER_HEADER.unpack_from(message)
        answer = self._answers.get(number)
        if answer is not None and not answer.done():
            answer.set_result(message[_ANSWER_HEADER.size :])
