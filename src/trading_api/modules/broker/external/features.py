"""The features of a real venue in the terms of the broker port."""

from __future__ import annotations

from trading_api.domain.broker_features import BrokerFeatures
from trading_api.modules.broker.external.venue_client import VenueFeatures


def to_broker_features(venue: VenueFeatures) -> BrokerFeatures:
    """Return what an account at the venue can do. The venue holds brackets of orders only, and
    nothing of it is simulated here: trailing stops, brackets of positions, leverage and cash."""
    return BrokerFeatures(
        order_types=frozenset(venue.order_types),
        durations=frozenset(venue.durations),
        modifies_orders=venue.can_replace,
        has_order_brackets=venue.has_brackets,
        has_position_brackets=False,
        has_trailing_stops=False,
        has_leverage=False,
        sells_short=not venue.is_spot,
        moves_cash=False,
    )
