"""Convert stored payloads of the previous format to the current one.

| previous format | current format |
| --- | --- |
| five flags of an order: `reduce_only`, `is_bracket`, ... | `purpose` of an order |
| `residue` of a position | `rounding_carry` |
| `consumption` of a fill | `liquidity_used` |
"""

from __future__ import annotations

from typing import Any

import msgspec

from trading_api.modules.broker.engine.order import OrderPurpose

FLAGS = ("reduce_only", "is_bracket", "is_liquidation", "is_reversal", "has_protected")
PURPOSES = {
    (): OrderPurpose.OPEN,
    ("reduce_only",): OrderPurpose.CLOSE,
    ("is_reversal",): OrderPurpose.REVERSAL,
    ("reduce_only", "is_liquidation"): OrderPurpose.LIQUIDATION,
    ("reduce_only", "is_bracket"): OrderPurpose.BRACKET,
    ("reduce_only", "is_bracket", "has_protected"): OrderPurpose.ACTIVATED_BRACKET,
}
"""The purpose of an order by those of its flags that are set."""

# Quotes inside a JSON string are escaped, so these texts only match names of fields.
_MARKS = tuple(f'"{name}":' for name in (*FLAGS, "residue", "consumption"))


def is_previous_format(payload: str) -> bool:
    """Return whether the payload has a field that only the previous format knows."""
    return any(mark in payload for mark in _MARKS)


def upcast(payload: str) -> str:
    """Return the payload in the current format.

    A field that fits neither format stays as it is, for the decoder to refuse. Raises
    msgspec.DecodeError where the payload is not JSON."""
    fields = msgspec.json.decode(payload)
    if isinstance(fields, dict):
        _rename(fields, "consumption", "liquidity_used")
        _set_purpose(fields.get("order"))
        _rename(fields.get("position"), "residue", "rounding_carry")
        positions = fields.get("positions")
        for position in positions if isinstance(positions, list) else ():
            _rename(position, "residue", "rounding_carry")
    return msgspec.json.encode(fields).decode()


def _set_purpose(order: Any) -> None:
    if not isinstance(order, dict) or "purpose" in order:
        return
    flags = {name: order[name] for name in FLAGS if name in order}
    purpose = PURPOSES.get(tuple(name for name, is_set in flags.items() if is_set is True))
    if purpose is not None and all(isinstance(is_set, bool) for is_set in flags.values()):
        for name in flags:
            del order[name]
        order["purpose"] = purpose


def _rename(fields: Any, old: str, new: str) -> None:
    if isinstance(fields, dict) and old in fields and new not in fields:
        fields[new] = fields.pop(old)
