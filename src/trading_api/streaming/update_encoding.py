"""The bytes of an update: its datum's JSON, and the suffix with the fields next to it."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, NamedTuple, Protocol, TypeAlias

import msgspec
import orjson
from pydantic import BaseModel

from trading_api.streaming.route_service import UpdateMeta

_ARRAY_OF_3, _ARRAY_OF_4 = b"\x93", b"\x94"
_TS = b',"ts":'


class EncodedDatum(NamedTuple):
    """A datum that another process encoded, with its conflation key."""

    json: bytes
    key: str | None


Datum: TypeAlias = BaseModel | EncodedDatum


class DatumFormat(Protocol):
    """How a route encodes its data, in JSON (`encode`) and in MessagePack (`pack`).

    `conflation_key` returns a key: of two unsent updates of a topic with the same key only the
    newer need be sent. With None each must be sent."""

    encode: Callable[[Any], bytes]
    pack: Callable[[Any], bytes]
    conflation_key: Callable[[Any], Hashable | None]


def encode_model(data: BaseModel) -> bytes:
    """Return a datum's JSON, with the names of the wire and without the fields that are None."""
    # model_dump_json calls this too, and decodes the bytes to a string.
    return data.__pydantic_serializer__.to_json(data, by_alias=True, exclude_none=True)


class SuffixEncoder:
    """Makes the end of an update message, after its datum: the meta fields, and the time."""

    __slots__ = ("_now_ms", "_ts", "_ts_suffix")

    def __init__(self, now_ms: Callable[[], int]) -> None:
        self._now_ms = now_ms
        self._ts = 0
        self._ts_suffix = b""

    def encode(self, meta: UpdateMeta | None) -> bytes:
        """Return, for example, `,"seq":5,"prev":4,"ts":1790000000000}}`."""
        # The bytes are reused within a millisecond, in which thousands of updates may be made.
        ts = self._now_ms()
        if ts != self._ts:
            self._ts = ts
            self._ts_suffix = b',"ts":%d}}' % ts
        return b",%b%b" % (orjson.dumps(meta)[1:-1], self._ts_suffix) if meta else self._ts_suffix


class LastEncoded:
    """Encodes a datum once, however many topics publish it one after the other."""

    __slots__ = ("_bytes", "_datum", "_encode")

    def __init__(self) -> None:
        self._datum: Datum | None = None
        self._encode: Callable[[Any], bytes] | None = None
        self._bytes = b""

    def encode(self, datum: Datum, encode: Callable[[Any], bytes]) -> bytes:
        """Return what `encode` returns for the datum. Data never change."""
        if datum is not self._datum or encode is not self._encode:
            self._bytes = encode(datum)
            self._datum, self._encode = datum, encode
        return self._bytes


class SharedParts:
    """The parts that the frames of different topics and formats have in common: a datum in JSON and
    in MessagePack, each made when it is first needed, and the end of an update in MessagePack."""

    __slots__ = ("_packed_suffix", "_suffix", "json", "packed")

    def __init__(self) -> None:
        # Bound methods: an attribute less to look up for each update.
        self.json = LastEncoded().encode
        self.packed = LastEncoded().encode
        self._suffix = b""
        self._packed_suffix = b"", b""

    def packed_suffix(self, suffix: bytes) -> tuple[bytes, bytes]:
        """Return the head of an update's array, and its elements after the datum."""
        if suffix != self._suffix:
            self._packed_suffix = pack_suffix(suffix)
            self._suffix = suffix
        return self._packed_suffix


_pack = msgspec.msgpack.Encoder().encode


def pack_suffix(suffix: bytes) -> tuple[bytes, bytes]:
    """Return the head of an update's array, and its elements after the datum: the time, and the
    meta fields if there are any."""
    if suffix.startswith(_TS):
        return _ARRAY_OF_3, _pack(int(suffix[len(_TS) : -2]))
    meta = orjson.loads(b"{%b" % suffix[1:-1])
    ts = _pack(meta.pop("ts"))
    return _ARRAY_OF_4, ts + _pack(meta)
