"""How the naive exchange triggers, fills and liquidates."""

from __future__ import annotations

from fractions import Fraction

from tests.kit.naive.checks import NaiveChecks
from tests.kit.naive.values import (
    FILLED,
    PLACING,
    STALLED_MS,
    WORKING,
    ZERO,
    NaiveExecution,
    NaiveOrder,
    NaivePosition,
    behind,
    closable_by,
    exposure,
    is_fillable,
    price_time_priority,
    rest_if_away,
    side_of,
    to_money,
)
from trading_api.domain.orders import Duration, OrderType, Side
from trading_api.modules.broker.engine.commands import Market
from trading_api.modules.broker.engine.touch import Touch


class NaiveMatching(NaiveChecks):
    """Matches orders with a touch."""

    def trade(self, market: Market) -> None:
        here = [each for each in self.orders if each.symbol == market.symbol]
        self.expire(here, market.at_ms)
        for each in here:
            if each.status == PLACING and each.arrives_ms <= market.at_ms:
                each.status = WORKING
        if market.touch is not None:
            executed = -1
            while executed != len(self.executions):
                executed = len(self.executions)
                self.trade_round(market, market.touch)
            for each in self.working(market.symbol):
                rest_if_away(each, market.touch)
        for each in self.working(market.symbol):
            if each.status == WORKING and each.duration in (Duration.IOC, Duration.FOK):
                self.cancel(each)

    def trade_round(self, market: Market, touch: Touch) -> None:
        """Trigger stops, move trailing stops, then fill buys, then sells."""
        stops = [
            each
            for each in self.working(market.symbol)
            if each.status == WORKING and each.awaits_trigger and touch.is_tradable(each.side)
        ]
        for each in stops:
            assert each.stop is not None
            if (Fraction(touch.price(each.side)) - each.stop) * each.side >= 0:
                each.is_triggered = True
        for each in stops:
            if each.trail and not each.is_triggered:
                assert each.stop is not None
                moved = behind(touch, each.side, each.trail, market)
                each.stop = (
                    min(each.stop, moved) if each.side is Side.BUY else max(each.stop, moved)
                )
        for side in (Side.BUY, Side.SELL):
            fillable = [
                each
                for each in self.working(market.symbol)
                if each.side is side and each.status == WORKING and is_fillable(each, touch)
            ]
            for each in sorted(fillable, key=price_time_priority):
                if each.status == WORKING:
                    self.fill(each, touch, market)

    def fill(self, order: NaiveOrder, touch: Touch, market: Market) -> None:
        position = self.position(order.symbol)
        what = (order.symbol, touch.time_ms, touch.bid, touch.ask, order.side)
        shown = max(Fraction(touch.size(order.side)) - self.used.get(what, ZERO), ZERO)
        quantity = min(order.remaining, shown)
        if order.reduce_only:
            quantity = min(quantity, closable_by(position, order.side))
        if not quantity or (order.duration is Duration.FOK and quantity < order.remaining):
            return
        price = self.fill_price(order, touch, market)
        rate = Fraction(touch.rate)
        self.used[what] = self.used.get(what, ZERO) + quantity
        before = position.quantity
        realized = self.net(order, quantity, price, rate)
        commission = self.commission(order, quantity, quantity * price * rate)
        self.balance += realized - commission
        self.executions.append(NaiveExecution(order.id, price, quantity, realized, commission))
        order.filled += quantity
        order.traded_ms = market.at_ms
        order.value += quantity * price
        if not order.remaining:
            order.status = FILLED
        if before and before * self.position(order.symbol).quantity <= 0:
            for each in self.working(order.symbol):
                if each.reduce_only and not each.is_bracket:
                    self.cancel(each)
        parent = self.parent(order)
        if order.status == FILLED and parent and parent.is_live:
            self.cancel(parent)
        if order.is_reversal and order.status == FILLED:
            self.restore_brackets(order)
        self.fit_brackets(market)

    def fill_price(self, order: NaiveOrder, touch: Touch, market: Market) -> Fraction:
        price = Fraction(touch.price(order.side))
        if order.limit is not None:
            return order.limit if order.is_resting else price
        ticks = self.rules.slippage.ticks(f"execution-{len(self.executions) + 1}")
        slipped = price + ticks * Fraction(market.tick_size) * order.side
        return slipped if slipped > 0 else price

    def net(
        self, order: NaiveOrder, quantity: Fraction, price: Fraction, rate: Fraction
    ) -> Fraction:
        """Change the position by a fill, and return the P&L that it realizes."""
        position = self.position(order.symbol)
        closed = min(quantity, closable_by(position, order.side))
        released = position.cost * closed / abs(position.quantity) if closed else ZERO
        due = (-closed * order.side * price - released) * rate + position.rounding_carry
        realized = to_money(due)
        closed_share = closed / abs(position.quantity) if closed else ZERO
        opened = (quantity - closed) * order.side * price
        after = NaivePosition(
            quantity=position.quantity + quantity * order.side,
            cost=position.cost - released + opened,
            rounding_carry=due - realized,
            account_cost=position.account_cost * (1 - closed_share) + opened * rate,
            rate=rate,
        )
        if after.quantity:
            self.positions[order.symbol] = after
        else:
            self.forget_position(order.symbol)
        return realized

    def commission(self, order: NaiveOrder, quantity: Fraction, value: Fraction) -> Fraction:
        """Return what the order pays in all, less what it has paid."""
        rules = self.rules.fees
        paid = max(order.accrued, Fraction(rules.minimum)) if order.filled else ZERO
        bps = rules.maker_bps if order.is_resting else rules.taker_bps
        order.accrued += to_money(
            quantity * Fraction(rules.per_unit) + value * Fraction(bps) / 10_000
        )
        return max(order.accrued, Fraction(rules.minimum)) - paid

    def warn(self, market: Market) -> None:
        """Let each level warn from below it until the margin level is 5 points above it."""
        if not self.positions:
            return
        equity = self.equity(market)
        used = equity - self.free_margin(market)
        for level in map(Fraction, self.rules.margin_warning_levels):
            if 100 * equity < level * used:
                self.warned.add(level)
            elif 100 * equity >= (level + 5) * used:
                self.warned.discard(level)

    def liquidate(self, market: Market) -> None:
        while self.is_below_maintenance(market):
            live = [each for each in self.orders if each.is_liquidation and each.is_live]
            if any(market.at_ms < each.traded_ms + STALLED_MS for each in live):
                return
            self.cancel_those(each for each in self.orders if not each.reduce_only)
            losers = {symbol for symbol in self.positions if self.can_be_closed(symbol, market)}
            losers -= {each.symbol for each in live}
            if not losers:
                self.trade(market)
                return
            loser = min(losers, key=lambda symbol: (self.profit(symbol, market), symbol))
            position = self.position(loser)
            self.orders.append(
                NaiveOrder(
                    id=self.next_id(),
                    symbol=loser,
                    side=side_of(position).opposite,
                    type=OrderType.MARKET,
                    quantity=abs(position.quantity),
                    sequence=self.next_sequence(),
                    reduce_only=True,
                    is_liquidation=True,
                    traded_ms=market.at_ms,
                )
            )
            self.trade(market)

    def is_below_maintenance(self, market: Market) -> bool:
        needed = ZERO
        for symbol, position in self.positions.items():
            if position.quantity < 0 or self.leverage(symbol) > 1:
                margin = exposure(position) / self.leverage(symbol)
                needed += to_money(margin * Fraction(self.rules.maintenance_ratio))
        return needed > 0 and self.equity(market) < needed

    def can_be_closed(self, symbol: str, market: Market) -> bool:
        mark, side = market.marks.get(symbol), side_of(self.position(symbol)).opposite
        return mark is not None and not mark.is_crossed and mark.price(side) > 0
