"""Check that the free margin of an account covers what a command needs."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from trading_api.modules.broker.engine.account import AccountState
from trading_api.modules.broker.engine.checks.account_checks import check_amount
from trading_api.modules.broker.engine.checks.rejection import Rejection, RejectionCode, no_price
from trading_api.modules.broker.engine.commands import Market
from trading_api.modules.broker.engine.exchange_rules import ExchangeRules
from trading_api.modules.broker.engine.fill_rules import fill_priority, trigger_priority
from trading_api.modules.broker.engine.margin import (
    OrderReplacement,
    equity,
    exposure_margin,
    filled_margin,
    leverage_of,
    margin_of_other_symbols,
    symbol_margin,
    used_margin,
)
from trading_api.modules.broker.engine.money import ONE, ZERO
from trading_api.modules.broker.engine.order import Order
from trading_api.modules.broker.engine.touch import Touch


def check_margin(
    state: AccountState, rules: ExchangeRules, order: Order, replaced: Order | None, market: Market
) -> Rejection | None:
    """Reject an order that needs more margin than the account has free.

    `replaced` is the version of the order that a modification replaces. An order that only reduces
    a position needs no margin."""
    if order.reduce_only:
        return None
    if market.mark is None:
        return no_price(order.symbol)
    change = OrderReplacement(order, replaced)
    after = symbol_margin(state, order.symbol, rules, change)
    others = margin_of_other_symbols(order.symbol, state, rules)
    if after + others <= equity(state, market.marks):
        return None  # equity covers the worst that all orders can lead to
    before = symbol_margin(state, order.symbol, rules)
    if after > before:
        return _check_free_margin(state, after - before, before + others, market)
    # The reserve of other orders does not cover what this one opens when a loss has used it up.
    filled = filled_margin(state, order.symbol, order.side, rules, change)
    if not filled or (replaced is not None and _asks_for_no_more(order, replaced)):
        return None
    return _check_free_margin(state, filled, others, market)


def check_leverage(
    state: AccountState, rules: ExchangeRules, leverage: Decimal, market: Market
) -> Rejection | None:
    """Reject a leverage that is not a whole number in range, or that equity does not cover.

    A higher leverage uses less margin, but a long position at leverage 1 has no maintenance margin
    and at any other it has."""
    if not ONE <= leverage <= rules.leverage_max or leverage % 1:
        return Rejection(
            RejectionCode.LEVERAGE_WRONG,
            f"Leverage {leverage} is not a whole number from 1 to {rules.leverage_max}.",
        )
    present = leverage_of(state, market.symbol, rules)
    before = exposure_margin(state, market.symbol, present)
    if leverage == present or not before:
        return None
    after = exposure_margin(state, market.symbol, leverage)
    return _check_free_margin(state, after, used_margin(state, rules) - before, market)


def check_withdrawal(
    state: AccountState, rules: ExchangeRules, amount: Decimal, marks: Mapping[str, Touch]
) -> Rejection | None:
    """Reject a withdrawal that is not a valid amount, or more than the account can pay.

    It can pay what its balance and its free margin cover: unrealized profit is no cash."""
    if rejection := check_amount(amount):
        return rejection
    free = equity(state, marks) - used_margin(state, rules)
    available = max(min(state.balance, free), ZERO)
    if amount <= available:
        return None
    return Rejection(
        RejectionCode.INSUFFICIENT_FUNDS,
        f"{_money(available)} {state.currency} can be withdrawn.",
    )


def _asks_for_no_more(order: Order, replaced: Order) -> bool:
    """Return whether the order is not larger than the one before, nor nearer to the market."""
    if order.quantity > replaced.quantity or fill_priority(order) < fill_priority(replaced):
        return False
    return not order.awaits_trigger or trigger_priority(order) >= trigger_priority(replaced)


def _check_free_margin(
    state: AccountState, needed: Decimal, used: Decimal, market: Market
) -> Rejection | None:
    free = equity(state, market.marks) - used
    if needed <= free:
        return None
    return Rejection(
        RejectionCode.INSUFFICIENT_MARGIN,
        f"It needs {_money(needed)} {state.currency}, and {_money(free)} is free.",
    )


def _money(amount: Decimal) -> str:
    return f"{amount.quantize(Decimal('0.01')):f}"
