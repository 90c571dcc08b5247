"""After every step of a random account its identities hold, and the naive exchange agrees."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal, localcontext
from fractions import Fraction

from hypothesis import HealthCheck, settings
from hypothesis.stateful import invariant

from tests.kit.engine_comparison import answered, executed, naively_seen, seen
from tests.kit.engine_tables import assert_same_holdings
from tests.kit.naive.exchange import NaiveExchange
from tests.kit.random_account import TRADING_RULES, RandomAccount
from trading_api.domain.orders import OrderStatus, OrderType, Side
from trading_api.modules.broker.engine.account import AccountState
from trading_api.modules.broker.engine.brackets import bracket_size, is_suspended_by_reversal
from trading_api.modules.broker.engine.cash import cash_lines
from trading_api.modules.broker.engine.commands import (
    Command,
    Market,
    MatchQuote,
    ModifyOrder,
    PlaceOrder,
    SetLeverage,
)
from trading_api.modules.broker.engine.events import (
    AccountReset,
    Event,
    MarginLevelCrossed,
    NotificationRaised,
    OrderEvent,
    OrderFilled,
    OrderRested,
    OrderTriggered,
    PositionSettled,
    TrailingStopMoved,
)
from trading_api.modules.broker.engine.exchange_rules import ExchangeRules
from trading_api.modules.broker.engine.margin import (
    equity,
    maintenance_margin,
    unrealized_at,
    used_margin,
)
from trading_api.modules.broker.engine.money import EXACT
from trading_api.modules.broker.engine.order import Order
from trading_api.modules.broker.engine.position import Position
from trading_api.modules.broker.engine.quote_reach import quote_reach
from trading_api.modules.broker.engine.touch import Touch
from trading_api.modules.broker.engine.transitions import TRANSITIONS
from trading_api.modules.broker.journal.verify.event_checks import first_discrepancy
from trading_api.modules.broker.paper.order_index import OrderIndex

TouchKey = tuple[str, int, Decimal, Decimal]


class Account(RandomAccount):
    def begin(self) -> None:
        self.naive = NaiveExchange(self.exchange_rules)
        self.replayed = AccountState()
        self.orders: dict[str, Order] = {}
        self.notified: list[NotificationRaised] = []
        self.lines: list[Decimal] = []
        self.reset_after = 0
        self.settled: dict[str, Decimal] = defaultdict(Decimal)
        self.settled_pl = Decimal(0)
        self.taken: dict[tuple[TouchKey, Side], Decimal] = defaultdict(Decimal)

    def apply(self, command: Command) -> None:
        self.at_ms += 1
        before = used_margin(self.engine.state, self.exchange_rules)
        was_below = is_below_maintenance(self.engine.state, self.exchange_rules, self.touches)
        positions = dict(self.engine.state.positions)
        is_reached = self.is_reached(command)
        preview = self.engine.preview(command)
        assert self.engine.state == self.replayed, "a preview changes nothing"
        result = self.engine.apply(command)
        assert result == preview.outcome, "a preview returns exactly what happens"
        assert_same_holdings(preview.after, self.engine.state)
        assert answered(result) == self.naive.apply(command)
        if not isinstance(result, list):
            assert self.engine.state == self.replayed, "a rejection changes nothing"
            return
        if isinstance(command, MatchQuote):
            matched = [each for each in result if not isinstance(each, MarginLevelCrossed)]
            assert is_reached or was_below or not matched, "the quote reaches nothing"
        market = getattr(command, "market", None)
        for event in result:
            self.follow(event, market)
        if market is not None and not isinstance(command, SetLeverage):
            self.check_nothing_is_left_to_match(market)
        if isinstance(command, PlaceOrder | ModifyOrder):
            self.check_margin(command, result, before)
        if not (was_below or isinstance(command, MatchQuote)):
            self.check_maintenance(command, positions)

    def is_reached(self, command: Command) -> bool:
        """Return whether the index of orders finds the account for a quote."""
        if not isinstance(command, MatchQuote):
            return False
        index = OrderIndex()
        index.put("DEMO", quote_reach(self.engine.state.open_orders(command.market.symbol)))
        return bool(index.take_reached(command.market))

    def follow(self, event: Event, market: Market | None) -> None:
        self.lines += [line.amount for line in cash_lines(self.replayed.seq + 1, event)]
        if isinstance(event, OrderEvent):
            self.check_transition(event)
        if isinstance(event, NotificationRaised):
            self.notified.append(event)
        if isinstance(event, OrderFilled | OrderTriggered | OrderRested | TrailingStopMoved):
            assert market is not None
            assert market.touch is not None
            assert not market.touch.is_crossed
            assert event.order.symbol == market.symbol, "each symbol's own market"
        if isinstance(event, OrderFilled):
            assert market is not None
            self.check_fill(event, market)
        assert not first_discrepancy(self.replayed, "DEMO", event), "verify-ledger would report it"
        if isinstance(event, PositionSettled):
            self.settled[event.symbol] += self.replayed.position(event.symbol).quantity
            self.settled_pl += event.realized_pl
        self.replayed.evolve(event)
        if isinstance(event, AccountReset):
            self.settled.clear()
            self.settled_pl = Decimal(0)
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
        """Check that an accepted order that reserves more leaves free margin.

        This holds as long as no other order trades at the touch that it meets, because others may
        lose there what they had reserved."""
        state = self.engine.state
        used = used_margin(state, self.exchange_rules)
        first = next(event.order.id for event in events if isinstance(event, OrderEvent))
        own = command.order_id if isinstance(command, ModifyOrder) else first
        filled = [event.order for event in events if isinstance(event, OrderFilled)]
        if used > before and all(own in (order.id, order.parent_id) for order in filled):
            free = equity(state, command.market.marks) - used
            assert free >= -Decimal("1E-6")

    def check_maintenance(self, command: Command, before: dict[str, Position]) -> None:
        """Check that the next quote at the same prices would not liquidate.

        Only the costs of closing may lead to that, because closing is never refused."""
        if is_below_maintenance(self.engine.state, self.exchange_rules, self.touches):
            after = self.engine.state.positions
            shrunk = [
                symbol
                for symbol, position in before.items()
                if symbol not in after or abs(after[symbol].quantity) < abs(position.quantity)
            ]
            assert shrunk, "closing has costs"
            for symbol, position in after.items():
                held = before[symbol].quantity if symbol in before else Decimal(0)
                assert held * position.quantity > 0, "nothing was opened"
                assert abs(position.quantity) <= abs(held), "nothing was added"

    @invariant()
    def replaying_the_events_gives_the_same_state(self) -> None:
        assert self.replayed == self.engine.state

    @invariant()
    def balance_is_the_sum_of_its_lines(self) -> None:
        state = self.engine.state
        executions = state.executions[self.reset_after :]
        realized = sum((execution.realized_pl for execution in executions), self.settled_pl)
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
        for symbol, quantity in self.settled.items():
            held[symbol] -= quantity
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
        assert [each.text for each in self.notified] == [each.text for each in naive.notifications]
        assert state.margin_warned == min(naive.warned, default=0)
        assert state.balance == naive.balance
        assert state.positions.keys() == naive.positions.keys()
        for symbol, position in state.positions.items():
            assert position.quantity == naive.positions[symbol].quantity
            assert abs(Fraction(position.cost) - naive.positions[symbol].cost) < Fraction(1, 10**15)
        symbols = {order.symbol for order in naive.orders}
        margin = sum(naive.margin(symbol) for symbol in symbols)
        assert used_margin(state, self.exchange_rules) == margin


def is_below_maintenance(
    state: AccountState, rules: ExchangeRules, marks: Mapping[str, Touch]
) -> bool:
    needed = maintenance_margin(state, rules)
    return needed > 0 and equity(state, marks) < needed


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
