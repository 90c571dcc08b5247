"""One account's exchange: a command in, the facts it causes out."""

from __future__ import annotations

from decimal import Decimal, localcontext

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
from trading_api.modules.broker.engine.events import (
    AccountOpened,
    Event,
    OrderCanceled,
    OrderFilled,
    OrderModified,
    OrderPlaced,
    OrderRested,
    OrderTriggered,
)
from trading_api.modules.broker.engine.execution import Execution
from trading_api.modules.broker.engine.matching import (
    arrived,
    fill_price,
    fill_quantity,
    reduction_pending,
)
from trading_api.modules.broker.engine.money import EXACT, ZERO
from trading_api.modules.broker.engine.order import (
    Order,
    OrderStatus,
    OrderType,
    Side,
    canceled,
    filled,
    modified,
    rested,
    triggered,
)
from trading_api.modules.broker.engine.position import is_left, net
from trading_api.modules.broker.engine.rejections import (
    Rejection,
    find_working,
    reject_below_filled,
    reject_close,
    reject_flat,
    reject_other_order,
    reject_prices,
    reject_quantity,
    reject_reduction,
    reject_triggered_stop,
    used_prices,
)
from trading_api.modules.broker.engine.touch import Touch, consume, consumption_of

POSITION_GONE = "The position it was to close is closed."


class Engine:
    """Deterministic and synchronous. `apply` changes the state it was given; a rejection
    changes nothing. `OpenAccount` comes first."""

    def __init__(self, state: AccountState) -> None:
        self._state = state
        self._events: list[Event] = []

    @property
    def state(self) -> AccountState:
        return self._state

    def apply(self, command: Command) -> list[Event] | Rejection:
        with localcontext(EXACT):
            self._events = []
            rejection = self._handle(command)
        assert not (rejection and self._events), rejection
        return rejection or self._events

    def preview(self, command: Command) -> list[Event] | Rejection:
        """What `apply` would return now; the state stays as it is."""
        return Engine(self._state.copy()).apply(command)

    def _handle(self, command: Command) -> Rejection | None:
        assert self._state.is_open != isinstance(command, OpenAccount), command
        match command:
            case MatchQuote():
                self._match(command.touch, command.at_ms)
                return None
            case PlaceOrder():
                return self._place(command)
            case CancelOrder():
                return self._cancel(command)
            case ModifyOrder():
                return self._modify(command)
            case ClosePosition():
                return self._close(command)
            case _:
                self._open(command)
                return None

    def _open(self, command: OpenAccount) -> None:
        self._emit(
            AccountOpened(command.account_id, command.currency, command.balance, command.at_ms)
        )

    def _place(self, command: PlaceOrder) -> Rejection | None:
        rejection = (
            reject_quantity(command.quantity, command.rules)
            or reject_prices(command.type, command.limit_price, command.stop_price, command.rules)
            or self._reject_reduction(command)
        )
        if rejection:
            return rejection
        self._accept(command)
        return None

    def _reject_reduction(self, command: PlaceOrder) -> Rejection | None:
        if not command.reduce_only:
            return None
        return reject_reduction(
            self._state.position(command.symbol),
            command.side,
            command.quantity,
            reduction_pending(self._state.working_orders(command.symbol)),
        )

    def _accept(self, command: PlaceOrder) -> None:
        limit_price, stop_price = used_prices(command.type, command.limit_price, command.stop_price)
        order = Order(
            id=f"order-{self._state.order_count + 1}",
            symbol=command.symbol,
            side=command.side,
            type=command.type,
            quantity=command.quantity,
            limit_price=limit_price,
            stop_price=stop_price,
            reduce_only=command.reduce_only,
            sequence=self._state.sequence_last + 1,
            placed_ms=command.at_ms,
            updated_ms=command.at_ms,
        )
        self._emit(OrderPlaced(arrived(order, command.touch), command.at_ms))
        self._match(command.touch, command.at_ms)

    def _modify(self, command: ModifyOrder) -> Rejection | None:
        order = find_working(self._state.orders, command.order_id)
        if isinstance(order, Rejection):
            return order
        prices = used_prices(command.type, command.limit_price, command.stop_price)
        rejection = (
            reject_other_order(order, command)
            or reject_quantity(command.quantity, command.rules)
            or reject_prices(command.type, *prices, command.rules)
            or reject_triggered_stop(order, command.stop_price)
            or reject_below_filled(order, command.quantity)
            or self._reject_larger_reduction(order, command.quantity)
        )
        if rejection:
            return rejection
        is_renewed = (
            prices != (order.limit_price, order.stop_price) or command.quantity > order.quantity
        )
        sequence = self._state.sequence_last + 1 if is_renewed else order.sequence
        order = modified(order, command.quantity, *prices, sequence, command.at_ms)
        self._emit(OrderModified(arrived(order, command.touch), command.at_ms))
        self._match(command.touch, command.at_ms)
        return None

    def _reject_larger_reduction(self, order: Order, quantity: Decimal) -> Rejection | None:
        # Shrinking is always right, also where the position shrank below its closing orders.
        if not order.reduce_only or quantity <= order.quantity:
            return None
        others = [
            other for other in self._state.working_orders(order.symbol) if other.id != order.id
        ]
        return reject_reduction(
            self._state.position(order.symbol),
            order.side,
            quantity - order.filled_quantity,
            reduction_pending(others),
        )

    def _cancel(self, command: CancelOrder) -> Rejection | None:
        order = find_working(self._state.orders, command.order_id)
        if isinstance(order, Rejection):
            return order
        self._emit(OrderCanceled(canceled(order, command.at_ms), command.at_ms))
        return None

    def _close(self, command: ClosePosition) -> Rejection | None:
        position = self._state.position(command.symbol)
        if not position.quantity:
            return reject_flat(position)
        pending = reduction_pending(self._state.working_orders(command.symbol))
        closable = abs(position.quantity) - pending
        quantity = closable if command.quantity is None else command.quantity
        side = Side.SELL if position.quantity > 0 else Side.BUY
        rejection = reject_close(position, quantity, closable, command.rules)
        if rejection:
            return rejection
        self._accept(
            PlaceOrder(
                symbol=command.symbol,
                side=side,
                type=OrderType.MARKET,
                quantity=quantity,
                reduce_only=True,
                rules=command.rules,
                touch=command.touch,
                at_ms=command.at_ms,
            )
        )
        return None

    def _match(self, touch: Touch | None, at_ms: int) -> None:
        """Brings every working order of the symbol to the touch, each in its turn."""
        if touch is None:
            return
        for order in self._state.book(touch.symbol).reached_stops(touch):
            self._emit(OrderTriggered(arrived(triggered(order, at_ms), touch), at_ms))
        # The sides share no displayed size, so either may go first.
        for side in (Side.BUY, Side.SELL):
            for order in self._state.book(touch.symbol).fillable(side, touch):
                # An earlier fill may have ended the position that this order was to reduce.
                if self._state.orders[order.id].status is OrderStatus.WORKING:
                    self._fill(order, touch, at_ms)
        for order in self._state.book(touch.symbol).coming_to_rest(touch):
            self._emit(OrderRested(rested(order), at_ms))

    def _fill(self, order: Order, touch: Touch, at_ms: int) -> None:
        position = self._state.position(order.symbol)
        consumption = consumption_of(touch, self._state.consumptions.get(order.symbol))
        quantity = fill_quantity(order, touch, consumption, position)
        if not quantity:
            return
        price = fill_price(order, touch)
        netting = net(position, order.side, quantity, price, touch.rate, at_ms)
        execution = Execution(
            id=f"execution-{len(self._state.executions) + 1}",
            order_id=order.id,
            symbol=order.symbol,
            side=order.side,
            price=price,
            quantity=quantity,
            time_ms=at_ms,
            realized_pl=netting.realized_pl,
            commission=ZERO,
            rate=touch.rate,
        )
        self._emit(
            OrderFilled(
                execution=execution,
                order=filled(order, quantity, price, at_ms),
                position=netting.position,
                balance=self._state.balance + execution.realized_pl - execution.commission,
                consumption=consume(consumption, order.side, quantity),
                at_ms=at_ms,
            )
        )
        if is_left(position, netting.position):
            self._cancel_reductions(order.symbol, at_ms)

    def _cancel_reductions(self, symbol: str, at_ms: int) -> None:
        for order in list(self._state.working_orders(symbol)):
            if order.reduce_only:
                self._emit(OrderCanceled(canceled(order, at_ms, POSITION_GONE), at_ms))

    def _emit(self, event: Event) -> None:
        self._state.evolve(event)
        self._events.append(event)
