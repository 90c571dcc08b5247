"""What a live account offers at its venue."""

from __future__ import annotations

from trading_api.domain.broker_features import BrokerFeatures
from trading_api.domain.orders import OrderType
from trading_api.modules.broker.external.venue_client import VenueFeatures


def broker_features(venue: VenueFeatures, *, holds_orders: bool) -> BrokerFeatures:
    """Return the features of the venue in the terms of the broker port.

    `holds_orders` adds the brackets and trailing stops that this server holds."""
    return BrokerFeatures(
        order_types=frozenset(venue.order_types) or frozenset({OrderType.MARKET}),
        durations=frozenset(venue.durations),
        modifies_orders=venue.can_replace,
        has_order_brackets=venue.has_brackets or holds_orders,
        has_position_brackets=holds_orders,
        has_trailing_stops=holds_orders,
        has_leverage=False,
        sells_short=not venue.is_spot,
        moves_cash=False,
    )
