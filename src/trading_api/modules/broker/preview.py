"""What placing an order would do, in rows that a terminal shows."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from trading_api.models.broker import OrderPreviewResult, OrderPreviewRow, OrderPreviewSection
from trading_api.modules.broker.engine.events import Event, OrderFilled, OrderPlaced
from trading_api.modules.broker.engine.order import Order
from trading_api.shared.market_data import Instrument


def preview_of(events: Sequence[Event], instrument: Instrument) -> OrderPreviewResult:
    """`events` are those that placing the order would cause."""
    order = next(event.order for event in events if isinstance(event, OrderPlaced))
    fills = [
        event for event in events if isinstance(event, OrderFilled) and event.order.id == order.id
    ]
    sections = [OrderPreviewSection(header="Order", rows=_order_rows(order, instrument))]
    if fills:
        sections.append(OrderPreviewSection(header="At once", rows=_fill_rows(fills, instrument)))
    warnings = [] if fills and fills[-1].order.remaining_quantity == 0 else [_rest(fills, order)]
    return OrderPreviewResult(sections=sections, warnings=warnings or None)


def _order_rows(order: Order, instrument: Instrument) -> list[OrderPreviewRow]:
    rows = [
        _row("Symbol", instrument.symbol),
        _row("Side", order.side.name.capitalize()),
        _row("Quantity", f"{order.quantity.normalize():f}"),
    ]
    if order.limit_price is not None:
        rows.append(_row("Limit price", _money(order.limit_price, instrument)))
    if order.stop_price is not None:
        rows.append(_row("Stop price", _money(order.stop_price, instrument)))
    return rows


def _fill_rows(fills: Sequence[OrderFilled], instrument: Instrument) -> list[OrderPreviewRow]:
    last = fills[-1]
    price = last.order.average_price
    assert price is not None
    commission = sum((fill.execution.commission for fill in fills), Decimal(0))
    return [
        _row("Filled quantity", f"{last.order.filled_quantity.normalize():f}"),
        _row("Average price", _money(price, instrument)),
        _row("Value", _money(last.order.filled_value, instrument)),
        _row("Commission", f"{commission.normalize():f}"),
        _row("Position afterwards", f"{last.position.quantity.normalize():f}"),
    ]


def _rest(fills: Sequence[OrderFilled], order: Order) -> str:
    if not fills:
        return "Nothing would be filled at once; the order would wait as Working."
    left = fills[-1].order.remaining_quantity
    return f"{left.normalize():f} of {order.quantity.normalize():f} would wait as Working."


def _money(value: Decimal, instrument: Instrument) -> str:
    return f"{value.normalize():f} {instrument.currency}"


def _row(title: str, value: str) -> OrderPreviewRow:
    return OrderPreviewRow(title=title, value=value)
