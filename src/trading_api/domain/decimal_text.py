"""Decimal numbers as text, exact and in one form."""

from __future__ import annotations

from decimal import Decimal


def decimal_text(value: Decimal) -> str:
    """Return the only text of a value: every digit that counts, no exponent."""
    if not value:
        return "0"
    text = str(value)
    if "E" in text:
        text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def optional_text(value: Decimal | None) -> str | None:
    """Return what `decimal_text` returns, or None for None."""
    return None if value is None else decimal_text(value)
