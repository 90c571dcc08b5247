"""Messages in MessagePack, as the subprotocol `trading-api.msgpack.v1` has them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from fastws import Message
from pydantic import BaseModel, ValidationError

from trading_api.models.ws import SubscriptionResponse
from trading_api.streaming.deflate import deflated_binary_frame
from trading_api.streaming.frames import binary_frame
from trading_api.streaming.message_format import FrameMaker, NumberedTopic
from trading_api.streaming.update_encoding import Datum, DatumFormat, SharedParts

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder().decode
_PLAIN = frozenset((str, int, float, bool, type(None)))


class MsgpackFormat:
    """Messages in MessagePack, in binary frames.

    An update is `[topicId, data, ts]`, or `[topicId, data, ts, meta]`. The data are an array of the
    fields of the datum, in the order of `field_order`. All other messages are maps."""

    def __init__(self, frame: FrameMaker = binary_frame) -> None:
        self._frame = frame

    def decode(self, event: Mapping[str, Any], depth_max: int) -> Message[str, Any]:
        data = event.get("bytes")
        if data is None:
            raise ValueError("a text frame")
        try:
            value = _decode(data)
        except RecursionError:
            raise ValueError("nested too deep") from None
        _check_values(value, depth_max)
        try:
            return Message.model_validate(value)
        except ValidationError as error:
            raise ValueError("not a message") from error

    def reply(self, type: str, payload: BaseModel) -> bytes:
        fields = payload.model_dump(mode="json", by_alias=True, exclude_none=True)
        if isinstance(payload, SubscriptionResponse) and payload.topic_number is not None:
            fields["topicId"] = payload.topic_number
        return self._frame(_encode({"type": type, "payload": fields}), b"", b"")

    def update(
        self,
        topic: NumberedTopic,
        datum: Datum,
        suffix: bytes,
        route: DatumFormat,
        parts: SharedParts,
    ) -> bytes:
        head, end = parts.packed_suffix(suffix)
        return self._frame(head + topic.packed_number, parts.packed(datum, route.pack), end)


def _check_values(value: Any, depth_max: int) -> None:
    """Raise ValueError for a value that JSON does not have, and for one that is nested too deep."""
    level, depth = [value], 0
    while level:
        inner: list[Any] = []
        has_container = False
        for each in level:
            kind = type(each)
            if kind is dict:
                if any(type(key) is not str for key in each):
                    raise ValueError("a key is not text")
                has_container = True
                inner += each.values()
            elif kind is list:
                has_container = True
                inner += each
            elif kind not in _PLAIN:
                raise ValueError("a value that JSON does not have")
        depth += has_container
        if depth > depth_max:
            raise ValueError("nested too deep")
        level = inner


MSGPACK = MsgpackFormat()
MSGPACK_DEFLATED = MsgpackFormat(deflated_binary_frame)
