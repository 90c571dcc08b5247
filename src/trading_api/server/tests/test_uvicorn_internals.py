"""The private attributes and methods of uvicorn on which the two protocols rely.

uvicorn may change them in any version. These tests fail where the pinned one has done so."""

from __future__ import annotations

import ast
import asyncio
import inspect
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from uvicorn.server import ServerState
from websockets.protocol import State
from websockets.server import ServerProtocol

from trading_api.server.http_protocol import TimeoutHttpProtocol
from trading_api.server.websocket_protocol import TradingWebSocketProtocol

HTTP_ATTRIBUTES = {
    "client",
    "cycle",
    "flow",
    "headers",
    "parser",
    "pipeline",
    "timeout_keep_alive",
    "transport",
    "url",
}
HTTP_OVERRIDES = {
    "__init__",
    "connection_lost",
    "connection_made",
    "data_received",
    "handle_websocket_upgrade",
    "on_headers_complete",
    "on_message_begin",
    "on_response_complete",
    "pause_writing",
    "resume_writing",
    "send_400_response",
    "timeout_keep_alive_handler",
}
WEBSOCKET_ATTRIBUTES = {
    "close_sent",
    "close_timer",
    "conn",
    "curr_msg_data_type",
    "disconnected",
    "frames",
    "handle_events",
    "handshake_complete",
    "handshake_initiated",
    "initial_response",
    "loop",
    "ping_timer",
    "queue",
    "read_paused",
    "request",
    "response",
    "schedule_ping",
    "scope",
    "transport",
    "writable",
}
WEBSOCKET_OVERRIDES = {
    "__init__",
    "connection_lost",
    "data_received",
    "handle_close",
    "handle_connect",
    "handle_cont",
    "handle_parser_exception",
    "handle_ping",
    "pause_writing",
    "receive",
    "resume_writing",
    "send",
    "send_keepalive_ping",
    "send_receive_event_to_app",
    "shutdown",
}
REQUEST = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
HANDSHAKE = (
    b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
)


class TransportDouble:
    """A transport that discards what is written."""

    def write(self, data: bytes) -> None: ...

    def is_closing(self) -> bool:
        return False

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return default


async def never_answer(scope: Any, receive: Any, send: Any) -> None:
    await asyncio.Event().wait()


@asynccontextmanager
async def connected(protocol: type[Any], sent: bytes) -> AsyncIterator[Any]:
    """uvicorn's own protocol, after a client has connected and sent this."""
    config = uvicorn.Config(never_answer, log_config=None)
    config.load()
    state = ServerState()
    connection = protocol(config, state, {})
    connection.connection_made(TransportDouble())
    connection.data_received(sent)
    yield connection
    for task in state.tasks:
        task.cancel()
    await asyncio.gather(*state.tasks, return_exceptions=True)


def uses_of(protocol: type[Any]) -> tuple[set[str], set[str]]:
    """The attributes of `self` that a class uses, and the names of its own methods."""
    (node,) = ast.parse(inspect.getsource(protocol)).body
    assert isinstance(node, ast.ClassDef)
    attributes = {
        each.attr
        for each in ast.walk(node)
        if isinstance(each, ast.Attribute)
        and isinstance(each.value, ast.Name)
        and each.value.id == "self"
    }
    functions = ast.FunctionDef | ast.AsyncFunctionDef
    return attributes, {each.name for each in node.body if isinstance(each, functions)}


BOTH = pytest.mark.parametrize(
    ("own", "base", "sent", "attributes", "overrides"),
    [
        (TimeoutHttpProtocol, HttpToolsProtocol, REQUEST, HTTP_ATTRIBUTES, HTTP_OVERRIDES),
        (
            TradingWebSocketProtocol,
            WebSocketsSansIOProtocol,
            HANDSHAKE,
            WEBSOCKET_ATTRIBUTES,
            WEBSOCKET_OVERRIDES,
        ),
    ],
    ids=["http", "websocket"],
)


@BOTH
async def test_uvicorn_has_every_attribute_and_method_that_is_used_of_it(
    own: type[Any], base: type[Any], sent: bytes, attributes: set[str], overrides: set[str]
) -> None:
    async with connected(base, sent) as connection:
        assert [name for name in sorted(attributes) if not hasattr(connection, name)] == []
    for name in overrides:
        parameters = [*inspect.signature(getattr(base, name)).parameters]
        assert inspect.iscoroutinefunction(getattr(base, name)) == (
            name in ("send", "receive")
        ), name
        if name not in ("__init__", "send"):
            assert [*inspect.signature(getattr(own, name)).parameters] == parameters, name


@BOTH
async def test_every_use_is_listed(
    own: type[Any], base: type[Any], sent: bytes, attributes: set[str], overrides: set[str]
) -> None:
    used, methods = uses_of(own)
    assert {name for name in methods if hasattr(base, name)} == overrides
    async with connected(base, sent) as connection:
        assert {name for name in used if hasattr(connection, name)} - overrides == attributes


async def test_the_websocket_protocols_slots_are_attributes_of_uvicorn() -> None:
    slots = {name for name in TradingWebSocketProtocol.__slots__ if not name.startswith("_")}
    async with connected(WebSocketsSansIOProtocol, HANDSHAKE) as connection:
        assert [name for name in sorted(slots) if not hasattr(connection, name)] == []


def test_the_frames_that_websockets_has_parsed_can_be_counted() -> None:
    parser = ServerProtocol(state=State.OPEN)
    parser.receive_data(b"\x8a\x80\0\0\0\0" * 3)
    assert len(parser.events) == len(parser.events_received()) == 3


async def test_uvicorn_says_whether_a_response_is_complete() -> None:
    async with connected(HttpToolsProtocol, REQUEST) as connection:
        assert connection.cycle.response_complete is False
