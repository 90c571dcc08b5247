"""The messages of the trading stream, in JSON and in MessagePack. Both are sent in binary frames,
as Alpaca does for paper accounts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
import orjson
from starlette.datastructures import Headers

from trading_api.limits.json_nesting import exceeds_nesting
from trading_api.streaming.frames import binary_frame

TRADE_UPDATES = "trade_updates"
MSGPACK_TYPE = "application/msgpack"
_unpack = msgspec.msgpack.Decoder().decode
_pack = msgspec.msgpack.Encoder().encode


def is_msgpack(headers: Headers) -> bool:
    """Return whether a client asked for MessagePack when it connected."""
    return headers.get("content-type") == MSGPACK_TYPE


def frame(stream: str, data: Mapping[str, Any], *, packed: bool) -> bytes:
    """Return the frame with one message of a stream."""
    message = {"stream": stream, "data": data}
    return binary_frame(_pack(message) if packed else orjson.dumps(message))


def authorization(status: str, action: str = "authenticate") -> dict[str, str]:
    """Return the data of the answer to a key: `authorized` or `unauthorized`."""
    return {"status": status, "action": action}


def decode(event: Mapping[str, Any], depth_max: int, *, packed: bool) -> dict[str, Any]:
    """Return the object of an ASGI event `websocket.receive`. Raises ValueError."""
    text, data = event.get("text"), event.get("bytes")
    if data is not None and packed:
        try:
            message = _unpack(data)
        except (RecursionError, msgspec.DecodeError) as error:
            raise ValueError("no MessagePack") from error
    else:
        content = text if text is not None else (data or b"").decode()
        if exceeds_nesting(content, depth_max):
            raise ValueError("nested too deep")
        message = orjson.loads(content)
    if not isinstance(message, dict):
        raise ValueError("no object")
    return message
