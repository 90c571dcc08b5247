"""Exact numbers as the wire's floating-point numbers and texts."""

from decimal import Context, Decimal

_EXACT = Context(prec=50)


def optional_float(number: Decimal | None) -> float | None:
    """Return the nearest floating-point number, or None for None."""
    return None if number is None else float(number)


def plain_text(number: Decimal) -> str:
    """Return all digits that count, without an exponent."""
    return f"{number.normalize():f}"


def money_text(amount: Decimal, currency: str) -> str:
    """Return the amount and its currency, such as `99490 USD`."""
    return f"{plain_text(amount)} {currency}"


def difference(minuend: Decimal, subtrahend: Decimal) -> Decimal:
    """Subtract without losing a digit."""
    return _EXACT.subtract(minuend, subtrahend)
