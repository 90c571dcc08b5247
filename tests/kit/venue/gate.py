"""What each REST request passes before and after it is processed: faults, limits and the record."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

import orjson
from aiohttp import web

from tests.kit.venue.clock import VenueClock
from tests.kit.venue.errors import VenueError
from tests.kit.venue.faults import FaultName, Faults
from tests.kit.venue.tape import MINUTE_MS

RECEIVED_MAX = 20_000

Endpoint = tuple[Callable[["Call"], Any], int]
"""What answers a request, and its weight."""


class Call(NamedTuple):
    """One request: `name` is method and path, `signed` the text that its signature covers."""

    name: str
    query: dict[str, str]
    signed: str
    api_key: str


@dataclass(slots=True)
class Received:
    """One request that arrived, with the HTTP status answered; 0 while it waits."""

    time_ms: int
    name: str
    query: dict[str, str]
    status: int = 0


class Gate:
    """Answers REST requests by the endpoints of a table, within the limits, with the faults.

    `weight_max` is the limit a minute; headers report what is used of it.
    """

    def __init__(self, clock: VenueClock, faults: Faults, weight_max: int = 6_000) -> None:
        self.clock = clock
        self.faults = faults
        self.weight_max = weight_max
        self.endpoints: dict[str, Endpoint] = {}
        # The oldest are forgotten: the record is for tests, which make fewer requests.
        self.received: deque[Received] = deque(maxlen=RECEIVED_MAX)
        self.held_counts: dict[str, int] = {}
        self._weight = (0, 0)
        self.order_headers: Callable[[str], dict[str, str]] = lambda name: {}

    async def serve(self, request: web.Request) -> web.StreamResponse:
        call = await _call(request)
        received = Received(self.clock.now_ms(), call.name, call.query)
        self.received.append(received)
        response = await self._answer(request, call)
        received.status = response.status
        return response

    async def hold(self, name: FaultName, request: str) -> None:
        """Wait while a fault of this name holds the request."""
        if (fault := self.faults.take(name, request)) is None:
            return
        self.held_counts[name] = self.held_counts.get(name, 0) + 1
        await fault.ended.wait()

    async def _answer(self, request: web.Request, call: Call) -> web.Response:
        if (refused := self._refusal(call)) is not None:
            return refused
        await self.hold("hold_request", call.name)
        status, answer = self._process(call)
        await self.hold("hold_answer", call.name)
        if self.faults.take("lose_answer", call.name) and request.transport is not None:
            request.transport.abort()
        headers = {"X-MBX-USED-WEIGHT-1M": str(self._weight[1])} | self.order_headers(call.name)
        return _json(answer, status, headers)

    def _process(self, call: Call) -> tuple[int, Any]:
        endpoint = self.endpoints.get(call.name)
        if endpoint is None:
            return 404, {"code": -1000, "msg": f"The simulator has no {call.name}."}
        try:
            return 200, endpoint[0](call)
        except VenueError as error:
            return error.status, {"code": error.code, "msg": error.message} | error.data

    def _refusal(self, call: Call) -> web.Response | None:
        if self.faults.take("maintenance"):
            return web.Response(status=503, text="Service Unavailable")
        for name, status in _LIMIT_FAULTS:
            if fault := self.faults.take(name, call.name):
                return _too_many(status, str(fault.params.get("retry_after_s", 1)))
        minute, used = self.clock.now_ms() // MINUTE_MS, self._weight[1]
        weight = self.endpoints.get(call.name, (None, 1))[1]
        used = weight + (used if minute == self._weight[0] else 0)
        self._weight = (minute, used)
        if used <= self.weight_max:
            return None
        left_ms = MINUTE_MS - self.clock.now_ms() % MINUTE_MS
        return _too_many(429, str(left_ms // 1_000 + 1))


_LIMIT_FAULTS: tuple[tuple[FaultName, int], ...] = (("rate_limit", 429), ("ban", 418))


async def _call(request: web.Request) -> Call:
    """Read a request. The query and the form are one list of parameters, as for Binance."""
    texts = [text for text in (request.query_string, await request.text()) if text]
    query = dict(parse_qsl("&".join(texts), keep_blank_values=True))
    signed = "".join(texts).rpartition("&signature=")[0]
    name = f"{request.method} {request.path}"
    return Call(name, query, signed, request.headers.get("X-MBX-APIKEY", ""))


def _too_many(status: int, retry_after_s: str) -> web.Response:
    text = "Too much request weight used; please use WebSocket Streams to avoid polling the API."
    return _json({"code": -1003, "msg": text}, status, {"Retry-After": retry_after_s})


def _json(answer: Any, status: int, headers: dict[str, str]) -> web.Response:
    return web.Response(
        body=orjson.dumps(answer),
        status=status,
        headers=headers,
        content_type="application/json",
    )
