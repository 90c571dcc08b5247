"""How far prices may move before an account can need a liquidation."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext

from trading_api.domain.orders import Side
from trading_api.modules.broker.engine.account import AccountState
from trading_api.modules.broker.engine.exchange_rules import ExchangeRules
from trading_api.modules.broker.engine.margin import equity, is_priced, maintenance_margin
from trading_api.modules.broker.engine.money import EXACT, MONEY_STEP, ONE, ZERO
from trading_api.modules.broker.engine.position import Position
from trading_api.modules.broker.engine.touch import Touch

RATE_BAND_MAX = Decimal("0.05")
"""The largest relative move of a conversion rate that a bound allows for."""


@dataclass(frozen=True, slots=True)
class PositionBounds:
    """What a position's prices keep within while its loss stays in its share of the slack.

    The bid of a long position stays above `price`, the ask of a short one below it. The conversion
    rate stays between `rate_low` and `rate_high`, which are None where it is fixed."""

    symbol: str
    side: Side
    price: Decimal
    rate_low: Decimal | None = None
    rate_high: Decimal | None = None


def maintenance_bounds(
    state: AccountState,
    rules: ExchangeRules,
    marks: Mapping[str, Touch],
    is_converted: Callable[[str], bool],
) -> Sequence[PositionBounds] | None:
    """Return bounds within which equity is not below the maintenance margin.

    As long as every position keeps within its own bounds, this holds whatever the others do inside
    theirs. Each position may lose a share of the slack, equity above maintenance, in proportion to
    its exposure. Without a maintenance margin there are no bounds. Return None where there is no
    slack at the marks, or a conversion rate is unknown: then only `equity` itself can tell.
    `is_converted` returns whether a symbol's conversion rate may change."""
    needed = maintenance_margin(state, rules)
    if not needed:
        return ()
    positions = state.positions.values()
    with localcontext(EXACT):
        # The profit of each position is rounded, at these prices and at those to come.
        slack = equity(state, marks) - needed - MONEY_STEP * len(positions)
        if slack <= 0:
            return None
        exposure = sum((position.exposure for position in positions), ZERO)
        bounds = []
        for position in positions:
            mark, has_rate = marks.get(position.symbol), is_converted(position.symbol)
            if has_rate and mark is None:
                return None
            share = slack * position.exposure / exposure
            bounds.append(_bounds(position, mark, share, has_rate))
    return bounds


def _bounds(
    position: Position, mark: Touch | None, share: Decimal, has_rate: bool
) -> PositionBounds:
    """Return the bounds of a position that may lose `share`, in the account's currency."""
    rate = position.rate if mark is None else mark.rate
    profit = ZERO  # without a price the position counts at its cost
    if mark is not None and is_priced(position, mark):
        profit = position.quantity * mark.price(position.side.opposite) - position.cost
    band = RATE_BAND_MAX if has_rate else ZERO
    if band and profit:
        # The rate takes at most half of the share.
        band = min(band, share / (2 * abs(profit) * rate))
    rate_low, rate_high = rate * (ONE - band), rate * (ONE + band)
    least = profit * rate - share
    least_profit = least / (rate_high if least < 0 else rate_low)
    price = (least_profit + position.cost) / position.quantity
    if not has_rate:
        return PositionBounds(position.symbol, position.side, price)
    return PositionBounds(position.symbol, position.side, price, rate_low, rate_high)
