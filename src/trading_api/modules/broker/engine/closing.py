"""Closes and reverses positions, and changes what protects them."""

from __future__ import annotations

from decimal import Decimal

from trading_api.modules.broker.engine.canceling import cancel_order
from trading_api.modules.broker.engine.commands import (
    ClosePosition,
    EditBrackets,
    Market,
    ReversePosition,
)
from trading_api.modules.broker.engine.matching import reduction_pending
from trading_api.modules.broker.engine.order import OrderStatus, OrderType, Side, Ticket
from trading_api.modules.broker.engine.placing import accept, new_order
from trading_api.modules.broker.engine.position import Position
from trading_api.modules.broker.engine.protecting import set_brackets
from trading_api.modules.broker.engine.rejections import (
    Rejection,
    reject_brackets,
    reject_close,
    reject_flat,
)
from trading_api.modules.broker.engine.trading import match
from trading_api.modules.broker.engine.transaction import Transaction

REPLACED = "The position has brackets of its own now."


def close(transaction: Transaction, command: ClosePosition) -> Rejection | None:
    state, market = transaction.state, command.market
    position = state.position(market.symbol)
    if not position.quantity:
        return reject_flat(position)
    pending = reduction_pending(state.working_orders(market.symbol))
    closable = abs(position.quantity) - pending
    quantity = closable if command.quantity is None else command.quantity
    if rejection := reject_close(position, quantity, closable, market.rules):
        return rejection
    return _trade_against(transaction, position, quantity, market, reduce_only=True)


def reverse(transaction: Transaction, command: ReversePosition) -> Rejection | None:
    market = command.market
    position = transaction.state.position(market.symbol)
    if not position.quantity:
        return reject_flat(position)
    quantity = 2 * abs(position.quantity)
    return _trade_against(transaction, position, quantity, market, reduce_only=False)


def edit_brackets(transaction: Transaction, command: EditBrackets) -> Rejection | None:
    state, market = transaction.state, command.market
    position = state.position(market.symbol)
    if not position.quantity:
        return reject_flat(position)
    side = side_of(position)
    price = market.mark.price(side.opposite) if market.mark else None
    if rejection := reject_brackets(command.brackets, side, price, market.rules):
        return rejection
    for bracket in state.live_brackets(market.symbol):
        bracket = transaction.current(bracket)
        if bracket.parent_id and bracket.status is OrderStatus.WORKING:
            cancel_order(transaction, bracket, market.at_ms, REPLACED)
    set_brackets(transaction, command.brackets, side, price, None, market)
    match(transaction, market)
    return None


def side_of(position: Position) -> Side:
    return Side.BUY if position.quantity > 0 else Side.SELL


def _trade_against(
    transaction: Transaction,
    position: Position,
    quantity: Decimal,
    market: Market,
    reduce_only: bool,
) -> Rejection | None:
    ticket = Ticket(
        symbol=position.symbol,
        side=side_of(position).opposite,
        type=OrderType.MARKET,
        quantity=quantity,
        reduce_only=reduce_only,
    )
    return accept(transaction, new_order(transaction, ticket, market), market)
