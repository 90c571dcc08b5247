"""Random commands and touches; after every step the identities of an account hold."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from fractions import Fraction

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from trading_api.modules.broker.engine.account import AccountState
from trading_api.modules.broker.engine.commands import (
    CancelOrder,
    ClosePosition,
    Command,
    MatchQuote,
    ModifyOrder,
    OpenAccount,
    PlaceOrder,
)
from trading_api.modules.broker.engine.engine import Engine
from trading_api.modules.broker.engine.events import (
    AccountOpened,
    Event,
    OrderFilled,
    OrderPlaced,
    OrderRested,
    OrderTriggered,
)
from trading_api.modules.broker.engine.order import Order, OrderStatus, OrderType, Side
from trading_api.modules.broker.engine.position import Position
from trading_api.modules.broker.engine.rejections import Rejection
from trading_api.modules.broker.engine.touch import Touch
from trading_api.modules.broker.engine.trading_rules import TradingRules

DEPOSIT = Decimal(100000)
RULES = {
    "AAPL": TradingRules("AAPL", Decimal("0.5"), Decimal(1), Decimal(20)),
    "BTC": TradingRules("BTC", Decimal("0.001"), Decimal("0.01"), Decimal(20)),
}
RATES = {"AAPL": Decimal(1), "BTC": Decimal("1.0837216119")}

SYMBOLS = st.sampled_from(sorted(RULES))
SIDES = st.sampled_from(Side)
TYPES = st.sampled_from(OrderType)
# Few prices, so that orders and touches meet; some are refused, some fall off one grid.
PRICES = st.sampled_from([Decimal(n) / 2 for n in range(190, 211)] + [Decimal("99.999")])
MAYBE_PRICES = st.none() | PRICES
QUANTITIES = st.sampled_from([Decimal(n) for n in range(1, 13)] + [Decimal("1.37"), Decimal(0)])
SIZES = st.sampled_from([Decimal(n) for n in (0, 1, 2, 3, 5, 8, 40)] + [Decimal("0.7")])
NUMBERS = st.integers(1, 12)

TouchKey = tuple[str, int, Decimal, Decimal]


class Account(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.engine = Engine(AccountState())
        self.replayed = AccountState()
        self.events: list[Event] = []
        self.orders: dict[str, Order] = {}
        self.resting: set[str] = set()
        self.touches: dict[str, Touch] = {}
        self.taken: dict[tuple[TouchKey, Side], Decimal] = defaultdict(Decimal)
        self.paid: dict[str, Fraction] = defaultdict(Fraction)
        self.realized: dict[str, Fraction] = defaultdict(Fraction)
        self.held: dict[str, Decimal] = defaultdict(Decimal)
        self.at_ms = 0
        self.apply(OpenAccount("DEMO", "USD", DEPOSIT, 0), None)

    @rule(symbol=SYMBOLS, bid=PRICES, spread=st.integers(-1, 4), bid_size=SIZES, ask_size=SIZES)
    def quote(
        self, symbol: str, bid: Decimal, spread: int, bid_size: Decimal, ask_size: Decimal
    ) -> None:
        ask = bid + spread * Decimal("0.5")
        touch = Touch(symbol, self.at_ms, bid, ask, bid_size, ask_size, RATES[symbol])
        self.touches[symbol] = touch
        self.check_turns(touch)
        self.apply(MatchQuote(touch, self.at_ms), touch)

    @rule(symbol=SYMBOLS)
    def repeat_quote(self, symbol: str) -> None:
        if touch := self.touches.get(symbol):
            self.apply(MatchQuote(touch, self.at_ms), touch)

    @rule(
        symbol=SYMBOLS,
        side=SIDES,
        type=TYPES,
        quantity=QUANTITIES,
        limit_price=MAYBE_PRICES,
        stop_price=MAYBE_PRICES,
        reduce_only=st.booleans(),
        is_silent=st.booleans(),
    )
    def place(
        self,
        symbol: str,
        side: Side,
        type: OrderType,
        quantity: Decimal,
        limit_price: Decimal | None,
        stop_price: Decimal | None,
        reduce_only: bool,
        is_silent: bool,
    ) -> None:
        touch = None if is_silent else self.touches.get(symbol)
        command = PlaceOrder(
            symbol=symbol,
            side=side,
            type=type,
            quantity=quantity,
            limit_price=limit_price,
            stop_price=stop_price,
            reduce_only=reduce_only,
            rules=RULES[symbol],
            touch=touch,
            at_ms=self.at_ms,
        )
        self.apply(command, touch)

    @rule(
        number=NUMBERS,
        quantity=QUANTITIES,
        limit_price=MAYBE_PRICES,
        stop_price=MAYBE_PRICES,
        keeps_prices=st.booleans(),
        is_silent=st.booleans(),
    )
    def modify(
        self,
        number: int,
        quantity: Decimal,
        limit_price: Decimal | None,
        stop_price: Decimal | None,
        keeps_prices: bool,
        is_silent: bool,
    ) -> None:
        if not (order := self.orders.get(f"order-{number}")):
            return
        touch = None if is_silent else self.touches.get(order.symbol)
        command = ModifyOrder(
            order_id=order.id,
            symbol=order.symbol,
            side=order.side,
            type=order.type,
            quantity=quantity,
            limit_price=order.limit_price if keeps_prices else limit_price,
            stop_price=order.stop_price if keeps_prices or order.is_triggered else stop_price,
            rules=RULES[order.symbol],
            touch=touch,
            at_ms=self.at_ms,
        )
        self.apply(command, touch)

    @rule(number=NUMBERS)
    def cancel(self, number: int) -> None:
        self.apply(CancelOrder(f"order-{number}", self.at_ms), None)

    @rule(symbol=SYMBOLS, quantity=st.none() | QUANTITIES, is_silent=st.booleans())
    def close(self, symbol: str, quantity: Decimal | None, is_silent: bool) -> None:
        touch = None if is_silent else self.touches.get(symbol)
        command = ClosePosition(
            symbol=symbol, quantity=quantity, rules=RULES[symbol], touch=touch, at_ms=self.at_ms
        )
        self.apply(command, touch)

    def apply(self, command: Command, touch: Touch | None) -> None:
        self.at_ms += 1
        preview = self.engine.preview(command)
        assert self.engine.state == self.replayed, "a preview changes nothing"
        result = self.engine.apply(command)
        assert result == preview
        if isinstance(result, Rejection):
            assert self.engine.state == self.replayed, "a rejection changes nothing"
            return
        for event in result:
            self.hear(event, touch)
        if touch is not None:
            self.resting |= {order.id for order in away(self.engine.state, touch)}
            self.check_nothing_is_left_to_match(touch)

    def hear(self, event: Event, touch: Touch | None) -> None:
        self.events.append(event)
        self.replayed.evolve(event)
        if isinstance(event, AccountOpened):
            return
        known = self.orders.get(event.order.id)
        assert (known is None) == isinstance(event, OrderPlaced), "an order is placed once"
        if known is not None:
            assert known.status is OrderStatus.WORKING, "terminal orders never change"
            assert event.order.version == known.version + 1
            if event.order.sequence != known.sequence:
                self.resting.discard(known.id)
        self.orders[event.order.id] = event.order
        if isinstance(event, OrderFilled | OrderTriggered | OrderRested):
            assert touch is not None
            assert not touch.is_crossed
        if isinstance(event, OrderFilled):
            assert touch is not None
            self.check_fill(event, touch)

    def check_fill(self, event: OrderFilled, touch: Touch) -> None:
        execution, order = event.execution, event.order
        side = execution.side
        change = execution.quantity * side
        assert execution.quantity > 0
        assert order.filled_quantity <= order.quantity
        assert (order.status is OrderStatus.FILLED) == (order.filled_quantity == order.quantity)
        assert order.type is not OrderType.STOP or order.is_triggered
        if order.id in self.resting:
            assert execution.price == order.limit_price
        else:
            assert execution.price == touch.price(side)
        if order.limit_price is not None:
            assert (order.limit_price - execution.price) * side >= 0, "never worse than its limit"
            assert (execution.price - touch.price(side)) * side >= 0, "never better than the touch"
        key = (touch.symbol, touch.time_ms, touch.bid, touch.ask)
        self.taken[key, side] += execution.quantity
        assert self.taken[key, side] <= touch.size(side), "no more than was displayed"
        held = self.held[order.symbol]
        if order.reduce_only:
            assert held * side < 0, "closing never adds"
            assert abs(change) <= abs(held), "closing never opens"
        self.held[order.symbol] = held + change
        self.check_cash(event, held)

    def check_cash(self, event: OrderFilled, held: Decimal) -> None:
        execution, position = event.execution, event.position
        assert position.quantity == self.held[position.symbol]
        if held * execution.side >= 0:
            assert execution.realized_pl == 0, "only a reduction realizes"
        self.paid[position.symbol] += (
            Fraction(execution.price) * Fraction(execution.quantity) * execution.side
        )
        self.realized[position.symbol] += Fraction(execution.realized_pl)
        if RATES[position.symbol] != 1:
            return
        cash = self.realized[position.symbol] + self.paid[position.symbol]
        assert Fraction(position.cost) == cash + Fraction(position.residue)
        if not position.quantity:
            assert cash == 0, "a round trip realizes its cash flow to the last digit"

    def check_turns(self, touch: Touch) -> None:
        state = self.engine.state
        book = state.book(touch.symbol)
        assert book.reached_stops(touch) == reached_stops(state, touch)
        for side in Side:
            assert book.fillable(side, touch) == in_turn(state, side, touch)
        assert book.coming_to_rest(touch) == coming_to_rest(state, touch)

    def check_nothing_is_left_to_match(self, touch: Touch) -> None:
        assert not coming_to_rest(self.engine.state, touch)
        key = (touch.symbol, touch.time_ms, touch.bid, touch.ask)
        for order in self.engine.state.working_orders(touch.symbol):
            assert not is_triggered(order, touch)
            if self.taken[key, order.side] < touch.size(order.side):
                assert not is_fillable(order, touch)

    @invariant()
    def replaying_the_events_gives_the_same_state(self) -> None:
        assert self.replayed == self.engine.state
        assert self.replayed.seq == len(self.events)

    @invariant()
    def balance_is_the_sum_of_its_lines(self) -> None:
        state = self.engine.state
        realized = sum((execution.realized_pl for execution in state.executions), Decimal(0))
        commission = sum((execution.commission for execution in state.executions), Decimal(0))
        assert (state.realized_pl, state.commission) == (realized, commission)
        assert state.balance == DEPOSIT + realized - commission

    @invariant()
    def position_is_the_sum_of_its_executions(self) -> None:
        state = self.engine.state
        held: dict[str, Decimal] = defaultdict(Decimal)
        for execution in state.executions:
            held[execution.symbol] += execution.quantity * execution.side
        open_positions = {symbol: quantity for symbol, quantity in held.items() if quantity}
        assert open_positions == {
            symbol: position.quantity for symbol, position in state.positions.items()
        }

    @invariant()
    def orders_agree_with_their_executions(self) -> None:
        state = self.engine.state
        quantities: dict[str, Decimal] = defaultdict(Decimal)
        values: dict[str, Decimal] = defaultdict(Decimal)
        for execution in state.executions:
            quantities[execution.order_id] += execution.quantity
            values[execution.order_id] += execution.quantity * execution.price
        for order in state.orders.values():
            assert order.filled_quantity == quantities[order.id]
            assert order.filled_value == values[order.id]
        assert state.orders == self.orders

    @invariant()
    def ids_and_places_in_the_queue_are_unique(self) -> None:
        state = self.engine.state
        executions = [execution.id for execution in state.executions]
        working = [order for book in state.working.values() for order in book.orders.values()]
        assert len(set(executions)) == len(executions)
        assert len({order.sequence for order in working}) == len(working)
        assert {order.id for order in working} == {
            order.id for order in state.orders.values() if order.status is OrderStatus.WORKING
        }

    @invariant()
    def orders_rest_from_the_first_touch_away_from_their_limit(self) -> None:
        for book in self.engine.state.working.values():
            for order in book.orders.values():
                assert order.is_resting == (order.id in self.resting)

    @invariant()
    def closing_orders_face_an_open_position(self) -> None:
        for book in self.engine.state.working.values():
            for order in book.orders.values():
                position = self.engine.state.positions.get(order.symbol, Position(order.symbol))
                assert not order.reduce_only or position.quantity * order.side < 0


def in_turn(state: AccountState, side: Side, touch: Touch) -> list[Order]:
    """The slow twin of `Book.fillable`."""
    orders = [
        order
        for order in state.orders.values()
        if (order.symbol, order.side) == (touch.symbol, side)
        and order.status is OrderStatus.WORKING
        and is_fillable(order, touch)
    ]
    return sorted(orders, key=lambda order: (*line(order), order.sequence))


def line(order: Order) -> tuple[bool, Decimal]:
    if order.limit_price is None:
        return (False, Decimal(0))
    return (True, -order.limit_price * order.side)


def reached_stops(state: AccountState, touch: Touch) -> list[Order]:
    """The slow twin of `Book.reached_stops`."""
    orders = [
        order
        for order in state.orders.values()
        if order.symbol == touch.symbol
        and order.status is OrderStatus.WORKING
        and is_triggered(order, touch)
    ]
    return sorted(orders, key=lambda order: order.sequence)


def coming_to_rest(state: AccountState, touch: Touch) -> list[Order]:
    """The slow twin of `Book.coming_to_rest`."""
    orders = [order for order in away(state, touch) if not order.is_resting]
    return sorted(orders, key=lambda order: order.sequence)


def away(state: AccountState, touch: Touch) -> list[Order]:
    """The limit orders from whose limit the touch stands away."""
    return [
        order
        for order in state.orders.values()
        if order.symbol == touch.symbol
        and order.status is OrderStatus.WORKING
        and order.limit_price is not None
        and not order.awaits_trigger
        and is_tradable(touch, order.side)
        and not is_fillable(order, touch)
    ]


def is_tradable(touch: Touch, side: Side) -> bool:
    price, size = (touch.ask, touch.ask_size) if side is Side.BUY else (touch.bid, touch.bid_size)
    return touch.bid <= touch.ask and price > 0 and size > 0


def is_triggered(order: Order, touch: Touch) -> bool:
    if order.stop_price is None or order.is_triggered or not is_tradable(touch, order.side):
        return False
    if order.side is Side.BUY:
        return touch.ask >= order.stop_price
    return touch.bid <= order.stop_price


def is_fillable(order: Order, touch: Touch) -> bool:
    if order.awaits_trigger or not is_tradable(touch, order.side):
        return False
    if order.limit_price is None:
        return True
    if order.side is Side.BUY:
        return touch.ask <= order.limit_price
    return touch.bid >= order.limit_price


Account.TestCase.settings = settings(
    max_examples=150,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],  # a busy machine is no fault
)
test_identities_hold_after_every_step = Account.TestCase
