"""The fingerprint that makes a command the same as an earlier one."""

from __future__ import annotations

import hashlib
from typing import Any

import orjson
from pydantic import BaseModel

from trading_api.domain.broker_commands import IdempotencyKey
from trading_api.domain.instrument import bare_symbol
from trading_api.errors import Invalid

VOLATILE_FIELDS = {"seen_price", "current_quotes"}
"""What a terminal saw when it sent the order. A retry may have seen something else."""


def idempotency_key(
    operation: str, key: str | None, *parts: BaseModel | str | float | None
) -> IdempotencyKey | None:
    """Return the key of a command, or None if the client sent none.

    `parts` are everything that determines what the command does. Ledgers hold the fingerprints for
    ever, so what goes into one must never change."""
    if key is None:
        return None
    return IdempotencyKey(operation, key, _fingerprint(parts))


def key_not_taken() -> Invalid:
    """Return the error for a preview with a key. A client that sends a key relies on it, so it is
    never ignored."""
    return Invalid(
        "An Idempotency-Key is taken by commands; a preview changes nothing.",
        "idempotency_key_not_taken",
    )


def _fingerprint(parts: tuple[BaseModel | str | float | None, ...]) -> str:
    plain = [_plain(part) for part in parts]
    return hashlib.sha256(orjson.dumps(plain, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _plain(part: BaseModel | str | float | None) -> Any:
    # Fields without a value are left out, so that a new field changes no stored fingerprint.
    if isinstance(part, BaseModel):
        plain = part.model_dump(mode="json", exclude=VOLATILE_FIELDS, exclude_none=True)
        if "symbol" in plain:
            plain["symbol"] = bare_symbol(plain["symbol"])
        return plain
    return part
