"""The values of the engine and of the naive exchange in one comparable form."""

from __future__ import annotations

from fractions import Fraction

from tests.kit.naive.values import NaiveExecution, NaiveOrder
from trading_api.modules.broker.engine.checks.rejection import Rejection
from trading_api.modules.broker.engine.engine import Duplicate, Outcome
from trading_api.modules.broker.engine.execution import Execution
from trading_api.modules.broker.engine.order import Order


def answered(result: Outcome) -> str:
    match result:
        case Rejection():
            return f"rejected: {result.code}"
        case Duplicate():
            # The naive exchange cancels several orders in another sequence.
            return f"duplicate: {','.join(sorted(result.order_id.split(',')))}"
    return ""


def executed(execution: Execution) -> NaiveExecution:
    return NaiveExecution(
        order_id=execution.order_id,
        price=Fraction(execution.price),
        quantity=Fraction(execution.quantity),
        realized=Fraction(execution.realized_pl),
        commission=Fraction(execution.commission),
    )


def seen(order: Order) -> tuple[object, ...]:
    fixed = (
        order.id,
        order.symbol,
        order.side,
        order.type,
        order.status.name,
        order.quantity,
        order.filled_quantity,
        order.filled_value,
        order.accrued_commission,
        order.duration,
        order.expires_ms,
        order.brackets,
        order.reduce_only,
        order.is_bracket,
        order.is_liquidation,
        order.is_reversal,
        order.parent_id,
        order.client_id,
        order.reserve_price,
        order.reserve_cost,
    )
    if not order.is_live:
        return fixed
    return (
        *fixed,
        order.limit_price,
        order.stop_price,
        order.trail,
        order.is_triggered,
        order.is_resting,
    )


def naively_seen(order: NaiveOrder) -> tuple[object, ...]:
    fixed = (
        order.id,
        order.symbol,
        order.side,
        order.type,
        order.status,
        order.quantity,
        order.filled,
        order.value,
        order.accrued,
        order.duration,
        order.expires_ms,
        order.brackets,
        order.reduce_only,
        order.is_bracket,
        order.is_liquidation,
        order.is_reversal,
        order.parent_id,
        order.client_id,
        order.reserve,
        order.cost,
    )
    if not order.is_live:
        return fixed
    return (*fixed, order.limit, order.stop, order.trail, order.is_triggered, order.is_resting)
