"""What a command would do to a paper account now."""

from __future__ import annotations

from decimal import Decimal

from trading_api.domain.broker_previews import LeveragePreview, OrderPreview
from trading_api.domain.instrument import Instrument
from trading_api.modules.broker.engine.account import AccountState
from trading_api.modules.broker.engine.checks.rejection import Rejection
from trading_api.modules.broker.engine.commands import (
    Market,
    ModifyOrder,
    PlaceOrder,
    SetLeverage,
)
from trading_api.modules.broker.engine.engine import Engine
from trading_api.modules.broker.engine.events import OrderFilled, OrderModified, OrderPlaced
from trading_api.modules.broker.engine.exchange_rules import ExchangeRules
from trading_api.modules.broker.engine.margin import (
    equity,
    remaining_commission,
    symbol_margin,
    used_margin,
)
from trading_api.modules.broker.engine.money import EXACT, ZERO


def preview_order(
    state: AccountState,
    rules: ExchangeRules,
    command: PlaceOrder | ModifyOrder,
    instrument: Instrument,
) -> OrderPreview | Rejection:
    """Return the effect of the command on `state`, which does not change."""
    preview = Engine(state, rules).preview(command)
    if isinstance(preview.outcome, Rejection):
        return preview.outcome
    assert isinstance(preview.outcome, list)
    events, after = preview.outcome, preview.after
    first = next(event for event in events if isinstance(event, OrderPlaced | OrderModified))
    order = after.orders[first.order.id]
    executions = [event.execution for event in events if isinstance(event, OrderFilled)]
    own = [each.quantity for each in executions if each.order_id == order.id]
    commission = sum((each.commission for each in executions), ZERO)
    rest = remaining_commission(order, rules) if order.is_live else ZERO
    used_before, used_after = used_margin(state, rules), used_margin(after, rules)
    remaining = order.remaining_quantity * order.side if order.is_live else ZERO
    return OrderPreview(
        instrument=instrument,
        currency=after.currency,
        order=order,
        filled_quantity=sum(own, ZERO),
        commission=commission + rest,
        margin_required=max(used_after - used_before, ZERO),
        free_margin=_free_margin(after, used_after, command.market),
        position_quantity=after.position(instrument.symbol).quantity + remaining,
    )


def preview_leverage(
    state: AccountState, rules: ExchangeRules, command: SetLeverage
) -> LeveragePreview:
    """Return the effect of the command on `state`, which does not change."""
    symbol, currency = command.market.symbol, state.currency
    preview = Engine(state, rules).preview(command)
    after = preview.after
    if isinstance(preview.outcome, Rejection):
        return LeveragePreview(symbol, currency, ZERO, ZERO, ZERO, preview.outcome.message)
    return LeveragePreview(
        symbol=symbol,
        currency=currency,
        margin_before=symbol_margin(state, symbol, rules),
        margin_after=symbol_margin(after, symbol, rules),
        free_margin_after=_free_margin(after, used_margin(after, rules), command.market),
    )


def _free_margin(state: AccountState, used: Decimal, market: Market) -> Decimal:
    return EXACT.subtract(equity(state, market.marks), used)
