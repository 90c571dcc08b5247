"""Turns commands of a live account into intents, which are sent to the venue once committed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal

from msgspec.structs import replace as replace_struct

from trading_api.domain.broker_commands import (
    BrokerCommand,
    CancelOrderCommand,
    CancelOrdersCommand,
    ClosePositionCommand,
    EditBracketsCommand,
    ModifyOrderCommand,
    NameAccountCommand,
    NotifyCommand,
    PlaceOrderCommand,
    ReversePositionCommand,
    SetKillSwitchCommand,
)
from trading_api.domain.orders import NO_BRACKETS, Duration, OrderRequest, OrderStatus
from trading_api.errors import Conflict, NotSupportedByVenue
from trading_api.modules.broker.engine.brackets import suspend_brackets
from trading_api.modules.broker.engine.cancellation import cancel_orders
from trading_api.modules.broker.engine.checks.order_checks import (
    check_above_filled,
    check_client_id,
    check_fixed_properties,
    check_quantity,
    check_request,
    find_live_order,
)
from trading_api.modules.broker.engine.checks.position_checks import (
    check_close_quantity,
    check_not_reversing,
    check_reduction,
    position_not_found,
)
from trading_api.modules.broker.engine.checks.rejection import Rejection
from trading_api.modules.broker.engine.commands import Market, Notify, SetKillSwitch
from trading_api.modules.broker.engine.events import Event, OrderPlaced
from trading_api.modules.broker.engine.fill_rules import closable_quantity
from trading_api.modules.broker.engine.handlers.cancellation_handlers import set_kill_switch
from trading_api.modules.broker.engine.handlers.notification_handlers import notify
from trading_api.modules.broker.engine.handlers.order_handlers import new_order, opposing_order
from trading_api.modules.broker.engine.order import Order, OrderPurpose
from trading_api.modules.broker.engine.transaction import Transaction
from trading_api.modules.broker.engine.venue_events import OrderReplaceRequested
from trading_api.modules.broker.external.held_commands import (
    HeldOrderCommands,
    closing_orders,
    require_none_at_venue,
)
from trading_api.modules.broker.external.held_triggers import is_held
from trading_api.modules.broker.external.venue_client import VenueFeatures
from trading_api.modules.broker.translation.order_requests import OrderRequestMapper
from trading_api.modules.broker.translation.prices import Prices
from trading_api.modules.broker.translation.rejection_mapping import to_api_error


class LiveOrders:
    """Decides what a command changes. Raises ApiError for a command that cannot be done.

    `features` returns what the venue can do now: some venues describe that when they are connected
    to."""

    def __init__(
        self,
        prices: Prices,
        order_requests: OrderRequestMapper,
        features: Callable[[], VenueFeatures],
        held: HeldOrderCommands,
    ) -> None:
        self._held = held
        self._prices = prices
        self._order_requests = order_requests
        self._features = features

    def events(self, transaction: Transaction, command: BrokerCommand) -> Sequence[Event]:
        """Return the events of the command. Nothing is emitted."""
        branch = Transaction(transaction.state.branch(), transaction.rules)
        self._decide(branch, command)
        return branch.events

    def _decide(self, transaction: Transaction, command: BrokerCommand) -> None:
        match command:
            case PlaceOrderCommand():
                self._place(transaction, command)
            case ModifyOrderCommand():
                self._modify(transaction, command)
            case CancelOrderCommand():
                order = _found(find_live_order(transaction.state.orders, command.order_id))
                cancel_orders(transaction, [order], self._prices.now_ms)
            case CancelOrdersCommand():
                live = transaction.state.live_orders()
                ids = command.order_ids
                wanted = [each for each in live if ids is None or each.id in ids]
                cancel_orders(transaction, wanted, self._prices.now_ms)
            case ClosePositionCommand():
                transaction.emit(self._closed(transaction, command))
            case ReversePositionCommand():
                self._reverse(transaction, command)
            case SetKillSwitchCommand():
                at_ms = self._prices.now_ms
                set_kill_switch(transaction, SetKillSwitch(command.is_on, command.reason, at_ms))
            case NotifyCommand():
                notify(transaction, Notify(command.notification, self._prices.now_ms))
            case EditBracketsCommand() if self._held.is_on:
                self._held.edit_brackets(transaction, command)
            case NameAccountCommand():
                raise NotSupportedByVenue("names of accounts")
            case _:
                raise NotSupportedByVenue("this command")

    # Orders

    def _place(self, transaction: Transaction, command: PlaceOrderCommand) -> None:
        request, market = self._request(command)
        state = transaction.state
        _check(
            check_client_id(state, request)
            or check_quantity(request.quantity, market.trading_rules)
            or check_request(request, market)
        )
        if request.reduce_only:
            position, others = state.position(request.symbol), closing_orders(state, request.symbol)
            _check(
                check_not_reversing(state, request.symbol)
                or check_reduction(position, request.side, request.quantity, others)
            )
        order = new_order(transaction, request, market)
        self._held.place(transaction, order, market)

    def _modify(self, transaction: Transaction, command: ModifyOrderCommand) -> None:
        order = _found(find_live_order(transaction.state.orders, command.order_id))
        if is_held(transaction.state, order):
            instrument = self._prices.tradable(command.order.symbol)
            request = self._order_requests.order_request(command.order, instrument)
            market = self._prices.current_market(instrument)
            self._held.modify(transaction, order, request.normalized(), market)
            return
        request, market = self._request(PlaceOrderCommand(command.order))
        if command.order.duration is None:
            request = replace(request, duration=order.duration, expires_ms=order.expires_ms)
        request = replace(request, reduce_only=order.reduce_only)
        if not self._held.holds_brackets_of(transaction.state, order):
            request = replace(request, brackets=order.brackets)
        _check(
            check_fixed_properties(order, request)
            or check_quantity(request.quantity, market.trading_rules)
            or check_request(request, market)
            or check_above_filled(order, request.quantity)
        )
        if (request.duration, request.expires_ms) != (order.duration, order.expires_ms):
            raise NotSupportedByVenue("another duration of a working order")
        wanted = (request.quantity, request.limit_price, request.stop_price)
        is_same = wanted == (order.quantity, order.limit_price, order.stop_price)
        if not is_same and not self._features().can_replace:
            raise NotSupportedByVenue("changes of a working order")
        if not is_same or request.brackets == order.brackets:
            self._require_settled(transaction, order)
        if not is_same:
            venue = transaction.state.venue
            assert venue is not None
            number = venue.orders[order.id].replacements + 1
            id = venue.client_order_id(order.id, number)
            transaction.emit(OrderReplaceRequested(order.id, id, *wanted, market.at_ms))
        if request.brackets != order.brackets:
            self._held.set_brackets(transaction, order, request, market)

    def _require_settled(self, transaction: Transaction, order: Order) -> None:
        """Raise Conflict while the venue has not answered an earlier request for the order."""
        venue = transaction.state.venue
        assert venue is not None
        known = venue.orders[order.id]
        if (
            order.status is not OrderStatus.WORKING
            or known.replacement
            or known.is_cancel_requested
        ):
            raise Conflict(
                f"The venue has not answered an earlier request for {order.id}; try again.",
                "order_request_pending",
            )

    # Positions

    def _closed(self, transaction: Transaction, command: ClosePositionCommand) -> OrderPlaced:
        state, market = transaction.state, self._market(command.symbol)
        position = state.position(market.symbol)
        if not position.quantity:
            raise to_api_error(position_not_found(position))
        _check(check_not_reversing(state, market.symbol))
        others, quantity = closing_orders(state, market.symbol), command.quantity
        closable = closable_quantity(position, others)
        if quantity is None or quantity == closable:
            quantity = _on_lot_grid(closable, market)
        _check(check_close_quantity(position, quantity, others, market.trading_rules))
        order = opposing_order(transaction, position, quantity, market, reduce_only=True)
        return OrderPlaced(order, market.at_ms)

    def _reverse(self, transaction: Transaction, command: ReversePositionCommand) -> None:
        if self._features().is_spot:
            raise NotSupportedByVenue("a position on the other side")
        state, market = transaction.state, self._market(command.symbol)
        position = state.position(market.symbol)
        if not position.quantity:
            raise to_api_error(position_not_found(position))
        _check(check_not_reversing(state, market.symbol))
        require_none_at_venue(state, state.live_brackets(market.symbol))
        quantity = 2 * abs(position.quantity)
        order = opposing_order(transaction, position, quantity, market, reduce_only=False)
        suspend_brackets(transaction, market)
        reversal = replace_struct(order, purpose=OrderPurpose.REVERSAL)
        transaction.emit(OrderPlaced(reversal, market.at_ms))

    # Requests

    def _request(self, command: PlaceOrderCommand) -> tuple[OrderRequest, Market]:
        order, features = command.order, self._features()
        if order.duration is None and Duration.GTC not in features.durations:
            order = replace(order, duration=Duration.DAY)
        instrument = self._prices.tradable(order.symbol)
        request = self._order_requests.order_request(order, instrument).normalized()
        if request.trail and self._held.is_on:
            self._held.require_holdable(request)
            return request, self._prices.current_market(instrument)
        if request.type not in features.order_types:
            raise NotSupportedByVenue(f"{request.type.name.lower().replace('_', '-')} orders")
        if request.duration is not None and request.duration not in features.durations:
            raise NotSupportedByVenue(f"the duration {request.duration.value}")
        if (request.trail or request.brackets.trail) and not self._held.is_on:
            raise NotSupportedByVenue("trailing stops")
        has_brackets = features.has_brackets or self._held.is_on
        if request.brackets != NO_BRACKETS and not has_brackets:
            raise NotSupportedByVenue("brackets")
        return request, self._prices.current_market(instrument)

    def _market(self, symbol: str) -> Market:
        return self._prices.current_market(self._prices.instrument(symbol))


def _on_lot_grid(quantity: Decimal, market: Market) -> Decimal:
    """Return the largest quantity that the venue accepts of what is left of a position. A
    commission that was taken from the asset leaves a rest below the lot step. Raises Conflict."""
    step = market.trading_rules.quantity_step
    if 0 < quantity < step:
        raise Conflict(
            f"{quantity:f} of {market.symbol} is less than the lot step {step:f}, so the venue "
            "cannot trade it.",
            "below_lot_step",
        )
    return quantity - quantity % step if quantity > 0 else quantity


def _check(rejection: Rejection | bool | None) -> None:
    if isinstance(rejection, Rejection):
        raise to_api_error(rejection)


def _found(order: Order | Rejection) -> Order:
    if isinstance(order, Rejection):
        raise to_api_error(order)
    return order
