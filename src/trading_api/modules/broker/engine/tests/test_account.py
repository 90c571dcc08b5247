"""The state of an account: what events make of it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.kit.engine_tables import (
    FREE,
    GONE,
    TRADING_RULES,
    buy,
    cancel,
    modify,
    play,
    sell,
    touch_of,
)
from trading_api.domain.resolution import DAY_MS
from trading_api.modules.broker.engine.account import AccountState
from trading_api.modules.broker.engine.account_image import image_of, restore
from trading_api.modules.broker.engine.commands import Market, OpenAccount
from trading_api.modules.broker.engine.engine import Engine, Outcome
from trading_api.modules.broker.engine.events import Event, OrderCanceled, OrderFilled, OrderPlaced
from trading_api.modules.broker.engine.order import canceled

TICK = "99x40 / 100x40"


def test_closing_orders_end_the_older_first_whatever_was_changed_since() -> None:
    play(
        (TICK, buy(4), ["placed 1", "filled 1: 4 @ 100, holds 4 @ 100"]),
        (TICK, sell(1, limit="110", reduce_only=True), ["placed 2"]),
        (TICK, sell(1, limit="111", reduce_only=True), ["placed 3"]),
        (TICK, modify(2, sell(1, limit="110")), ["modified 2"]),
        (
            TICK,
            sell(4),
            [
                "placed 4",
                "filled 4: 4 @ 99, flat, realized -4",
                f"canceled 2: {GONE}",
                f"canceled 3: {GONE}",
            ],
        ),
    )


def test_ended_order_cannot_be_changed() -> None:
    engine = play((None, buy(1), ["placed 1"]), (None, cancel(1), ["canceled 1"]))
    event = OrderCanceled(canceled(engine.state.orders["order-1"], at_ms=9), 9)
    with pytest.raises(AssertionError):
        engine.state.evolve(event)


def test_ids_go_on_after_the_events_were_replayed() -> None:
    tick = "99x9 / 100x9"
    engine = Engine(AccountState(), FREE)
    events = [
        event
        for command in [
            OpenAccount("DEMO", "USD", Decimal(1000), 0),
            buy(1)(Market(TRADING_RULES, touch_of(tick, 1), 1)),
            buy(1, limit="1")(Market(TRADING_RULES, touch_of(tick, 1), 2)),
            cancel(2)(Market(TRADING_RULES, None, 3)),
        ]
        for event in accepted(engine.apply(command))
    ]
    state = AccountState()
    for event in events:
        state.evolve(event)
    assert state == engine.state
    placed, filled = accepted(
        Engine(state, FREE).apply(buy(1)(Market(TRADING_RULES, touch_of(tick, 1), 4)))
    )
    assert isinstance(placed, OrderPlaced)
    assert placed.order.id == "order-3"
    assert isinstance(filled, OrderFilled)
    assert filled.execution.id == "execution-2"
    assert state.seq == 7


def accepted(result: Outcome) -> list[Event]:
    assert isinstance(result, list), result
    return result


def test_realized_pl_is_kept_for_the_two_days_of_the_last_trades() -> None:
    state = AccountState()
    for day, amount in ((1, "5"), (2, "7"), (1, "-1"), (2, "0"), (4, "3"), (4, "0.5")):
        state._realize(Decimal(amount), day * DAY_MS + 9)
    assert state.realized_by_day == {2: Decimal(7), 4: Decimal("3.5")}
    assert state.realized_pl == Decimal("14.5")
    assert restore(image_of(state)).realized_by_day == state.realized_by_day
    branch = state.branch()
    branch._realize(Decimal(1), 4 * DAY_MS)
    assert state.realized_by_day[4] == Decimal("3.5"), "a branch has its own"
