"""The WebSocket API of the venue, as far as the user data stream needs it."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Any

import orjson
from aiohttp import web

from tests.kit.venue.account import Authentication, invalid_key
from tests.kit.venue.errors import VenueError
from tests.kit.venue.faults import Fault, Faults
from tests.kit.venue.streams import HEARTBEAT_S, Connection

Report = dict[str, Any]

REPORTS_MAX = 100_000


class UserStream:
    """Publishes reports to the connections that subscribed with a valid signature.

    A report that a fault holds is delivered later to those that were subscribed when it was made;
    later reports wait behind it.
    """

    def __init__(self, authentication: Authentication, faults: Faults) -> None:
        self.authentication = authentication
        self.faults = faults
        self.connections: set[Connection] = set()
        # The oldest are forgotten: the record is for tests, which cause fewer reports.
        self.published: deque[Report] = deque(maxlen=REPORTS_MAX)
        self._subscriptions: dict[Connection, int] = {}
        self._next_id = 0
        self._waiting: list[tuple[list[Connection], Report]] = []
        self._release: asyncio.Task[None] | None = None

    @property
    def subscriber_count(self) -> int:
        return len(self._subscriptions)

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """Serve `/ws-api/v3`."""
        socket = web.WebSocketResponse(compress=False, heartbeat=HEARTBEAT_S)
        await socket.prepare(request)
        connection = Connection(request, socket)
        self.connections.add(connection)
        try:
            await connection.run(lambda text: self._receive(connection, text))
        finally:
            self.connections.discard(connection)
            self._subscriptions.pop(connection, None)
        return socket

    def publish(self, report: Report) -> None:
        """Publish a report to those that are subscribed now."""
        self.published.append(report)
        if self.faults.take("missing_reports"):
            return
        self._waiting.append((list(self._subscriptions), report))
        if self._release is None and (fault := self.faults.take("hold_reports")):
            self._release = asyncio.create_task(self._flush_later(fault))
        if self._release is None:
            self._flush()

    def expire(self) -> int:
        """End all subscriptions, as when a listen key expires, and return how many."""
        count, now_ms = len(self._subscriptions), self.authentication.clock.now_ms()
        for connection in list(self._subscriptions):
            self._send(connection, {"e": "eventStreamTerminated", "E": now_ms})
        self._subscriptions.clear()
        return count

    def drop(self) -> None:
        """Break all connections, and publish nothing to them from now on."""
        self._subscriptions.clear()
        for connection in list(self.connections):
            connection.drop()

    def close(self) -> None:
        if self._release is not None:
            self._release.cancel()
        self.drop()

    async def _flush_later(self, fault: Fault) -> None:
        await fault.ended.wait()
        self._release = None
        self._flush()

    def _flush(self) -> None:
        waiting, self._waiting = self._waiting, []
        for connections, report in waiting:
            for connection in connections:
                self._send(connection, report)

    def _send(self, connection: Connection, event: Report) -> None:
        if (subscription_id := self._subscriptions.get(connection)) is not None:
            message = {"subscriptionId": subscription_id, "event": event}
            connection.send(orjson.dumps(message).decode())

    def _receive(self, connection: Connection, text: str) -> None:
        try:
            request = orjson.loads(text)
        except orjson.JSONDecodeError:
            request = {}
        answer: dict[str, Any]
        try:
            answer = {"status": 200, "result": self._answer(connection, request)}
        except VenueError as error:
            answer = {
                "status": error.status,
                "error": {"code": error.code, "msg": error.message},
            }
        connection.send(orjson.dumps({"id": request.get("id")} | answer).decode())

    def _answer(self, connection: Connection, request: dict[str, Any]) -> Any:
        params = request.get("params") or {}
        match request.get("method"):
            case "userDataStream.subscribe.signature":
                return self._subscribe(connection, params)
            case "userDataStream.unsubscribe":
                self._subscriptions.pop(connection, None)
                return {}
            case "ping":
                return {}
            case "time":
                return {"serverTime": self.authentication.clock.now_ms()}
            case method:
                raise VenueError(-1000, f"The simulator has no {method}.")

    def _subscribe(self, connection: Connection, params: dict[str, Any]) -> Any:
        if self.faults.take("invalid_key", "userDataStream.subscribe.signature"):
            raise invalid_key()
        signed = "&".join(
            f"{name}={value}" for name, value in sorted(params.items()) if name != "signature"
        )
        self.authentication.verify(str(params.get("apiKey", "")), params, signed)
        if connection in self._subscriptions:
            raise VenueError(-2035, "User Data Stream subscription already active.")
        self._subscriptions[connection] = self._next_id
        self._next_id += 1
        return {"subscriptionId": self._subscriptions[connection]}
