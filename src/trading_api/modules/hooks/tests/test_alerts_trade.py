"""Execution of alerts: orders, target positions, repetitions and refusals."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from tests.kit.hooks import NOW_MS, RunningHooks, order, running_hooks, target
from tests.kit.paper_exchange import A
from trading_api.models.hooks import DeliveryResult
from trading_api.modules.hooks.delivery import Delivery


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def hooks() -> AsyncIterator[RunningHooks]:
    async with running_hooks() as running:
        yield running


def code(delivery: Delivery) -> str:
    assert delivery.refusal is not None, delivery
    return delivery.refusal.code


@pytest.mark.parametrize(
    ("alert", "position"),
    [
        (order("buy", 10), 10),
        (order("sell", "2.0"), -2),
        (order("buy", "1e1", type="limit", limit_price="101"), 10),
        (target(7), 7),
        (target("-7"), -7),
        (target(0), 0),
    ],
)
async def test_an_alert_trades(hooks: RunningHooks, alert: dict[str, Any], position: int) -> None:
    delivery = await hooks.send(await hooks.create(), alert)
    assert delivery.result is DeliveryResult.EXECUTED, delivery
    assert await hooks.position() == position
    assert list(delivery.order_ids) == await hooks.orders()
    assert await hooks.notifications() == []


async def test_a_limit_order_has_its_price_and_its_brackets(hooks: RunningHooks) -> None:
    alert = order("buy", 5, type="limit", limit_price=90, take_profit="110.5", stop_loss=80)
    await hooks.send(await hooks.create(), alert)
    parent, *brackets = hooks.exchange.broker.snapshot(A).live_orders()
    assert (parent.limit_price, parent.quantity) == (Decimal(90), Decimal(5))
    assert {each.limit_price or each.stop_price for each in brackets} == {
        Decimal("110.5"),
        Decimal(80),
    }


@pytest.mark.parametrize("alert", [order("buy", 10), target(10)])
async def test_the_same_alert_twice_is_one_order(
    hooks: RunningHooks, alert: dict[str, Any]
) -> None:
    created = await hooks.create()
    deliveries = await asyncio.gather(*(hooks.send(created, alert) for _ in range(4)))
    assert {each.number for each in deliveries} == {deliveries[0].number}
    assert {tuple(each.order_ids) for each in deliveries} == {("order-1",)}
    assert await hooks.position() == 10
    (listed,) = await hooks.service.deliveries(A, created.hook.id, None, 10)
    assert (listed.repeats, listed.result, listed.order_ids) == (3, "executed", ["order-1"])


async def test_targets_that_arrive_together_do_not_overshoot(hooks: RunningHooks) -> None:
    hooks.exchange.market.move("AAPL", "100", "100", size=1)
    created = await hooks.create()
    alerts = [target(10, NOW_MS + n, sequence=n) for n in range(5)]
    await asyncio.gather(*(hooks.send(created, each) for each in alerts))
    for _ in range(20):
        hooks.exchange.market.move("AAPL", "100", "100", size=1)
        await hooks.exchange.broker.market_listener.flush()
    assert await hooks.position() == 10
    assert len(await hooks.orders()) == 1


@pytest.mark.parametrize("size", [1_000_000, 3])
@pytest.mark.parametrize(("before", "after"), [(5, 2), (5, 0), (5, -5), (-5, -9), (-5, 3), (5, 5)])
async def test_a_target_is_reached_from_any_position(
    hooks: RunningHooks, before: int, after: int, size: int
) -> None:
    hooks.exchange.market.move("AAPL", "100", "100", size=size)
    created = await hooks.create()
    for number, position in enumerate((before, after)):
        delivery = await hooks.send(created, target(position, sequence=number))
        assert delivery.result is DeliveryResult.EXECUTED, delivery
    for _ in range(10):
        hooks.exchange.market.move("AAPL", "100", "100", size=size)
        await hooks.exchange.broker.market_listener.flush()
    assert await hooks.position() == after


async def test_a_resting_order_that_closes_the_position_does_not_block_a_target(
    hooks: RunningHooks,
) -> None:
    created = await hooks.create()
    await hooks.send(created, target(5))
    await hooks.exchange.place(type=1, side=-1, qty=5.0, limitPrice=150.0, isClose=True)
    assert (await hooks.send(created, target(0, sequence=1))).result is DeliveryResult.EXECUTED
    assert await hooks.position() == 0


@pytest.mark.parametrize(
    ("alert", "expected"),
    [
        (order("buy", 10, NOW_MS - 61_000), "alert_stale"),
        (target(10, NOW_MS + 11_000), "alert_in_future"),
        (target(10, NOW_MS - 2_000), "alert_out_of_order"),
        (target(10, sequence=6), "alert_out_of_order"),
        (order("buy", 1001, sequence=8), "hook_quantity_exceeded"),
        (target(-1001, sequence=8), "hook_quantity_exceeded"),
        (target(1, ticker="MSFT"), "symbol_not_permitted"),
        (order("buy", "0.5", sequence=8), "quantity_off_grid"),
        (order("buy", 1, sequence=8, take_profit=50), "bracket_price_wrong"),
        (order("hold", 1), "invalid_request"),
        (target("NaN"), "invalid_request"),
        (target("{{strategy.position_size}}"), "invalid_request"),
        (target(1, stop_los=1), "invalid_request"),
        (target(1, mode="goal"), "invalid_request"),
        (order("buy", 1, type="limit"), "invalid_request"),
    ],
)
async def test_an_alert_that_is_refused_changes_nothing_and_is_notified_and_listed(
    hooks: RunningHooks, alert: dict[str, Any], expected: str
) -> None:
    created = await hooks.create()
    await hooks.send(created, target(3, sequence=7))
    assert code(await hooks.send(created, alert)) == expected
    assert code(await hooks.send(created, alert)) == expected
    assert await hooks.position() == 3
    assert await hooks.notifications() == [expected]
    refused, _ = await hooks.service.deliveries(A, created.hook.id, None, 10)
    assert (refused.result, refused.code, refused.repeats) == ("refused", expected, 1)


async def test_a_hook_expires(hooks: RunningHooks) -> None:
    created = await hooks.create(expiresMs=NOW_MS + 1)
    hooks.now_ms += 1
    assert code(await hooks.send(created, target(1))) == "hook_expired"
    assert await hooks.notifications() == ["hook_expired"]


async def test_orders_of_a_minute_are_limited(hooks: RunningHooks) -> None:
    created = await hooks.create(ordersPerMinute=2)
    for number in range(2):
        await hooks.send(created, order("buy", 1, comment=str(number)))
    assert code(await hooks.send(created, order("buy", 1))) == "hook_orders_per_minute"
    hooks.now_ms += 60_000
    assert (await hooks.send(created, order("buy", 1, hooks.now_ms))).refusal is None
    assert await hooks.position() == 3


async def test_aliases_and_names_with_an_exchange_stand_for_the_symbol(hooks: RunningHooks) -> None:
    created = await hooks.create(symbols=[{"symbol": "TEST:AAPL", "aliases": ["APPLE"]}])
    for number, ticker in enumerate(("AAPL", "TEST:AAPL", "APPLE")):
        await hooks.send(created, order("buy", 1, ticker=ticker, sequence=number))
    assert await hooks.position() == 3


async def test_a_hook_notifies_of_ten_refusals_a_minute_and_lists_all(hooks: RunningHooks) -> None:
    created = await hooks.create()
    for number in range(15):
        await hooks.send(created, target(1, NOW_MS - 90_000, sequence=number))
    assert await hooks.notifications() == ["alert_stale"] * 10
    assert len(await hooks.service.deliveries(A, created.hook.id, None, 100)) == 15


@pytest.mark.parametrize(
    ("permitted", "live_accounts", "expected"),
    [
        (False, ["LIVE-MAIN"], "insufficient_scope"),
        (True, [], "unknown_account"),
    ],
)
async def test_a_live_account_needs_the_scope_of_who_created_the_hook(
    permitted: bool, live_accounts: list[str], expected: str
) -> None:
    async with running_hooks(live_accounts=live_accounts) as hooks:
        created = await hooks.create()
        stored = await hooks.store.hook(created.hook.id)
        assert stored is not None
        await hooks.store.delete_hook(stored.id)
        live = replace(stored, account_id="LIVE-MAIN", is_live_permitted=permitted)
        await hooks.store.add_hook(live, 1)
        assert code(await hooks.send(created, target(1))) == expected


ODD: list[Any] = [
    None,
    True,
    -1,
    0,
    1e308,
    2**53,
    "",
    "-0",
    "NaN",
    "x" * 9_000,
    "\0",
    "\U0001f4a9",
    [[]],
    {"a": 1},
]


@pytest.mark.parametrize("alert", [target(1), order("buy", 1, type="limit", limit_price=1)])
async def test_whatever_an_alert_holds_it_is_executed_or_refused_and_listed(
    hooks: RunningHooks, alert: dict[str, Any]
) -> None:
    for name in [*alert, "sequence", "comment", "stop_loss", "unknown", "\U0001f4a9" * 100]:
        created = await hooks.create()
        for odd in ODD:
            delivery = await hooks.send(created, {**alert, name: odd})
            assert delivery.result is not DeliveryResult.PENDING
            assert delivery.refusal is None or 400 <= delivery.refusal.status < 500, delivery
            assert delivery.refusal is None or delivery.refusal.reason.isprintable(), delivery
        listed = await hooks.service.deliveries(A, created.hook.id, None, 100)
        assert sum(1 + each.repeats for each in listed) == len(ODD)
