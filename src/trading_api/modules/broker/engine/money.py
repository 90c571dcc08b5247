"""Exact decimal arithmetic, and the two steps to which amounts are rounded."""

from decimal import ROUND_HALF_EVEN, ROUND_UP, Context, Decimal

# Wide enough that sums of price * quantity never lose a digit; see PRICE_MAX.
EXACT = Context(prec=50, rounding=ROUND_HALF_EVEN)
ZERO = Decimal(0)
ONE = Decimal(1)
MONEY_STEP = Decimal("1E-8")
COST_STEP = Decimal("1E-20")


def rounded(value: Decimal, step: Decimal) -> Decimal:
    """Return the value rounded half-even to `step`.

    A value without finer digits keeps its own, shorter exponent."""
    result = value.quantize(step, context=EXACT)
    return value if value == result else EXACT.add(result, ZERO)


def rounded_up(value: Decimal, step: Decimal) -> Decimal:
    """Return the value rounded away from zero to `step`."""
    result = value.quantize(step, rounding=ROUND_UP, context=EXACT)
    return value if value == result else EXACT.add(result, ZERO)
