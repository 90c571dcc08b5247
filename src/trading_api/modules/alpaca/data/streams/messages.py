"""The messages of a data stream, and the two encodings that clients choose between."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, TypeAlias

import msgspec
import orjson
from starlette.datastructures import Headers

from trading_api.limits.json_nesting import exceeds_nesting
from trading_api.models.alpaca.market_data import StreamRequest
from trading_api.modules.alpaca.data.pages import to_json
from trading_api.streaming.frames import binary_frame, text_frame

StreamMessage: TypeAlias = Mapping[str, Any]

MSGPACK_TYPE = "application/msgpack"

CONNECTED: StreamMessage = {"T": "success", "msg": "connected"}
AUTHENTICATED: StreamMessage = {"T": "success", "msg": "authenticated"}

INVALID_SYNTAX = 400
NOT_AUTHENTICATED = 401
AUTH_FAILED = 402
ALREADY_AUTHENTICATED = 403
AUTH_TIMEOUT = 404
TOO_MANY_SYMBOLS = 405
TOO_MANY_CONNECTIONS = 406
SLOW_CLIENT = 407
INSUFFICIENT_SUBSCRIPTION = 409
INVALID_SUBSCRIPTION = 410
INTERNAL_ERROR = 500

_MESSAGES = {
    INVALID_SYNTAX: "invalid syntax",
    NOT_AUTHENTICATED: "not authenticated",
    AUTH_FAILED: "auth failed",
    ALREADY_AUTHENTICATED: "already authenticated",
    AUTH_TIMEOUT: "auth timeout",
    TOO_MANY_SYMBOLS: "symbol limit exceeded",
    TOO_MANY_CONNECTIONS: "connection limit exceeded",
    SLOW_CLIENT: "slow client",
    INSUFFICIENT_SUBSCRIPTION: "insufficient subscription",
    INVALID_SUBSCRIPTION: "invalid subscribe action for this feed",
    INTERNAL_ERROR: "internal error",
}


def error_message(code: int, detail: str = "") -> StreamMessage:
    """Return the message of one of Alpaca's errors."""
    message = _MESSAGES[code]
    return {"T": "error", "code": code, "msg": f"{message}: {detail}" if detail else message}


class StreamEncoding(Protocol):
    """An encoding of messages. All clients that chose it share one object."""

    def frame(self, messages: Sequence[StreamMessage]) -> bytes:
        """Return one frame with a list of messages."""
        ...


class _Json:
    """Messages as JSON, in text frames."""

    def frame(self, messages: Sequence[StreamMessage]) -> bytes:
        return text_frame(to_json(messages))


class _Msgpack:
    """Messages as MessagePack, in binary frames. Times are its timestamps."""

    def frame(self, messages: Sequence[StreamMessage]) -> bytes:
        return binary_frame(_pack(messages))


JSON: StreamEncoding = _Json()
MSGPACK: StreamEncoding = _Msgpack()


def encoding_of(headers: Headers) -> StreamEncoding:
    """Return the encoding that a client asks for when it connects."""
    return MSGPACK if headers.get("content-type") == MSGPACK_TYPE else JSON


def decode_request(event: Mapping[str, Any], depth_max: int) -> StreamRequest:
    """Return the request of an ASGI event `websocket.receive`, in either encoding. Raises
    ValueError."""
    text, data = event.get("text"), event.get("bytes")
    if text is not None:
        if exceeds_nesting(text, depth_max):
            raise ValueError("nested too deep")
        return StreamRequest.model_validate(orjson.loads(text))
    if data is None:
        raise ValueError("neither text nor binary")
    try:
        return StreamRequest.model_validate(_unpack(data))
    except (RecursionError, msgspec.DecodeError) as error:
        raise ValueError("no MessagePack") from error


_pack = msgspec.msgpack.Encoder().encode
_unpack = msgspec.msgpack.Decoder().decode
