"""The clients' requests as commands of the broker port. Wire names stop here."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from trading_api.domain.broker_commands import (
    BracketsInstruction,
    BrokerCommand,
    CancelOrderCommand,
    CancelOrdersCommand,
    ClosePositionCommand,
    DepositCommand,
    EditBracketsCommand,
    IdempotencyKey,
    ModifyOrderCommand,
    NameAccountCommand,
    OrderInstruction,
    PlaceOrderCommand,
    ResetAccountCommand,
    ReversePositionCommand,
    SetKillSwitchCommand,
    SetLeverageCommand,
    SettlePositionCommand,
    WithdrawCommand,
)
from trading_api.domain.instrument import bare_symbol
from trading_api.domain.orders import Duration, OrderType, Side
from trading_api.models.broker import (
    Brackets,
    KillSwitchParams,
    LeverageSetParams,
    OrderDuration,
    PreOrder,
    SettlementRequest,
    StopType,
)
from trading_api.modules.broker.idempotency import idempotency_key


class KeyedCommand(NamedTuple):
    """A command and its idempotency key, as `Broker.submit` takes them."""

    command: BrokerCommand
    key: IdempotencyKey | None


def to_place_order(order: PreOrder, key: str | None = None) -> KeyedCommand:
    """Return the command to place a terminal's order."""
    command = PlaceOrderCommand(to_order_instruction(order))
    return KeyedCommand(command, idempotency_key("place", key, order))


def to_modify_order(order_id: str, order: PreOrder, key: str | None = None) -> KeyedCommand:
    """Return the command to change an order into `order`."""
    command = ModifyOrderCommand(order_id, to_order_instruction(order))
    return KeyedCommand(command, idempotency_key("modify", key, order_id, order))


def to_cancel_order(order_id: str, key: str | None = None) -> KeyedCommand:
    """Return the command to cancel an order."""
    return KeyedCommand(CancelOrderCommand(order_id), idempotency_key("cancel", key, order_id))


def to_close_position(
    position_id: str, amount: float | None, key: str | None = None
) -> KeyedCommand:
    """Return the command to close `amount` of a position, or all of it."""
    command = ClosePositionCommand(position_id, to_optional_decimal(amount))
    symbol = bare_symbol(position_id)
    return KeyedCommand(command, idempotency_key("close", key, symbol, amount))


def to_reverse_position(position_id: str, key: str | None = None) -> KeyedCommand:
    """Return the command to reverse a position."""
    symbol = bare_symbol(position_id)
    return KeyedCommand(
        ReversePositionCommand(position_id), idempotency_key("reverse", key, symbol)
    )


def to_cancel_orders(order_ids: Sequence[str] | None, key: str | None = None) -> KeyedCommand:
    """Return the command to cancel some orders, or every live one."""
    command = CancelOrdersCommand(order_ids)
    if order_ids is None:
        return KeyedCommand(command, idempotency_key("cancel-all", key))
    return KeyedCommand(command, idempotency_key("cancel-many", key, *order_ids))


def to_edit_brackets(position_id: str, brackets: Brackets, key: str | None = None) -> KeyedCommand:
    """Return the command to replace what protects a position."""
    command = EditBracketsCommand(position_id, to_brackets_instruction(brackets))
    symbol = bare_symbol(position_id)
    return KeyedCommand(command, idempotency_key("brackets", key, symbol, brackets))


def to_set_leverage(params: LeverageSetParams, key: str | None = None) -> KeyedCommand:
    """Return the command to set a symbol's leverage."""
    symbol = bare_symbol(params.symbol)
    return KeyedCommand(
        to_leverage(params), idempotency_key("leverage", key, symbol, params.leverage)
    )


def to_leverage(params: LeverageSetParams) -> SetLeverageCommand:
    """Return the command to set or preview a symbol's leverage."""
    return SetLeverageCommand(params.symbol, to_decimal(params.leverage))


def to_deposit(amount: float, key: str | None = None) -> KeyedCommand:
    """Return the command to add paper money."""
    return KeyedCommand(DepositCommand(to_decimal(amount)), idempotency_key("deposit", key, amount))


def to_withdraw(amount: float, key: str | None = None) -> KeyedCommand:
    """Return the command to take cash."""
    command = WithdrawCommand(to_decimal(amount))
    return KeyedCommand(command, idempotency_key("withdraw", key, amount))


def to_settle_position(request: SettlementRequest, key: str | None = None) -> KeyedCommand:
    """Return an operator's command to end a position at a stated price."""
    command = SettlePositionCommand(request.symbol, to_decimal(request.price))
    return KeyedCommand(command, idempotency_key("settle", key, request))


def to_reset_account(balance: float | None, key: str | None = None) -> KeyedCommand:
    """Return the command to start again with `balance`, or with the initial balance."""
    command = ResetAccountCommand(to_optional_decimal(balance))
    return KeyedCommand(command, idempotency_key("reset", key, balance))


def to_name_account(
    name: str | None, key: str | None = None, known_ids: frozenset[str] | None = None
) -> KeyedCommand:
    """Return the command to open an account and give it a name. `known_ids` are the accounts that
    the caller may know, or None where they may know all."""
    command = NameAccountCommand(name, known_ids)
    return KeyedCommand(command, idempotency_key("name", key, name))


def to_set_kill_switch(params: KillSwitchParams, key: str | None = None) -> KeyedCommand:
    """Return the command to halt an account, or to let it trade again."""
    command = SetKillSwitchCommand(params.on, params.reason)
    return KeyedCommand(command, idempotency_key("kill-switch", key, params.on, params.reason))


def to_previewed_order(
    order: PreOrder, order_id: str | None = None
) -> PlaceOrderCommand | ModifyOrderCommand:
    """Return the command that places the order, or that modifies the order `order_id` into it."""
    instruction = to_order_instruction(order)
    if order_id is None:
        return PlaceOrderCommand(instruction)
    return ModifyOrderCommand(order_id, instruction)


def to_decimal(number: float) -> Decimal:
    """Return the decimal that the client wrote, not the binary fraction that holds it."""
    return Decimal(repr(number).removesuffix(".0"))


def to_optional_decimal(number: float | None) -> Decimal | None:
    """Return the decimal that the client wrote, or None if it wrote none."""
    return None if number is None else to_decimal(number)


def to_order_instruction(order: PreOrder) -> OrderInstruction:
    """Return a terminal's order as the port takes it; the venue checks it."""
    is_guaranteed = order.guaranteed_stop is not None or order.stop_type is StopType.GUARANTEED_STOP
    return OrderInstruction(
        symbol=order.symbol,
        side=Side(order.side),
        type=OrderType(order.type),
        quantity=to_decimal(order.qty),
        limit_price=to_optional_decimal(order.limit_price),
        stop_price=to_optional_decimal(order.stop_price),
        is_trailing=order.stop_type is StopType.TRAILING_STOP,
        duration=Duration(order.duration.type) if order.duration else None,
        expires_ms=_expires_ms(order.duration),
        brackets=BracketsInstruction(
            take_profit=to_optional_decimal(order.take_profit),
            stop_loss=to_optional_decimal(order.stop_loss),
            trailing_pips=to_optional_decimal(order.trailing_stop_pips),
            is_guaranteed=is_guaranteed,
        ),
        reduce_only=bool(order.is_close),
        client_id=order.client_order_id or "",
    )


def to_brackets_instruction(brackets: Brackets) -> BracketsInstruction:
    """Return a terminal's brackets of a position as the port takes them."""
    return BracketsInstruction(
        take_profit=to_optional_decimal(brackets.take_profit),
        stop_loss=to_optional_decimal(brackets.stop_loss),
        trailing_pips=to_optional_decimal(brackets.trailing_stop_pips),
        is_guaranteed=brackets.guaranteed_stop is not None,
    )


def _expires_ms(duration: OrderDuration | None) -> int | None:
    if duration is None or duration.datetime is None:
        return None
    return round(duration.datetime) if Duration(duration.type) is Duration.GTD else None
