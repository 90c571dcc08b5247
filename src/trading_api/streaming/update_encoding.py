"""The bytes of an update: its datum's JSON, and the suffix with the fields next to it."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, NamedTuple, Protocol, TypeAlias

import orjson
from pydantic import BaseModel

from trading_api.streaming.route_service import UpdateMeta


class EncodedDatum(NamedTuple):
    """A datum that another process encoded, with its conflation key."""

    json: bytes
    key: str | None


Datum: TypeAlias = BaseModel | EncodedDatum


class DatumFormat(Protocol):
    """How a route encodes its data. `conflation_key` returns a key: of two unsent updates of a
    topic with the same key only the newer need be sent. With None each must be sent."""

    encode: Callable[[Any], bytes]
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

    __slots__ = ("_datum", "_json", "_route")

    def __init__(self) -> None:
        self._datum: Datum | None = None
        self._route: DatumFormat | None = None

    def encode(self, datum: Datum, route: DatumFormat) -> bytes:
        """Return the datum's JSON."""
        if datum is not self._datum or route is not self._route:
            self._json = route.encode(datum)
            self._datum, self._route = datum, route
        return self._json
