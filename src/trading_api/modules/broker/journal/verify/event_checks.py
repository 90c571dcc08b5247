"""Check that the figures of an event follow from the events before it."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import localcontext
from operator import attrgetter

from msgspec.structs import replace

from trading_api.domain.account_kind import AccountKind, account_kind
from trading_api.domain.orders import OrderStatus, Side
from trading_api.modules.broker.engine.account import AccountState
from trading_api.modules.broker.engine.checks.account_checks import is_stored_name
from trading_api.modules.broker.engine.events import (
    ORDER_ID_SEPARATOR,
    AccountNamed,
    AccountOpened,
    AccountReset,
    CashDeposited,
    CashWithdrawn,
    Event,
    IdempotencyKeyRecorded,
    LeverageSet,
    MarginLevelCrossed,
    NotificationRaised,
    OrderAccepted,
    OrderActivated,
    OrderCanceled,
    OrderEvent,
    OrderFilled,
    OrderModified,
    OrderRested,
    OrderSuspended,
    OrderTriggered,
    PositionSettled,
    TrailingStopMoved,
)
from trading_api.modules.broker.engine.money import EXACT, ZERO
from trading_api.modules.broker.engine.order import Order, OrderPurpose, order_id
from trading_api.modules.broker.engine.position import Position, apply_fill
from trading_api.modules.broker.engine.touch import LiquidityUsed, use_liquidity
from trading_api.modules.broker.engine.transitions import TRANSITIONS
from trading_api.modules.broker.engine.venue_events import (
    OrderRejected,
    OrderStateUnknown,
    VenueEvent,
)
from trading_api.modules.broker.journal.event_codec import kind_of
from trading_api.modules.broker.journal.verify.discrepancy import (
    Discrepancy,
    above,
    at_least,
    at_most,
    differences,
    same,
)
from trading_api.modules.broker.journal.verify.venue_checks import venue_discrepancies

_EVERY_CHANGE = {"version", "updated_ms", "status", "sequence"}
_CHANGES: dict[type[OrderEvent], set[str]] = {
    OrderAccepted: {"is_resting"},
    OrderActivated: {"quantity", "stop_price", "purpose"},
    OrderSuspended: {"is_triggered", "is_resting"},
    OrderModified: {
        "quantity",
        "limit_price",
        "stop_price",
        "trail",
        "duration",
        "expires_ms",
        "brackets",
        "reserve_price",
        "reserve_cost",
        "is_resting",
    },
    OrderTriggered: {"is_triggered", "is_resting"},
    TrailingStopMoved: {"stop_price"},
    OrderRested: {"is_resting"},
    OrderFilled: {"filled_quantity", "filled_value", "accrued_commission"},
    OrderCanceled: {"message"},
    OrderRejected: {"message"},
    OrderStateUnknown: {"message"},
}
_KEPT = {
    kind: [name for name in Order.__struct_fields__ if name not in _EVERY_CHANGE | changes]
    for kind, changes in _CHANGES.items()
}
"""The fields of an order that an event of each class must leave as they are."""
_kept_of = {kind: attrgetter(*names) for kind, names in _KEPT.items()}


def first_discrepancy(state: AccountState, account_id: str, event: Event) -> Discrepancy | None:
    """Return the first value of the event that cannot follow `state`, or None.

    Values that a client or the market chooses are only checked against their bounds. Raises
    whatever arithmetic on invalid values raises."""
    with localcontext(EXACT):
        return next(_discrepancies(state, account_id, event), None)


def _discrepancies(state: AccountState, account_id: str, event: Event) -> Iterator[Discrepancy]:
    if state.is_open == isinstance(event, AccountOpened):
        expected = "an account is opened once" if state.is_open else "an account is opened first"
        yield Discrepancy("kind", expected, kind_of(event))
    match event:
        case AccountOpened():
            yield from same("account_id", account_id, event.account_id)
            # What a real venue holds is not known yet when its account is opened.
            within = at_least if account_kind(account_id) is AccountKind.LIVE else above
            yield from within("balance", event.balance, ZERO)
        case CashDeposited():
            yield from above("amount", event.amount, ZERO)
            yield from same("balance", state.balance + event.amount, event.balance)
        case CashWithdrawn():
            yield from above("amount", event.amount, ZERO)
            yield from same("balance", state.balance - event.amount, event.balance)
            yield from at_least("balance", event.balance, ZERO)
        case PositionSettled():
            yield from _settlement_discrepancies(state, event)
        case AccountReset():
            yield from _reset_discrepancies(state, event)
        case AccountNamed():
            if not is_stored_name(event.name) or event.name == state.name:
                yield Discrepancy("name", "another name that an account may have", event.name)
        case LeverageSet():
            yield from at_least("leverage", event.leverage, 1)
        case IdempotencyKeyRecorded():
            if (event.operation, event.key) in state.recorded_keys:
                yield Discrepancy("key", "one that is new", event.key)
            for order_id in filter(None, event.order_id.split(ORDER_ID_SEPARATOR)):
                if order_id not in state.orders:
                    yield Discrepancy("order_id", "an order of the account", order_id)
        case NotificationRaised():
            pass  # it follows from nothing
        case MarginLevelCrossed():
            yield from _margin_discrepancies(state, event)
        case _ if isinstance(event, VenueEvent):
            yield from venue_discrepancies(state, event)
        case _:
            yield from _order_discrepancies(state, event)


def _settlement_discrepancies(state: AccountState, event: PositionSettled) -> Iterator[Discrepancy]:
    for order in state.live_orders():
        if order.symbol == event.symbol:
            yield Discrepancy("kind", f"{order.id} is canceled first", kind_of(event))
    before = state.position(event.symbol)
    if not before.quantity:
        yield Discrepancy("symbol", "one with a position", event.symbol)
    yield from same("side", before.side, event.side)
    yield from at_least("price", event.price, ZERO)
    yield from above("rate", event.rate, ZERO)
    opposite, quantity = before.side.opposite, abs(before.quantity)
    result = apply_fill(before, opposite, quantity, event.price, event.rate, event.at_ms)
    yield from same("realized_pl", result.realized_pl, event.realized_pl)
    yield from same("position", result.position, event.position)
    yield from same("balance", state.balance + event.realized_pl, event.balance)


def _reset_discrepancies(state: AccountState, event: AccountReset) -> Iterator[Discrepancy]:
    for order in state.live_orders():
        yield Discrepancy("kind", f"{order.id} is canceled first", kind_of(event))
    yield from same("amount", event.balance - state.balance, event.amount)
    ended = tuple(Position(symbol, updated_ms=event.at_ms) for symbol in state.positions)
    yield from same("positions", ended, event.positions)
    if event.sides:  # older events have none
        sides = tuple(position.side for position in state.positions.values())
        yield from same("sides", sides, event.sides)


def _margin_discrepancies(state: AccountState, event: MarginLevelCrossed) -> Iterator[Discrepancy]:
    """Check the levels against equity and margin, which follow from prices that are not stored."""
    if not state.positions:
        yield Discrepancy("kind", "an open position", kind_of(event))
    yield from same("before", state.margin_warned, event.before)
    yield from at_least("after", event.after, ZERO)
    yield from at_least("used_margin", event.used_margin, ZERO)
    percent = event.equity * 100
    if event.after and (not event.before or event.after < event.before):
        if percent >= event.after * event.used_margin:
            yield Discrepancy("after", "a level above the margin level", event.after)
    elif event.after == event.before or percent < event.before * event.used_margin:
        yield Discrepancy("after", "a level that the margin level is below", event.after)


def _order_discrepancies(state: AccountState, event: OrderEvent) -> Iterator[Discrepancy]:
    after, before = event.order, state.orders.get(event.order.id)
    if isinstance(event, OrderRejected | OrderStateUnknown) and state.venue is None:
        yield Discrepancy("kind", "an account is assigned to its venue first", kind_of(event))
    step = (before.status if before else None, after.status)
    if step not in TRANSITIONS[type(event)]:
        yield Discrepancy("order.status", f"what may follow {_named(step[0])}", _named(step[1]))
    if before is None:
        yield from _placed_faults(state, event)
    else:
        yield from _changed_discrepancies(state, before, event)
    for name in ("quantity", "limit_price", "stop_price"):
        yield from above(f"order.{name}", getattr(after, name), ZERO)
    yield from at_least("order.reserve_price", after.reserve_price, ZERO)
    yield from at_least("order.reserve_cost", after.reserve_cost, ZERO)
    yield from at_most("order.filled_quantity", after.filled_quantity, after.quantity)


def _placed_faults(state: AccountState, event: OrderEvent) -> Iterator[Discrepancy]:
    order = event.order
    for name, expected in (
        ("id", order_id(state.order_count + 1)),
        ("sequence", state.sequence_last + 1),
        ("placed_ms", event.at_ms),
        ("updated_ms", event.at_ms),
        ("version", 1),
        ("filled_quantity", ZERO),
        ("filled_value", ZERO),
        ("accrued_commission", ZERO),
    ):
        yield from same(f"order.{name}", expected, getattr(order, name))


def _changed_discrepancies(
    state: AccountState, before: Order, event: OrderEvent
) -> Iterator[Discrepancy]:
    after = event.order
    kept_of = _kept_of[type(event)]
    if state.venue is not None and not after.message:
        before = replace(before, message="")  # of a request that is answered now
    if kept_of(before) != kept_of(after):
        yield from differences("order", _KEPT[type(event)], before, after)
    updated_ms = before.updated_ms if isinstance(event, OrderRested) else event.at_ms
    yield from same("order.version", before.version + 1, after.version)
    yield from same("order.updated_ms", updated_ms, after.updated_ms)
    is_last = isinstance(event, OrderModified) and _loses_priority(before, after)
    sequence = state.sequence_last + 1 if is_last else before.sequence
    yield from same("order.sequence", sequence, after.sequence)
    if isinstance(event, OrderActivated):
        yield from _purpose_discrepancies(before, after)
    if isinstance(event, OrderFilled):
        yield from _execution_discrepancies(state, event)
        yield from _filled_discrepancies(before, event)
        if state.venue is None:  # real venues also pay rebates
            yield from _commission_discrepancies(before, event)
        yield from _settled_discrepancies(state, event)
        yield from _liquidity_discrepancies(state.liquidity_used.get(after.symbol), event)


def _loses_priority(before: Order, after: Order) -> bool:
    if before.trail != after.trail:
        # A new price is the cause, but the new stop may happen to equal the old one.
        return after.sequence != before.sequence
    has_grown = after.quantity > before.quantity and not after.is_bracket
    prices = (before.limit_price, before.stop_price)
    return has_grown or prices != (after.limit_price, after.stop_price)


def _purpose_discrepancies(before: Order, after: Order) -> Iterator[Discrepancy]:
    """Check that an activation changes the purpose of a bracket alone."""
    if after.purpose is not before.purpose:
        expected = OrderPurpose.ACTIVATED_BRACKET if before.is_bracket else before.purpose
        yield from same("order.purpose", expected, after.purpose)


def _execution_discrepancies(state: AccountState, event: OrderFilled) -> Iterator[Discrepancy]:
    execution, order = event.execution, event.order
    for name, expected in (
        ("id", f"execution-{state.execution_count + 1}"),
        ("order_id", order.id),
        ("symbol", order.symbol),
        ("side", order.side),
        ("time_ms", event.at_ms),
    ):
        yield from same(f"execution.{name}", expected, getattr(execution, name))
    for name in ("quantity", "price", "rate"):
        yield from above(f"execution.{name}", getattr(execution, name), ZERO)
    # A real venue may report a fill after the limit was changed.
    if order.limit_price is not None and state.venue is None:
        within = at_most if order.side is Side.BUY else at_least
        yield from within("execution.price", execution.price, order.limit_price)


def _filled_discrepancies(before: Order, event: OrderFilled) -> Iterator[Discrepancy]:
    after, execution = event.order, event.execution
    value = before.filled_value + execution.quantity * execution.price
    filled = before.filled_quantity + execution.quantity
    status = OrderStatus.FILLED if filled == before.quantity else OrderStatus.WORKING
    yield from same("order.filled_quantity", filled, after.filled_quantity)
    yield from same("order.filled_value", value, after.filled_value)
    yield from same("order.status", status, after.status)


def _commission_discrepancies(before: Order, event: OrderFilled) -> Iterator[Discrepancy]:
    after, execution = event.order, event.execution
    accrued = after.accrued_commission - before.accrued_commission
    yield from at_least("order.accrued_commission", accrued, ZERO)
    yield from at_least("execution.commission", execution.commission, ZERO)
    # The minimum is charged with the first fill, and makes the later ones cheaper.
    if before.filled_quantity:
        yield from at_most("execution.commission", execution.commission, accrued)
    else:
        yield from at_least("execution.commission", execution.commission, accrued)


def _settled_discrepancies(state: AccountState, event: OrderFilled) -> Iterator[Discrepancy]:
    execution, position = event.execution, state.position(event.order.symbol)
    result = apply_fill(
        position,
        execution.side,
        execution.quantity,
        execution.price,
        execution.rate,
        event.at_ms,
    )
    yield from same("execution.realized_pl", result.realized_pl, execution.realized_pl)
    expected = result.position
    if event.position.account_cost is None:  # older events have none
        expected = replace(expected, account_cost=None)
    if expected != event.position:
        names = Position.__struct_fields__
        yield from differences("position", names, expected, event.position)
    balance = state.balance + execution.realized_pl - execution.commission
    yield from same("balance", balance, event.balance)


def _liquidity_discrepancies(
    last: LiquidityUsed | None, event: OrderFilled
) -> Iterator[Discrepancy]:
    found, execution = event.liquidity_used, event.execution
    key = (found.time_ms, found.bid, found.ask)
    is_same = last is not None and (last.time_ms, last.bid, last.ask) == key
    before = last if last is not None and is_same else LiquidityUsed(*key)
    after = use_liquidity(before, execution.side, execution.quantity)
    yield from same("liquidity_used.bought", after.bought, found.bought)
    yield from same("liquidity_used.sold", after.sold, found.sold)


def _named(status: OrderStatus | None) -> str:
    return status.name.lower() if status else "no order"
