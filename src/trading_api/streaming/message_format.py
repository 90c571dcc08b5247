"""How the messages of a session are written as frames, and those of its client are read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol, TypeAlias

from fastws import Message
from pydantic import BaseModel, ValidationError

from trading_api.limits.json_nesting import exceeds_nesting
from trading_api.streaming.deflate import deflated_text_frame
from trading_api.streaming.frames import text_frame
from trading_api.streaming.update_encoding import Datum, DatumFormat, SharedParts, encode_model

FrameMaker: TypeAlias = Callable[[bytes, bytes, bytes], bytes]
"""Makes a frame of the three parts of its content."""


class NumberedTopic(Protocol):
    """A topic: the text with which its updates begin in JSON, and its packed number, with which
    they begin in MessagePack."""

    prefix: bytes
    packed_number: bytes


class MessageFormat(Protocol):
    """One encoding of messages. All sessions that chose it share one object, and each update is
    encoded once for all of them."""

    def decode(self, event: Mapping[str, Any], depth_max: int) -> Message[str, Any]:
        """Return the message of an ASGI event `websocket.receive`. Raises ValueError for one that
        is invalid, or whose lists and objects are nested deeper than `depth_max`."""
        ...

    def reply(self, type: str, payload: BaseModel) -> bytes:
        """Return the frame of a reply."""
        ...

    def update(
        self,
        topic: NumberedTopic,
        datum: Datum,
        suffix: bytes,
        route: DatumFormat,
        parts: SharedParts,
    ) -> bytes:
        """Return the frame of an update. `suffix` is the end of its JSON, after the datum."""
        ...


class JsonFormat:
    """Messages in JSON, as the subprotocol `trading-api` has them and a client that offers none."""

    def __init__(self, frame: FrameMaker = text_frame) -> None:
        self._frame = frame

    def decode(self, event: Mapping[str, Any], depth_max: int) -> Message[str, Any]:
        text = event.get("text")
        if text is None:
            raise ValueError("a binary frame")
        if exceeds_nesting(text, depth_max):
            raise ValueError("nested too deep")
        try:
            return Message.model_validate_json(text)
        except ValidationError as error:
            raise ValueError("not a message") from error

    def reply(self, type: str, payload: BaseModel) -> bytes:
        head = b'{"type":"%b","payload":' % type.encode()
        return self._frame(head, encode_model(payload), b"}")

    def update(
        self,
        topic: NumberedTopic,
        datum: Datum,
        suffix: bytes,
        route: DatumFormat,
        parts: SharedParts,
    ) -> bytes:
        return self._frame(topic.prefix, parts.json(datum, route.encode), suffix)


JSON = JsonFormat()
JSON_DEFLATED = JsonFormat(deflated_text_frame)
