"""The engine as a whole: idempotency keys, client order ids, accounts and times."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.kit.engine_tables import (
    FREE,
    TRADING_RULES,
    CommandMaker,
    brackets,
    buy,
    cancel,
    cancel_all,
    close,
    deposit,
    expire,
    leverage,
    modify,
    play,
    quote,
    reset,
    touch_of,
)
from trading_api.domain.broker_commands import IdempotencyKey
from trading_api.modules.broker.engine.account import AccountState
from trading_api.modules.broker.engine.commands import (
    CancelOrder,
    Command,
    Market,
    OpenAccount,
    time_of,
)
from trading_api.modules.broker.engine.engine import Engine
from trading_api.modules.broker.engine.events import AccountOpened

TICK = "99x40 / 100x40"


KEY = IdempotencyKey("place", "k", "one")


OTHER = IdempotencyKey("place", "k", "two")


def test_key_gives_the_first_answer_again_and_another_command_a_refusal() -> None:
    play(
        (
            TICK,
            buy(1, key=KEY),
            ["placed 1", "filled 1: 1 @ 100, holds 1 @ 100", "keyed place k"],
        ),
        (TICK, buy(1, key=KEY), ["duplicate: order-1"]),
        (TICK, buy(2, key=OTHER), ["rejected: idempotency_key_reused"]),
        (None, reset, ["reset to 1000"]),
        (TICK, buy(1, key=KEY), ["duplicate: order-1"]),
    )


def test_key_of_a_refused_command_is_free() -> None:
    play(
        (TICK, buy(0, key=KEY), ["rejected: quantity_not_positive"]),
        (TICK, buy(1, limit="90", key=OTHER), ["placed 1", "keyed place k"]),
    )


def keyed(operation: str) -> IdempotencyKey:
    return IdempotencyKey(operation, "k", "one")


@pytest.mark.parametrize(
    ("make_command", "events", "again"),
    [
        (cancel(1, keyed("cancel")), ["canceled 1"], ""),
        (
            modify(1, buy(2, limit="91", brackets=brackets("99")), key=keyed("modify")),
            ["modified 1", "placed 3"],
            "",
        ),
        (
            close(key=keyed("close")),
            ["placed 3", "filled 3: 1 @ 99, flat, realized -1"],
            "order-3",
        ),
    ],
    ids=["cancel", "modify", "close"],
)
def test_each_operation_has_keys_of_its_own(
    make_command: CommandMaker, events: list[str], again: str
) -> None:
    play(
        (TICK, buy(1, limit="90", key=KEY), ["placed 1", "keyed place k"]),
        (TICK, buy(1), ["placed 2", "filled 2: 1 @ 100, holds 1 @ 100"]),
        (TICK, make_command, [*events, f"keyed {operation_of(make_command)} k"]),
        (TICK, make_command, [f"duplicate: {again}"]),
    )


def operation_of(make_command: CommandMaker) -> str:
    command = make_command(Market(TRADING_RULES, None, 1))
    return str(getattr(command, "key").operation)  # noqa: B009


def test_client_id_names_one_order_for_ever() -> None:
    play(
        (TICK, buy(1, limit="90", client_id="mine"), ["placed 1"]),
        (TICK, buy(1, limit="90", client_id="mine"), ["rejected: client_order_id_taken"]),
        (TICK, buy(1, limit="90", client_id="yours"), ["placed 2"]),
        (TICK, modify(1, buy(2, limit="90", client_id="yours")), ["modified 1"]),
        (None, cancel(1), ["canceled 1"]),
        (TICK, buy(1, limit="90", client_id="mine"), ["rejected: client_order_id_taken"]),
    )


def test_two_accounts_on_one_symbol_never_meet() -> None:
    rows = [(TICK, buy(40), ["placed 1", "filled 1: 40 @ 100, holds 40 @ 100"])]
    first, second = play(*rows), play(*rows)
    assert first.state.positions == second.state.positions
    assert first.state.liquidity_used == second.state.liquidity_used


def test_every_command_knows_its_time() -> None:
    market = Market(TRADING_RULES, touch_of(TICK, 1), 5)
    commands: list[Command] = [
        OpenAccount("DEMO", "USD", Decimal(1), 5),
        *(
            make_command(market)
            for make_command in (deposit(1), reset, cancel(1), cancel_all, expire, quote)
        ),
        *(make_command(market) for make_command in (buy(1), close(), leverage(1))),
    ]
    assert {time_of(command) for command in commands} == {5}


def test_account_is_opened_once_and_first() -> None:
    engine = Engine(AccountState(), FREE)
    with pytest.raises(AssertionError):
        engine.apply(CancelOrder("order-1", 1))
    events = engine.apply(OpenAccount("DEMO", "USD", Decimal(1000), 5))
    assert events == [AccountOpened("DEMO", "USD", Decimal(1000), 5)]
    with pytest.raises(AssertionError):
        engine.apply(OpenAccount("DEMO", "USD", Decimal(1000), 5))
