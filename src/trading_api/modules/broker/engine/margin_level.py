"""Warnings when the margin level falls: equity in percent of the used margin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from trading_api.modules.broker.engine.account import AccountState
from trading_api.modules.broker.engine.commands import Market
from trading_api.modules.broker.engine.events import MarginLevelCrossed
from trading_api.modules.broker.engine.exchange_rules import ExchangeRules
from trading_api.modules.broker.engine.margin import equity, maintenance_margin, used_margin
from trading_api.modules.broker.engine.money import ZERO
from trading_api.modules.broker.engine.touch import Touch
from trading_api.modules.broker.engine.transaction import Transaction

RECOVERY_POINTS = Decimal(5)
"""How many percentage points above a level the margin level has recovered from it."""

_WHOLE = Decimal(100)


@dataclass(frozen=True, slots=True)
class EquityRange:
    """The equity from `low` on and below `high`, which is None where there is no upper limit."""

    low: Decimal
    high: Decimal | None = None


def is_margin_ample(state: AccountState, rules: ExchangeRules, marks: Mapping[str, Touch]) -> bool:
    """Return whether no liquidation, warning or recovery can be due, the usual case.

    The used margin is never below the maintenance margin, so equity above both the used margin
    and the highest warning level settles it with one valuation. False means that it is unknown."""
    if not state.positions:
        return True
    levels = rules.margin_warning_levels
    if not levels or state.margin_warned:
        return False
    percent = max(levels[0], _WHOLE)
    return equity(state, marks) * 100 >= percent * used_margin(state, rules)


def watch_margin_level(transaction: Transaction, market: Market) -> None:
    """Emit an event when the margin level has fallen below a warning level, or recovered."""
    state, levels = transaction.state, transaction.rules.margin_warning_levels
    if not levels or not state.positions:
        return
    used = used_margin(state, transaction.rules)
    own = equity(state, market.marks)
    before = state.margin_warned
    after = warned_level(before, levels, own, used)
    if after != before:
        transaction.emit(MarginLevelCrossed(before, after, own, used, market.at_ms))


def warned_level(
    warned: Decimal, levels: Sequence[Decimal], own: Decimal, used: Decimal
) -> Decimal:
    """Return the lowest level below which the account is warned of, or 0 for none.

    `warned` is the one until now, `own` the equity and `used` the used margin. A warning ends when
    the margin level is RECOVERY_POINTS above its level. Then the next higher level counts, if the
    margin level has not recovered from that one."""
    percent = own * 100
    lowest = min((level for level in levels if percent < level * used), default=ZERO)
    if lowest and (not warned or lowest < warned):
        return lowest
    if not warned or not _has_recovered(percent, warned, used):
        return warned
    higher = (level for level in levels if level > warned)
    return min((each for each in higher if not _has_recovered(percent, each, used)), default=ZERO)


def quiet_equity(state: AccountState, rules: ExchangeRules) -> EquityRange | None:
    """Return the equity at which nothing is due: no liquidation, no warning and no recovery. None
    means that nothing is ever due."""
    needed = maintenance_margin(state, rules)
    if not rules.margin_warning_levels:
        return EquityRange(needed) if needed else None
    used, warned = used_margin(state, rules), state.margin_warned
    lower = (level for level in rules.margin_warning_levels if not warned or level < warned)
    low = max(needed, next(lower, ZERO) * used / 100)
    return EquityRange(low, (warned + RECOVERY_POINTS) * used / 100 if warned else None)


def _has_recovered(percent: Decimal, level: Decimal, used: Decimal) -> bool:
    return percent >= (level + RECOVERY_POINTS) * used
