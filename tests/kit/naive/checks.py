"""The checks of the naive exchange, in their order."""

from __future__ import annotations

import re
import unicodedata
from fractions import Fraction

from tests.kit.naive.margin import NaiveMargin
from tests.kit.naive.values import (
    LARGEST,
    NaiveOrder,
    Rejected,
    asks_for_no_more,
    check_prices,
    indicative_price,
)
from trading_api.domain.orders import NO_BRACKETS, Brackets, Duration, OrderRequest, Side
from trading_api.modules.broker.engine.commands import Market


class NaiveChecks(NaiveMargin):
    """Raises Rejected with the code of the first check that fails."""

    def check_amount(self, amount: Fraction) -> None:
        if not 0 < amount <= LARGEST or amount % Fraction(1, 10**8):
            raise Rejected("amount_wrong")

    def check_name(self, name: str) -> None:
        seen = re.sub("(?<=[^\\w\\s])(\u200d(?!\\w)|\ufe0f)", "", name)
        is_visible = all(each == " " or each.isprintable() for each in seen)
        if len(name) > 64 or not is_visible or name[:1] == " " or name[-1:] == " ":
            raise Rejected("name_wrong")
        plain = unicodedata.normalize("NFKC", name).upper()
        if plain.startswith(("LIVE-", "LIVE\u2013")) or re.search("[\u3164\ufe0f]", seen):
            raise Rejected("name_wrong")
        for word in name.split(" "):
            names = [unicodedata.name(each).partition(" ")[0] for each in word if each.isalpha()]
            if "MATHEMATICAL" in names or {"LATIN", "CYRILLIC"} <= set(names):
                raise Rejected("name_wrong")

    def check_quantity(self, quantity: Fraction, market: Market) -> None:
        if quantity <= 0:
            raise Rejected("quantity_not_positive")
        if quantity > market.trading_rules.quantity_max:
            raise Rejected("quantity_too_large")
        if quantity % Fraction(market.trading_rules.quantity_step):
            raise Rejected("quantity_off_grid")

    def check_request(self, request: OrderRequest, market: Market) -> None:
        uses_trail = request.type.has_stop and request.trail is not None
        uses_stop = request.type.has_stop and not uses_trail
        if request.type.has_limit and request.limit_price is None:
            raise Rejected("limit_price_missing")
        if uses_stop and request.stop_price is None:
            raise Rejected("stop_price_missing")
        used = [
            request.limit_price if request.type.has_limit else None,
            request.stop_price if uses_stop else None,
        ]
        check_prices(used, market)
        if uses_trail and request.trail:
            check_prices([request.trail.distance], market)
        is_immediate = request.duration in (Duration.IOC, Duration.FOK)
        if is_immediate and request.type.has_stop:
            raise Rejected("duration_not_allowed")
        if request.duration in (Duration.DAY, Duration.GTD):
            if request.expires_ms is None:
                raise Rejected("expiry_missing")
            if request.expires_ms <= market.at_ms:
                raise Rejected("expiry_past")
        if uses_trail and market.mark is None:
            raise Rejected("no_price")
        if request.brackets == NO_BRACKETS:
            return
        if request.reduce_only:
            raise Rejected("brackets_not_allowed")
        first = next((each for each in used if each is not None), None)
        price = indicative_price(market.mark, request.side) if first is None else Fraction(first)
        self.check_brackets(request.brackets, request.side, price, market)

    def check_brackets(
        self, brackets: Brackets, side: Side, price: Fraction | None, market: Market
    ) -> None:
        trail = brackets.trail.distance if brackets.trail else None
        check_prices([brackets.take_profit, brackets.stop_loss, trail], market)
        if brackets.trail and price is None:
            raise Rejected("no_price")
        profit, loss = brackets.take_profit, brackets.stop_loss
        # Both stand on their own side of the entry, or at least of each other.
        for nearer, farther in ((price, profit), (loss, price), (loss, profit)):
            if nearer is None or farther is None:
                continue
            if (Fraction(farther) - Fraction(nearer)) * side <= 0:
                raise Rejected("bracket_price_wrong")

    def check_bracket_changes(self, wanted: Brackets, parent_id: str, market: Market) -> None:
        for each in self.live_brackets(parent_id, market):
            if not each.is_triggered:
                continue
            if wanted.trail and wanted.trail != each.trail:
                raise Rejected("order_triggered")
            if wanted.trail is None and wanted.stop_loss and wanted.stop_loss != each.stop:
                raise Rejected("order_triggered")

    def check_reduction(
        self, side: Side, quantity: Fraction, without: list[NaiveOrder], market: Market
    ) -> None:
        position = self.position(market.symbol)
        if not position.quantity:
            raise Rejected("position_not_found")
        if position.quantity * side > 0:
            raise Rejected("not_reducing")
        left = abs(position.quantity) - self.closing_quantity(market.symbol, without)
        if quantity > left:
            raise Rejected("exceeds_position")

    def check_not_reversing(self, market: Market, *sides: Side) -> None:
        for each in self.working(market.symbol):
            if each.is_reversal and each.side in (sides or Side):
                raise Rejected("position_reversing")

    def check_fixed_properties(self, order: NaiveOrder, request: OrderRequest) -> None:
        same = (order.symbol, order.side, order.type) == (
            request.symbol,
            request.side,
            request.type,
        )
        trails = request.type.has_stop and request.trail is not None
        immediate = {Duration.IOC, Duration.FOK} & {order.duration, request.duration}
        if not same or order.is_liquidation or trails != (order.trail is not None):
            raise Rejected("not_modifiable")
        if immediate and order.duration != request.duration:
            raise Rejected("not_modifiable")

    def check_margin(self, order: NaiveOrder, replaced: NaiveOrder | None, market: Market) -> None:
        if order.reduce_only:
            return
        if market.mark is None:
            raise Rejected("no_price")
        before = self.margin(order.symbol)
        after = self.margin(order.symbol, order, replaced)
        free = self.free_margin(market)
        if after > before and after - before > free:
            raise Rejected("insufficient_margin")
        if after > before or (replaced and asks_for_no_more(order, replaced)):
            return
        filled = self.filled_margin(order, replaced)
        if filled and filled > free + before:
            raise Rejected("insufficient_margin")
