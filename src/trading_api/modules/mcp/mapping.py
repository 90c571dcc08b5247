"""Translates the tools' arguments to domain values, and domain values to results."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Context, Decimal
from typing import TypeVar

from trading_api.domain.account_snapshot import (
    AccountSnapshot,
    ExecutionView,
    OrderView,
    PositionView,
)
from trading_api.domain.bar import Bar
from trading_api.domain.broker_commands import (
    BracketsInstruction,
    ModifyOrderCommand,
    OrderInstruction,
    PlaceOrderCommand,
)
from trading_api.domain.decimal_text import decimal_text, optional_text
from trading_api.domain.instrument import Instrument
from trading_api.domain.market_status import MarketState, MarketStatus
from trading_api.domain.orders import Duration, OrderStatus, OrderType, Side
from trading_api.domain.quote import Quote
from trading_api.models.mcp.account import (
    AccountExecution,
    AccountOrder,
    AccountSummary,
    OpenPosition,
    OrderDescription,
    OrderKind,
    OrderSide,
    OrderState,
    SessionAllowance,
    TimeInForce,
)
from trading_api.models.mcp.market import (
    FoundInstrument,
    InstrumentBar,
    InstrumentQuote,
    MarketStateText,
)
from trading_api.models.mcp.trading import OrderArguments
from trading_api.modules.mcp.sessions import McpSession

Key = TypeVar("Key")
Text = TypeVar("Text", bound=str)

EXACT = Context(prec=60)
"""Enough digits that no product of a quantity, a price and a rate is rounded."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LAST_MS = 253_402_300_799_999  # of the year 9999, the last one that ISO 8601 writes

_SIDES: dict[Side, OrderSide] = {Side.BUY: "buy", Side.SELL: "sell"}
_TYPES: dict[OrderType, OrderKind] = {
    OrderType.MARKET: "market",
    OrderType.LIMIT: "limit",
    OrderType.STOP: "stop",
    OrderType.STOP_LIMIT: "stop_limit",
}
_STATES: dict[OrderStatus, OrderState] = {
    OrderStatus.CANCELED: "canceled",
    OrderStatus.FILLED: "filled",
    OrderStatus.INACTIVE: "inactive",
    OrderStatus.PLACING: "placing",
    OrderStatus.REJECTED: "rejected",
    OrderStatus.WORKING: "working",
}
_DURATIONS: dict[Duration, TimeInForce] = {
    Duration.DAY: "day",
    Duration.GTC: "gtc",
    Duration.GTD: "gtd",
    Duration.IOC: "ioc",
    Duration.FOK: "fok",
}
_MARKET_STATES: dict[MarketState, MarketStateText] = {
    MarketState.STARTING: "starting",
    MarketState.OPEN: "open",
    MarketState.CLOSED: "closed",
    MarketState.STALE: "stale",
}


def time_text(time_ms: int) -> str:
    """Return a time in ISO 8601; the end of the year 9999 for a later one."""
    moment = _EPOCH + timedelta(milliseconds=min(time_ms, _LAST_MS))
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def time_ms(moment: datetime) -> int:
    """Return a time in milliseconds since 1970."""
    return (moment - _EPOCH) // timedelta(milliseconds=1)


def to_command(
    arguments: OrderArguments, symbol: str, order_id: str | None
) -> PlaceOrderCommand | ModifyOrderCommand:
    """Return the command that places the order, or that changes the order `order_id` into it."""
    instruction = OrderInstruction(
        symbol=symbol,
        side=_key(_SIDES, arguments.side),
        type=_key(_TYPES, arguments.type),
        quantity=Decimal(arguments.quantity),
        limit_price=to_decimal(arguments.limit_price),
        stop_price=to_decimal(arguments.stop_price),
        is_trailing=arguments.trailing_pips is not None,
        duration=_key(_DURATIONS, arguments.duration) if arguments.duration else None,
        expires_ms=time_ms(arguments.expires) if arguments.expires else None,
        brackets=BracketsInstruction(
            take_profit=to_decimal(arguments.take_profit),
            stop_loss=to_decimal(arguments.stop_loss),
            trailing_pips=to_decimal(arguments.trailing_pips),
        ),
        reduce_only=arguments.reduce_only,
    )
    if order_id is None:
        return PlaceOrderCommand(instruction)
    return ModifyOrderCommand(order_id, instruction)


def to_decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def to_instrument(instrument: Instrument, resolutions: Iterable[str]) -> FoundInstrument:
    """Return an instrument. `resolutions`, the market's, are for one without its own."""
    return FoundInstrument(
        symbol=instrument.symbol,
        exchange=instrument.exchange,
        description=instrument.description,
        type=instrument.type,
        currency=instrument.currency,
        tick_size=decimal_text(instrument.tick_size),
        quantity_step=decimal_text(instrument.quantity_step),
        quantity_max=decimal_text(instrument.quantity_max),
        resolutions=list(instrument.resolutions or resolutions),
    )


def to_quote(quote: Quote, status: MarketStatus) -> InstrumentQuote:
    return InstrumentQuote(
        symbol=quote.symbol,
        time=time_text(quote.time_ms),
        bid=decimal_text(quote.bid),
        bid_size=decimal_text(quote.bid_size),
        ask=decimal_text(quote.ask),
        ask_size=decimal_text(quote.ask_size),
        last=decimal_text(quote.last),
        market=_MARKET_STATES[status.state],
        reason=status.reason or None,
    )


def to_bar(bar: Bar, instrument: Instrument) -> InstrumentBar:
    tick = instrument.tick_size
    return InstrumentBar(
        time=time_text(bar.time_ms),
        open=decimal_text(bar.open * tick),
        high=decimal_text(bar.high * tick),
        low=decimal_text(bar.low * tick),
        close=decimal_text(bar.close * tick),
        volume=decimal_text(Decimal(bar.volume) / instrument.volume_scale),
    )


def to_allowance(session: McpSession) -> SessionAllowance:
    return SessionAllowance(
        value_max=decimal_text(session.value_max),
        value_used=decimal_text(session.value_used),
        value_remaining=decimal_text(session.value_remaining),
    )


def to_summary(account: AccountSnapshot, session: McpSession) -> AccountSummary:
    """Return an account's money, and what the session may still place."""
    balance, equity, used_margin = account.balance, account.equity(), account.used_margin()
    return AccountSummary(
        account_id=account.account_id,
        currency=account.currency,
        balance=decimal_text(balance),
        equity=decimal_text(equity),
        unrealized_profit=decimal_text(EXACT.subtract(equity, balance)),
        realized_profit=decimal_text(account.realized_pl),
        realized_profit_today=decimal_text(account.realized_pl_today),
        used_margin=decimal_text(used_margin),
        free_margin=decimal_text(EXACT.subtract(equity, used_margin)),
        open_positions=len(account.positions()),
        live_orders=len(account.live_orders()),
        trading_halted=account.kill_switch.is_on,
        session=to_allowance(session),
    )


def to_position(account: AccountSnapshot, position: PositionView) -> OpenPosition:
    """Return an open position with its profit at the last price and its brackets."""
    value = account.valuation(position)
    brackets = account.position_brackets(position.symbol)
    prices = {order.type: order.limit_price or order.stop_price for order in brackets}
    return OpenPosition(
        symbol=position.symbol,
        side="buy" if position.quantity > 0 else "sell",
        quantity=decimal_text(abs(position.quantity)),
        average_price=decimal_text(position.average_price),
        price=decimal_text(value.price) if value else None,
        unrealized_profit=decimal_text(value.profit) if value else None,
        take_profit=optional_text(prices.get(OrderType.LIMIT)),
        stop_loss=optional_text(prices.get(OrderType.STOP)),
    )


def to_order(order: OrderView) -> AccountOrder:
    return AccountOrder(
        **dict(to_description(order)),
        order_id=order.id,
        updated=time_text(order.updated_ms),
        protects=_protected(order),
    )


def to_description(order: OrderView) -> OrderDescription:
    """Return the description of an order, whether or not it is placed."""
    trail = order.trail or order.brackets.trail
    return OrderDescription(
        symbol=order.symbol,
        side=_SIDES[order.side],
        type=_TYPES[order.type],
        status=_STATES[order.status],
        quantity=decimal_text(order.quantity),
        filled_quantity=decimal_text(order.filled_quantity),
        average_price=optional_text(order.average_price),
        limit_price=optional_text(order.limit_price),
        stop_price=optional_text(order.stop_price),
        trailing_distance=decimal_text(trail.distance) if trail else None,
        take_profit=optional_text(order.brackets.take_profit),
        stop_loss=optional_text(order.brackets.stop_loss),
        duration=_DURATIONS[order.duration],
        expires=time_text(order.expires_ms) if order.expires_ms else None,
        reduce_only=order.reduce_only,
        message=order.message or None,
    )


def to_execution(execution: ExecutionView) -> AccountExecution:
    return AccountExecution(
        execution_id=execution.id,
        order_id=execution.order_id,
        symbol=execution.symbol,
        side=_SIDES[execution.side],
        quantity=decimal_text(execution.quantity),
        price=decimal_text(execution.price),
        realized_profit=decimal_text(execution.realized_pl),
        commission=decimal_text(execution.commission),
        time=time_text(execution.time_ms),
    )


def _protected(order: OrderView) -> str | None:
    """Return the id of the order that a bracket protects, or the symbol of its position."""
    if not order.is_bracket:
        return None
    is_waiting = order.status is OrderStatus.INACTIVE or not order.was_activated
    return order.parent_id if order.parent_id and is_waiting else order.symbol


def _key(names: dict[Key, Text], name: Text) -> Key:
    return next(key for key, each in names.items() if each == name)
