"""Which quotes can change the open orders of one account in one symbol."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from trading_api.domain.orders import Side
from trading_api.modules.broker.engine.fill_rules import MARKET_ORDER_PRIORITY
from trading_api.modules.broker.engine.money import EXACT
from trading_api.modules.broker.engine.open_orders import OpenOrders, Queue

ThresholdPrice = Decimal | None


@dataclass(frozen=True, slots=True)
class QuoteReach:
    """The prices and the time from which on a quote can change the orders, None where none can.

    An ask at or below `ask_low`, or at or above `ask_high`, reaches a buy; a bid at or below
    `bid_low`, or at or above `bid_high`, reaches a sell. A quote at `expires_ms` or later ends an
    order. `is_always` means that every quote may change an order, whatever its prices."""

    is_always: bool = False
    ask_low: ThresholdPrice = None
    ask_high: ThresholdPrice = None
    bid_low: ThresholdPrice = None
    bid_high: ThresholdPrice = None
    expires_ms: int | None = None


NOTHING_REACHED = QuoteReach()


def quote_reach(open_orders: OpenOrders) -> QuoteReach:
    """Return which quotes `match` can do anything with.

    A quote outside the reach changes nothing: no order arrives, expires, triggers, trails, rests
    or fills."""
    fillable = [queue[0][0] for queue in (open_orders.buys, open_orders.sells) if queue]
    is_always = bool(open_orders.placing or open_orders.incoming or open_orders.immediate)
    if is_always or MARKET_ORDER_PRIORITY in fillable:
        return QuoteReach(is_always=True)
    # Priorities of limits that buy and of stops that sell are negative prices.
    ask_low = _negated(_first(open_orders.buys))
    bid_low = _negated(_first(open_orders.sell_stops))
    ask_high, bid_high = _first(open_orders.buy_stops), _first(open_orders.sells)
    for order_id in open_orders.trailing:
        order = open_orders.orders[order_id]
        assert order.trail is not None
        assert order.stop_price is not None
        if order.side is Side.BUY:
            # Only a price beyond the distance moves the stop.
            moves = EXACT.next_minus(EXACT.subtract(order.stop_price, order.trail.distance))
            ask_low = moves if ask_low is None else max(ask_low, moves)
        else:
            moves = EXACT.next_plus(EXACT.add(order.stop_price, order.trail.distance))
            bid_high = moves if bid_high is None else min(bid_high, moves)
    return QuoteReach(
        ask_low=ask_low,
        ask_high=ask_high,
        bid_low=bid_low,
        bid_high=bid_high,
        expires_ms=open_orders.next_expiry_ms,
    )


def _first(queue: Queue) -> ThresholdPrice:
    return queue[0][0] if queue else None


def _negated(priority: ThresholdPrice) -> ThresholdPrice:
    return None if priority is None else priority.copy_negate()
