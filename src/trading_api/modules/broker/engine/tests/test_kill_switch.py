"""The kill switch cancels every order and refuses new ones until it is off."""

from __future__ import annotations

from tests.kit.engine_tables import (
    brackets,
    buy,
    cancel,
    cancel_all,
    close,
    deposit,
    halt,
    modify,
    play,
    protect,
    quote,
    reset,
    resume,
    reverse,
    sell,
)
from trading_api.domain.broker_commands import IdempotencyKey
from trading_api.domain.kill_switch import KillSwitch
from trading_api.modules.broker.engine.account_image import image_of, restore
from trading_api.modules.broker.engine.commands import SetKillSwitch, symbol_of, time_of
from trading_api.modules.broker.engine.engine import Duplicate

TICK = "99x40 / 100x40"
FILLED = ["placed 1", "filled 1: 5 @ 100, holds 5 @ 100"]
HALTED = "Trading was halted."
REFUSED = ["rejected: trading_halted"]


def test_it_cancels_orders_and_brackets_and_refuses_what_needs_a_new_order() -> None:
    play(
        (TICK, buy(5), FILLED),
        (None, protect("120", "80"), ["placed 2", "placed 3", "activated 2: 5", "activated 3: 5"]),
        (None, buy(1, limit="90"), ["placed 4"]),
        (None, halt, ["halted", *(f"canceled {n}: {HALTED}" for n in (4, 2, 3))]),
        (TICK, buy(1), REFUSED),
        (TICK, sell(5, reduce_only=True), REFUSED),
        (TICK, modify(4, buy(1, limit="91")), REFUSED),
        (TICK, reverse, REFUSED),
        (TICK, protect("120"), REFUSED),
        (TICK, cancel(4), ["rejected: order_not_working"]),
        (TICK, cancel_all, []),
        (TICK, deposit(5), ["deposited 5"]),
        (None, resume, ["resumed"]),
        (TICK, buy(1, limit="90"), ["placed 5"]),
    )


def test_a_halted_account_closes_its_position_and_opens_none() -> None:
    play(
        (TICK, buy(5), FILLED),
        (TICK, halt, ["halted"]),
        (
            "later 99x40 / 100x40",
            close(2),
            ["placed 2", "filled 2: 2 @ 99, holds 3 @ 100, realized -2"],
        ),
        ("later 98x40 / 99x40", close(), ["placed 3", "filled 3: 3 @ 98, flat, realized -6"]),
        (TICK, close(), ["rejected: position_not_found"]),
        (TICK, quote, []),
    )


def test_it_may_be_set_again_and_a_reset_leaves_it() -> None:
    engine = play(
        (None, resume, ["resumed"]),
        (None, halt, ["halted"]),
        (None, halt, ["halted"]),
        (TICK, reset, ["reset to 1000"]),
        (TICK, buy(1, brackets=brackets("120")), REFUSED),
    )
    assert engine.state.kill_switch == KillSwitch(is_on=True, reason="wild", at_ms=3)
    restored = restore(image_of(engine.state))
    assert restored.kill_switch == engine.state.kill_switch


def test_its_key_records_the_orders_that_it_canceled() -> None:
    engine = play(
        (TICK, buy(1, limit="90"), ["placed 1"]), (TICK, buy(1, limit="91"), ["placed 2"])
    )
    key = IdempotencyKey("kill-switch", "key", "print")
    command = SetKillSwitch(True, "wild", 9, key)
    engine.apply(command)
    assert engine.apply(command) == Duplicate("order-1,order-2", engine.state.seq)
    assert (symbol_of(command), time_of(command)) == (None, 9)
