"""Field types of tools: decimal numbers and times are text, so that nothing is rounded."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

from trading_api.models.common import AccountId

DecimalText = Annotated[
    str,
    Field(
        pattern=r"^[0-9]{1,15}(\.[0-9]{1,10})?$",
        description="An exact decimal number, as text",
        examples=["187.4"],
    ),
]
"""A decimal number in an argument."""

SignedDecimalText = Annotated[str, Field(description="An exact decimal number, as text")]
"""A decimal number in a result, which may be negative."""

TimeText = Annotated[str, Field(description="A time in UTC, in ISO 8601")]
"""A time in a result."""

ToolAccountId = Annotated[
    AccountId | None,
    Field(description="The account; the token's default account where it is left out"),
]
ToolSymbol = Annotated[
    str,
    Field(
        min_length=1,
        max_length=64,
        pattern=r"^\S+$",
        description="A symbol as the tool `search` returns it",
        examples=["AAPL"],
    ),
]
OrderIdText = Annotated[
    str,
    Field(min_length=1, max_length=64, description="The id of an order", examples=["order-1"]),
]


def _require_text(value: Any) -> Any:
    if not isinstance(value, str):
        raise ValueError('should be text in ISO 8601, such as "2026-11-30T14:30:00Z"')
    return value


def _require_ordinary_year(value: AwareDatetime) -> AwareDatetime:
    if not 1970 <= value.year <= 9000:
        raise ValueError("should be a year from 1970 to 9000")
    return value


ToolTime = Annotated[
    AwareDatetime,
    BeforeValidator(_require_text),
    AfterValidator(_require_ordinary_year),
    Field(
        description="A time in ISO 8601 with its offset",
        examples=["2026-11-30T14:30:00Z"],
    ),
]
"""A time in an argument."""


class ToolArguments(BaseModel):
    """The arguments of a tool. Unknown ones are rejected, and no value is converted."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ToolResult(BaseModel):
    """The result of a tool. Fields without a value are left out."""

    model_config = ConfigDict(frozen=True)
