"""Field types of Alpaca's requests and responses: numbers are strings, times are RFC 3339."""

from decimal import Decimal, InvalidOperation
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

NUMBER_LENGTH_MAX = 40
_DECIMALS_MAX = 12
_DIGITS_MAX = 15


def _to_decimal(value: Any) -> Any:
    """Return the number that a string or a JSON number represents. Raises ValueError."""
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        raise ValueError("should be a number")
    text = repr(value) if isinstance(value, float) else str(value)
    if len(text) > NUMBER_LENGTH_MAX:
        raise ValueError("has too many digits")
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise ValueError("should be a number") from None
    if not number.is_finite():
        raise ValueError("should be a finite number")
    if number and number.adjusted() > _DIGITS_MAX:
        raise ValueError("is too large")
    exponent = number.normalize().as_tuple().exponent
    assert isinstance(exponent, int), "it is finite"
    if exponent < -_DECIMALS_MAX:
        raise ValueError(f"has more than {_DECIMALS_MAX} decimals")
    # Without the exponent of a float such as 1e+16, and without trailing zeros.
    return Decimal(f"{number.normalize():f}")


NumberText = Annotated[Decimal, BeforeValidator(_to_decimal)]
"""A number that clients send as a string (`"1.5"`) or as a JSON number."""

ClientOrderId = Annotated[str, Field(max_length=128, pattern=r"^[^\x00]*$")]
AssetName = Annotated[str, Field(min_length=1, max_length=64)]
"""A symbol such as `AAPL` or `BTC/USD`, or the UUID of an asset."""


class AlpacaRequest(BaseModel):
    """The body of a request. Unknown fields are ignored, as Alpaca ignores them."""

    model_config = ConfigDict(frozen=True)


class AlpacaDocument(BaseModel):
    """An object of Alpaca's responses. Fields without a value are null, as Alpaca sends them."""

    model_config = ConfigDict(frozen=True, serialize_by_alias=True)
