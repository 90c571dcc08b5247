"""What makes a command the same as one that came before."""

from __future__ import annotations

import hashlib
from typing import Any

import orjson
from pydantic import BaseModel

from trading_api.domain.broker_commands import IdempotencyKey

UNSTABLE = {"seen_price", "current_quotes"}
"""What a terminal saw when it sent the order: another try may have seen another."""


def command_key(operation: str, key: str | None, *parts: BaseModel | Any) -> IdempotencyKey | None:
    """`parts` are all that says what is to be done."""
    if key is None:
        return None
    return IdempotencyKey(operation, key, _fingerprint(parts))


def _fingerprint(parts: tuple[BaseModel | Any, ...]) -> str:
    plain = [_plain(part) for part in parts]
    return hashlib.sha256(orjson.dumps(plain, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _plain(part: BaseModel | Any) -> Any:
    # What is left out has no name in it, so that a new field changes no old fingerprint.
    if isinstance(part, BaseModel):
        plain = part.model_dump(mode="json", exclude=UNSTABLE, exclude_none=True)
        if "symbol" in plain:
            plain["symbol"] = bare_symbol(plain["symbol"])
        return plain
    return part


def bare_symbol(symbol: str) -> str:
    """`AAPL` of `NASDAQ:AAPL`, also where no market knows it any more."""
    return symbol.rpartition(":")[2]
