"""Random commands and touches: after every step the identities of an account hold, and the naive
exchange stands where the engine does."""

from __future__ import annotations

import os
from collections import defaultdict
from decimal import Decimal, localcontext
from fractions import Fraction

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.kit.engine_tables import assert_same_holdings
from tests.kit.naive_exchange import (
    NaiveExchange,
    NaiveExecution,
    NaiveOrder,
)
from trading_api.domain.broker_commands import IdempotencyKey
from trading_api.domain.orders import (
    NO_BRACKETS,
    Brackets,
    Duration,
    OrderRequest,
    OrderStatus,
    OrderType,
    Side,
    Trail,
)
from trading_api.modules.broker.engine.account import AccountState
from trading_api.modules.broker.engine.brackets import bracket_size, is_suspended_by_reversal
from trading_api.modules.broker.engine.cash import cash_lines
from trading_api.modules.broker.engine.checks.rejection import Rejection
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
from trading_api.modules.broker.engine.engine import Duplicate, Engine, Outcome
from trading_api.modules.broker.engine.events import (
    AccountReset,
    Event,
    OrderEvent,
    OrderFilled,
    OrderRested,
    OrderTriggered,
    TrailingStopMoved,
)
from trading_api.modules.broker.engine.exchange_rules import ExchangeRules, FeeSchedule, Slippage
from trading_api.modules.broker.engine.execution import Execution
from trading_api.modules.broker.engine.margin import (
    equity,
    leverage_of,
    unrealized_at,
    used_margin,
)
from trading_api.modules.broker.engine.money import EXACT
from trading_api.modules.broker.engine.order import Order
from trading_api.modules.broker.engine.touch import Touch
from trading_api.modules.broker.engine.trading_rules import TradingRules
from trading_api.modules.broker.engine.transitions import TRANSITIONS
from trading_api.modules.broker.journal.verify.event_checks import first_discrepancy

BALANCE = Decimal(5000)
TRADING_RULES = {
    "AAPL": TradingRules("AAPL", Decimal("0.5"), Decimal(1), Decimal(60)),
    "BTC": TradingRules("BTC", Decimal("0.001"), Decimal("0.01"), Decimal(20)),
}
RATES = {"AAPL": Decimal(1), "BTC": Decimal("1.0837216119")}
CENT = Decimal("0.01")

# One symbol more than the other, so that its orders meet.
SYMBOLS = st.sampled_from(["AAPL", "AAPL", "AAPL", "BTC"])
SIDES = st.sampled_from(Side)
# Few prices, so that orders and touches meet; some are refused, some fall off one grid.
PRICES = st.sampled_from([Decimal(n) / 2 for n in range(190, 211)] + [Decimal("99.999")])
MAYBE_PRICES = st.none() | PRICES
QUANTITIES = st.sampled_from([Decimal(n) for n in range(1, 13)] + [Decimal("1.37"), Decimal(0)])
SIZES = st.sampled_from([Decimal(n) for n in (0, 1, 2, 3, 5, 8, 40)] + [Decimal("0.7")])
NUMBERS = st.integers(1, 12)
TRAILS = st.none() | st.builds(
    Trail, st.just(Decimal(1)), st.sampled_from([Decimal("0.5"), CENT * 200])
)
BRACKETS = st.just(NO_BRACKETS) | st.builds(
    Brackets, take_profit=MAYBE_PRICES, stop_loss=MAYBE_PRICES, trail=TRAILS
)
KEYS = st.none() | st.builds(
    IdempotencyKey,
    st.just("any"),
    st.sampled_from(["k1", "k2", "k3"]),
    st.sampled_from(["same", "other"]),
)
COMMISSIONS = st.sampled_from(
    [
        FeeSchedule(),
        FeeSchedule(per_unit=Decimal("0.005"), minimum=Decimal(1)),
        FeeSchedule(maker_bps=Decimal("0.5"), taker_bps=Decimal(3)),
        FeeSchedule(Decimal("0.01"), Decimal(1), Decimal("2.5"), Decimal("0.35")),
        FeeSchedule(maker_bps=Decimal(120), taker_bps=Decimal(100), minimum=Decimal(2)),
    ]
)
EXCHANGE_RULES = st.builds(
    ExchangeRules,
    fees=COMMISSIONS,
    slippage=st.sampled_from([Slippage(), Slippage(3, seed=7)]),
    latency_ms=st.sampled_from([0, 0, 2]),
    leverage_default=st.sampled_from([Decimal(1), Decimal(5), Decimal(100), Decimal(100)]),
)

TouchKey = tuple[str, int, Decimal, Decimal]


class Account(RuleBasedStateMachine):
    @initialize(rules=EXCHANGE_RULES)
    def open(self, rules: ExchangeRules) -> None:
        self.exchange_rules = rules
        self.engine = Engine(AccountState(), rules)
        self.naive = NaiveExchange(rules)
        self.replayed = AccountState()
        self.orders: dict[str, Order] = {}
        self.lines: list[Decimal] = []
        self.reset_after = 0
        self.touches: dict[str, Touch] = {}
        self.taken: dict[tuple[TouchKey, Side], Decimal] = defaultdict(Decimal)
        self.at_ms = 0
        self.apply(OpenAccount("DEMO", "USD", BALANCE, 0))

    @rule(symbol=SYMBOLS, bid=PRICES, spread=st.integers(-1, 4), bid_size=SIZES, ask_size=SIZES)
    def quote(
        self, symbol: str, bid: Decimal, spread: int, bid_size: Decimal, ask_size: Decimal
    ) -> None:
        self.hear_quote(symbol, bid, bid + spread * Decimal("0.5"), bid_size, ask_size)

    @rule(symbol=SYMBOLS, bid=st.sampled_from([0, 60, 80, 120, 140]), ask=st.integers(-1, 1))
    def gap(self, symbol: str, bid: int, ask: int) -> None:
        self.hear_quote(symbol, Decimal(bid), Decimal((bid + ask) * ask), Decimal(6), Decimal(6))

    def hear_quote(
        self, symbol: str, bid: Decimal, ask: Decimal, bid_size: Decimal, ask_size: Decimal
    ) -> None:
        touch = Touch(symbol, self.at_ms, bid, ask, bid_size, ask_size, RATES[symbol])
        self.touches[symbol] = touch
        self.apply(MatchQuote(self.market(symbol)))

    @rule(symbol=SYMBOLS)
    def lose_price(self, symbol: str) -> None:
        """Until the next quote nothing tells what the symbol is worth: its source starts anew."""
        self.touches.pop(symbol, None)

    @rule(symbol=SYMBOLS)
    def repeat_quote(self, symbol: str) -> None:
        if symbol in self.touches:
            self.apply(MatchQuote(self.market(symbol)))

    @rule(
        symbol=SYMBOLS,
        side=SIDES,
        type=st.sampled_from(OrderType),
        quantity=QUANTITIES,
        limit_price=MAYBE_PRICES,
        stop_price=MAYBE_PRICES,
        trail=st.none() | TRAILS,
        duration=st.none() | st.sampled_from(Duration),
        expires_in_ms=st.none() | st.integers(0, 9),
        brackets=BRACKETS,
        reduce_only=st.sampled_from([False, False, False, True]),
        client_id=st.sampled_from(["", "", "mine"]),
        key=KEYS,
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
        trail: Trail | None,
        duration: Duration | None,
        expires_in_ms: int | None,
        brackets: Brackets,
        reduce_only: bool,
        client_id: str,
        key: IdempotencyKey | None,
        is_silent: bool,
    ) -> None:
        request = OrderRequest(
            symbol=symbol,
            side=side,
            type=type,
            quantity=quantity,
            limit_price=limit_price,
            stop_price=stop_price,
            trail=trail,
            duration=duration,
            expires_ms=None if expires_in_ms is None else self.at_ms + expires_in_ms,
            brackets=brackets,
            reduce_only=reduce_only,
            client_id=client_id,
        )
        self.apply(PlaceOrder(request, self.market(symbol, is_silent), key))

    @rule(symbol=SYMBOLS, side=SIDES, quantity=st.integers(1, 9), is_wide=st.booleans())
    def enter(self, symbol: str, side: Side, quantity: int, is_wide: bool) -> None:
        """A market order with brackets around the touch: what the others seldom hit upon."""
        if symbol not in self.touches:
            return
        price = self.touches[symbol].price(side)
        profit, loss = price + side * (5 if is_wide else 1), price - side * (5 if is_wide else 1)
        request = OrderRequest(
            symbol=symbol,
            side=side,
            type=OrderType.MARKET,
            quantity=Decimal(quantity),
            brackets=Brackets(profit, loss),
        )
        self.apply(PlaceOrder(request, self.market(symbol)))

    @rule(symbol=SYMBOLS, side=SIDES, less=st.integers(0, 2))
    def enter_with_all(self, symbol: str, side: Side, less: int) -> None:
        """As much as margin allows, or nearly."""
        if symbol not in self.touches:
            return
        market = self.market(symbol)
        with localcontext(EXACT):
            free = equity(self.engine.state, self.touches) - used_margin(
                self.engine.state, self.exchange_rules
            )
            leverage = leverage_of(self.engine.state, symbol, self.exchange_rules)
            unit = self.touches[symbol].price(side) * self.touches[symbol].rate
            quantity = Decimal(int(free * leverage / unit) - less) if unit > 0 else Decimal(1)
        self.apply(PlaceOrder(OrderRequest(symbol, side, OrderType.MARKET, quantity), market))

    @rule(symbol=SYMBOLS, away=st.integers(-2, 3))
    def close_later(self, symbol: str, away: int) -> None:
        """A closing order for all of the position, which may shrink meanwhile."""
        position = self.engine.state.position(symbol)
        if not position.quantity or symbol not in self.touches:
            return
        side = position.side.opposite
        request = OrderRequest(
            symbol=symbol,
            side=side,
            type=OrderType.LIMIT,
            quantity=abs(position.quantity),
            limit_price=self.touches[symbol].price(side) - away * side,
            reduce_only=True,
        )
        self.apply(PlaceOrder(request, self.market(symbol)))

    @rule(ms=st.sampled_from([4_998, 5_000]))
    def wait(self, ms: int) -> None:
        self.at_ms += ms

    @rule(
        number=NUMBERS,
        quantity=QUANTITIES,
        limit_price=MAYBE_PRICES,
        stop_price=MAYBE_PRICES,
        trail=TRAILS,
        duration=st.none() | st.sampled_from(Duration),
        expires_in_ms=st.none() | st.integers(0, 9),
        brackets=BRACKETS,
        keeps_prices=st.booleans(),
        keeps_brackets=st.booleans(),
        is_silent=st.booleans(),
        key=KEYS,
    )
    def modify(
        self,
        number: int,
        quantity: Decimal,
        limit_price: Decimal | None,
        stop_price: Decimal | None,
        trail: Trail | None,
        duration: Duration | None,
        expires_in_ms: int | None,
        brackets: Brackets,
        keeps_prices: bool,
        keeps_brackets: bool,
        is_silent: bool,
        key: IdempotencyKey | None,
    ) -> None:
        order = self.orders.get(f"order-{number}")
        if order is None:
            return
        request = OrderRequest(
            symbol=order.symbol,
            side=order.side,
            type=order.type,
            quantity=quantity,
            limit_price=order.limit_price if keeps_prices else limit_price,
            stop_price=order.stop_price if keeps_prices or order.is_triggered else stop_price,
            trail=trail if order.trail and not keeps_prices else order.trail,
            duration=duration,
            expires_ms=None if expires_in_ms is None else self.at_ms + expires_in_ms,
            brackets=order.brackets if keeps_brackets else brackets,
        )
        self.apply(ModifyOrder(order.id, request, self.market(order.symbol, is_silent), key))

    @rule(number=NUMBERS, key=KEYS)
    def cancel(self, number: int, key: IdempotencyKey | None) -> None:
        self.apply(CancelOrder(f"order-{number}", self.at_ms, key))

    @rule(numbers=st.none() | st.lists(NUMBERS, max_size=3))
    def cancel_many(self, numbers: list[int] | None) -> None:
        ids = None if numbers is None else [f"order-{number}" for number in numbers]
        self.apply(CancelOrders(ids, self.at_ms))

    @rule(symbol=SYMBOLS, quantity=st.none() | QUANTITIES, is_silent=st.booleans(), key=KEYS)
    def close(
        self, symbol: str, quantity: Decimal | None, is_silent: bool, key: IdempotencyKey | None
    ) -> None:
        self.apply(ClosePosition(quantity, self.market(symbol, is_silent), key))

    @rule(symbol=SYMBOLS, is_silent=st.booleans())
    def reverse(self, symbol: str, is_silent: bool) -> None:
        self.apply(ReversePosition(self.market(symbol, is_silent)))

    @rule(symbol=SYMBOLS, brackets=BRACKETS, is_silent=st.booleans())
    def protect(self, symbol: str, brackets: Brackets, is_silent: bool) -> None:
        self.apply(EditBrackets(brackets, self.market(symbol, is_silent)))

    @rule(symbol=SYMBOLS, times=st.sampled_from([0, 1, 2, 10, 100, 101]))
    def set_leverage(self, symbol: str, times: int) -> None:
        self.apply(SetLeverage(Decimal(times), self.market(symbol)))

    @rule(amount=st.sampled_from(["0", "500", "0.000000001", "1000"]))
    def deposit(self, amount: str) -> None:
        self.apply(DepositCash(Decimal(amount), self.at_ms))

    @rule()
    def expire(self) -> None:
        self.apply(ExpireOrders(self.at_ms))

    @rule(balance=st.sampled_from([None, "0", "-5", "1E+300", BALANCE]))
    def reset(self, balance: Decimal | str | None) -> None:
        if balance is not None:
            self.apply(ResetAccount(Decimal(balance), self.at_ms))

    def market(self, symbol: str, is_silent: bool = False) -> Market:
        touch = None if is_silent else self.touches.get(symbol)
        return Market(TRADING_RULES[symbol], touch, self.at_ms, dict(self.touches))

    def apply(self, command: Command) -> None:
        self.at_ms += 1
        before = used_margin(self.engine.state, self.exchange_rules)
        preview = self.engine.preview(command)
        assert self.engine.state == self.replayed, "a preview changes nothing"
        result = self.engine.apply(command)
        assert result == preview.outcome, "a preview returns exactly what happens"
        assert_same_holdings(preview.after, self.engine.state)
        assert answered(result) == self.naive.tell(command)
        if not isinstance(result, list):
            assert self.engine.state == self.replayed, "a rejection changes nothing"
            return
        market = getattr(command, "market", None)
        for event in result:
            self.hear(event, market)
        if market is not None and not isinstance(command, SetLeverage):
            self.check_nothing_is_left_to_match(market)
        if isinstance(command, PlaceOrder | ModifyOrder):
            self.check_margin(command, result, before)

    def hear(self, event: Event, market: Market | None) -> None:
        self.lines += [line.amount for line in cash_lines(self.replayed.seq + 1, event)]
        if isinstance(event, OrderEvent):
            self.check_transition(event)
        if isinstance(event, OrderFilled | OrderTriggered | OrderRested | TrailingStopMoved):
            assert market is not None
            assert market.touch is not None
            assert not market.touch.is_crossed
            assert event.order.symbol == market.symbol, "each symbol's own market"
        if isinstance(event, OrderFilled):
            assert market is not None
            self.check_fill(event, market)
        assert not first_discrepancy(self.replayed, "DEMO", event), "what verify-ledger would name"
        self.replayed.evolve(event)
        if isinstance(event, AccountReset):
            self.reset_after = len(self.replayed.executions)
            assert event.balance == sum(self.lines), "a reset is a line too"

    def check_transition(self, event: OrderEvent) -> None:
        order = event.order
        known = self.orders.get(order.id)
        step = (known.status if known else None, order.status)
        assert step in TRANSITIONS[type(event)]
        assert order.version == (known.version if known else 0) + 1
        if known is not None:
            assert not known.status.is_terminal, "terminal orders never change"
        if isinstance(event, TrailingStopMoved):
            assert known is not None
            assert known.stop_price is not None
            assert order.stop_price is not None
            assert (known.stop_price - order.stop_price) * order.side > 0, "never moves back"
        self.orders[order.id] = order

    def check_fill(self, event: OrderFilled, market: Market) -> None:
        execution, order, touch = event.execution, event.order, market.touch
        assert touch is not None
        side, state = execution.side, self.replayed
        assert execution.quantity > 0
        assert order.filled_quantity <= order.quantity
        assert order.type is not OrderType.STOP or order.is_triggered
        slipped = (execution.price - touch.price(side)) * side
        if order.limit_price is None:
            assert 0 <= slipped <= self.exchange_rules.slippage.ticks_max * market.tick_size
        else:
            assert execution.price in (order.limit_price, touch.price(side))
            assert order.is_resting == (execution.price == order.limit_price) or not slipped
            assert (order.limit_price - execution.price) * side >= 0, "never worse than its limit"
            assert slipped >= 0, "never better than the touch"
        key = (touch.symbol, touch.time_ms, touch.bid, touch.ask)
        self.taken[key, side] += execution.quantity
        assert self.taken[key, side] <= touch.size(side), "no more than was displayed"
        held = state.position(order.symbol).quantity
        if order.reduce_only:
            assert held * side < 0, "closing never adds"
            assert execution.quantity <= abs(held), "closing never opens"
        if held * side >= 0:
            rounding_carry = state.position(order.symbol).rounding_carry
            assert abs(execution.realized_pl) <= abs(rounding_carry), "only a reduction realizes"
        assert event.position.quantity == held + execution.quantity * side

    def check_nothing_is_left_to_match(self, market: Market) -> None:
        touch = market.touch
        for order in self.engine.state.working_orders(market.symbol):
            assert order.expires_ms is None or order.expires_ms > market.at_ms
            if order.status is OrderStatus.PLACING:
                assert order.arrives_ms > market.at_ms
                continue
            assert not order.duration.is_immediate, "it never waits"
            if touch is None or not touch.is_tradable(order.side):
                continue
            assert not is_triggered(order, touch)
            key = (touch.symbol, touch.time_ms, touch.bid, touch.ask)
            if is_fillable(order, touch):
                assert self.taken[key, order.side] >= touch.size(order.side)

    def check_margin(
        self, command: PlaceOrder | ModifyOrder, events: list[Event], before: Decimal
    ) -> None:
        """An order that is accepted and reserves more leaves free margin, as long as it is alone
        to trade at the touch that it meets. (Others may lose there what they had reserved.)"""
        state = self.engine.state
        used = used_margin(state, self.exchange_rules)
        if isinstance(command, ModifyOrder):
            own = command.order_id
        else:
            own = next(event.order.id for event in events if isinstance(event, OrderEvent))
        filled = [event.order for event in events if isinstance(event, OrderFilled)]
        if used > before and all(own in (order.id, order.parent_id) for order in filled):
            free = equity(state, command.market.marks) - used
            assert free >= -Decimal("1E-6")

    @invariant()
    def replaying_the_events_gives_the_same_state(self) -> None:
        assert self.replayed == self.engine.state

    @invariant()
    def balance_is_the_sum_of_its_lines(self) -> None:
        state = self.engine.state
        executions = state.executions[self.reset_after :]
        realized = sum((execution.realized_pl for execution in executions), Decimal(0))
        commission = sum((execution.commission for execution in executions), Decimal(0))
        assert (state.realized_pl, state.commission) == (realized, commission)
        assert state.balance == state.deposited + realized - commission
        assert state.balance == sum(self.lines)

    @invariant()
    def equity_is_balance_and_what_closing_now_would_pay(self) -> None:
        state = self.engine.state
        with localcontext(EXACT):
            unrealized = sum(
                unrealized_at(position, self.touches.get(symbol))
                for symbol, position in state.positions.items()
            )
            assert equity(state, self.touches) == state.balance + unrealized

    @invariant()
    def position_is_the_sum_of_its_executions(self) -> None:
        state = self.engine.state
        held: dict[str, Decimal] = defaultdict(Decimal)
        for execution in state.executions[self.reset_after :]:
            held[execution.symbol] += execution.quantity * execution.side
        assert {symbol: quantity for symbol, quantity in held.items() if quantity} == {
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
    def brackets_close_at_most_what_was_filled(self) -> None:
        state = self.engine.state
        for parent_id, ids in state.brackets_of.items():
            closed = sum(state.orders[each].filled_quantity for each in ids)
            assert closed <= state.orders[parent_id].filled_quantity
            for each in ids:
                claim = state.bracket_index(state.orders[each].symbol).claims.get(each)
                assert (claim is not None) == state.orders[each].is_live
                assert (
                    claim is None
                    or claim.remaining == state.orders[parent_id].filled_quantity - closed
                )
        for order in state.live_orders():
            held = state.position(order.symbol).quantity
            if order.is_bracket and order.status is OrderStatus.WORKING:
                assert order.remaining_quantity <= -held * order.side, "never over-sells"

    @invariant()
    def no_bracket_sleeps_while_it_could_protect(self) -> None:
        state = self.engine.state
        for order in state.live_orders():
            if order.is_bracket and order.status is OrderStatus.INACTIVE:
                assert not bracket_size(state, order) or is_suspended_by_reversal(state, order)

    @invariant()
    def a_reversal_closes_alone(self) -> None:
        state = self.engine.state
        for symbol in TRADING_RULES:
            live = [order for order in state.working_orders(symbol) if order.is_reversal]
            reversal = state.live_reversal(symbol)
            assert live == ([reversal] if reversal else [])
            for order in state.closing_orders(symbol):
                assert reversal is None or order.side is not reversal.side

    @invariant()
    def closing_orders_face_an_open_position(self) -> None:
        state = self.engine.state
        for order in state.live_orders():
            if order.reduce_only and order.status is not OrderStatus.INACTIVE:
                assert state.position(order.symbol).quantity * order.side < 0

    @invariant()
    def ids_and_places_in_the_queue_are_unique(self) -> None:
        state = self.engine.state
        executions = [execution.id for execution in state.executions]
        live = state.live_orders()
        assert len(set(executions)) == len(executions)
        assert len({order.sequence for order in live}) == len(live)
        assert {order.id for order in live} == {
            order.id for order in state.orders.values() if order.is_live
        }

    @invariant()
    def naive_exchange_agrees(self) -> None:
        state, naive = self.engine.state, self.naive
        ours = [seen(order) for order in state.orders.values()]
        assert ours == [naively_seen(order) for order in naive.orders]
        assert [executed(each) for each in state.executions] == naive.executions
        assert state.execution_count == len(naive.executions)
        for symbol, own in state.executions_by_symbol.items():
            assert own == [each for each in state.executions if each.symbol == symbol]
        assert state.balance == naive.balance
        assert state.positions.keys() == naive.positions.keys()
        for symbol, position in state.positions.items():
            assert position.quantity == naive.positions[symbol].quantity
            assert abs(Fraction(position.cost) - naive.positions[symbol].cost) < Fraction(1, 10**15)
        symbols = {order.symbol for order in naive.orders}
        margin = sum(naive.margin(symbol) for symbol in symbols)
        assert used_margin(state, self.exchange_rules) == margin


def answered(result: Outcome) -> str:
    match result:
        case Rejection():
            return f"refused: {result.code}"
        case Duplicate():
            return f"duplicate: {result.order_id}"
    return ""


def executed(execution: Execution) -> NaiveExecution:
    return NaiveExecution(
        order_id=execution.order_id,
        price=Fraction(execution.price),
        quantity=Fraction(execution.quantity),
        realized=Fraction(execution.realized_pl),
        commission=Fraction(execution.commission),
    )


def seen(order: Order) -> tuple[object, ...]:
    fixed = (
        order.id,
        order.symbol,
        order.side,
        order.type,
        order.status.name,
        order.quantity,
        order.filled_quantity,
        order.filled_value,
        order.accrued_commission,
        order.duration,
        order.expires_ms,
        order.brackets,
        order.reduce_only,
        order.is_bracket,
        order.is_liquidation,
        order.is_reversal,
        order.parent_id,
        order.client_id,
        order.reserve_price,
        order.reserve_cost,
    )
    if not order.is_live:
        return fixed
    return (
        *fixed,
        order.limit_price,
        order.stop_price,
        order.trail,
        order.is_triggered,
        order.is_resting,
    )


def naively_seen(order: NaiveOrder) -> tuple[object, ...]:
    fixed = (
        order.id,
        order.symbol,
        order.side,
        order.type,
        order.status,
        order.quantity,
        order.filled,
        order.value,
        order.accrued,
        order.duration,
        order.expires_ms,
        order.brackets,
        order.reduce_only,
        order.is_bracket,
        order.is_liquidation,
        order.is_reversal,
        order.parent_id,
        order.client_id,
        order.reserve,
        order.cost,
    )
    if not order.is_live:
        return fixed
    return (*fixed, order.limit, order.stop, order.trail, order.is_triggered, order.is_resting)


def is_triggered(order: Order, touch: Touch) -> bool:
    if order.stop_price is None or order.is_triggered:
        return False
    return (touch.price(order.side) - order.stop_price) * order.side >= 0


def is_fillable(order: Order, touch: Touch) -> bool:
    if order.stop_price is not None and not order.is_triggered:
        return False
    if order.limit_price is None:
        return True
    return (order.limit_price - touch.price(order.side)) * order.side >= 0


Account.TestCase.settings = settings(
    max_examples=int(os.environ.get("PROVE_EXAMPLES", "300")),
    stateful_step_count=40,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],  # a busy machine is no fault
)
test_identities_hold_after_every_step = Account.TestCase
