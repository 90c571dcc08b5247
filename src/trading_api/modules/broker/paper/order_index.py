"""Finds the accounts whose orders in a symbol a quote reaches."""

from __future__ import annotations

from decimal import Decimal

from trading_api.domain.orders import Side
from trading_api.modules.broker.engine.commands import Market
from trading_api.modules.broker.engine.quote_reach import NOTHING_REACHED, QuoteReach
from trading_api.modules.broker.paper.thresholds import Thresholds


class OrderIndex:
    """The reach of each account's orders in one symbol. A quote costs what it reaches."""

    def __init__(self) -> None:
        self._always: set[str] = set()
        self._reaches: dict[str, QuoteReach] = {}
        self._ask_low, self._ask_high = Thresholds(), Thresholds()
        self._bid_low, self._bid_high = Thresholds(), Thresholds()
        self._expiries = Thresholds()

    def put(self, account_id: str, reach: QuoteReach) -> None:
        """Replace the reach of an account's orders; NOTHING_REACHED removes it."""
        if reach == self._reaches.get(account_id, NOTHING_REACHED):
            return
        if reach == NOTHING_REACHED:
            del self._reaches[account_id]
        else:
            self._reaches[account_id] = reach
        if reach.is_always:
            self._always.add(account_id)
        else:
            self._always.discard(account_id)
        self._ask_low.set(account_id, _negated(reach.ask_low))
        self._ask_high.set(account_id, reach.ask_high)
        self._bid_low.set(account_id, _negated(reach.bid_low))
        self._bid_high.set(account_id, reach.bid_high)
        self._expiries.set(account_id, reach.expires_ms)

    @property
    def is_always_reached(self) -> bool:
        """Return whether some account has an order that every quote may fill."""
        return bool(self._always)

    @property
    def expiries(self) -> Thresholds:
        """Return the times at which the orders of each account expire."""
        return self._expiries

    @property
    def lows(self) -> tuple[Thresholds, Thresholds]:
        """Return the bids, and the asks, at or below which orders are reached. They are negated."""
        return self._bid_low, self._ask_low

    @property
    def highs(self) -> tuple[Thresholds, Thresholds]:
        """Return the bids, and the asks, at or above which orders are reached."""
        return self._bid_high, self._ask_high

    def take_reached(self, market: Market) -> set[str]:
        """Remove and return the accounts whose orders a quote can change. Put each again once the
        quote is applied to it."""
        reached = {*self._always, *self._expiries.take_reached(market.at_ms)}
        touch = market.touch
        if touch is not None and touch.is_tradable(Side.BUY):
            reached.update(self._ask_low.take_reached(touch.ask.copy_negate()))
            reached.update(self._ask_high.take_reached(touch.ask))
        if touch is not None and touch.is_tradable(Side.SELL):
            reached.update(self._bid_low.take_reached(touch.bid.copy_negate()))
            reached.update(self._bid_high.take_reached(touch.bid))
        for account_id in reached:
            self.put(account_id, NOTHING_REACHED)
        return reached


def _negated(price: Decimal | None) -> Decimal | None:
    return None if price is None else price.copy_negate()
