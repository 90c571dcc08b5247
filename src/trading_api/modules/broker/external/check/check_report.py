"""The report of a check, and the comparison of the venue with the ledger: pure functions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal

from msgspec import Struct

from trading_api.domain.orders import OrderStatus, OrderType
from trading_api.modules.broker.engine.account import AccountState
from trading_api.modules.broker.engine.venue_state import VenueState
from trading_api.modules.broker.external.check.live_ledger import LiveLedger
from trading_api.modules.broker.external.check.venue_answers import VenueAnswers
from trading_api.modules.broker.external.venue_client import ExecutionReport, RateLimitUse
from trading_api.modules.broker.external.venue_comparison import CASH_TOLERANCE, expected_cash

ZERO = Decimal(0)


class CheckedBalance(Struct, frozen=True):
    currency: str
    total: Decimal
    available: Decimal


class CheckedPosition(Struct, frozen=True):
    symbol: str
    quantity: Decimal
    average_price: Decimal


class CheckedOrder(Struct, frozen=True):
    """A working order at the venue."""

    symbol: str
    side: str
    type: str
    quantity: Decimal
    filled: Decimal
    limit_price: Decimal | None
    stop_price: Decimal | None
    status: str
    client_order_id: str
    venue_order_id: str


class CheckedFill(Struct, frozen=True):
    """A fill of the last day. `time` is ISO 8601."""

    symbol: str
    side: str
    quantity: Decimal
    price: Decimal
    commission: Decimal
    commission_currency: str
    time: str
    execution_id: str
    client_order_id: str
    venue_order_id: str


class CheckedFeatures(Struct, frozen=True):
    order_types: Sequence[str]
    durations: Sequence[str]
    can_replace: bool
    has_brackets: bool
    is_spot: bool


class Disagreement(Struct, frozen=True):
    """Something that the venue and the ledger state differently. `kind` is `venue`, `order`,
    `fill`, `position` or `cash`."""

    kind: str
    name: str
    venue: str
    ledger: str


class CheckReport(Struct, frozen=True):
    """The result of `trading-api broker check`. With `is_connected` unset the rest is empty, and
    `reason` is why. `ledger` is empty where there is none to compare with."""

    account_id: str
    venue: str
    is_connected: bool
    reason: str = ""
    clock_offset_ms: int | None = None
    rate_limits: Sequence[RateLimitUse] = ()
    features: CheckedFeatures | None = None
    balances: Sequence[CheckedBalance] = ()
    positions: Sequence[CheckedPosition] = ()
    open_orders: Sequence[CheckedOrder] = ()
    fills: Sequence[CheckedFill] = ()
    ledger: str = ""
    disagreements: Sequence[Disagreement] = ()

    @property
    def exit_status(self) -> int:
        """Return 0 where all agrees, 1 where something differs, 2 without a connection."""
        if not self.is_connected:
            return 2
        return 1 if self.disagreements else 0


def report_answers(
    account_id: str, venue: str, answers: VenueAnswers, ledger: LiveLedger | None
) -> CheckReport:
    """Return the report of what a venue has answered."""
    features = answers.features
    return CheckReport(
        account_id,
        venue,
        is_connected=True,
        clock_offset_ms=answers.clock_offset_ms,
        rate_limits=answers.rate_limits,
        features=CheckedFeatures(
            [_type_name(each) for each in features.order_types],
            [each.value for each in features.durations],
            features.can_replace,
            features.has_brackets,
            features.is_spot,
        ),
        balances=[
            CheckedBalance(each.currency, each.total, each.available)
            for each in answers.account.balances
        ],
        positions=[
            CheckedPosition(each.symbol, each.quantity, each.average_price)
            for each in answers.account.positions
        ],
        open_orders=[_order(each) for each in answers.open_orders],
        fills=[_fill(each) for each in answers.fills],
        ledger=ledger.path if ledger else "",
        disagreements=list(disagreements(ledger.state, venue, answers)) if ledger else (),
    )


def disagreements(state: AccountState, venue: str, answers: VenueAnswers) -> Iterator[Disagreement]:
    """Yield what the ledger and the venue state differently."""
    known = state.venue
    assert known is not None
    if known.venue != venue:
        yield Disagreement("venue", "account", venue, known.venue)
    yield from _orders(state, known, answers.open_orders)
    for fill in answers.fills:
        if not known.has_seen(fill.symbol, fill.execution_id, fill.venue_time_ms):
            traded = f"{_side(fill)} {fill.last_quantity:f} at {fill.last_price:f}"
            yield Disagreement("fill", f"{fill.symbol} {fill.execution_id}", traded, "missing")
    held = {each.symbol: each.quantity for each in answers.account.positions}
    for symbol in dict.fromkeys((*state.positions, *held)):
        quantity, booked = held.get(symbol, ZERO), state.position(symbol).quantity
        if quantity != booked:
            yield Disagreement("position", symbol, f"{quantity:f}", f"{booked:f}")
    balances = answers.account.balances
    if balances:
        cash = sum((each.total for each in balances if each.currency == state.currency), ZERO)
        expected = expected_cash(state, answers.features)
        if abs(cash - expected) > CASH_TOLERANCE:
            yield Disagreement("cash", state.currency, f"{cash:f}", f"{expected:f}")


def _orders(
    state: AccountState, known: VenueState, open_orders: Sequence[ExecutionReport]
) -> Iterator[Disagreement]:
    listed = set()
    for order in open_orders:
        order_id = known.find(order.symbol, order.client_order_id, order.venue_order_id)
        if order_id not in known.orders:
            name = f"{order.symbol} {order.client_order_id or order.venue_order_id}"
            yield Disagreement("order", name, order.status.value, "not working")
            continue
        listed.add(order_id)
        filled = known.orders[order_id].filled_quantity
        if order.cumulative_quantity != filled:
            name = f"{order.symbol} {order_id}"
            venue = f"filled {order.cumulative_quantity:f}"
            yield Disagreement("order", name, venue, f"filled {filled:f}")
    for order_id in known.orders:
        live = state.orders[order_id]
        if order_id not in listed and live.status in (OrderStatus.WORKING, OrderStatus.PLACING):
            status = live.status.name.lower()
            yield Disagreement("order", f"{live.symbol} {order_id}", "not working", status)


def _order(report: ExecutionReport) -> CheckedOrder:
    return CheckedOrder(
        report.symbol,
        _side(report),
        _type_name(report.type),
        report.quantity,
        report.cumulative_quantity,
        report.limit_price,
        report.stop_price,
        report.status.value,
        report.client_order_id,
        report.venue_order_id,
    )


def _fill(report: ExecutionReport) -> CheckedFill:
    time = datetime.fromtimestamp(report.venue_time_ms / 1_000, UTC)
    return CheckedFill(
        report.symbol,
        _side(report),
        report.last_quantity,
        report.last_price,
        report.commission,
        report.commission_currency,
        time.isoformat(timespec="milliseconds"),
        report.execution_id,
        report.client_order_id,
        report.venue_order_id,
    )


def _side(report: ExecutionReport) -> str:
    return report.side.name.lower()


def _type_name(type: OrderType) -> str:
    return type.name.lower().replace("_", "-")
