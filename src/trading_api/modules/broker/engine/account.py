"""The state of one account, which its events alone determine."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Collection, Iterable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import chain
from typing import cast, get_args

from trading_api.domain.kill_switch import KILL_SWITCH_OFF, KillSwitch
from trading_api.domain.orders import OrderStatus
from trading_api.modules.broker.engine.bracket_index import (
    WHOLE_POSITION,
    BracketIndex,
    left_to_close,
)
from trading_api.modules.broker.engine.cash import CashLine, add_to_day, cash_lines
from trading_api.modules.broker.engine.events import (
    AccountNamed,
    AccountOpened,
    AccountReset,
    CashDeposited,
    CashWithdrawn,
    Event,
    IdempotencyKeyRecorded,
    LeverageSet,
    MarginLevelCrossed,
    OrderEvent,
    OrderFilled,
    OrderPlaced,
    PositionSettled,
)
from trading_api.modules.broker.engine.execution import Execution
from trading_api.modules.broker.engine.money import EXACT, ZERO
from trading_api.modules.broker.engine.open_orders import OpenOrders
from trading_api.modules.broker.engine.order import Order, order_number
from trading_api.modules.broker.engine.position import Position
from trading_api.modules.broker.engine.recorded_key import RecordedKey
from trading_api.modules.broker.engine.touch import LiquidityUsed
from trading_api.modules.broker.engine.transitions import check_transition
from trading_api.modules.broker.engine.venue_events import (
    CashAdjusted,
    KillSwitchSet,
    OrderStateUnknown,
    PositionAdjusted,
    VenueAssigned,
    VenueEvent,
)
from trading_api.modules.broker.engine.venue_state import VenueState

_NO_ORDERS = OpenOrders()
_NO_BRACKETS = BracketIndex()
_ORDER_EVENTS = frozenset(get_args(OrderEvent))


@dataclass(slots=True)
class AccountState:
    """Everything that the events of an account add up to; only `evolve` changes it.

    | field | content |
    | --- | --- |
    | `seq` | the number of the last event |
    | `deposited`, `realized_pl`, `commission` | sums since the last reset |
    | `working` | by symbol, the orders that its market can change |
    | `bracket_indexes` | by symbol, the live brackets |
    | `brackets_of` | by id of an order, the ids of all brackets it ever had |
    | `ended` | the ids of the orders that ended and are still in `orders` |
    | `positions`, `liquidity_used`, `leverages` | by symbol; only open positions |
    | `client_ids` | by client order id, the id of the order |
    | `margin_warned` | the lowest margin level that a warning is in force for, or 0 |
    | `realized_by_day` | by UTC day since 1970, what the two days of the last trades realized |
    | `venue` | what is known of the real venue that the account belongs to; None on paper |

    Without `discard_history` a state keeps every record of the account. After it, a state holds
    what later events depend on, and its size depends on what the account holds."""

    account_id: str = ""
    currency: str = ""
    deposited: Decimal = ZERO
    balance: Decimal = ZERO
    realized_pl: Decimal = ZERO
    commission: Decimal = ZERO
    seq: int = 0
    order_count: int = 0
    execution_count: int = 0
    sequence_last: int = 0
    orders: MutableMapping[str, Order] = field(default_factory=dict)
    working: dict[str, OpenOrders] = field(default_factory=dict)
    bracket_indexes: dict[str, BracketIndex] = field(default_factory=dict)
    ended: list[str] = field(default_factory=list)
    brackets_of: MutableMapping[str, Sequence[str]] = field(default_factory=dict)
    positions: dict[str, Position] = field(default_factory=dict)
    executions: list[Execution] = field(default_factory=list)
    executions_by_symbol: dict[str, list[Execution]] = field(default_factory=dict)
    cash: list[CashLine] = field(default_factory=list)
    liquidity_used: dict[str, LiquidityUsed] = field(default_factory=dict)
    leverages: dict[str, Decimal] = field(default_factory=dict)
    client_ids: MutableMapping[str, str] = field(default_factory=dict)
    recalled_client_ids: list[str] = field(default_factory=list)
    margin_warned: Decimal = ZERO
    realized_by_day: dict[int, Decimal] = field(default_factory=dict)
    recorded_keys: MutableMapping[tuple[str, str], RecordedKey] = field(default_factory=dict)
    kill_switch: KillSwitch = KILL_SWITCH_OFF
    name: str = ""
    venue: VenueState | None = None

    @property
    def is_open(self) -> bool:
        """Whether the account has any event."""
        return self.seq > 0

    def position(self, symbol: str) -> Position:
        """Return the position in a symbol, which is flat where none is open."""
        return self.positions.get(symbol) or Position(symbol)

    def open_orders(self, symbol: str) -> OpenOrders:
        """Return the open orders of a symbol. The caller must not change them."""
        return self.working.get(symbol, _NO_ORDERS)

    def working_orders(self, symbol: str) -> Collection[Order]:
        """Return the orders that a symbol's market can change, in no particular order."""
        return self.open_orders(symbol).orders.values()

    def closing_orders(self, symbol: str) -> list[Order]:
        """Return the orders that work to close the position, with brackets, the oldest first."""
        return self.open_orders(symbol).closing_orders()

    def live_reversal(self, symbol: str) -> Order | None:
        """Return the order that reverses the position, if there is one."""
        open_orders = self.open_orders(symbol)
        return open_orders.orders.get(open_orders.reversal)

    def live_liquidation(self, symbol: str) -> Order | None:
        """Return the order that closes the position by force, if there is one."""
        return next((each for each in self.closing_orders(symbol) if each.is_liquidation), None)

    def live_orders(self) -> list[Order]:
        """Return the orders of all symbols that have not ended, the oldest first."""
        live = [each for own in self.working.values() for each in own.orders.values()]
        brackets = chain.from_iterable(map(self.live_brackets, self.bracket_indexes))
        live += [each for each in brackets if each.status is OrderStatus.INACTIVE]
        return sorted(live, key=lambda order: order.sequence)

    def bracket_index(self, symbol: str) -> BracketIndex:
        """Return the index of a symbol's live brackets. The caller must not change it."""
        return self.bracket_indexes.get(symbol, _NO_BRACKETS)

    def live_brackets(self, symbol: str) -> list[Order]:
        """Return the live brackets of a symbol, the oldest first."""
        return [self.orders[order_id] for order_id in self.bracket_index(symbol).claims]

    def live_brackets_of(self, symbol: str, parent_id: str) -> list[Order]:
        """Return the live brackets of an order, the oldest first.

        An empty id stands for the position itself."""
        bracket_index = self.bracket_index(symbol)
        ids = (
            self.brackets_of.get(parent_id, ()) if parent_id else bracket_index.position_brackets()
        )
        return [self.orders[order_id] for order_id in bracket_index.in_placement_order(ids)]

    def evolve(self, event: Event) -> None:
        """Change the state by the next event of the account."""
        self.seq += 1
        self.cash += cash_lines(self.seq, event)
        match event:
            case _ if type(event) in _ORDER_EVENTS:  # most events
                self._evolve_order(cast(OrderEvent, event))
            case AccountOpened():
                self.account_id = event.account_id
                self.currency = event.currency
                self.deposited = self.balance = event.balance
            case CashDeposited() | CashAdjusted():
                self.deposited = EXACT.add(self.deposited, event.amount)
                self.balance = event.balance
            case CashWithdrawn():
                self.deposited = EXACT.subtract(self.deposited, event.amount)
                self.balance = event.balance
            case PositionSettled() | PositionAdjusted():
                self._realize(event.realized_pl, event.at_ms)
                self.balance = event.balance
                self._set_position(event.position)
            case AccountReset():
                self.deposited = self.balance = event.balance
                self.realized_pl = self.commission = self.margin_warned = ZERO
                self.realized_by_day.clear()
                self.positions.clear()
            case AccountNamed():
                self.name = event.name
            case LeverageSet():
                self.leverages[event.symbol] = event.leverage
            case IdempotencyKeyRecorded():
                self.recorded_keys[event.operation, event.key] = RecordedKey(event, self.seq)
            case MarginLevelCrossed():
                self.margin_warned = event.after
            case KillSwitchSet():
                self.kill_switch = KillSwitch(event.is_on, event.reason, event.at_ms)
            case VenueAssigned():
                self.venue = VenueState.of(event)
            case _ if self.venue is not None:  # on paper, nothing later depends on the others
                self.venue.evolve(cast(VenueEvent, event))

    def discard_history(self) -> None:
        """Remove the records that no later event depends on.

        They are executions, cash lines, recorded keys, and the orders that ended. An order stays
        as long as one of its brackets lives, and a bracket that was filled in part stays with
        it."""
        self.executions.clear()
        self.executions_by_symbol.clear()
        self.cash.clear()
        self.recorded_keys.clear()
        for order_id in self.ended:
            if (order := self.orders.get(order_id)) is not None:
                self._discard_ended(order)
        self.ended.clear()
        for client_id in self.recalled_client_ids:
            self.client_ids.pop(client_id, None)
        self.recalled_client_ids.clear()
        if self.venue is not None:
            self.venue.discard_history()

    def recall(
        self,
        orders: Iterable[Order],
        client_ids: Mapping[str, str],
        keys: Iterable[RecordedKey],
    ) -> None:
        """Add records that were discarded, until the next `discard_history`. Records that the
        state holds stay."""
        for order in orders:
            if order.id not in self.orders:
                self.orders[order.id] = order
                self.ended.append(order.id)
        for client_id, order_id in client_ids.items():
            if client_id not in self.client_ids:
                self.client_ids[client_id] = order_id
                self.recalled_client_ids.append(client_id)
        for recorded in keys:
            self.recorded_keys[recorded.event.operation, recorded.event.key] = recorded

    def restore_order(self, order: Order) -> None:
        """Add an order of an image. Orders are added in the order in which they were placed."""
        self.orders[order.id] = order
        self._index_order(order)
        self._update_open_orders(order)
        if order.is_bracket and order.is_live:
            self._update_bracket(order)

    def copy(self) -> AccountState:
        """Return a state that changes independently of this one."""
        return replace(
            self._copy_holdings(),
            orders=dict(self.orders),
            ended=self.ended.copy(),
            brackets_of=dict(self.brackets_of),
            executions=self.executions.copy(),
            executions_by_symbol={
                symbol: own.copy() for symbol, own in self.executions_by_symbol.items()
            },
            cash=self.cash.copy(),
            client_ids=dict(self.client_ids),
            recalled_client_ids=self.recalled_client_ids.copy(),
            recorded_keys=dict(self.recorded_keys),
            venue=self.venue and self.venue.copy(),
        )

    def branch(self) -> AccountState:
        """Return a state to try a command on. It is valid until this state changes.

        The time that this takes depends on what the account holds, not on its history. The lists
        of ended orders, executions and cash lines of a branch start empty."""
        return replace(
            self._copy_holdings(),
            orders=ChainMap({}, self.orders),
            ended=[],
            brackets_of=ChainMap({}, self.brackets_of),
            executions=[],
            executions_by_symbol={},
            cash=[],
            client_ids=ChainMap({}, self.client_ids),
            recalled_client_ids=[],
            recorded_keys=ChainMap({}, self.recorded_keys),
            venue=self.venue and self.venue.branch(),
        )

    def _copy_holdings(self) -> AccountState:
        """Return a state with copies of what the account holds, which shares its history."""
        return replace(
            self,
            working={symbol: open_orders.copy() for symbol, open_orders in self.working.items()},
            bracket_indexes={symbol: each.copy() for symbol, each in self.bracket_indexes.items()},
            positions=self.positions.copy(),
            liquidity_used=self.liquidity_used.copy(),
            leverages=self.leverages.copy(),
            realized_by_day=self.realized_by_day.copy(),
        )

    def _evolve_order(self, event: OrderEvent) -> None:
        order = event.order
        check_transition(self.orders.get(order.id), event)
        if isinstance(event, OrderPlaced):
            self.order_count += 1
            self._index_order(order)
        self.sequence_last = max(self.sequence_last, order.sequence)
        self.orders[order.id] = order
        self._update_open_orders(order)
        if not order.is_live:
            self.ended.append(order.id)
        if order.is_bracket:
            self._update_bracket(order)
        elif isinstance(event, OrderFilled):
            self._update_claims(order)
        if isinstance(event, OrderFilled):
            self._record_fill(event)
        if self.venue is not None:
            self.venue.evolve_order(order, is_new=isinstance(event, OrderPlaced))
            if isinstance(event, OrderStateUnknown):
                self.venue.evolve_unknown(event)

    def _index_order(self, order: Order) -> None:
        if order.client_id:
            self.client_ids[order.client_id] = order.id
        if order.parent_id:
            # A new list, because a branch shares the old one.
            pair = self.brackets_of.get(order.parent_id, ())
            self.brackets_of[order.parent_id] = [*pair, order.id]

    def _discard_ended(self, order: Order) -> None:
        root = self.orders.get(order.parent_id, order)
        brackets = [self.orders[each] for each in self.brackets_of.get(root.id, ())]
        if not any(each.is_live for each in (root, *brackets)):
            self.brackets_of.pop(root.id, None)
            for each in (root, *brackets):
                self._remove_order(each)
        elif order is not root and not order.filled_quantity:
            # Its parent counts what the brackets have filled, and this one filled nothing.
            left = [each.id for each in brackets if each is not order]
            if left:
                self.brackets_of[root.id] = left
            else:
                self.brackets_of.pop(root.id, None)
            self._remove_order(order)

    def _remove_order(self, order: Order) -> None:
        del self.orders[order.id]
        self.client_ids.pop(order.client_id, None)

    def _update_open_orders(self, order: Order) -> None:
        if order.status in (OrderStatus.WORKING, OrderStatus.PLACING):
            self.working.setdefault(order.symbol, OpenOrders()).put(order)
        elif open_orders := self.working.get(order.symbol):
            open_orders.remove(order.id)
            if not open_orders.orders:
                del self.working[order.symbol]

    def _update_bracket(self, order: Order) -> None:
        if not order.is_live:
            bracket_index = self.bracket_indexes[order.symbol]
            bracket_index.remove(order.id)
            if not bracket_index.claims:
                del self.bracket_indexes[order.symbol]
        elif not order.parent_id:
            bracket_index = self.bracket_indexes.setdefault(order.symbol, BracketIndex())
            bracket_index.put(order, order_number(order.id), WHOLE_POSITION)
        if order.parent_id:
            self._update_claims(self.orders[order.parent_id])

    def _update_claims(self, parent: Order) -> None:
        """Set what is left for the brackets of an order to close."""
        pair = [self.orders[order_id] for order_id in self.brackets_of.get(parent.id, ())]
        left = left_to_close(parent, pair)
        for order in (each for each in pair if each.is_live):
            index = self.bracket_indexes.setdefault(order.symbol, BracketIndex())
            index.put(order, order_number(order.id), left)

    def _record_fill(self, event: OrderFilled) -> None:
        self.execution_count += 1
        self.executions.append(event.execution)
        self.executions_by_symbol.setdefault(event.execution.symbol, []).append(event.execution)
        self.balance = event.balance
        self._realize(event.execution.realized_pl, event.at_ms)
        self.commission = EXACT.add(self.commission, event.execution.commission)
        self.liquidity_used[event.execution.symbol] = event.liquidity_used
        self._set_position(event.position)

    def _set_position(self, position: Position) -> None:
        if position.quantity:
            self.positions[position.symbol] = position
            return
        self.positions.pop(position.symbol, None)
        if not self.positions:
            self.margin_warned = ZERO

    def _realize(self, amount: Decimal, at_ms: int) -> None:
        if amount:
            self.realized_pl = EXACT.add(self.realized_pl, amount)
            add_to_day(self.realized_by_day, amount, at_ms)
