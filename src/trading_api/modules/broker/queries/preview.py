"""What placing or modifying an order would do now, in rows that a terminal shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from trading_api.domain.instrument import Instrument
from trading_api.domain.orders import OrderStatus
from trading_api.models.broker import (
    LeveragePreviewResult,
    OrderPreviewResult,
    OrderPreviewRow,
    OrderPreviewSection,
)
from trading_api.modules.broker.engine.account import AccountState
from trading_api.modules.broker.engine.checks.rejection import Rejection
from trading_api.modules.broker.engine.commands import (
    Market,
    ModifyOrder,
    PlaceOrder,
    SetLeverage,
)
from trading_api.modules.broker.engine.engine import Engine
from trading_api.modules.broker.engine.events import (
    Event,
    OrderFilled,
    OrderModified,
    OrderPlaced,
)
from trading_api.modules.broker.engine.exchange_rules import ExchangeRules
from trading_api.modules.broker.engine.margin import (
    equity,
    remaining_commission,
    symbol_margin,
    used_margin,
)
from trading_api.modules.broker.engine.money import EXACT
from trading_api.modules.broker.engine.order import Order
from trading_api.modules.broker.engine.position import Position


@dataclass(frozen=True, slots=True)
class Margin:
    """In the account's currency."""

    used: Decimal
    free: Decimal


@dataclass(frozen=True, slots=True)
class Forecast:
    """`events` are those that the command would cause, `after` the state that they lead to;
    `remaining_commission` what the rest of the order would cost if it were filled at its price."""

    events: Sequence[Event]
    after: AccountState
    margin_before: Margin
    margin_after: Margin
    remaining_commission: Decimal


def forecast(
    view: AccountState, terms: ExchangeRules, command: PlaceOrder | ModifyOrder
) -> Forecast | Rejection:
    preview = Engine(view, terms).preview(command)
    outcome, after = preview.outcome, preview.after
    if isinstance(outcome, Rejection):
        return outcome
    assert isinstance(outcome, list)
    order = _previewed_order(outcome, after)
    return Forecast(
        events=outcome,
        after=after,
        margin_before=_margin(view, terms, command.market),
        margin_after=_margin(after, terms, command.market),
        remaining_commission=remaining_commission(order, terms) if order.is_live else Decimal(0),
    )


def preview_of(forecast: Forecast, instrument: Instrument) -> OrderPreviewResult:
    order = _previewed_order(forecast.events, forecast.after)
    fills = [
        event
        for event in forecast.events
        if isinstance(event, OrderFilled) and event.order.id == order.id
    ]
    sections = [OrderPreviewSection(header="Order", rows=_order_rows(order, instrument))]
    if fills:
        sections.append(OrderPreviewSection(header="At once", rows=_fill_rows(fills, instrument)))
    position = forecast.after.position(instrument.symbol)
    sections.append(
        OrderPreviewSection(header="Account", rows=_account_rows(forecast, order, position))
    )
    warnings = [] if order.status is OrderStatus.FILLED else [_rest(order)]
    return OrderPreviewResult(sections=sections, warnings=warnings or None)


def preview_leverage(
    view: AccountState, terms: ExchangeRules, command: SetLeverage
) -> LeveragePreviewResult:
    """What can't be set is told as an error, as a terminal shows it."""
    preview, market = Engine(view, terms).preview(command), command.market
    outcome, after = preview.outcome, preview.after
    if isinstance(outcome, Rejection):
        return LeveragePreviewResult(errors=[outcome.message])
    currency = view.currency
    before_used, after_used = (
        symbol_margin(state, market.symbol, terms) for state in (view, after)
    )
    free = _margin(after, terms, market).free
    return LeveragePreviewResult(
        infos=[
            f"Margin of {market.symbol} now: {_money(before_used, currency)}.",
            f"Margin of {market.symbol} then: {_money(after_used, currency)}.",
            f"Free margin then: {_money(free, currency)}.",
        ]
    )


def _previewed_order(events: Sequence[Event], after: AccountState) -> Order:
    """The order that the events are about, as they leave it."""
    first = next(event for event in events if isinstance(event, OrderPlaced | OrderModified))
    return after.orders[first.order.id]


def _margin(state: AccountState, terms: ExchangeRules, market: Market) -> Margin:
    used = used_margin(state, terms)
    return Margin(used, EXACT.subtract(equity(state, market.marks), used))


def _order_rows(order: Order, instrument: Instrument) -> list[OrderPreviewRow]:
    trail = order.trail or order.brackets.trail
    prices = {
        "Limit price": order.limit_price,
        "Stop price": order.stop_price,
        "Take-profit": order.brackets.take_profit,
        "Stop-loss": order.brackets.stop_loss,
        "Trailing by": trail.distance if trail else None,
    }
    return [
        _row("Symbol", instrument.symbol),
        _row("Side", order.side.name.capitalize()),
        _row("Quantity", _plain(order.quantity)),
        *(
            _row(title, _money(price, instrument.currency))
            for title, price in prices.items()
            if price is not None
        ),
    ]


def _fill_rows(fills: Sequence[OrderFilled], instrument: Instrument) -> list[OrderPreviewRow]:
    order = fills[-1].order
    assert order.average_price is not None
    return [
        _row("Filled quantity", _plain(sum((f.execution.quantity for f in fills), Decimal(0)))),
        _row("Average price", _money(order.average_price, instrument.currency)),
        _row("Value", _money(order.filled_value, instrument.currency)),
    ]


def _account_rows(forecast: Forecast, order: Order, position: Position) -> list[OrderPreviewRow]:
    currency = forecast.after.currency
    fills = [event for event in forecast.events if isinstance(event, OrderFilled)]
    commission = sum((fill.execution.commission for fill in fills), Decimal(0))
    before, after = forecast.margin_before, forecast.margin_after
    return [
        _row("Commission", _money(commission + forecast.remaining_commission, currency)),
        _row("Margin required", _money(max(after.used - before.used, Decimal(0)), currency)),
        _row("Free margin afterwards", _money(after.free, currency)),
        _row("Position once filled", _plain(position.quantity + _still_to_come(order))),
    ]


def _still_to_come(order: Order) -> Decimal:
    return order.remaining_quantity * order.side if order.is_live else Decimal(0)


def _rest(order: Order) -> str:
    if order.status is OrderStatus.CANCELED:
        return order.message
    if order.status is OrderStatus.PLACING:
        return "The order would be on its way to the market first, as Placing."
    if not order.filled_quantity:
        return "Nothing would be filled at once; the order would wait as Working."
    return f"{_plain(order.remaining_quantity)} of {_plain(order.quantity)} would wait as Working."


def _money(value: Decimal, currency: str) -> str:
    return f"{_plain(value)} {currency}"


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"


def _row(title: str, value: str) -> OrderPreviewRow:
    return OrderPreviewRow(title=title, value=value)
