"""The commands on held orders: brackets and trailing stops that the venue does not receive."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from msgspec.structs import replace as replace_struct

from trading_api.domain.broker_commands import EditBracketsCommand
from trading_api.domain.orders import NO_BRACKETS, Duration, OrderRequest, OrderStatus, OrderType
from trading_api.errors import Conflict, NotSupportedByVenue
from trading_api.modules.broker.engine.account import AccountState
from trading_api.modules.broker.engine.brackets import is_at_venue, set_brackets, show_on_parent
from trading_api.modules.broker.engine.checks.account_checks import check_not_halted
from trading_api.modules.broker.engine.checks.bracket_checks import check_bracket_changes
from trading_api.modules.broker.engine.checks.rejection import Rejection
from trading_api.modules.broker.engine.commands import EditBrackets, Market
from trading_api.modules.broker.engine.events import OrderModified, OrderPlaced
from trading_api.modules.broker.engine.handlers.order_handlers import entry_price, modified_order
from trading_api.modules.broker.engine.handlers.position_handlers import replace_brackets
from trading_api.modules.broker.engine.order import Order, OrderPurpose, modified
from trading_api.modules.broker.engine.transaction import Transaction
from trading_api.modules.broker.external.venue_client import VenueFeatures
from trading_api.modules.broker.translation.order_requests import OrderRequestMapper
from trading_api.modules.broker.translation.prices import Prices
from trading_api.modules.broker.translation.rejection_mapping import to_api_error


class HeldOrderCommands:
    """Places and changes held orders by the rules of the engine. Raises ApiError.

    `is_on` means that this server holds the orders that the venue cannot hold."""

    def __init__(
        self,
        prices: Prices,
        order_requests: OrderRequestMapper,
        features: Callable[[], VenueFeatures],
        *,
        is_on: bool,
    ) -> None:
        self._prices = prices
        self._order_requests = order_requests
        self._features = features
        self.is_on = is_on

    def require_holdable(self, request: OrderRequest) -> None:
        """Raise NotSupportedByVenue for a trailing stop that the venue would not accept when it
        triggers."""
        if OrderType.MARKET not in self._features().order_types:
            raise NotSupportedByVenue("market orders, which trailing stops become")
        if request.duration not in (None, Duration.GTC):
            raise NotSupportedByVenue(f"the duration {request.duration.value} of a trailing stop")

    def place(self, transaction: Transaction, order: Order, market: Market) -> None:
        """Place a new order, and those of its brackets that the venue cannot hold.

        A trailing stop becomes a held order. Every other order becomes an intent for the venue."""
        if order.trail is not None:
            order = replace_struct(order, status=OrderStatus.WORKING, duration=Duration.GTC)
        transaction.emit(OrderPlaced(order, market.at_ms))
        if self._is_for_us(order):
            price = entry_price(order, market)
            set_brackets(transaction, order.brackets, order.side, price, order, market)

    def modify(
        self, transaction: Transaction, order: Order, request: OrderRequest, market: Market
    ) -> None:
        """Change a held order."""
        if request.trail is not None:
            self.require_holdable(request)
        after = modified_order(transaction, order, request, market)
        if isinstance(after, Rejection):
            raise to_api_error(after)
        transaction.emit(OrderModified(after, market.at_ms))
        if order.is_bracket:
            show_on_parent(transaction, after, market.at_ms)
        elif after.brackets != order.brackets:
            price = entry_price(after, market)
            set_brackets(transaction, after.brackets, after.side, price, after, market)

    def holds_brackets_of(self, state: AccountState, order: Order) -> bool:
        """Return whether this server holds the brackets of an order at the venue."""
        if not self._features().has_brackets:
            return self.is_on
        return bool(state.live_brackets_of(order.symbol, order.id))

    def set_brackets(
        self, transaction: Transaction, order: Order, request: OrderRequest, market: Market
    ) -> None:
        """Replace the brackets of an order at the venue by those of the request."""
        live = transaction.state.live_brackets_of(order.symbol, order.id)
        require_none_at_venue(transaction.state, live)
        if rejection := check_bracket_changes(live, request.brackets):
            raise to_api_error(rejection)
        after = modified(order, market.at_ms, brackets=request.brackets)
        transaction.emit(OrderModified(after, market.at_ms))
        price = entry_price(order, market)
        set_brackets(transaction, request.brackets, order.side, price, after, market)

    def edit_brackets(self, transaction: Transaction, command: EditBracketsCommand) -> None:
        """Replace the brackets of a position."""
        state = transaction.state
        instrument = self._prices.instrument(command.symbol)
        brackets = self._order_requests.brackets(command.brackets, instrument)
        market = self._prices.current_market(instrument)
        if rejection := check_not_halted(state):
            raise to_api_error(rejection)
        require_none_at_venue(state, state.live_brackets(market.symbol))
        if rejection := replace_brackets(transaction, EditBrackets(brackets, market)):
            raise to_api_error(rejection)

    def _is_for_us(self, order: Order) -> bool:
        """Return whether this server holds the brackets of a new order."""
        if not self.is_on or order.brackets == NO_BRACKETS:
            return False
        return not self._features().has_brackets or order.brackets.trail is not None


def closing_orders(state: AccountState, symbol: str) -> list[Order]:
    """Return the orders that close a position, for the checks of another closing order.

    Held brackets are left out because they shrink with the position. Brackets that the venue has
    received stay."""
    return [
        (
            replace_struct(each, purpose=OrderPurpose.CLOSE)
            if each.is_bracket and is_at_venue(state, each)
            else each
        )
        for each in state.closing_orders(symbol)
    ]


def require_none_at_venue(state: AccountState, brackets: Iterable[Order]) -> None:
    """Raise Conflict while one of the brackets is being sent or works at the venue."""
    for each in brackets:
        if is_at_venue(state, each):
            raise Conflict(
                f"{each.id} was triggered and is at the venue; try again when it has ended.",
                "order_request_pending",
            )
