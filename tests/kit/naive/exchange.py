"""A second, naive implementation of the paper exchange, as an oracle for the engine.

It is written for clarity alone: one list of orders, which every step searches from end to end, and
fractions. The engine must do with each command what this exchange does."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from tests.kit.naive.matching import NaiveMatching
from tests.kit.naive.values import (
    LARGEST,
    PLACING,
    WORKING,
    NaiveOrder,
    Rejected,
    entry_price,
    indicative_price,
    side_of,
    to_money,
    with_leg,
)
from trading_api.domain.orders import NO_BRACKETS, Brackets, Duration, OrderRequest, OrderType
from trading_api.modules.broker.engine.commands import (
    CancelOrder,
    CancelOrders,
    ClosePosition,
    Command,
    DepositCash,
    EditBrackets,
    ExpireOrders,
    Market,
    MatchQuote,
    ModifyOrder,
    NameAccount,
    Notify,
    OpenAccount,
    PlaceOrder,
    ResetAccount,
    ReversePosition,
    SetLeverage,
    SettlePosition,
    WithdrawCash,
)


class NaiveExchange(NaiveMatching):
    """Applies commands. `apply` returns "", "rejected: CODE" or "duplicate: ORDER"."""

    def apply(self, command: Command) -> str:
        key = getattr(command, "key", None)
        if key and (key.operation, key.key) in self.keys:
            fingerprint, order_id = self.keys[key.operation, key.key]
            if fingerprint == key.fingerprint:
                return f"duplicate: {order_id}"
            return "rejected: idempotency_key_reused"
        try:
            order_id = self.handle(command)
        except Rejected as rejected:
            return f"rejected: {rejected}"
        if key:
            self.keys[key.operation, key.key] = (key.fingerprint, order_id)
        return ""

    def handle(self, command: Command) -> str:
        """Return the id of the order that the command placed, the ids of the orders that it
        canceled if that is its purpose, or empty."""
        match command:
            case OpenAccount():
                self.balance = Fraction(command.balance)
            case DepositCash():
                self.deposit(Fraction(command.amount))
            case WithdrawCash():
                self.withdraw(Fraction(command.amount), command)
            case SettlePosition():
                rate = command.rate
                self.settle(
                    command.symbol,
                    Fraction(command.price),
                    None if rate is None else Fraction(rate),
                )
            case ResetAccount():
                self.check_amount(Fraction(command.balance))
                self.cancel_those(self.orders)
                self.positions = {}
                self.warned.clear()
                self.balance = Fraction(command.balance)
            case NameAccount():
                self.check_name(command.name or "")
            case SetLeverage():
                self.set_leverage(Fraction(command.leverage), command.market)
            case PlaceOrder():
                return self.place(command.request, command.market)
            case ModifyOrder():
                self.modify(command.order_id, command.request, command.market)
            case CancelOrder():
                order = self.live_order(command.order_id)
                if order.is_liquidation:
                    raise Rejected("not_modifiable")
                self.cancel(order)
            case CancelOrders():
                first, ids = len(self.canceled), command.order_ids
                wanted = [each for each in self.orders if ids is None or each.id in ids]
                self.cancel_those(each for each in wanted if not each.is_liquidation)
                return ",".join(sorted(self.canceled[first:]))
            case ClosePosition():
                quantity = command.quantity
                return self.close(None if quantity is None else Fraction(quantity), command.market)
            case ReversePosition():
                return self.reverse(command.market)
            case EditBrackets():
                self.edit_brackets(command.brackets, command.market)
            case MatchQuote():
                self.trade(command.market)
                self.liquidate(command.market)
                self.warn(command.market)
            case ExpireOrders():
                self.expire(self.orders, command.at_ms)
            case Notify():
                self.notifications.append(command.notification)
        return ""

    def deposit(self, amount: Fraction) -> None:
        self.check_amount(amount)
        if self.balance + amount > 10**15:
            raise Rejected("amount_wrong")
        self.balance += amount

    def withdraw(self, amount: Fraction, command: WithdrawCash) -> None:
        self.check_amount(amount)
        if amount > min(self.balance, self.free_margin(command)):
            raise Rejected("insufficient_funds")
        self.balance -= amount

    def settle(self, symbol: str, price: Fraction, rate: Fraction | None) -> None:
        position = self.position(symbol)
        if not position.quantity:
            raise Rejected("position_not_found")
        if not 0 <= price <= LARGEST or price % Fraction(1, 10**8):
            raise Rejected("settlement_price_wrong")
        self.cancel_those(each for each in self.orders if each.symbol == symbol)
        rate = position.rate if rate is None else rate
        gain = (position.quantity * price - position.cost) * rate
        self.balance += to_money(gain + position.rounding_carry)
        self.forget_position(symbol)

    def set_leverage(self, leverage: Fraction, market: Market) -> None:
        if not 1 <= leverage <= self.rules.leverage_max or leverage.denominator != 1:
            raise Rejected("leverage_wrong")
        present = self.leverage(market.symbol)
        before = self.exposure_margin(market.symbol)
        self.leverages[market.symbol] = leverage
        changes = leverage != present and before > 0
        if changes and self.free_margin(market) < 0:
            self.leverages[market.symbol] = present
            raise Rejected("insufficient_margin")

    def place(self, request: OrderRequest, market: Market) -> str:
        if request.client_id and any(each.client_id == request.client_id for each in self.orders):
            raise Rejected("client_order_id_taken")
        self.check_quantity(Fraction(request.quantity), market)
        self.check_request(request, market)
        if request.reduce_only:
            self.check_not_reversing(market)
            self.check_reduction(request.side, Fraction(request.quantity), [], market)
        limit, stop = self.prices(request, market)
        has_expiry = request.duration in (Duration.DAY, Duration.GTD)
        order = NaiveOrder(
            id=self.next_id(),
            symbol=market.symbol,
            side=request.side,
            type=request.type,
            quantity=Fraction(request.quantity),
            sequence=self.next_sequence(),
            limit=limit,
            stop=stop,
            trail=request.trail if request.type.has_stop else None,
            duration=request.duration or Duration.GTC,
            expires_ms=request.expires_ms if has_expiry else None,
            brackets=request.brackets,
            reduce_only=request.reduce_only,
            client_id=request.client_id,
        )
        return self.accept(order, market)

    def accept(self, order: NaiveOrder, market: Market) -> str:
        self.set_reserves(order, market)
        self.check_margin(order, None, market)
        order.arrives_ms = market.at_ms + self.rules.latency_ms
        order.status = PLACING if self.rules.latency_ms else WORKING
        self.orders.append(order)
        if order.brackets != NO_BRACKETS:
            self.set_brackets(order.brackets, order, order.side, entry_price(order, market), market)
        self.trade(market)
        return order.id

    def modify(self, order_id: str, request: OrderRequest, market: Market) -> None:
        order = self.live_order(order_id)
        request = replace(request, reduce_only=order.reduce_only)
        if request.duration is None or order.is_bracket:
            request = replace(request, duration=order.duration, expires_ms=order.expires_ms)
        if order.is_bracket:
            request = replace(request, brackets=NO_BRACKETS)
        quantity = order.quantity if order.is_bracket else Fraction(request.quantity)
        trail = request.trail if request.type.has_stop else None
        self.check_fixed_properties(order, request)
        if not order.is_bracket:
            self.check_quantity(quantity, market)
        self.check_request(request, market)
        limit, stop = self.prices(request, market)
        if trail is not None and trail == order.trail:
            stop = order.stop
        if order.is_triggered and (stop != order.stop or trail != order.trail):
            raise Rejected("order_triggered")
        self.check_bracket_changes(request.brackets, order.id, market)
        if quantity <= order.filled:
            raise Rejected("quantity_below_filled")
        if order.reduce_only and quantity > order.quantity:
            self.check_reduction(order.side, quantity - order.filled, [order], market)
        has_expiry = request.duration in (Duration.DAY, Duration.GTD)
        after = replace(
            order,
            quantity=quantity,
            limit=limit,
            stop=stop,
            trail=trail,
            duration=request.duration or Duration.GTC,
            expires_ms=request.expires_ms if has_expiry else None,
            brackets=request.brackets,
        )
        self.set_reserves(after, market)
        self.check_margin(after, order, market)
        if (limit, stop) != (order.limit, order.stop) or quantity > order.quantity:
            after.sequence = self.next_sequence()
            after.is_resting = False
        changes_brackets = (after.brackets, quantity) != (order.brackets, order.quantity)
        vars(order).update(vars(after))
        parent = self.parent(order)
        if parent and parent.is_live:
            parent.brackets = with_leg(parent.brackets, order)
        if changes_brackets and not order.is_bracket:
            self.set_brackets(order.brackets, order, order.side, entry_price(order, market), market)
        self.trade(market)

    def close(self, quantity: Fraction | None, market: Market) -> str:
        position = self.position(market.symbol)
        if not position.quantity:
            raise Rejected("position_not_found")
        self.check_not_reversing(market)
        closable = abs(position.quantity) - self.closing_quantity(market.symbol, [])
        wanted = closable if quantity is None else quantity
        if wanted != closable:
            self.check_quantity(wanted, market)
        if not 0 < wanted <= closable:
            raise Rejected("exceeds_position")
        return self.submit_opposing(wanted, market, reduce_only=True)

    def reverse(self, market: Market) -> str:
        position = self.position(market.symbol)
        if not position.quantity:
            raise Rejected("position_not_found")
        self.check_not_reversing(market)
        if any(each.is_liquidation for each in self.working(market.symbol)):
            raise Rejected("not_modifiable")
        touch = market.touch
        if touch is None or not touch.is_tradable(side_of(position).opposite):
            raise Rejected("no_price")
        return self.submit_opposing(2 * abs(position.quantity), market, reduce_only=False)

    def submit_opposing(self, quantity: Fraction, market: Market, reduce_only: bool) -> str:
        order = NaiveOrder(
            id=self.next_id(),
            symbol=market.symbol,
            side=side_of(self.position(market.symbol)).opposite,
            type=OrderType.MARKET,
            quantity=quantity,
            sequence=self.next_sequence(),
            reduce_only=reduce_only,
            is_reversal=not reduce_only,
        )
        if not reduce_only:
            self.set_reserves(order, market)
            self.check_margin(order, None, market)
            # What else was to close the position would close it a second time.
            for each in self.working(market.symbol):
                if each.is_bracket:
                    self.suspend(each)
                elif each.reduce_only:
                    self.cancel(each)
        return self.accept(order, market)

    def edit_brackets(self, wanted: Brackets, market: Market) -> None:
        position = self.position(market.symbol)
        if not position.quantity:
            raise Rejected("position_not_found")
        side = side_of(position)
        self.check_not_reversing(market, side.opposite)
        price = indicative_price(market.mark, side.opposite)
        self.check_brackets(wanted, side, price, market)
        self.check_bracket_changes(wanted, "", market)
        for each in self.orders:
            is_here = each.symbol == market.symbol and each.is_bracket and each.parent_id
            if is_here and each.status == WORKING:
                self.cancel(each)
        self.set_brackets(wanted, None, side, price, market)
        self.trade(market)
