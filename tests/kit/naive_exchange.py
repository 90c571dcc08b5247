"""The paper exchange a second time, written for clarity alone: one list of orders, looked through
from end to end at every step, and fractions. What it makes of a command is what the engine must."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from math import ceil

from trading_api.domain.orders import (
    NO_BRACKETS,
    Brackets,
    Duration,
    OrderRequest,
    OrderType,
    Side,
    Trail,
)
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
    OpenAccount,
    PlaceOrder,
    ResetAccount,
    ReversePosition,
    SetLeverage,
)
from trading_api.modules.broker.engine.exchange_rules import ExchangeRules
from trading_api.modules.broker.engine.touch import Touch

INACTIVE, PLACING, WORKING = "INACTIVE", "PLACING", "WORKING"
FILLED, CANCELED = "FILLED", "CANCELED"
NOTHING = Fraction(0)
LARGEST = Fraction(10**12)
PATIENCE_MS = 5_000


class Refused(Exception):
    """The code of the rejection."""


@dataclass
class NaiveOrder:
    id: str
    symbol: str
    side: Side
    type: OrderType
    quantity: Fraction
    turn: int
    limit: Fraction | None = None
    stop: Fraction | None = None
    trail: Trail | None = None
    duration: Duration = Duration.GTC
    expires_ms: int | None = None
    arrives_ms: int = 0
    brackets: Brackets = NO_BRACKETS
    reduce_only: bool = False
    is_bracket: bool = False
    is_liquidation: bool = False
    is_reversal: bool = False
    parent_id: str = ""
    client_id: str = ""
    status: str = WORKING
    reserve: Fraction = NOTHING
    cost: Fraction = NOTHING
    filled: Fraction = NOTHING
    value: Fraction = NOTHING
    accrued: Fraction = NOTHING
    traded_ms: int = 0
    is_triggered: bool = False
    is_resting: bool = False

    @property
    def is_live(self) -> bool:
        return self.status in (INACTIVE, PLACING, WORKING)

    @property
    def remaining(self) -> Fraction:
        return self.quantity - self.filled

    @property
    def waits_for_trigger(self) -> bool:
        return self.stop is not None and not self.is_triggered


@dataclass
class NaivePosition:
    quantity: Fraction = NOTHING
    cost: Fraction = NOTHING
    held_back: Fraction = NOTHING
    rate: Fraction = Fraction(1)


@dataclass(frozen=True)
class NaiveExecution:
    order_id: str
    price: Fraction
    quantity: Fraction
    realized: Fraction
    commission: Fraction


class NaiveExchange:
    """`tell` answers "", "refused: CODE" or "duplicate: ORDER"."""

    def __init__(self, rules: ExchangeRules) -> None:
        self.rules = rules
        self.orders: list[NaiveOrder] = []
        self.executions: list[NaiveExecution] = []
        self.positions: dict[str, NaivePosition] = {}
        self.leverages: dict[str, Fraction] = {}
        self.taken: dict[tuple[object, ...], Fraction] = {}
        self.keys: dict[tuple[str, str], tuple[str, str]] = {}
        self.balance = NOTHING
        self.turns = 0

    def tell(self, command: Command) -> str:
        key = getattr(command, "key", None)
        if key and (key.operation, key.key) in self.keys:
            fingerprint, order_id = self.keys[key.operation, key.key]
            if fingerprint == key.fingerprint:
                return f"duplicate: {order_id}"
            return "refused: idempotency_key_reused"
        try:
            order_id = self.obey(command)
        except Refused as refused:
            return f"refused: {refused}"
        if key:
            self.keys[key.operation, key.key] = (key.fingerprint, order_id)
        return ""

    def obey(self, command: Command) -> str:
        """The id of the order that the command asked for, if it did."""
        match command:
            case OpenAccount():
                self.balance = Fraction(command.balance)
            case DepositCash():
                self.deposit(Fraction(command.amount))
            case ResetAccount():
                self.check_amount(Fraction(command.balance))
                self.cancel_those(self.orders)
                self.positions = {}
                self.balance = Fraction(command.balance)
            case SetLeverage():
                self.set_leverage(Fraction(command.leverage), command.market)
            case PlaceOrder():
                return self.place(command.request, command.market)
            case ModifyOrder():
                self.modify(command.order_id, command.request, command.market)
            case CancelOrder():
                order = self.live_order(command.order_id)
                if order.is_liquidation:
                    raise Refused("not_modifiable")
                self.cancel(order)
            case CancelOrders():
                ids = command.order_ids
                wanted = [each for each in self.orders if ids is None or each.id in ids]
                self.cancel_those(each for each in wanted if not each.is_liquidation)
            case ClosePosition():
                quantity = command.quantity
                return self.close(None if quantity is None else Fraction(quantity), command.market)
            case ReversePosition():
                return self.reverse(command.market)
            case EditBrackets():
                self.protect(command.brackets, command.market)
            case MatchQuote():
                self.trade(command.market)
                self.liquidate(command.market)
            case ExpireOrders():
                self.expire(self.orders, command.at_ms)
        return ""

    # Commands.

    def deposit(self, amount: Fraction) -> None:
        self.check_amount(amount)
        if self.balance + amount > 10**15:
            raise Refused("amount_wrong")
        self.balance += amount

    def check_amount(self, amount: Fraction) -> None:
        if not 0 < amount <= LARGEST or amount % Fraction(1, 10**8):
            raise Refused("amount_wrong")

    def set_leverage(self, leverage: Fraction, market: Market) -> None:
        if not 1 <= leverage <= self.rules.leverage_max or leverage.denominator != 1:
            raise Refused("leverage_wrong")
        margin = self.exposure_margin(market.symbol)
        more = margin * self.leverage(market.symbol) / leverage - margin
        if more > 0 and more > self.free_margin(market):
            raise Refused("insufficient_margin")
        self.leverages[market.symbol] = leverage

    def place(self, request: OrderRequest, market: Market) -> str:
        if request.client_id and any(each.client_id == request.client_id for each in self.orders):
            raise Refused("client_order_id_taken")
        self.check_quantity(Fraction(request.quantity), market)
        self.check_request(request, market)
        if request.reduce_only:
            self.check_reversing(market)
            self.check_reduction(request.side, Fraction(request.quantity), [], market)
        limit, stop = self.prices(request, market)
        has_expiry = request.duration in (Duration.DAY, Duration.GTD)
        order = NaiveOrder(
            id=self.next_id(),
            symbol=market.symbol,
            side=request.side,
            type=request.type,
            quantity=Fraction(request.quantity),
            turn=self.next_turn(),
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
        self.reckon(order, market)
        self.check_margin(order, None, market)
        order.arrives_ms = market.at_ms + self.rules.latency_ms
        order.status = PLACING if self.rules.latency_ms else WORKING
        self.orders.append(order)
        if order.brackets != NO_BRACKETS:
            self.set_brackets(order.brackets, order, order.side, entry(order, market), market)
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
        self.check_fixed(order, request)
        if not order.is_bracket:
            self.check_quantity(quantity, market)
        self.check_request(request, market)
        limit, stop = self.prices(request, market)
        if trail is not None and trail == order.trail:
            stop = order.stop
        if order.is_triggered and (stop != order.stop or trail != order.trail):
            raise Refused("order_triggered")
        self.check_triggered(request.brackets, order.id, market)
        if quantity <= order.filled:
            raise Refused("quantity_below_filled")
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
        self.reckon(after, market)
        self.check_margin(after, order, market)
        if (limit, stop) != (order.limit, order.stop) or quantity > order.quantity:
            after.turn = self.next_turn()
            after.is_resting = False
        changes_brackets = (after.brackets, quantity) != (order.brackets, order.quantity)
        vars(order).update(vars(after))
        parent = self.parent(order)
        if parent and parent.is_live:
            parent.brackets = with_leg(parent.brackets, order)
        if changes_brackets and not order.is_bracket:
            self.set_brackets(order.brackets, order, order.side, entry(order, market), market)
        self.trade(market)

    def close(self, quantity: Fraction | None, market: Market) -> str:
        position = self.position(market.symbol)
        if not position.quantity:
            raise Refused("position_not_found")
        self.check_reversing(market)
        closable = abs(position.quantity) - self.being_closed(market.symbol, [])
        wanted = closable if quantity is None else quantity
        if wanted != closable:
            self.check_quantity(wanted, market)
        if not 0 < wanted <= closable:
            raise Refused("exceeds_position")
        return self.trade_against(wanted, market, reduce_only=True)

    def reverse(self, market: Market) -> str:
        position = self.position(market.symbol)
        if not position.quantity:
            raise Refused("position_not_found")
        self.check_reversing(market)
        if any(each.is_liquidation for each in self.working(market.symbol)):
            raise Refused("not_modifiable")
        touch = market.touch
        if touch is None or not touch.is_tradable(side_of(position).opposite):
            raise Refused("no_price")
        return self.trade_against(2 * abs(position.quantity), market, reduce_only=False)

    def trade_against(self, quantity: Fraction, market: Market, reduce_only: bool) -> str:
        order = NaiveOrder(
            id=self.next_id(),
            symbol=market.symbol,
            side=side_of(self.position(market.symbol)).opposite,
            type=OrderType.MARKET,
            quantity=quantity,
            turn=self.next_turn(),
            reduce_only=reduce_only,
            is_reversal=not reduce_only,
        )
        if not reduce_only:
            self.reckon(order, market)
            self.check_margin(order, None, market)
            # What else was to close the position would close it a second time.
            for each in self.working(market.symbol):
                if each.is_bracket:
                    self.suspend(each)
                elif each.reduce_only:
                    self.cancel(each)
        return self.accept(order, market)

    def protect(self, wanted: Brackets, market: Market) -> None:
        position = self.position(market.symbol)
        if not position.quantity:
            raise Refused("position_not_found")
        side = side_of(position)
        self.check_reversing(market, side.opposite)
        price = worth(market.mark, side.opposite)
        self.check_brackets(wanted, side, price, market)
        self.check_triggered(wanted, "", market)
        for each in self.orders:
            is_here = each.symbol == market.symbol and each.is_bracket and each.parent_id
            if is_here and each.status == WORKING:
                self.cancel(each)
        self.set_brackets(wanted, None, side, price, market)
        self.trade(market)

    # Checks, in their order.

    def check_quantity(self, quantity: Fraction, market: Market) -> None:
        if quantity <= 0:
            raise Refused("quantity_not_positive")
        if quantity > market.trading_rules.quantity_max:
            raise Refused("quantity_too_large")
        if quantity % Fraction(market.trading_rules.quantity_step):
            raise Refused("quantity_off_grid")

    def check_request(self, request: OrderRequest, market: Market) -> None:
        uses_trail = request.type.has_stop and request.trail is not None
        uses_stop = request.type.has_stop and not uses_trail
        if request.type.has_limit and request.limit_price is None:
            raise Refused("limit_price_missing")
        if uses_stop and request.stop_price is None:
            raise Refused("stop_price_missing")
        used = [
            request.limit_price if request.type.has_limit else None,
            request.stop_price if uses_stop else None,
        ]
        check_prices(used, market)
        if uses_trail and request.trail:
            check_prices([request.trail.distance], market)
        is_immediate = request.duration in (Duration.IOC, Duration.FOK)
        if is_immediate and request.type.has_stop:
            raise Refused("duration_not_allowed")
        if request.duration in (Duration.DAY, Duration.GTD):
            if request.expires_ms is None:
                raise Refused("expiry_missing")
            if request.expires_ms <= market.at_ms:
                raise Refused("expiry_past")
        if uses_trail and market.mark is None:
            raise Refused("no_price")
        if request.brackets == NO_BRACKETS:
            return
        if request.reduce_only:
            raise Refused("brackets_not_allowed")
        first = next((each for each in used if each is not None), None)
        price = worth(market.mark, request.side) if first is None else Fraction(first)
        self.check_brackets(request.brackets, request.side, price, market)

    def check_brackets(
        self, brackets: Brackets, side: Side, price: Fraction | None, market: Market
    ) -> None:
        trail = brackets.trail.distance if brackets.trail else None
        check_prices([brackets.take_profit, brackets.stop_loss, trail], market)
        if brackets.trail and price is None:
            raise Refused("no_price")
        profit, loss = brackets.take_profit, brackets.stop_loss
        # Both stand on their own side of the entry, or at least of each other.
        for nearer, farther in ((price, profit), (loss, price), (loss, profit)):
            if nearer is None or farther is None:
                continue
            if (Fraction(farther) - Fraction(nearer)) * side <= 0:
                raise Refused("bracket_price_wrong")

    def check_triggered(self, wanted: Brackets, parent_id: str, market: Market) -> None:
        for each in self.live_brackets(parent_id, market):
            if not each.is_triggered:
                continue
            if wanted.trail and wanted.trail != each.trail:
                raise Refused("order_triggered")
            if wanted.trail is None and wanted.stop_loss and wanted.stop_loss != each.stop:
                raise Refused("order_triggered")

    def check_reduction(
        self, side: Side, quantity: Fraction, without: list[NaiveOrder], market: Market
    ) -> None:
        position = self.position(market.symbol)
        if not position.quantity:
            raise Refused("position_not_found")
        if position.quantity * side > 0:
            raise Refused("not_reducing")
        left = abs(position.quantity) - self.being_closed(market.symbol, without)
        if quantity > left:
            raise Refused("exceeds_position")

    def check_reversing(self, market: Market, *sides: Side) -> None:
        for each in self.working(market.symbol):
            if each.is_reversal and each.side in (sides or Side):
                raise Refused("position_reversing")

    def check_fixed(self, order: NaiveOrder, request: OrderRequest) -> None:
        same = (order.symbol, order.side, order.type) == (
            request.symbol,
            request.side,
            request.type,
        )
        trails = request.type.has_stop and request.trail is not None
        immediate = {Duration.IOC, Duration.FOK} & {order.duration, request.duration}
        if not same or order.is_liquidation or trails != (order.trail is not None):
            raise Refused("not_modifiable")
        if immediate and order.duration != request.duration:
            raise Refused("not_modifiable")

    def check_margin(self, order: NaiveOrder, replaced: NaiveOrder | None, market: Market) -> None:
        if order.reduce_only:
            return
        if market.mark is None:
            raise Refused("no_price")
        before = self.margin(order.symbol)
        after = self.margin(order.symbol, order, replaced)
        if after > before and after - before > self.free_margin(market):
            raise Refused("insufficient_margin")

    # Margin.

    def free_margin(self, market: Market) -> Fraction:
        symbols = {each.symbol for each in self.orders} | self.positions.keys()
        return self.equity(market) - sum(self.margin(symbol) for symbol in symbols)

    def equity(self, market: Market) -> Fraction:
        return self.balance + sum(self.profit(symbol, market) for symbol in self.positions)

    def profit(self, symbol: str, market: Market) -> Fraction:
        """What closing now would pay, nothing while that has no price."""
        position, mark = self.position(symbol), market.marks.get(symbol)
        if mark is None or not position.quantity:
            return NOTHING
        price = Fraction(mark.price(side_of(position).opposite))
        if price <= 0:
            return NOTHING
        return to_money((position.quantity * price - position.cost) * Fraction(mark.rate))

    def margin(
        self,
        symbol: str,
        added: NaiveOrder | None = None,
        removed: NaiveOrder | None = None,
    ) -> Fraction:
        """What exposure demands, and the costs of each side unless it only closes."""
        margin = self.exposure_margin(symbol, added, removed)
        minimum = Fraction(self.rules.fees.minimum)
        for side in Side:
            orders = [each for each in self.opening(symbol, added, removed) if each.side is side]
            quantity = sum(each.remaining for each in orders)
            if quantity > closable_by(self.position(symbol), side):
                margin += sum(each.remaining * each.cost for each in orders)
                margin += sum(minimum for each in orders if not each.filled)
        return margin

    def opening(
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
        """Of the largest exposure: with every buy filled, or with every sell."""
        position = self.position(symbol)
        orders = self.opening(symbol, added, removed)
        exposures = [exposure(position)]
        for side in Side:
            closable = closable_by(position, side)
            cheapest_first = sorted(
                (each for each in orders if each.side is side), key=lambda each: each.reserve
            )
            opened = NOTHING
            for each in cheapest_first:
                closed = min(closable, each.remaining)
                closable -= closed
                opened += (each.remaining - closed) * each.reserve
            kept = NOTHING if closable_by(position, side) else exposure(position)
            exposures.append(kept + opened)
        return to_money(max(exposures) / self.leverage(symbol))

    def leverage(self, symbol: str) -> Fraction:
        return self.leverages.get(symbol, Fraction(self.rules.leverage_default))

    def reckon(self, order: NaiveOrder, market: Market) -> None:
        order.reserve = self.reserve(order, market)
        order.cost = self.cost(order, market)

    def reserve(self, order: NaiveOrder, market: Market) -> Fraction:
        """The worst price at which a unit can come to be held."""
        mark = market.mark
        touch = worth(mark, order.side)
        if order.reduce_only or mark is None or touch is None:
            return NOTHING
        price = max(touch, order.limit or touch, order.stop or touch)
        if order.side is Side.BUY:
            price = order.limit or price + self.slip_max(order, market)
        return price * Fraction(mark.rate)

    def slip_max(self, order: NaiveOrder, market: Market) -> Fraction:
        ticks = self.rules.slippage.ticks_max if order.limit is None else 0
        return Fraction(market.tick_size) * ticks

    def cost(self, order: NaiveOrder, market: Market) -> Fraction:
        """Of a unit being filled: the spread, slippage, and commission above the minimum."""
        mark = market.mark
        if order.reduce_only or mark is None:
            return NOTHING
        spread = NOTHING
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
        spread += self.slip_max(order, market)
        exact = spread * Fraction(mark.rate) + charged / order.remaining
        return Fraction(ceil(exact * 10**8), 10**8)

    def liquidate(self, market: Market) -> None:
        while self.is_below_maintenance(market):
            live = [each for each in self.orders if each.is_liquidation and each.is_live]
            if any(market.at_ms < each.traded_ms + PATIENCE_MS for each in live):
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
                    turn=self.next_turn(),
                    reduce_only=True,
                    is_liquidation=True,
                    traded_ms=market.at_ms,
                )
            )
            self.trade(market)

    def is_below_maintenance(self, market: Market) -> bool:
        needed = NOTHING
        for symbol, position in self.positions.items():
            if position.quantity < 0 or self.leverage(symbol) > 1:
                margin = exposure(position) / self.leverage(symbol)
                needed += to_money(margin * Fraction(self.rules.maintenance_ratio))
        return needed > 0 and self.equity(market) < needed

    def can_be_closed(self, symbol: str, market: Market) -> bool:
        mark, side = market.marks.get(symbol), side_of(self.position(symbol)).opposite
        return mark is not None and not mark.is_crossed and mark.price(side) > 0

    # Trading.

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
        """Stops trigger, trailing stops follow, then buys trade, then sells."""
        stops = [
            each
            for each in self.working(market.symbol)
            if each.status == WORKING and each.waits_for_trigger and touch.is_tradable(each.side)
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
            in_line = [
                each
                for each in self.working(market.symbol)
                if each.side is side and each.status == WORKING and is_fillable(each, touch)
            ]
            for each in sorted(in_line, key=line):
                if each.status == WORKING:
                    self.fill(each, touch, market)

    def fill(self, order: NaiveOrder, touch: Touch, market: Market) -> None:
        position = self.position(order.symbol)
        what = (order.symbol, touch.time_ms, touch.bid, touch.ask, order.side)
        shown = max(Fraction(touch.size(order.side)) - self.taken.get(what, NOTHING), NOTHING)
        quantity = min(order.remaining, shown)
        if order.reduce_only:
            quantity = min(quantity, closable_by(position, order.side))
        if not quantity or (order.duration is Duration.FOK and quantity < order.remaining):
            return
        price = self.fill_price(order, touch, market)
        rate = Fraction(touch.rate)
        self.taken[what] = self.taken.get(what, NOTHING) + quantity
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
        """What the fill realizes."""
        position = self.position(order.symbol)
        closed = min(quantity, closable_by(position, order.side))
        released = position.cost * closed / abs(position.quantity) if closed else NOTHING
        due = (-closed * order.side * price - released) * rate + position.held_back
        realized = to_money(due)
        after = NaivePosition(
            quantity=position.quantity + quantity * order.side,
            cost=position.cost - released + (quantity - closed) * order.side * price,
            held_back=due - realized,
            rate=rate,
        )
        if after.quantity:
            self.positions[order.symbol] = after
        else:
            del self.positions[order.symbol]
        return realized

    def commission(self, order: NaiveOrder, quantity: Fraction, value: Fraction) -> Fraction:
        """Of this fill: what the order is to pay in all, less what it has paid."""
        rules = self.rules.fees
        paid = max(order.accrued, Fraction(rules.minimum)) if order.filled else NOTHING
        bps = rules.maker_bps if order.is_resting else rules.taker_bps
        order.accrued += to_money(
            quantity * Fraction(rules.per_unit) + value * Fraction(bps) / 10_000
        )
        return max(order.accrued, Fraction(rules.minimum)) - paid

    # Brackets.

    def set_brackets(
        self,
        wanted: Brackets,
        parent: NaiveOrder | None,
        side: Side,
        price: Fraction | None,
        market: Market,
    ) -> None:
        parent_id = parent.id if parent else ""
        live = self.live_brackets(parent_id, market)
        position = self.position(market.symbol)
        quantity = parent.quantity if parent else abs(position.quantity)
        legs: list[tuple[OrderType, Fraction | None, Fraction | None, Trail | None]] = []
        if wanted.take_profit is not None:
            legs.append((OrderType.LIMIT, Fraction(wanted.take_profit), None, None))
        if wanted.trail is not None:
            legs.append((OrderType.STOP, None, None, wanted.trail))
        elif wanted.stop_loss is not None:
            legs.append((OrderType.STOP, None, Fraction(wanted.stop_loss), None))
        for each in live:
            if each.type not in [leg[0] for leg in legs]:
                self.cancel(each)
        for each in live:
            if not each.is_live:
                continue
            _, limit, stop, trail = next(leg for leg in legs if leg[0] is each.type)
            if each.status == INACTIVE and parent and not parent.filled:
                each.quantity = quantity
            if trail and trail == each.trail:
                continue
            if trail is None and each.trail is None and (limit, stop) == (each.limit, each.stop):
                continue
            if trail:
                start = worth(market.mark, each.side) if each.status == WORKING else price
                stop = stop_behind(start, each.side, trail, market)
            each.limit, each.stop, each.trail = limit, stop, trail
            each.is_resting = False
            each.turn = self.next_turn()
        for type, limit, stop, trail in legs:
            if type in [each.type for each in live]:
                continue
            if trail:
                stop = stop_behind(price, side.opposite, trail, market)
            self.orders.append(
                NaiveOrder(
                    id=self.next_id(),
                    symbol=market.symbol,
                    side=side.opposite,
                    type=type,
                    quantity=quantity,
                    turn=self.next_turn(),
                    limit=limit,
                    stop=stop,
                    trail=trail,
                    reduce_only=True,
                    is_bracket=True,
                    parent_id=parent_id,
                    status=INACTIVE,
                )
            )
        self.fit_brackets(market)

    def live_brackets(self, parent_id: str, market: Market) -> list[NaiveOrder]:
        """Those of an order, or of the position."""
        return [
            each
            for each in self.orders
            if each.is_bracket
            and each.is_live
            and (each.symbol, each.parent_id) == (market.symbol, parent_id)
        ]

    def fit_brackets(self, market: Market) -> None:
        """Each is as large as what it protects."""
        for each in self.orders:
            if each.symbol != market.symbol or not each.is_bracket or not each.is_live:
                continue
            size = self.size(each)
            parent = self.parent(each)
            if size and self.is_being_reversed(each):
                continue
            if size and each.status == INACTIVE:
                each.status = WORKING
                if each.trail and market.mark:
                    start = worth(market.mark, each.side)
                    each.stop = stop_behind(start, each.side, each.trail, market)
            if size:
                each.quantity = each.filled + size
            elif parent is None or not parent.is_live:
                self.cancel(each)
            elif each.status == WORKING:
                self.suspend(each)

    def suspend(self, bracket: NaiveOrder) -> None:
        bracket.status = INACTIVE
        bracket.is_triggered = bracket.is_resting = False

    def is_being_reversed(self, bracket: NaiveOrder) -> bool:
        working = self.working(bracket.symbol)
        return any(each.is_reversal and each.side is bracket.side for each in working)

    def restore_brackets(self, reversal: NaiveOrder) -> None:
        """Those that waited for the end of the reversal, where there is still a position."""
        for each in self.orders:
            is_here = each.is_bracket and each.symbol == reversal.symbol
            is_waiting = is_here and each.side is reversal.side and each.status == INACTIVE
            if is_waiting and self.size(each):
                each.status = WORKING
                each.quantity = each.filled + self.size(each)

    def size(self, bracket: NaiveOrder) -> Fraction:
        closable = closable_by(self.position(bracket.symbol), bracket.side)
        parent = self.parent(bracket)
        if parent is None:
            return closable
        pair = [each for each in self.orders if each.parent_id == parent.id]
        return min(closable, parent.filled - sum(each.filled for each in pair))

    def parent(self, order: NaiveOrder) -> NaiveOrder | None:
        return next((each for each in self.orders if each.id == order.parent_id), None)

    # Endings.

    def cancel(self, order: NaiveOrder) -> None:
        order.status = CANCELED
        for each in self.orders:
            if each.parent_id == order.id and each.is_live and not self.size(each):
                each.status = CANCELED
        parent = self.parent(order)
        if parent and parent.is_live:
            if order.type is OrderType.LIMIT:
                parent.brackets = replace(parent.brackets, take_profit=None)
            else:
                parent.brackets = replace(parent.brackets, stop_loss=None, trail=None)
        if order.is_reversal:
            self.restore_brackets(order)

    def cancel_those(self, orders: Iterable[NaiveOrder]) -> None:
        for each in sorted(orders, key=lambda each: each.is_reversal):
            if each.is_live:
                self.cancel(each)

    def expire(self, orders: list[NaiveOrder], at_ms: int) -> None:
        self.cancel_those(
            each for each in orders if each.expires_ms is not None and each.expires_ms <= at_ms
        )

    # Looking things up.

    def live_order(self, order_id: str) -> NaiveOrder:
        order = next((each for each in self.orders if each.id == order_id), None)
        if order is None:
            raise Refused("order_not_found")
        if not order.is_live:
            raise Refused("order_not_working")
        return order

    def working(self, symbol: str) -> list[NaiveOrder]:
        """At the market or on the way to it."""
        return [
            each
            for each in self.orders
            if each.symbol == symbol and each.status in (WORKING, PLACING)
        ]

    def position(self, symbol: str) -> NaivePosition:
        return self.positions.get(symbol) or NaivePosition()

    def being_closed(self, symbol: str, without: list[NaiveOrder]) -> Fraction:
        closing = [
            each
            for each in self.working(symbol)
            if each.reduce_only and not each.is_bracket and each not in without
        ]
        return sum((each.remaining for each in closing), NOTHING)

    def prices(
        self, request: OrderRequest, market: Market
    ) -> tuple[Fraction | None, Fraction | None]:
        limit, stop = request.limit_price, request.stop_price
        used_limit = Fraction(limit) if limit is not None and request.type.has_limit else None
        if not request.type.has_stop:
            return used_limit, None
        if request.trail is not None:
            start = worth(market.mark, request.side)
            return used_limit, stop_behind(start, request.side, request.trail, market)
        assert stop is not None
        return used_limit, Fraction(stop)

    def next_id(self) -> str:
        return f"order-{len(self.orders) + 1}"

    def next_turn(self) -> int:
        self.turns += 1
        return self.turns


def check_prices(prices: Iterable[Decimal | None], market: Market) -> None:
    given = [Fraction(each) for each in prices if each is not None]
    if any(price <= 0 for price in given):
        raise Refused("price_not_positive")
    if any(price > LARGEST for price in given):
        raise Refused("price_too_large")
    if any(price % Fraction(market.tick_size) for price in given):
        raise Refused("price_off_tick")


def worth(mark: Touch | None, side: Side) -> Fraction | None:
    """What an order of `side` would about trade at: the other price where its own isn't shown."""
    if mark is None:
        return None
    own, other = mark.price(side), mark.price(side.opposite)
    return Fraction(own if own > 0 else other)


def entry(order: NaiveOrder, market: Market) -> Fraction | None:
    if order.limit is not None:
        return order.limit
    return order.stop if order.stop is not None else worth(market.mark, order.side)


def stop_behind(price: Fraction | None, side: Side, trail: Trail, market: Market) -> Fraction:
    assert price is not None
    return max(price + Fraction(trail.distance) * side, Fraction(market.tick_size))


def behind(touch: Touch, side: Side, trail: Trail, market: Market) -> Fraction:
    return stop_behind(Fraction(touch.price(side)), side, trail, market)


def is_fillable(order: NaiveOrder, touch: Touch) -> bool:
    if order.waits_for_trigger or not touch.is_tradable(order.side):
        return False
    return (
        order.limit is None or (order.limit - Fraction(touch.price(order.side))) * order.side >= 0
    )


def rest_if_away(order: NaiveOrder, touch: Touch) -> None:
    """A limit order rests from the first touch that stands away from its limit."""
    if order.status != WORKING or order.limit is None:
        return
    shows = touch.is_tradable(order.side)
    if shows and not order.waits_for_trigger and not is_fillable(order, touch):
        order.is_resting = True


def line(order: NaiveOrder) -> tuple[bool, Fraction, int]:
    """Market orders first, then the better limit, then the older."""
    return (
        order.limit is not None,
        NOTHING if order.limit is None else -order.limit * order.side,
        order.turn,
    )


def closable_by(position: NaivePosition, side: Side) -> Fraction:
    """How much of the position an order of `side` can close."""
    return abs(position.quantity) if position.quantity * side < 0 else NOTHING


def exposure(position: NaivePosition) -> Fraction:
    return abs(position.cost * position.rate)


def side_of(position: NaivePosition) -> Side:
    return Side.BUY if position.quantity > 0 else Side.SELL


def with_leg(brackets: Brackets, leg: NaiveOrder) -> Brackets:
    """As they are now that this leg was changed."""
    if leg.limit is not None:
        return replace(brackets, take_profit=to_decimal(leg.limit))
    assert leg.stop is not None
    stop_loss = None if leg.trail else to_decimal(leg.stop)
    return replace(brackets, stop_loss=stop_loss, trail=leg.trail)


def to_decimal(price: Fraction) -> Decimal:
    return Decimal(price.numerator) / Decimal(price.denominator)


def to_money(value: Fraction) -> Fraction:
    """Half-even to eight decimals."""
    return Fraction(round(value * 10**8), 10**8)
