"""Numbers of the wire as decimal text."""

from __future__ import annotations

from decimal import Decimal


def decimal_text(number: float) -> str:
    """Return the shortest decimal text with the same value, without an exponent.

    It is the server's exact amount if that has at most 15 digits. `-0.0` is `0`."""
    return plain_text(exact_decimal(number))


def exact_decimal(number: float) -> Decimal:
    """Return the decimal number with the fewest digits and the same value as a double."""
    return Decimal(repr(float(number)))


def plain_text(number: Decimal) -> str:
    """Return the digits of a decimal number without an exponent and without trailing zeros."""
    text = f"{number:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
