"""Tools that read an account: account, positions, orders, executions."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from trading_api.models.mcp.values import (
    OrderIdText,
    SignedDecimalText,
    TimeText,
    ToolAccountId,
    ToolArguments,
    ToolResult,
    ToolSymbol,
)

ORDERS_MAX = 100
EXECUTIONS_MAX = 200

OrderSide = Literal["buy", "sell"]
OrderKind = Literal["market", "limit", "stop", "stop_limit"]
OrderState = Literal["canceled", "filled", "inactive", "placing", "rejected", "working"]
TimeInForce = Literal["day", "gtc", "gtd", "ioc", "fok"]


class AccountArguments(ToolArguments):
    """The account to read."""

    account_id: ToolAccountId = None


class SessionAllowance(ToolResult):
    """The maximum value of orders in this session, and what remains of it, in the account's
    currency."""

    value_max: SignedDecimalText
    value_used: SignedDecimalText
    value_remaining: SignedDecimalText


class AccountSummary(ToolResult):
    """The balance, equity, profit and margin of an account, in `currency`."""

    account_id: str
    currency: str
    balance: SignedDecimalText
    equity: Annotated[
        SignedDecimalText, Field(description="Balance and unrealized profit at the last prices")
    ]
    unrealized_profit: SignedDecimalText
    realized_profit: SignedDecimalText
    realized_profit_today: SignedDecimalText
    used_margin: SignedDecimalText
    free_margin: SignedDecimalText
    open_positions: int
    live_orders: int
    trading_halted: Annotated[bool, Field(description="Whether the kill switch refuses new orders")]
    session: SessionAllowance


class OpenPosition(ToolResult):
    """One open position. Prices are in the instrument's currency, profit in the account's."""

    symbol: str
    side: OrderSide
    quantity: SignedDecimalText
    average_price: SignedDecimalText
    price: Annotated[
        SignedDecimalText | None, Field(description="The price at which it could be closed now")
    ] = None
    unrealized_profit: SignedDecimalText | None = None
    take_profit: SignedDecimalText | None = None
    stop_loss: SignedDecimalText | None = None


class PositionsResult(ToolResult):
    """All open positions of an account."""

    account_id: str
    currency: str
    positions: list[OpenPosition]


class OrdersArguments(ToolArguments):
    """Which orders to read."""

    account_id: ToolAccountId = None
    status: Annotated[
        Literal["live", "ended"],
        Field(description="live: orders that may still fill; ended: filled or canceled ones"),
    ] = "live"
    limit: Annotated[
        int, Field(ge=1, le=ORDERS_MAX, strict=True, description="The newest ones are returned")
    ] = 50
    before: Annotated[
        OrderIdText | None, Field(description="Only orders that were placed before this one")
    ] = None


class OrderDescription(ToolResult):
    """An order and its filled part. Prices are in the instrument's currency."""

    symbol: str
    side: OrderSide
    type: OrderKind
    status: OrderState
    quantity: SignedDecimalText
    filled_quantity: SignedDecimalText
    average_price: SignedDecimalText | None = None
    limit_price: SignedDecimalText | None = None
    stop_price: SignedDecimalText | None = None
    trailing_distance: SignedDecimalText | None = None
    take_profit: SignedDecimalText | None = None
    stop_loss: SignedDecimalText | None = None
    duration: TimeInForce
    expires: TimeText | None = None
    reduce_only: bool
    message: str | None = None


class AccountOrder(OrderDescription):
    """One order of an account."""

    order_id: str
    updated: TimeText
    protects: Annotated[
        str | None,
        Field(
            description="Of a bracket: the order, or the symbol of the position, that it protects"
        ),
    ] = None


class OrdersResult(ToolResult):
    """Orders, the oldest first."""

    account_id: str
    orders: list[AccountOrder]


class ExecutionsArguments(ToolArguments):
    """Which executions to read."""

    account_id: ToolAccountId = None
    symbol: Annotated[ToolSymbol | None, Field(description="Only of this symbol")] = None
    limit: Annotated[
        int,
        Field(ge=1, le=EXECUTIONS_MAX, strict=True, description="The newest ones are returned"),
    ] = 50


class AccountExecution(ToolResult):
    """One fill. Profit and commission are in the account's currency."""

    execution_id: str
    order_id: str
    symbol: str
    side: OrderSide
    quantity: SignedDecimalText
    price: SignedDecimalText
    realized_profit: SignedDecimalText
    commission: SignedDecimalText
    time: TimeText


class ExecutionsResult(ToolResult):
    """Executions, the oldest first."""

    account_id: str
    currency: str
    executions: list[AccountExecution]
