"""Handle the commands that close, reverse, settle and protect positions."""

from __future__ import annotations

from msgspec.structs import replace

from trading_api.domain.orders import OrderStatus
from trading_api.modules.broker.engine.brackets import set_brackets, suspend_brackets
from trading_api.modules.broker.engine.cancellation import cancel_orders
from trading_api.modules.broker.engine.checks.bracket_checks import (
    check_bracket_changes,
    check_brackets,
)
from trading_api.modules.broker.engine.checks.order_checks import check_not_liquidation
from trading_api.modules.broker.engine.checks.position_checks import (
    check_close_quantity,
    check_not_reversing,
    check_tradable,
    position_not_found,
)
from trading_api.modules.broker.engine.checks.price_checks import check_settlement_price
from trading_api.modules.broker.engine.checks.rejection import Rejection, RejectionCode
from trading_api.modules.broker.engine.commands import (
    ClosePosition,
    EditBrackets,
    ReversePosition,
    SettlePosition,
)
from trading_api.modules.broker.engine.events import PositionSettled
from trading_api.modules.broker.engine.fill_rules import closable_quantity
from trading_api.modules.broker.engine.handlers.order_handlers import (
    check_order_margin,
    enter_order,
    opposing_order,
    submit_order,
)
from trading_api.modules.broker.engine.matching import match
from trading_api.modules.broker.engine.money import ZERO
from trading_api.modules.broker.engine.order import OrderPurpose
from trading_api.modules.broker.engine.position import apply_fill
from trading_api.modules.broker.engine.transaction import Transaction

REPLACED = "The position has brackets of its own now."
SETTLED = "The position was settled."
REVERSED = "The position it was to close is being reversed."


def close(transaction: Transaction, command: ClosePosition) -> Rejection | None:
    """Place a market order that closes the position, or a part of it."""
    state, market = transaction.state, command.market
    position = state.position(market.symbol)
    if not position.quantity:
        return position_not_found(position)
    if rejection := check_not_reversing(state, market.symbol):
        return rejection
    others, quantity = state.closing_orders(market.symbol), command.quantity
    if quantity is None:
        quantity = closable_quantity(position, others)
    if rejection := check_close_quantity(position, quantity, others, market.trading_rules):
        return rejection
    order = opposing_order(transaction, position, quantity, market, reduce_only=True)
    return submit_order(transaction, order, market)


def reverse(transaction: Transaction, command: ReversePosition) -> Rejection | None:
    """Place a market order of twice the position, which turns it into the opposite one.

    Other closing orders are canceled, and brackets are suspended while the reversal works."""
    state, market = transaction.state, command.market
    position = state.position(market.symbol)
    if not position.quantity:
        return position_not_found(position)
    order = opposing_order(
        transaction, position, 2 * abs(position.quantity), market, reduce_only=False
    )
    order = replace(order, purpose=OrderPurpose.REVERSAL)
    # It suspends the brackets immediately: without a market the position would have none.
    if rejection := (
        check_not_reversing(state, market.symbol)
        or check_not_liquidation(state.live_liquidation(market.symbol))
        or check_tradable(order.side, market)
        or check_order_margin(transaction, order, market)
    ):
        return rejection
    # Other closing orders would close the position a second time.
    others = [each for each in state.closing_orders(market.symbol) if not each.is_bracket]
    cancel_orders(transaction, others, market.at_ms, REVERSED)
    suspend_brackets(transaction, market)
    enter_order(transaction, order, market)
    return None


def settle(transaction: Transaction, command: SettlePosition) -> Rejection | None:
    """Cancel the orders of a symbol, and end its position at the stated price without a trade."""
    position = transaction.state.position(command.symbol)
    if not position.quantity:
        # No instrument vouches for the symbol, so it may be any text.
        return Rejection(
            RejectionCode.POSITION_NOT_FOUND, f"There is no open position in {command.symbol!r}."
        )
    if rejection := check_settlement_price(command.price):
        return rejection
    live = transaction.state.live_orders()
    own = [order for order in live if order.symbol == command.symbol]
    cancel_orders(transaction, own, command.at_ms, SETTLED)
    rate = position.rate if command.rate is None else command.rate
    side, quantity = position.side, abs(position.quantity)
    price = command.price + ZERO  # no negative zero
    result = apply_fill(position, side.opposite, quantity, price, rate, command.at_ms)
    transaction.emit(
        PositionSettled(
            symbol=command.symbol,
            side=side,
            price=price,
            rate=rate,
            realized_pl=result.realized_pl,
            position=result.position,
            balance=transaction.state.balance + result.realized_pl,
            at_ms=command.at_ms,
        )
    )
    return None


def edit_brackets(transaction: Transaction, command: EditBrackets) -> Rejection | None:
    """Replace all brackets of the position by those of the command, and match them."""
    if rejection := replace_brackets(transaction, command):
        return rejection
    match(transaction, command.market)
    return None


def replace_brackets(transaction: Transaction, command: EditBrackets) -> Rejection | None:
    """Replace all brackets that protect the position by those of the command."""
    state, market = transaction.state, command.market
    position = state.position(market.symbol)
    if not position.quantity:
        return position_not_found(position)
    side = position.side
    # A reversal that has crossed zero only adds to what the brackets protect.
    reversal = state.live_reversal(market.symbol)
    if reversal and reversal.side is not side:
        return check_not_reversing(state, market.symbol)
    price = market.mark.indicative_price(side.opposite) if market.mark else None
    own = state.live_brackets_of(market.symbol, "")
    if rejection := (
        check_brackets(command.brackets, side, price, market.trading_rules)
        or check_bracket_changes(own, command.brackets)
    ):
        return rejection
    of_orders = [
        bracket
        for bracket in state.live_brackets(market.symbol)
        if bracket.parent_id and bracket.status is OrderStatus.WORKING
    ]
    cancel_orders(transaction, of_orders, market.at_ms, REPLACED)
    set_brackets(transaction, command.brackets, side, price, None, market)
    return None
