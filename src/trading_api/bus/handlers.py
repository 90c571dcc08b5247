"""What every bus does the same way: call handlers, and refuse messages that are too long."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable

from trading_api.bus.port import MESSAGE_BYTES_MAX, MessageHandler, RequestHandler

CONCURRENT_REQUESTS_MAX = 1_000
"""How many requests of one kind are handled at the same time; more are dropped. The kind is the
last word of the subject: many topics that are opened leave room for the commands."""
REQUEST_BYTES_MAX = 64 * MESSAGE_BYTES_MAX
"""How many bytes these requests may have together."""

log = logging.getLogger(__name__)


def is_too_long(subject: str, message: bytes) -> bool:
    """Return whether the message must not be published, and log it if so."""
    if len(message) <= MESSAGE_BYTES_MAX:
        return False
    log.error("bus_message_too_long", extra={"subject": subject, "bytes": len(message)})
    return True


def check_length(message: bytes) -> None:
    """Raises ValueError if the message is longer than a bus carries."""
    if len(message) > MESSAGE_BYTES_MAX:
        raise ValueError(f"A message has at most {MESSAGE_BYTES_MAX} bytes, not {len(message)}.")


def handle_message(subject: str, handler: MessageHandler, message: bytes) -> None:
    """Call the handler, and log its exception."""
    try:
        handler(message)
    except Exception:
        log.exception("bus_handler_failed", extra={"subject": subject})


class ReconnectListeners:
    """The callbacks of a bus that are called after each reconnect."""

    def __init__(self) -> None:
        self._calls: list[Callable[[], None]] = []

    def add(self, call: Callable[[], None]) -> None:
        self._calls.append(call)

    def call_all(self) -> None:
        for call in tuple(self._calls):
            try:
                call()
            except Exception:
                log.exception("bus_reconnect_listener_failed")


class RequestTasks:
    """Runs request handlers as tasks, a limited number of each kind at the same time.

    A request above the limits is dropped and logged, so that its caller times out."""

    def __init__(
        self,
        concurrent_max: int = CONCURRENT_REQUESTS_MAX,
        bytes_max: int = REQUEST_BYTES_MAX,
    ) -> None:
        self._concurrent_max = concurrent_max
        self._bytes_max = bytes_max
        self._bytes = 0
        self._counts: Counter[str] = Counter()
        self._tasks: set[asyncio.Task[None]] = set()

    def start(
        self, subject: str, handler: RequestHandler, message: bytes, reply: Callable[[bytes], None]
    ) -> None:
        """Handle the request in a task, which calls `reply` with the answer."""
        length, kind = len(message), subject.rpartition(".")[2]
        if self._counts[kind] >= self._concurrent_max or self._bytes + length > self._bytes_max:
            log.warning("bus_request_dropped", extra={"subject": subject, "bytes": length})
            return
        self._bytes += length
        self._counts[kind] += 1
        task = asyncio.create_task(self._handle(subject, handler, message, reply))
        self._tasks.add(task)

        def ended(task: asyncio.Task[None]) -> None:
            self._tasks.discard(task)
            self._bytes -= length
            self._counts[kind] -= 1

        task.add_done_callback(ended)

    async def close(self) -> None:
        """Cancel the handlers, and wait until they have ended."""
        running = self._tasks - {asyncio.current_task()}
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    async def _handle(
        self, subject: str, handler: RequestHandler, message: bytes, reply: Callable[[bytes], None]
    ) -> None:
        try:
            answer = await handler(message)
            if not is_too_long(subject, answer):
                reply(answer)
        except Exception:
            log.exception("bus_request_failed", extra={"subject": subject})
