"""The order that the venue receives for an order of the ledger."""

from __future__ import annotations

from trading_api.domain.orders import Duration, OrderType
from trading_api.modules.broker.engine.order import Order
from trading_api.modules.broker.engine.venue_state import VenueOrder
from trading_api.modules.broker.external.venue_client import NewOrder, VenueFeatures


def new_order_of(
    order: Order, known: VenueOrder, features: VenueFeatures, *, holds_brackets: bool
) -> NewOrder:
    """Return the order to send.

    `holds_brackets` means that this server holds its brackets, so the venue does not receive them.
    A held order is sent after it was triggered. A take-profit becomes a limit order that fills
    immediately or ends, if the venue has such orders. Every other held order becomes a market
    order."""
    if order.is_triggered:
        return _exit_of(order, known, features)
    return NewOrder(
        client_order_id=known.client_order_id,
        symbol=order.symbol,
        side=order.side,
        type=order.type,
        quantity=order.quantity,
        limit_price=order.limit_price,
        stop_price=order.stop_price,
        duration=order.duration,
        expires_ms=order.expires_ms,
        reduce_only=order.reduce_only,
        take_profit=None if holds_brackets else order.brackets.take_profit,
        stop_loss=None if holds_brackets else order.brackets.stop_loss,
    )


def _exit_of(order: Order, known: VenueOrder, features: VenueFeatures) -> NewOrder:
    is_limit = (
        order.type is OrderType.LIMIT
        and OrderType.LIMIT in features.order_types
        and Duration.IOC in features.durations
    )
    duration = Duration.GTC if Duration.GTC in features.durations else Duration.DAY
    return NewOrder(
        client_order_id=known.client_order_id,
        symbol=order.symbol,
        side=order.side,
        type=OrderType.LIMIT if is_limit else OrderType.MARKET,
        quantity=order.remaining_quantity,
        limit_price=order.limit_price if is_limit else None,
        duration=Duration.IOC if is_limit else duration,
        reduce_only=order.reduce_only,
    )
