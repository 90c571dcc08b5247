"""Previews in rows that a terminal shows."""

from __future__ import annotations

from trading_api.domain.account_snapshot import OrderView
from trading_api.domain.broker_previews import LeveragePreview, OrderPreview
from trading_api.domain.orders import OrderStatus
from trading_api.models.broker import (
    LeveragePreviewResult,
    OrderPreviewResult,
    OrderPreviewRow,
    OrderPreviewSection,
)
from trading_api.modules.broker.presenters.numbers import difference, money_text, plain_text


def to_order_preview(preview: OrderPreview) -> OrderPreviewResult:
    """Return a preview as sections of titled rows, and a warning for what would not fill."""
    sections = [OrderPreviewSection(header="Order", rows=_order_rows(preview))]
    if preview.filled_quantity:
        sections.append(OrderPreviewSection(header="Immediately", rows=_fill_rows(preview)))
    sections.append(OrderPreviewSection(header="Account", rows=_account_rows(preview)))
    order = preview.order
    warnings = [] if order.status is OrderStatus.FILLED else [_unfilled_warning(order)]
    return OrderPreviewResult(sections=sections, warnings=warnings or None)


def to_leverage_preview(preview: LeveragePreview) -> LeveragePreviewResult:
    """Return a rejected leverage as an error inside the result, as terminals expect it."""
    if preview.rejection:
        return LeveragePreviewResult(errors=[preview.rejection])
    symbol, currency = preview.symbol, preview.currency
    return LeveragePreviewResult(
        infos=[
            f"Margin of {symbol} now: {money_text(preview.margin_before, currency)}.",
            f"Margin of {symbol} then: {money_text(preview.margin_after, currency)}.",
            f"Free margin then: {money_text(preview.free_margin_after, currency)}.",
        ]
    )


def _order_rows(preview: OrderPreview) -> list[OrderPreviewRow]:
    order, instrument = preview.order, preview.instrument
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
        _row("Quantity", plain_text(order.quantity)),
        *(
            _row(title, money_text(price, instrument.currency))
            for title, price in prices.items()
            if price is not None
        ),
    ]


def _fill_rows(preview: OrderPreview) -> list[OrderPreviewRow]:
    order, currency = preview.order, preview.instrument.currency
    assert order.average_price is not None
    return [
        _row("Filled quantity", plain_text(preview.filled_quantity)),
        _row("Average price", money_text(order.average_price, currency)),
        _row("Value", money_text(order.filled_value, currency)),
    ]


def _account_rows(preview: OrderPreview) -> list[OrderPreviewRow]:
    currency, order = preview.currency, preview.order
    # The rest of an order with a limit may rest, and then pays the maker's commission.
    is_maximum = order.is_live and order.limit_price is not None
    return [
        _row(
            "Commission, at most" if is_maximum else "Commission",
            money_text(preview.commission, currency),
        ),
        _row("Margin required", money_text(preview.margin_required, currency)),
        _row("Free margin afterwards", money_text(preview.free_margin, currency)),
        _row("Position once filled", plain_text(preview.position_quantity)),
    ]


def _unfilled_warning(order: OrderView) -> str:
    if order.status is OrderStatus.CANCELED:
        return order.message
    if order.status is OrderStatus.PLACING:
        return "The order would be on its way to the market first, as Placing."
    if not order.filled_quantity:
        return "Nothing would be filled immediately; the order would wait as Working."
    remaining = plain_text(difference(order.quantity, order.filled_quantity))
    return f"{remaining} of {plain_text(order.quantity)} would wait as Working."


def _row(title: str, value: str) -> OrderPreviewRow:
    return OrderPreviewRow(title=title, value=value)
