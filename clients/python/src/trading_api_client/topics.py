"""The topics of the WebSocket."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

SAFE_INTEGER_MAX = 2**53 - 1


def topic_of(channel: str, subscription: Mapping[str, Any]) -> str:
    """Return the topic of a subscription, such as `bars:{"resolution":"1","symbol":"AAPL"}`. Raises
    TypeError for a value that encoders format differently."""
    return f"{channel}:{canonical_json(subscription)}"


def canonical_json(value: Any) -> str:
    """Return the canonical JSON of a subscription, equal to the server's byte for byte.

    Keys are sorted by UTF-16 code units, there is no white space, and None is `""`. Raises
    TypeError for a value that encoders format differently."""
    if value is None:
        return '""'
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int) and abs(value) <= SAFE_INTEGER_MAX:
        return str(value)
    if isinstance(value, float) and value.is_integer() and abs(value) <= SAFE_INTEGER_MAX:
        return str(int(value))
    if isinstance(value, list | tuple):
        return f"[{','.join(map(canonical_json, value))}]"
    if isinstance(value, Mapping):
        fields = sorted(value.items(), key=lambda field: field[0].encode("utf-16-be"))
        return f"{{{','.join(f'{canonical_json(k)}:{canonical_json(v)}' for k, v in fields)}}}"
    raise TypeError(f"A subscription cannot hold {value!r} ({type(value).__name__})")
