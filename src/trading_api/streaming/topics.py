"""Topic names: a route and the canonical JSON of a subscription's payload."""

from __future__ import annotations

from typing import Any

import orjson


def buildTopicParams(params: Any) -> str:
    """Return canonical JSON, the same bytes from every client.

    Keys are sorted by UTF-16 code units (as JavaScript sorts), there is no white space, text is raw
    UTF-8 and `null` becomes `""`. Raises TypeError for floats and for integers beyond 2^53, which
    encoders write differently."""
    return orjson.dumps(_canonical(params), option=orjson.OPT_STRICT_INTEGER).decode()


def parse_topic(topic: str) -> tuple[str, Any]:
    """Return the route and the payload of a topic name that a route built. Raises ValueError."""
    route, _, params = topic.partition(":")
    return route, orjson.loads(params)


def _canonical(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, float):
        raise TypeError("a topic cannot hold a float")
    if isinstance(value, dict):
        return {key: _canonical(value[key]) for key in sorted(value, key=_utf16)}
    if isinstance(value, list | tuple):
        return [_canonical(item) for item in value]
    return value


def _utf16(key: str) -> bytes:
    return key.encode("utf-16-be")
