"""What an event may tell after those before it: all figures that follow from them are checked."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.kit.ledger_streams import EXCHANGE_RULES, trading
from tests.kit.scale import scaled
from trading_api.domain.orders import OrderStatus, Side
from trading_api.modules.broker.engine.account import AccountState
from trading_api.modules.broker.engine.events import (
    AccountNamed,
    AccountOpened,
    AccountReset,
    CashDeposited,
    Event,
    IdempotencyKeyRecorded,
    LeverageSet,
    OrderActivated,
    OrderCanceled,
    OrderEvent,
    OrderFilled,
    OrderModified,
    OrderPlaced,
    PositionSettled,
)
from trading_api.modules.broker.engine.exchange_rules import ExchangeRules, FeeSchedule, Slippage
from trading_api.modules.broker.engine.order import OrderPurpose
from trading_api.modules.broker.engine.position import Position
from trading_api.modules.broker.journal.event_codec import decode, encode, kind_of
from trading_api.modules.broker.journal.verify.discrepancy import Discrepancy
from trading_api.modules.broker.journal.verify.event_checks import first_discrepancy

SEEDS = st.integers(0, 2**32)
COSTLY = ExchangeRules(
    leverage_default=EXCHANGE_RULES.leverage_default,
    fees=FeeSchedule(Decimal("0.01"), Decimal(1), Decimal(3), Decimal("0.5")),
    slippage=Slippage(3),
    latency_ms=2,
)

_REQUEST = {
    *("quantity", "limit_price", "stop_price", "reserve_price", "reserve_cost", "expires_ms"),
    *("take_profit", "stop_loss", "pips", "distance"),
}
CHOSEN: dict[str, set[str]] = {
    "AccountOpened": {"balance", "at_ms"},
    "CashDeposited": {"at_ms"},
    "CashWithdrawn": {"at_ms"},
    "AccountReset": {"at_ms"},
    "AccountNamed": {"at_ms"},
    "LeverageSet": {"leverage", "at_ms"},
    "CommandBound": {"fingerprint", "at_ms"},
    "NotificationRaised": {"price", "at_ms"},
    "MarginLevelCrossed": {"after", "equity", "used_margin", "at_ms"},
    "OrderPlaced": _REQUEST | {"arrives_ms"},
    "OrderModified": _REQUEST,
    "OrderActivated": {"quantity", "stop_price"},
    "OrderTrailed": {"stop_price"},
    "OrderRested": {"at_ms"},
    "OrderFilled": {"time_ms", "bid", "ask", "accrued_commission"},
}
"""By kind, the figures that the caller or the market decides: they follow from nothing."""
ENUMS = {"side", "type", "status"}


def discrepancies(events: Sequence[Event]) -> list[Discrepancy | None]:
    """Of each event, up to the first that has one."""
    state = AccountState()
    found: list[Discrepancy | None] = []
    for event in events:
        found.append(first_discrepancy(state, "A", event))
        if found[-1]:
            break
        state.evolve(event)
    return found


def stream(count: int, seed: int, rules: ExchangeRules = EXCHANGE_RULES) -> list[Event]:
    return [entry.event for entry in trading("A", count, seed, rules)]


def numbers(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where in a payload there are any."""
    if isinstance(value, dict | list):
        items = value.items() if isinstance(value, dict) else enumerate(value)
        for key, each in items:
            yield from numbers(each, (*path, key))
    elif isinstance(value, int | str) and not isinstance(value, bool):
        try:
            Decimal(value)
        except InvalidOperation:
            return
        yield path


def falsified(event: Event, path: tuple[Any, ...], by: int) -> Event:
    payload = json.loads(encode(event))
    holder = payload
    for step in path[:-1]:
        holder = holder[step]
    value = holder[path[-1]]
    holder[path[-1]] = value + by if isinstance(value, int) else str(Decimal(value) + by)
    return decode(kind_of(event), json.dumps(payload))


def follows(kind: str, path: tuple[Any, ...]) -> bool:
    if kind == "OrderFilled" and path[0] != "liquidity_used":
        return path[-1] not in ENUMS | {"accrued_commission"}
    return path[-1] not in CHOSEN.get(kind, set()) | ENUMS and path[0] != "sides"


@given(seed=SEEDS, rules=st.sampled_from([EXCHANGE_RULES, COSTLY]))
@settings(max_examples=scaled(20))
def test_whatever_an_account_does_adds_up(seed: int, rules: ExchangeRules) -> None:
    assert not any(discrepancies(stream(150, seed, rules)))


@given(
    seed=SEEDS, rules=st.sampled_from([EXCHANGE_RULES, COSTLY]), by=st.sampled_from([1, -1, 10**6])
)
@settings(max_examples=scaled(8))
def test_every_figure_that_was_changed_is_named(seed: int, rules: ExchangeRules, by: int) -> None:
    state = AccountState()
    for event in stream(60, seed, rules):
        kind = kind_of(event)
        for path in numbers(json.loads(encode(event))):
            if follows(kind, path):
                forged = falsified(event, path, by)
                assert first_discrepancy(state, "A", forged), (kind, path)
        state.evolve(event)


def opened() -> AccountOpened:
    return AccountOpened("A", "USD", Decimal(1000), 1)


def first(kind: type[Any], seed: int = 7) -> tuple[AccountState, Any]:
    """An event of the kind, and the state before it."""
    state = AccountState()
    for event in stream(2000, seed):
        if isinstance(event, kind):
            return state, event
        state.evolve(event)
    raise AssertionError(kind)


@pytest.mark.parametrize(
    ("events", "name"),
    [
        ([CashDeposited(Decimal(1), Decimal(1), 1)], "kind"),
        ([opened(), opened()], "kind"),
        ([replace(opened(), account_id="B")], "account_id"),
        ([replace(opened(), balance=Decimal(0))], "balance"),
        ([opened(), CashDeposited(Decimal(-1), Decimal(999), 2)], "amount"),
        ([opened(), CashDeposited(Decimal(1), Decimal(1002), 2)], "balance"),
        ([opened(), AccountReset(Decimal(1), Decimal(1000), (), 2)], "amount"),
        ([opened(), AccountNamed("LIVE-MAIN", 2)], "name"),
        ([opened(), *2 * [AccountNamed("Breakouts", 2)]], "name"),
        ([opened(), LeverageSet("AAPL", Decimal(0), 2)], "leverage"),
        ([opened(), *2 * [IdempotencyKeyRecorded("cancel", "k", "f", "", 2)]], "key"),
        ([opened(), IdempotencyKeyRecorded("place", "k", "f", "order-9", 2)], "order_id"),
    ],
)
def test_an_account_is_opened_once_and_its_cash_adds_up(events: list[Event], name: str) -> None:
    *before, last = discrepancies(events)
    assert not any(before)
    assert last is not None
    assert last.name == name


def test_a_reset_leaves_no_order_live() -> None:
    state, placed = first(OrderPlaced)
    state.evolve(placed)
    discrepancy = first_discrepancy(state, "A", AccountReset(Decimal(0), state.balance, (), 9))
    assert discrepancy == Discrepancy("kind", "order-1 is canceled first", "AccountReset")


def test_an_order_takes_only_the_steps_there_are() -> None:
    state, placed = first(OrderPlaced)
    canceled = OrderCanceled(replace(placed.order, status=OrderStatus.CANCELED), 9)
    discrepancy = first_discrepancy(state, "A", canceled)
    assert discrepancy == Discrepancy("order.status", "what may follow no order", "canceled")
    state.evolve(placed)
    discrepancy = first_discrepancy(state, "A", placed)
    assert discrepancy == Discrepancy("order.status", "what may follow working", "working")


@pytest.mark.parametrize(
    ("kind", "changes", "name"),
    [
        (OrderPlaced, {"quantity": Decimal(0)}, "order.quantity"),
        (OrderPlaced, {"limit_price": Decimal(-1)}, "order.limit_price"),
        (OrderPlaced, {"reserve_price": Decimal(-1)}, "order.reserve_price"),
        (OrderPlaced, {"reserve_cost": Decimal(-1)}, "order.reserve_cost"),
        (OrderModified, {"symbol": "TSLA", "client_id": "x"}, "order.symbol"),
        (OrderModified, {"sequence": 10**6}, "order.sequence"),
        (OrderActivated, {"purpose": OrderPurpose.CLOSE}, "order.purpose"),
        (OrderFilled, {"status": OrderStatus.WORKING}, "order.status"),
        (OrderFilled, {"quantity": Decimal("0.1")}, "order.quantity"),
    ],
)
def test_what_an_order_cannot_be_is_named(
    kind: type[OrderEvent], changes: dict[str, Any], name: str
) -> None:
    state, event = first(kind)
    discrepancy = first_discrepancy(
        state, "A", replace(event, order=replace(event.order, **changes))
    )
    assert discrepancy is not None
    assert discrepancy.name == name


def test_a_settlement_ends_a_position_after_its_orders() -> None:
    state, placed = first(OrderPlaced)
    symbol, flat = placed.order.symbol, Position(placed.order.symbol, updated_ms=9)
    settled = PositionSettled(
        symbol, Side.BUY, Decimal(1), Decimal(1), Decimal(0), flat, state.balance, 9
    )
    found = first_discrepancy(state, "A", settled)
    assert found == Discrepancy("symbol", "one with a position", symbol)
    state.evolve(placed)
    found = first_discrepancy(state, "A", settled)
    assert found == Discrepancy("kind", "order-1 is canceled first", "PositionSettled")
