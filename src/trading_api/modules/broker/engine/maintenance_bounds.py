"""How far prices may move before an account can need a liquidation or a margin warning."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext

from trading_api.domain.orders import Side
from trading_api.modules.broker.engine.account import AccountState
from trading_api.modules.broker.engine.exchange_rules import ExchangeRules
from trading_api.modules.broker.engine.margin import equity, is_priced
from trading_api.modules.broker.engine.margin_level import quiet_equity
from trading_api.modules.broker.engine.money import EXACT, MONEY_STEP, ONE, ZERO
from trading_api.modules.broker.engine.position import Position
from trading_api.modules.broker.engine.touch import Touch

RATE_BAND_MAX = Decimal("0.05")
"""The largest relative move of a conversion rate that a bound allows for."""


@dataclass(frozen=True, slots=True)
class PositionBounds:
    """What a position's prices keep within while its loss and its gain stay in its shares.

    The bid of a long position stays above `price`, the ask of a short one below it. The other way
    they stay within `gain_price`, unless that is None. The conversion rate stays between `rate_low`
    and `rate_high`, which are None where it is fixed."""

    symbol: str
    side: Side
    price: Decimal
    rate_low: Decimal | None = None
    rate_high: Decimal | None = None
    gain_price: Decimal | None = None


def maintenance_bounds(
    state: AccountState,
    rules: ExchangeRules,
    marks: Mapping[str, Touch],
    is_converted: Callable[[str], bool],
) -> Sequence[PositionBounds] | None:
    """Return bounds within which no liquidation, margin warning or recovery is due.

    As long as every position keeps within its own bounds, this holds whatever the others do inside
    theirs. Each position may lose a share of the slack, equity above the lower end of
    `quiet_equity`, in proportion to its exposure. Where that has an upper end, it may gain the same
    share of the room below. Without such a range there are no bounds. Return None where there is no
    slack at the marks, or a conversion rate is unknown: then only `equity` itself can tell.
    `is_converted` returns whether a symbol's conversion rate may change."""
    positions = state.positions.values()
    with localcontext(EXACT):
        quiet = quiet_equity(state, rules)
        if quiet is None:
            return ()
        # The profit of each position is rounded, at these prices and at those to come.
        own, rounding = equity(state, marks), MONEY_STEP * len(positions)
        slack = own - quiet.low - rounding
        room = None if quiet.high is None else quiet.high - own - rounding
        if slack <= 0 or (room is not None and room <= 0):
            return None
        exposure = sum((position.exposure for position in positions), ZERO)
        bounds = []
        for position in positions:
            mark, has_rate = marks.get(position.symbol), is_converted(position.symbol)
            if has_rate and mark is None:
                return None
            part = position.exposure / exposure
            gain = None if room is None else room * part
            bounds.append(_bounds(position, mark, slack * part, gain, has_rate))
    return bounds


def _bounds(
    position: Position,
    mark: Touch | None,
    share: Decimal,
    gain: Decimal | None,
    has_rate: bool,
) -> PositionBounds:
    """Return the bounds of a position that may lose `share` and gain `gain`, in the account's
    currency. A gain of None has no limit."""
    rate = position.rate if mark is None else mark.rate
    profit = ZERO  # without a price the position counts at its cost
    if mark is not None and is_priced(position, mark):
        profit = position.quantity * mark.price(position.side.opposite) - position.cost
    band = RATE_BAND_MAX if has_rate else ZERO
    if band and profit:
        # The rate takes at most half of the share.
        least_share = share if gain is None else min(share, gain)
        band = min(band, least_share / (2 * abs(profit) * rate))
    rate_low, rate_high = rate * (ONE - band), rate * (ONE + band)
    least = profit * rate - share
    least_profit = least / (rate_high if least < 0 else rate_low)
    price = (least_profit + position.cost) / position.quantity
    gain_price = None
    if gain is not None:
        most = profit * rate + gain
        most_profit = most / (rate_high if most > 0 else rate_low)
        gain_price = (most_profit + position.cost) / position.quantity
    if not has_rate:
        return PositionBounds(position.symbol, position.side, price, gain_price=gain_price)
    return PositionBounds(position.symbol, position.side, price, rate_low, rate_high, gain_price)
