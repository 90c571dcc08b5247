"""A bus within one event loop, with the promises of a real one. Tests run on it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

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
from trading_api.bus.subjects import full_subject
from trading_api.errors import ConfigurationError

Handler = TypeVar("Handler")


class LocalHub:
    """Connects the LocalBus objects of one event loop, as a server connects processes.

    `stop` and `start` act as a server that is killed and started again."""

    def __init__(self) -> None:
        self.is_running = True
        self.buses: set[LocalBus] = set()
        self.subscribers = _Registry[MessageHandler]()
        self.responders = _Registry[RequestHandler]()

    def stop(self) -> None:
        """Disconnect every bus. What is published and not yet delivered is lost."""
        self.is_running = False

    def start(self) -> None:
        """Connect every bus again, with its subscriptions."""
        if not self.is_running:
            self.is_running = True
            for bus in tuple(self.buses):
                bus.reconnected()


class LocalBus:
    """One process's connection to a LocalHub. Later turns of the loop deliver the messages."""

    def __init__(self, hub: LocalHub, prefix: str = "trading") -> None:
        self._hub = hub
        self._prefix = prefix
        self._request_tasks = RequestTasks()
        self._reconnect_listeners = ReconnectListeners()

    async def start(self) -> None:
        if not self._hub.is_running:
            raise ConfigurationError("BUS_URL: the bus is not running.")
        self._hub.buses.add(self)

    async def close(self) -> None:
        self._hub.buses.discard(self)
        self._hub.subscribers.remove_all_of(self)
        self._hub.responders.remove_all_of(self)
        await self._request_tasks.close()

    @property
    def is_connected(self) -> bool:
        return self._hub.is_running and self in self._hub.buses

    def publish(self, subject: str, message: bytes) -> None:
        if not self.is_connected or is_too_long(subject, message):
            return
        loop = asyncio.get_running_loop()
        for registered in self._hub.subscribers.of(full_subject(self._prefix, subject)):
            loop.call_soon(self._deliver, registered, message)

    async def subscribe(self, subject: str, handler: MessageHandler) -> Unsubscribe:
        self._check_connected()
        return self._hub.subscribers.add(full_subject(self._prefix, subject), self, handler)

    async def serve(self, subject: str, handler: RequestHandler) -> Unsubscribe:
        self._check_connected()
        return self._hub.responders.add(full_subject(self._prefix, subject), self, handler)

    async def request(self, subject: str, message: bytes, timeout_s: float) -> bytes:
        check_length(message)
        self._check_connected()
        responders = self._hub.responders.of(full_subject(self._prefix, subject))
        if not responders:
            raise NoResponder(subject)
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[bytes] = loop.create_future()
        for registered in responders:
            loop.call_soon(self._deliver_request, registered, message, answer)
        try:
            async with asyncio.timeout(timeout_s):
                return await answer
        except TimeoutError:
            raise RequestTimeout(subject) from None

    async def flush(self) -> None:
        self._check_connected()

    def on_reconnect(self, call: Callable[[], None]) -> None:
        self._reconnect_listeners.add(call)

    def reconnected(self) -> None:
        """Called by the hub when it runs again."""
        self._reconnect_listeners.call_all()

    def _check_connected(self) -> None:
        if not self.is_connected:
            raise BusUnavailable

    def _deliver(self, registered: _Registered[MessageHandler], message: bytes) -> None:
        if registered.is_active and self._hub.is_running:
            handle_message(registered.subject, registered.handler, message)

    def _deliver_request(
        self,
        registered: _Registered[RequestHandler],
        message: bytes,
        answer: asyncio.Future[bytes],
    ) -> None:
        def reply(message: bytes) -> None:
            if self.is_connected and registered.bus.is_connected and not answer.done():
                answer.set_result(message)

        # A request that was on its way when its responder ended is answered too.
        if registered.bus.is_connected:
            tasks = registered.bus._request_tasks
            tasks.start(registered.subject, registered.handler, message, reply)


@dataclass(eq=False, slots=True)
class _Registered(Generic[Handler]):
    subject: str
    bus: LocalBus
    handler: Handler
    is_active: bool = True


class _Registry(Generic[Handler]):
    """The handlers of each subject."""

    def __init__(self) -> None:
        self._by_subject: dict[str, list[_Registered[Handler]]] = {}

    def of(self, subject: str) -> list[_Registered[Handler]]:
        return self._by_subject.get(subject, [])

    def add(self, subject: str, bus: LocalBus, handler: Handler) -> Unsubscribe:
        registered = _Registered(subject, bus, handler)
        self._by_subject.setdefault(subject, []).append(registered)
        return lambda: self._remove(registered)

    def remove_all_of(self, bus: LocalBus) -> None:
        for each in [each for those in self._by_subject.values() for each in those]:
            if each.bus is bus:
                self._remove(each)

    def _remove(self, registered: _Registered[Handler]) -> None:
        if registered.is_active:
            registered.is_active = False
            of_subject = self._by_subject[registered.subject]
            of_subject.remove(registered)
            if not of_subject:
                del self._by_subject[registered.subject]
