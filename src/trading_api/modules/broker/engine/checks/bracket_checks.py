"""Check the brackets of orders and positions."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from trading_api.domain.orders import NO_BRACKETS, Brackets, OrderRequest, Side
from trading_api.modules.broker.engine.checks.price_checks import check_prices_on_grid
from trading_api.modules.broker.engine.checks.rejection import (
    Rejection,
    RejectionCode,
    already_triggered,
    no_price,
)
from trading_api.modules.broker.engine.commands import Market
from trading_api.modules.broker.engine.order import Order
from trading_api.modules.broker.engine.trading_rules import TradingRules


def check_brackets(
    brackets: Brackets, side: Side, price: Decimal | None, trading_rules: TradingRules
) -> Rejection | None:
    """Reject brackets whose prices are off the grid or on the wrong side of `price`.

    `price` is where the position of `side` was opened, or about where it will be."""
    trail = brackets.trail
    prices = [
        each for each in (brackets.take_profit, brackets.stop_loss, trail) if each is not None
    ]
    if rejection := check_prices_on_grid(prices, trading_rules):
        return rejection
    if trail is not None and price is None:
        return no_price(trading_rules.symbol)
    above, below = brackets.take_profit, brackets.stop_loss
    names = "take-profit", "stop-loss"
    if side is Side.SELL:
        above, below, names = below, above, names[::-1]
    entry = price if price is not None else above
    if above is not None and price is not None and above <= price:
        return _bracket_price_wrong(names[0], above, "above", price)
    if below is not None and entry is not None and below >= entry:
        return _bracket_price_wrong(names[1], below, "below", entry)
    return None


def check_request_brackets(request: OrderRequest, market: Market) -> Rejection | None:
    """Reject the brackets of a request that closes a position, or that have wrong prices."""
    if request.brackets == NO_BRACKETS:
        return None
    if request.reduce_only:
        return Rejection(
            RejectionCode.BRACKETS_NOT_ALLOWED, "An order that closes a position has no brackets."
        )
    price = request.limit_price or request.stop_price
    if price is None and market.mark is not None:
        price = market.mark.indicative_price(request.side)
    return check_brackets(request.brackets, request.side, price, market.trading_rules)


def check_bracket_changes(live: Sequence[Order], wanted: Brackets) -> Rejection | None:
    """Reject brackets that change one of the `live` brackets whose stop has triggered.

    A triggered bracket can only stay as it is or be canceled."""
    stop = wanted.trail or wanted.stop_loss
    for bracket in live:
        if stop and bracket.is_triggered and stop != (bracket.trail or bracket.stop_price):
            return already_triggered(bracket)
    return None


def _bracket_price_wrong(name: str, price: Decimal, relation: str, entry: Decimal) -> Rejection:
    return Rejection(
        RejectionCode.BRACKET_PRICE_WRONG, f"The {name} {price} must be {relation} {entry}."
    )
