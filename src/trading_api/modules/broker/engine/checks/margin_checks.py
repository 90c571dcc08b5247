"""Check that the free margin of an account covers what a command needs."""

from __future__ import annotations

from decimal import Decimal

from trading_api.modules.broker.engine.account import AccountState
from trading_api.modules.broker.engine.checks.rejection import Rejection, RejectionCode, no_price
from trading_api.modules.broker.engine.commands import Market
from trading_api.modules.broker.engine.exchange_rules import ExchangeRules
from trading_api.modules.broker.engine.margin import (
    OrderReplacement,
    equity,
    exposure_margin,
    leverage_of,
    margin_of_other_symbols,
    symbol_margin,
    used_margin,
)
from trading_api.modules.broker.engine.money import ONE
from trading_api.modules.broker.engine.order import Order


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
    before = symbol_margin(state, order.symbol, rules)
    after = symbol_margin(state, order.symbol, rules, OrderReplacement(order, replaced))
    if after <= before:
        return None
    used = before + margin_of_other_symbols(order.symbol, state, rules)
    return _check_free_margin(state, after - before, used, market)


def check_leverage(
    state: AccountState, rules: ExchangeRules, leverage: Decimal, market: Market
) -> Rejection | None:
    """Reject a leverage that is not a whole number in range, or needs more margin than is free."""
    if not ONE <= leverage <= rules.leverage_max or leverage % 1:
        return Rejection(
            RejectionCode.LEVERAGE_WRONG,
            f"Leverage {leverage} is not a whole number from 1 to {rules.leverage_max}.",
        )
    margin = exposure_margin(state, market.symbol, rules)
    needed = margin * leverage_of(state, market.symbol, rules) / leverage - margin
    used = used_margin(state, rules)
    return _check_free_margin(state, needed, used, market) if needed > 0 else None


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
