"""The margin and the costs that orders of the naive exchange reserve."""

from __future__ import annotations

from fractions import Fraction
from math import ceil

from tests.kit.naive.brackets import NaiveBrackets
from tests.kit.naive.values import (
    ZERO,
    NaiveOrder,
    closable_by,
    exposure,
    indicative_price,
    side_of,
    to_money,
)
from trading_api.domain.orders import OrderType, Side
from trading_api.modules.broker.engine.commands import Market, WithdrawCash


class NaiveMargin(NaiveBrackets):
    """Computes equity, margin and reserves."""

    def free_margin(self, market: Market | WithdrawCash) -> Fraction:
        symbols = {each.symbol for each in self.orders} | self.positions.keys()
        return self.equity(market) - sum(self.margin(symbol) for symbol in symbols)

    def equity(self, market: Market | WithdrawCash) -> Fraction:
        return self.balance + sum(self.profit(symbol, market) for symbol in self.positions)

    def profit(self, symbol: str, market: Market | WithdrawCash) -> Fraction:
        """Return the P&L of closing now, or zero without a price."""
        position, mark = self.position(symbol), market.marks.get(symbol)
        if mark is None or not position.quantity:
            return ZERO
        price = Fraction(mark.price(side_of(position).opposite))
        if price <= 0:
            return ZERO
        return to_money((position.quantity * price - position.cost) * Fraction(mark.rate))

    def margin(
        self,
        symbol: str,
        added: NaiveOrder | None = None,
        removed: NaiveOrder | None = None,
    ) -> Fraction:
        """Return the margin of the exposure, plus the costs of each side that opens something."""
        margin = self.exposure_margin(symbol, added, removed)
        minimum = Fraction(self.rules.fees.minimum)
        for side in Side:
            orders = [
                each for each in self.opening_orders(symbol, added, removed) if each.side is side
            ]
            quantity = sum(each.remaining for each in orders)
            if quantity > closable_by(self.position(symbol), side):
                margin += sum(each.remaining * each.cost for each in orders)
                margin += sum(minimum for each in orders if not each.filled)
        return margin

    def opening_orders(
        self, symbol: str, added: NaiveOrder | None, removed: NaiveOrder | None
    ) -> list[NaiveOrder]:
        return [
            each for each in self.working(symbol) if not each.reduce_only and each is not removed
        ] + ([added] if added else [])

    def exposure_margin(
        self,
        symbol: str,
        added: NaiveOrder | None = None,
        removed: NaiveOrder | None = None,
    ) -> Fraction:
        """Return the margin of the largest exposure: every buy filled, or every sell."""
        position = self.position(symbol)
        orders = self.opening_orders(symbol, added, removed)
        exposures = [exposure(position)]
        for side in Side:
            closable = closable_by(position, side)
            cheapest_first = sorted(
                (each for each in orders if each.side is side), key=lambda each: each.reserve
            )
            opened = ZERO
            for each in cheapest_first:
                closed = min(closable, each.remaining)
                closable -= closed
                opened += (each.remaining - closed) * each.reserve
            kept = ZERO if closable_by(position, side) else exposure(position)
            exposures.append(kept + opened)
        return to_money(max(exposures) / self.leverage(symbol))

    def filled_margin(self, order: NaiveOrder, replaced: NaiveOrder | None) -> Fraction:
        """Return margin and costs once the order and all others of its side are filled."""
        position, side = self.position(order.symbol), order.side
        orders = [
            each for each in self.opening_orders(order.symbol, order, replaced) if each.side is side
        ]
        closable = closable_by(position, side)
        if closable and sum(each.remaining for each in orders) <= closable:
            return ZERO
        value = ZERO if closable else exposure(position)
        for each in sorted(orders, key=lambda each: each.reserve):
            closed = min(closable, each.remaining)
            closable -= closed
            value += (each.remaining - closed) * each.reserve
        costs = sum(each.remaining * each.cost for each in orders)
        minimum = Fraction(self.rules.fees.minimum) * len([1 for each in orders if not each.filled])
        return to_money(value / self.leverage(order.symbol)) + costs + minimum

    def leverage(self, symbol: str) -> Fraction:
        return self.leverages.get(symbol, Fraction(self.rules.leverage_default))

    def set_reserves(self, order: NaiveOrder, market: Market) -> None:
        order.reserve = self.reserve(order, market)
        order.cost = self.cost(order, market)

    def reserve(self, order: NaiveOrder, market: Market) -> Fraction:
        """Return the worst price at which a fill can open a position."""
        mark = market.mark
        touch = indicative_price(mark, order.side)
        if order.reduce_only or mark is None or touch is None:
            return ZERO
        price = max(touch, order.limit or touch, order.stop or touch)
        if order.side is Side.BUY:
            price = order.limit or price + self.slippage_max(order, market)
        return price * Fraction(mark.rate)

    def slippage_max(self, order: NaiveOrder, market: Market) -> Fraction:
        ticks = self.rules.slippage.ticks_max if order.limit is None else 0
        return Fraction(market.tick_size) * ticks

    def cost(self, order: NaiveOrder, market: Market) -> Fraction:
        """Return the cost of filling a unit: spread, slippage, commission above the minimum."""
        mark = market.mark
        if order.reduce_only or mark is None:
            return ZERO
        spread = ZERO
        if mark.bid > 0 and mark.ask > mark.bid:
            spread = Fraction(mark.ask - mark.bid)
        commission = self.rules.fees
        bps = commission.taker_bps
        if order.type in (OrderType.LIMIT, OrderType.STOP_LIMIT):
            bps = max(bps, commission.maker_bps)
        accrued = to_money(
            order.remaining * Fraction(commission.per_unit)
            + order.remaining * order.reserve * Fraction(bps) / 10_000
        )
        least = Fraction(commission.minimum)
        charged = max(order.accrued + accrued, least) - max(order.accrued, least)
        spread += self.slippage_max(order, market)
        exact = spread * Fraction(mark.rate) + charged / order.remaining
        return Fraction(ceil(exact * 10**8), 10**8)
