"""The client order ids of an account: derived from its ledger, and unique at the venue for ever."""

from __future__ import annotations

from hashlib import sha256

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def id_prefix(account_id: str, opened_ms: int) -> str:
    """Return how all client order ids of an account begin, before the number of the order.

    Two accounts of one venue account, and an account whose ledger was lost and begun again, have
    different prefixes: it holds the time of the opening and a part of a digest of the account's
    id. With the number of an order and of its replacement, at most 36 characters are used."""
    digest = sha256(account_id.encode()).hexdigest()[:4]
    return f"t{_base36(opened_ms)}{digest}"


def _base36(number: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
    return digits or "0"
