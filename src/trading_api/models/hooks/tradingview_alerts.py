"""The messages of TradingView's alerts, named like the placeholders that fill them.

TradingView writes a placeholder's value as it is: a number may be a JSON number or, between
quotation marks, a string."""

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator

from trading_api.models.common import WireModel

NUMBER_MAX = Decimal(10**12)
COMMENT_LENGTH_MAX = 500
SEQUENCE_MAX = 2**53 - 1
_NUMBER = re.compile(r"[+-]?\d{1,20}(\.\d{0,20})?([eE][+-]?\d{1,2})?", re.ASCII)
_WHOLE_NUMBER = re.compile(r"\d{1,16}", re.ASCII)


def _parse_number(value: Any) -> Decimal:
    """Return the decimal that was written. Raises ValueError."""
    text = repr(value) if type(value) in (int, float) else value
    if not isinstance(text, str) or not _NUMBER.fullmatch(text):
        raise ValueError("should be a number, or a string with one")
    number = Decimal(text.removesuffix(".0"))
    if abs(number) > NUMBER_MAX:
        raise ValueError(f"should be at most {NUMBER_MAX}")
    return number


def _parse_whole_number(value: Any) -> int:
    text = str(value) if type(value) is int else value
    if not isinstance(text, str) or not _WHOLE_NUMBER.fullmatch(text) or int(text) > SEQUENCE_MAX:
        raise ValueError("should be a whole number from 0 on, or a string with one")
    return int(text)


def _parse_time(value: Any) -> int:
    """Return ms since 1970 of `2026-11-30T14:30:00Z`, or of ms since 1970. Raises ValueError."""
    if type(value) is int or (isinstance(value, str) and _WHOLE_NUMBER.fullmatch(value)):
        return _parse_whole_number(value)
    if isinstance(value, str) and len(value) <= 40:
        try:
            time = datetime.fromisoformat(value)
        except ValueError:
            pass
        else:
            if time.tzinfo is not None and 1970 < time.year < 9999:
                return round(time.astimezone(UTC).timestamp() * 1000)
    raise ValueError("should be a time as {{timenow}} writes it, or ms since 1970")


def _documented(schema_type: str, *examples: Any, **schema: Any) -> WithJsonSchema:
    kinds = [{"type": schema_type, **schema}, {"type": "string"}]
    return WithJsonSchema({"anyOf": kinds, "examples": list(examples)})


AlertNumber = Annotated[Decimal, BeforeValidator(_parse_number), _documented("number", "10", 10)]
PositiveAlertNumber = Annotated[
    Decimal,
    Field(gt=0),
    BeforeValidator(_parse_number),
    _documented("number", "10", 10, exclusiveMinimum=0),
]
AlertTime = Annotated[
    int, BeforeValidator(_parse_time), _documented("integer", "2026-11-30T14:30:00Z", minimum=0)
]
AlertSequence = Annotated[
    int, BeforeValidator(_parse_whole_number), _documented("integer", 12, "12", minimum=0)
]


class TradingViewAlert(WireModel):
    """The fields that both kinds of alerts share. `timenow` is the time of the alert.

    Of two alerts of the same second, the one with the larger `sequence` is later. A `comment` has
    no effect, but alerts that differ in it are two alerts. Unknown fields are refused, because a
    misspelt stop loss must not be ignored.
    """

    model_config = ConfigDict(extra="forbid")

    ticker: str = Field(min_length=1, max_length=64, pattern=r"^[^\x00-\x1f\x7f]*$")
    timenow: AlertTime
    sequence: AlertSequence = 0
    comment: Annotated[str, Field(max_length=COMMENT_LENGTH_MAX)] | None = None


class OrderAlert(TradingViewAlert):
    """An order to place: at the market, or a limit order, with or without brackets."""

    mode: Literal["order"]
    action: Literal["buy", "sell"]
    contracts: PositiveAlertNumber
    type: Literal["market", "limit"] = "market"
    limit_price: PositiveAlertNumber | None = None
    take_profit: PositiveAlertNumber | None = None
    stop_loss: PositiveAlertNumber | None = None

    @model_validator(mode="after")
    def _check_limit_price(self) -> "OrderAlert":
        if (self.type == "limit") != (self.limit_price is not None):
            raise ValueError("a limit order, and no other, needs a limit_price")
        return self


class TargetAlert(TradingViewAlert):
    """A position to reach: above zero long, below zero short, and 0 for none."""

    mode: Literal["target"]
    position_size: AlertNumber


def alert_body_schema() -> dict[str, Any]:
    """Return the schema of the body that TradingView sends, with the secret, for OpenAPI."""
    secret = {"type": "string", "description": "The hook's secret"}
    kinds = []
    for kind in (OrderAlert, TargetAlert):
        schema = kind.model_json_schema()
        schema["properties"] = {"secret": secret, **schema["properties"]}
        schema["required"] = ["secret", *schema["required"]]
        kinds.append(schema)
    return {"anyOf": kinds}
