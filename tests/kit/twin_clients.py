"""Clients of both ways in which a frame leaves, and random streams of what they do."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Protocol, TypeAlias, cast

import msgspec
import uvicorn
from hypothesis import strategies as st
from uvicorn.server import ServerState
from websockets.client import ClientProtocol
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory
from websockets.frames import Frame, Opcode
from websockets.typing import Subprotocol
from websockets.uri import parse_uri

from tests.kit.echo_route import REQUEST, EchoApp, bar
from trading_api.auth.tokens import SUBPROTOCOL
from trading_api.models.market import Bar
from trading_api.server.uvicorn_options import server_options
from trading_api.server.websocket_compression import deflate_factory
from trading_api.server.websocket_protocol import TradingWebSocketProtocol
from trading_api.settings import Settings, WsCompression
from trading_api.streaming.subprotocols import MSGPACK_SUBPROTOCOL

CLIENTS = 3
SYMBOLS = ["A", "B"]
OUTBOX_SIZE = 12
LOOP_TURNS = 40
"""More than any chain of tasks here needs."""


def packed(message: str) -> bytes:
    """Return a message in MessagePack."""
    return msgspec.msgpack.encode(json.loads(message))


class Side(Protocol):
    """A client of one of the twins. `received` has texts, bytes and the close code; it ends when
    the client leaves."""

    received: list[Any]

    def send(self, message: str) -> None: ...
    def stop_reading(self) -> None: ...
    def read_on(self) -> None: ...
    def leave(self) -> None: ...


class FastClient:
    """Speaks to a TradingWebSocketProtocol over a transport of the test's."""

    def __init__(
        self, app: Any, compression: WsCompression = "off", subprotocol: str = SUBPROTOCOL
    ) -> None:
        options = server_options(Settings.defaults()) | {"log_config": None}
        config = uvicorn.Config(app, **options)
        config.load()
        self.received: list[Any] = []
        self._transport = Transport(self)
        self._server = TradingWebSocketProtocol(
            config, ServerState(), {}, compression=deflate_factory(compression)
        )
        self._transport.protocol = self._server
        self._server.connection_made(cast(asyncio.Transport, self._transport))
        self._is_packed = subprotocol == MSGPACK_SUBPROTOCOL
        self._peer = ClientProtocol(
            parse_uri("ws://test/api/v1/ws"),
            extensions=[ClientPerMessageDeflateFactory()],
            subprotocols=[Subprotocol(subprotocol)],
        )
        self._left = False
        self._peer.send_request(self._peer.connect())
        self._send()

    def send(self, message: str) -> None:
        if not self._left:
            with suppress(Exception):  # it may have been closed from the other end
                if self._is_packed:
                    self._peer.send_binary(packed(message))
                else:
                    self._peer.send_text(message.encode())
            self._send()

    def ping(self) -> None:
        self._peer.send_ping(b"")
        self._send()

    def stop_reading(self) -> None:
        self._transport.is_stuck = True

    def read_on(self) -> None:
        self._transport.read_on()

    def leave(self) -> None:
        if not self._left:
            self._left = True
            with suppress(Exception):
                self._peer.send_close(1000)
            self._send()

    def receive(self, data: bytes) -> None:
        self._peer.receive_data(data)
        for event in self._peer.events_received():
            if isinstance(event, Frame) and not self._left:
                if event.opcode is Opcode.TEXT:
                    self.received.append(bytes(event.data).decode())
                elif event.opcode is Opcode.BINARY:
                    self.received.append(bytes(event.data))
                elif event.opcode is Opcode.CLOSE:
                    assert self._peer.close_rcvd is not None
                    self.received.append(self._peer.close_rcvd.code)

    def _send(self) -> None:
        for data in self._peer.data_to_send():
            if data and not self._transport.is_closing():
                self._server.data_received(data)


class Transport:
    """The transport of a client that reads immediately, or not at all: then one write fills it."""

    def __init__(self, client: FastClient) -> None:
        self.protocol: TradingWebSocketProtocol
        self.is_stuck = False
        self._client = client
        self._held: list[bytes] = []
        self._is_paused = False
        self._is_closing = False

    def write(self, data: bytes) -> None:
        if self._is_closing:
            return
        if not self.is_stuck:
            self._client.receive(data)
            return
        self._held.append(data)
        if not self._is_paused:
            self._is_paused = True
            self.protocol.pause_writing()

    def read_on(self) -> None:
        self.is_stuck = False
        held, self._held = self._held, []
        for data in held:
            self._client.receive(data)
        if self._is_paused:
            self._is_paused = False
            self.protocol.resume_writing()

    def is_closing(self) -> bool:
        return self._is_closing

    def close(self) -> None:
        if not self._is_closing:
            self._is_closing = True
            asyncio.get_running_loop().call_soon(self.protocol.connection_lost, None)

    abort = close

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return default

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None: ...
    def pause_reading(self) -> None: ...
    def resume_reading(self) -> None: ...


class SlowClient:
    """The application under an ASGI server of the test's, which offers nothing but ASGI."""

    def __init__(self, app: Any, subprotocol: str = SUBPROTOCOL) -> None:
        self.received: list[Any] = []
        self._is_packed = subprotocol == MSGPACK_SUBPROTOCOL
        self._left = False
        self._reads = asyncio.Event()
        self._reads.set()
        self._events: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._events.put_nowait({"type": "websocket.connect"})
        scope = {"type": "websocket", "path": "/api/v1/ws", "headers": [], "query_string": b""}
        scope["subprotocols"] = [subprotocol]
        self.task = asyncio.create_task(app(scope, self._events.get, self._send))
        self.task.add_done_callback(self._end)

    def send(self, message: str) -> None:
        if self._is_packed:
            self._events.put_nowait({"type": "websocket.receive", "bytes": packed(message)})
        else:
            self._events.put_nowait({"type": "websocket.receive", "text": message})

    def stop_reading(self) -> None:
        self._reads.clear()

    def read_on(self) -> None:
        self._reads.set()

    def leave(self) -> None:
        self._left = True
        self._events.put_nowait({"type": "websocket.disconnect", "code": 1000})

    def _end(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (fault := task.exception()):
            self.received.append(repr(fault))

    async def _send(self, message: dict[str, Any]) -> None:
        await self._reads.wait()
        if self._left:
            raise OSError
        if message["type"] == "websocket.send":
            self.received.append(message["bytes" if self._is_packed else "text"])
        elif message["type"] == "websocket.close":
            self.received.append(message["code"])
            self._events.put_nowait({"type": "websocket.disconnect", "code": message["code"]})


Kind: TypeAlias = Callable[[Any], Side]


def steps() -> st.SearchStrategy[list[Any]]:
    client = st.integers(0, CLIENTS - 1)
    route, symbol = st.sampled_from(["bars", "fills", "orders"]), st.sampled_from(SYMBOLS)
    does = st.sampled_from(["subscribe", "subscribe", "unsubscribe"])
    published = st.lists(st.tuples(route, symbol, st.integers(1, 3)), min_size=1, max_size=5)
    return st.lists(
        st.one_of(
            st.tuples(st.just("send"), client, does, route, symbol),
            st.tuples(st.just("resume"), client, symbol, st.integers(0, 6)),
            st.tuples(st.just("publish"), published),
            st.tuples(st.just("publish"), published),
            st.tuples(st.sampled_from(["stop", "stop", "read", "read", "leave"]), client),
        ),
        max_size=40,
    )


async def received_by(kind: Kind, stream: list[Any]) -> list[list[Any]]:
    """Return what each of the clients receives, who do what the stream says. Raises
    AssertionError for a logged error, and for anything left over."""
    with _errors() as errors:
        received = await _messages_of_each(kind, stream)
    assert not errors, "\n".join(errors)
    return received


@contextmanager
def _errors() -> Iterator[list[str]]:
    """What is logged meanwhile, kept out of a report on hundreds of streams. What asyncio finds
    unheard of only once it is collected counts too, and is not logged later: writing a traceback in
    the middle of pytest's reading of a source file is more than Python before 3.11.8 can take
    (SystemError, gh-106905)."""
    errors: list[str] = []

    class Handler(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            errors.append(self.format(record))

    asyncio.get_running_loop().set_exception_handler(
        lambda _, context: errors.append(repr(context))
    )
    root = logging.getLogger()
    handlers, root.handlers = root.handlers, [Handler(logging.ERROR)]
    try:
        yield errors
    finally:
        root.handlers = handlers


async def _messages_of_each(kind: Kind, stream: list[Any]) -> list[list[Any]]:
    echo = EchoApp(outbox_size=OUTBOX_SIZE)
    drainer = asyncio.create_task(echo.ws_app.run())
    clients: list[Side] = [kind(echo.api_app) for _ in range(CLIENTS)]
    await settle()
    for step in _priced(stream):
        match step:
            case ("send", client, does, route, symbol):
                payload = REQUEST | {"symbol": symbol}
                message = {"type": f"{route}.{does}", "payload": payload}
                clients[client].send(json.dumps(message))
            case ("publish", published):
                for route, symbol, time, close in published:
                    _publish(echo, route, _topic(route, symbol), bar(time, close=close))
            case ("resume", client, symbol, seq):
                payload = {"topic": _topic("orders", symbol), "seq": seq}
                clients[client].send(json.dumps({"type": "orders.resume", "payload": payload}))
            case ("stop", client):
                clients[client].stop_reading()
            case ("read", client):
                clients[client].read_on()
            case ("leave", client):
                clients[client].leave()
        await settle()
    for each in clients:
        each.read_on()
        await settle()
    received = [list(client.received) for client in clients]
    for each in clients:
        each.leave()
    await settle()
    assert not echo.ws_app.connections
    assert (echo.bars.live, echo.fills.live, echo.orders.live) == ({}, {}, {})
    drainer.cancel()
    with suppress(asyncio.CancelledError):
        await drainer
    assert asyncio.all_tasks() == {asyncio.current_task()}
    return received


def _publish(echo: EchoApp, route: str, topic: str, published: Bar) -> None:
    if route == "orders":
        # Every third was caused by a request.
        echo.orders.record(
            topic, published, **({} if published.time % 3 else {"request_id": "ticket"})
        )
        return
    service = echo.bars if route == "bars" else echo.fills
    if topic in service.live:
        service.live[topic](published)


def _topic(route: str, symbol: str) -> str:
    return f'{route}:{{"resolution":"1","symbol":"{symbol}"}}'


def _priced(stream: list[Any]) -> Iterator[Any]:
    """Give each bar that is published a closing price of its own."""
    close = 0
    for step in stream:
        if step[0] == "publish":
            published = []
            for each in step[1]:
                published.append((*each, float(close)))
                close += 1
            yield "publish", published
        else:
            yield step


async def settle() -> None:
    for _ in range(LOOP_TURNS):
        await asyncio.sleep(0)
