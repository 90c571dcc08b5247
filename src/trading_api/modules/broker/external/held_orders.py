"""Holds brackets and trailing stops for a venue that lacks them, while the server runs.

A held order (elsewhere a synthetic or emulated order) is an order of the ledger that the venue does
not know. Fresh quotes trigger it. While the market is stale or the venue is disconnected, nothing
is sent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from trading_api.domain.broker_commands import ModifyOrderCommand, OrderInstruction
from trading_api.domain.broker_connection import ConnectionState
from trading_api.domain.notification import Severity
from trading_api.domain.orders import OrderStatus, OrderType
from trading_api.modules.broker.engine.brackets import cancel_order
from trading_api.modules.broker.engine.events import (
    Event,
    OrderFilled,
    OrderSuspended,
    OrderTriggered,
    TrailingStopMoved,
)
from trading_api.modules.broker.engine.order import Order
from trading_api.modules.broker.engine.touch import Touch
from trading_api.modules.broker.engine.transaction import Transaction
from trading_api.modules.broker.external.adjustments import warn
from trading_api.modules.broker.external.held_triggers import (
    held_orders,
    is_due,
    is_held,
    move,
    reached,
    send,
    tightest_stop,
)
from trading_api.modules.broker.external.live_account import LiveAccount
from trading_api.modules.broker.external.live_clock import LiveClock
from trading_api.modules.broker.external.live_connection import LiveConnection
from trading_api.modules.broker.external.venue_client import VenueFeatures
from trading_api.modules.broker.translation.prices import Prices

CHECK_INTERVAL_S = 1.0
"""The interval at which held orders are compared with the present quotes, without a new quote."""
MOVE_INTERVAL_S = 1.0
"""The shortest time between two events of a trailing stop. In between it moves only in memory."""
QUOTE_AGE_MAX_S = 1.0
"""The longest age of a quote that was received before an earlier decision was committed."""
RETRY_DELAYS_S = (1.0, 30.0)
"""The first and the longest delay before an unfilled order is sent again."""
PAUSE_NOTICE_S = 5.0
"""The time without possible triggers after which the account is notified."""
SWITCHED_OFF = "LIVE_HELD_BRACKETS is 0, so it cannot be held."


@dataclass(slots=True)
class _Attempts:
    """The attempts of a held order since its last fill."""

    count: int = 0
    not_before_s: float = 0.0
    is_sent: bool = False


class HeldOrders:
    """Triggers the held orders of one account.

    `refuse` returns why the risk gate rejects an order, or an empty text, and emits the rejection.
    `may_trade` returns whether no halt waits to be stored."""

    def __init__(
        self,
        account: LiveAccount,
        prices: Prices,
        connection: LiveConnection,
        clock: LiveClock,
        features: Callable[[], VenueFeatures],
        refuse: Callable[[Transaction, ModifyOrderCommand], str],
        may_trade: Callable[[], bool],
        *,
        is_on: bool,
    ) -> None:
        self._account = account
        self._prices = prices
        self._connection = connection
        self._clock = clock
        self._features = features
        self._refuse = refuse
        self._may_trade = may_trade
        self._is_on = is_on
        self._stops: dict[str, Decimal] = {}
        self._moved_s: dict[str, float] = {}
        self._attempts: dict[str, _Attempts] = {}
        self._deciding: set[str] = set()
        self._paused_s: float | None = None
        self._pause = ""

    async def run(self) -> None:
        """Check the held orders each second, until cancelled."""
        while True:
            self._watch_pause()
            self.check()
            await self._clock.sleep(CHECK_INTERVAL_S)

    def check(self) -> None:
        """Compare all held orders with the present quotes."""
        state = self._account.state
        if not self._is_on:
            self._cancel_all()
            return
        for symbol in list(state.working):
            if touch := self._fresh_touch(symbol):
                self._compare(symbol, touch)

    def on_quote(self, symbol: str) -> None:
        """Compare the held orders of a symbol with its new quote."""
        is_held = self._is_on and symbol in self._account.state.working
        if is_held and (touch := self._fresh_touch(symbol)):
            self._compare(symbol, touch)

    def on_event(self, event: Event) -> None:
        """Update the attempts and the stops by a committed event."""
        match event:
            case OrderTriggered(order):
                self._attempts.setdefault(order.id, _Attempts()).is_sent = True
            case OrderSuspended(order) if (own := self._attempts.get(order.id)) and own.is_sent:
                first_s, longest_s = RETRY_DELAYS_S
                own.is_sent, own.count = False, own.count + 1
                delay_s = min(first_s * 2 ** (own.count - 1), longest_s)
                own.not_before_s = self._clock.now_s() + delay_s
            case OrderFilled(order=order) if order.id in self._attempts:
                self._attempts[order.id] = _Attempts(is_sent=True)
            case TrailingStopMoved(order):
                self._moved_s[order.id] = self._clock.now_s()
        ended = getattr(event, "order", None)
        if isinstance(ended, Order) and not ended.is_live:
            for memory in (self._stops, self._moved_s, self._attempts):
                memory.pop(ended.id, None)

    # Decisions

    def _fresh_touch(self, symbol: str) -> Touch | None:
        is_connected = self._connection.state.state is ConnectionState.CONNECTED
        return self._prices.touch(symbol) if is_connected and self._may_trade() else None

    def _compare(self, symbol: str, touch: Touch) -> None:
        state = self._account.state
        own = held_orders(state, symbol)
        if not own or self._account.is_retrying:
            return
        step, is_spot = self._step(symbol), self._features().is_spot
        is_needed = any(
            self._may_send(each) and is_due(state, each, step, is_spot=is_spot)
            for each in reached(state, symbol, touch, self._stops)
        )
        # Test the old stop before it moves.
        for order in own:
            if order.trail is not None and order.awaits_trigger and touch.is_tradable(order.side):
                is_needed |= self._follow(order, touch)
        if is_needed and symbol not in self._deciding:
            seen_s = self._clock.now_s()
            if self._account.post(lambda transaction: self._decide(transaction, touch, seen_s)):
                self._deciding.add(symbol)

    def _follow(self, order: Order, touch: Touch) -> bool:
        """Move a trailing stop in memory. Return whether to commit the move now."""
        assert order.stop_price is not None
        known = self._stops.get(order.id, order.stop_price)
        tick_size = self._prices.instrument(order.symbol).tick_size
        stop_price = tightest_stop(order, touch, known, tick_size)
        if stop_price == order.stop_price:
            self._stops.pop(order.id, None)
            return False
        self._stops[order.id] = stop_price
        return (
            self._clock.now_s() - self._moved_s.get(order.id, -MOVE_INTERVAL_S) >= MOVE_INTERVAL_S
        )

    def _decide(self, transaction: Transaction, touch: Touch, seen_s: float) -> None:
        symbol, state, now_ms = touch.symbol, transaction.state, self._prices.now_ms
        self._deciding.discard(symbol)
        is_old = self._clock.now_s() - seen_s > QUOTE_AGE_MAX_S
        present = self._fresh_touch(symbol)
        if present is None:
            return
        touch = present if is_old else touch
        step, is_spot = self._step(symbol), self._features().is_spot
        due = {each.id for each in reached(state, symbol, touch, self._stops)}
        for order in held_orders(state, symbol):
            stop_price = self._stops.get(order.id)
            if order.trail and stop_price is not None and stop_price != order.stop_price:
                is_time = (
                    self._clock.now_s() - self._moved_s.get(order.id, -MOVE_INTERVAL_S)
                    >= MOVE_INTERVAL_S
                )
                if order.id in due or is_time:
                    move(transaction, order, stop_price, now_ms)
        for order_id in sorted(due, key=lambda id: state.orders[id].sequence):
            order = state.orders[order_id]
            if not is_held(state, order) or order.status is not OrderStatus.WORKING:
                continue  # an earlier one has canceled or suspended it
            if self._may_send(order) and self._is_permitted(transaction, order):
                send(transaction, order, step, now_ms, is_spot=is_spot)

    def _may_send(self, order: Order) -> bool:
        own = self._attempts.get(order.id)
        return own is None or self._clock.now_s() >= own.not_before_s

    def _is_permitted(self, transaction: Transaction, order: Order) -> bool:
        """Return whether the risk gate permits the order; otherwise cancel it.

        A bracket only reduces, so it is always permitted."""
        if order.is_bracket:
            return True
        market_order = OrderInstruction(order.symbol, order.side, OrderType.MARKET, order.quantity)
        reason = self._refuse(transaction, ModifyOrderCommand(order.id, market_order))
        if reason:
            cancel_order(transaction, order, self._prices.now_ms, reason)
        return not reason

    def _step(self, symbol: str) -> Decimal:
        return self._prices.instrument(symbol).quantity_step

    # Pauses

    def _watch_pause(self) -> None:
        """Notify the account when triggers have been impossible for some time, and when they are
        possible again."""
        reason, now_s = self._reason_for_pause(), self._clock.now_s()
        if not reason:
            self._paused_s = None
            if self._pause:
                text = "Held brackets and trailing stops are watched again."
                if self._notify("held_orders_resumed", text, Severity.INFO):
                    self._pause = ""
            return
        if self._paused_s is None:
            self._paused_s = now_s
        if not self._pause and now_s - self._paused_s >= PAUSE_NOTICE_S:
            text = f"Held brackets and trailing stops are not sent: {reason}."
            if self._notify("held_orders_paused", text, Severity.CRITICAL):
                self._pause = reason

    def _reason_for_pause(self) -> str:
        state = self._account.state
        symbols = [each for each in state.working if held_orders(state, each)]
        if not (self._is_on and symbols):
            return ""
        if self._connection.state.state is not ConnectionState.CONNECTED:
            return "the venue is not connected"
        stale = [each for each in symbols if self._prices.is_stale(each)]
        return f"{', '.join(stale)} has no fresh price" if stale else ""

    def _notify(self, code: str, text: str, severity: Severity) -> bool:
        now_ms = self._prices.now_ms
        return self._account.post(
            lambda transaction: warn(transaction, code, text, now_ms, severity)
        )

    def _cancel_all(self) -> None:
        """Cancel the orders that an earlier process held, and notify the account."""
        state = self._account.state
        if not any(is_held(state, each) for each in state.live_orders()):
            return

        def decide(transaction: Transaction) -> None:
            state, now_ms = transaction.state, self._prices.now_ms
            held = [each for each in state.live_orders() if is_held(state, each)]
            for order in held:
                if (order := transaction.current(order)).is_live:
                    cancel_order(transaction, order, now_ms, SWITCHED_OFF)
            if held:
                ids = ", ".join(each.id for each in held)
                text = f"{ids} were canceled: LIVE_HELD_BRACKETS is 0."
                warn(transaction, "held_orders_canceled", text, now_ms, Severity.CRITICAL)

        self._account.post(decide)
