"""Tools that trade: preview, place, modify, cancel, close."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from trading_api.models.mcp.account import (
    AccountOrder,
    OrderDescription,
    OrderKind,
    OrderSide,
    SessionAllowance,
    TimeInForce,
)
from trading_api.models.mcp.values import (
    DecimalText,
    OrderIdText,
    SignedDecimalText,
    TimeText,
    ToolAccountId,
    ToolArguments,
    ToolResult,
    ToolSymbol,
    ToolTime,
)

ConfirmationId = Annotated[
    str,
    Field(
        min_length=1,
        max_length=64,
        description="The `confirmation_id` of a preview of this order. It is valid for one call",
    ),
]


PresentOrder = Annotated[
    AccountOrder | None,
    Field(description="Left out if the order cannot be read now; the command has succeeded"),
]


class OrderArguments(ToolArguments):
    """The arguments that describe an order in `preview`, `place` and `modify`."""

    account_id: ToolAccountId = None
    symbol: ToolSymbol
    side: OrderSide
    type: Annotated[
        OrderKind,
        Field(description="limit needs limit_price, stop stop_price, stop_limit needs both"),
    ]
    quantity: Annotated[
        DecimalText, Field(description="How much to buy or sell, as text", examples=["10"])
    ]
    limit_price: Annotated[DecimalText | None, Field(description="As text: 187.4")] = None
    stop_price: Annotated[DecimalText | None, Field(description="As text: 187.4")] = None
    take_profit: Annotated[
        DecimalText | None, Field(description="A bracket: the limit price that takes the profit")
    ] = None
    stop_loss: Annotated[
        DecimalText | None, Field(description="A bracket: the stop price that ends the loss")
    ] = None
    trailing_pips: Annotated[
        DecimalText | None,
        Field(
            description="The distance in pips of a stop that follows the market: of the order "
            "itself if its type is stop, else of its stop-loss"
        ),
    ] = None
    duration: Annotated[
        TimeInForce | None, Field(description="How long the order waits; gtc by default")
    ] = None
    expires: Annotated[ToolTime | None, Field(description="When a gtd order ends")] = None
    reduce_only: Annotated[
        bool, Field(strict=True, description="The order may only make a position smaller")
    ] = False


class PreviewArguments(OrderArguments):
    """The order to preview, or with `order_id` a modification of a live order."""

    order_id: Annotated[
        OrderIdText | None, Field(description="The order that `modify` is to change")
    ] = None


class PlaceArguments(OrderArguments):
    """The order to place, as it was previewed."""

    confirmation_id: ConfirmationId


class ModifyArguments(OrderArguments):
    """The modification of a live order, as it was previewed. Fields that are left out are
    removed."""

    order_id: OrderIdText
    confirmation_id: ConfirmationId


class CancelArguments(ToolArguments):
    """The order to cancel."""

    account_id: ToolAccountId = None
    order_id: OrderIdText


class CloseArguments(ToolArguments):
    """The position to close, or the part of it."""

    account_id: ToolAccountId = None
    symbol: ToolSymbol
    quantity: Annotated[
        DecimalText | None, Field(description="The quantity to close, as text; all by default")
    ] = None


class PreviewResult(ToolResult):
    """What the order would do now. Amounts are in `currency`, prices in the instrument's."""

    confirmation_id: str
    valid_until: TimeText
    account_id: str
    currency: str
    order: Annotated[
        OrderDescription, Field(description="The order as it would be now; it is not placed")
    ]
    fills_now: SignedDecimalText
    commission: SignedDecimalText
    margin_required: SignedDecimalText
    free_margin_after: SignedDecimalText
    position_after: Annotated[
        SignedDecimalText, Field(description="The position once all is filled; negative is short")
    ]
    value: Annotated[
        SignedDecimalText, Field(description="The value that counts towards the session's maximum")
    ]
    session: SessionAllowance
    is_allowed: Annotated[
        bool, Field(description="Whether the session's remaining value is enough for the order")
    ]


class OrderResult(ToolResult):
    """An order after it was placed or modified."""

    account_id: str
    order_id: str
    order: PresentOrder = None
    session: SessionAllowance


class CancelResult(ToolResult):
    """An order after it was canceled."""

    account_id: str
    order_id: str
    order: PresentOrder = None


class CloseResult(ToolResult):
    """The order that closes the position."""

    account_id: str
    order_id: str
    order: PresentOrder = None
