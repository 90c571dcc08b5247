"""What belongs to the account itself: cash, keys, names, a new beginning."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.kit.engine_tables import (
    FREE,
    GONE,
    TRADING_RULES,
    Asked,
    brackets,
    buy,
    cancel,
    cancel_all,
    cancel_many,
    close,
    deposit,
    expire,
    leverage,
    modify,
    play,
    quote,
    reset,
    reset_to,
    sell,
    touch_of,
)
from trading_api.domain.broker_commands import IdempotencyKey
from trading_api.modules.broker.engine.account import AccountState
from trading_api.modules.broker.engine.cash import CashLine, cash_lines
from trading_api.modules.broker.engine.commands import (
    CancelOrder,
    Command,
    DepositCash,
    Market,
    OpenAccount,
    ResetAccount,
    time_of,
)
from trading_api.modules.broker.engine.engine import Engine, Outcome
from trading_api.modules.broker.engine.events import (
    AccountOpened,
    Event,
    OrderCanceled,
    OrderFilled,
    OrderPlaced,
)
from trading_api.modules.broker.engine.exchange_rules import ExchangeRules, FeeSchedule
from trading_api.modules.broker.engine.order import canceled

TICK = "99x40 / 100x40"
KEY = IdempotencyKey("place", "k", "one")
OTHER = IdempotencyKey("place", "k", "two")
RESET = "The account was reset."


def test_deposit_adds_to_the_balance() -> None:
    engine = play(
        (None, deposit("0.00000001"), ["deposited 0.00000001"]),
        (None, deposit("1E+12"), ["deposited 1000000000000"]),
    )
    assert engine.state.balance == engine.state.deposited == Decimal("1000000001000.00000001")


WRONG_AMOUNTS = ["0", "-5", "0.000000001", "1E-2000000", "1000000000000.01", "1E+300"]


@pytest.mark.parametrize("amount", WRONG_AMOUNTS)
def test_deposit_is_positive_bounded_and_in_whole_steps_of_money(amount: str) -> None:
    play((None, deposit(amount), ["rejected: amount_wrong"]))


@pytest.mark.parametrize("balance", WRONG_AMOUNTS)
def test_an_account_begins_anew_with_what_could_be_deposited(balance: str) -> None:
    play(
        (TICK, buy(1, limit="90"), ["placed 1"]),
        (None, reset_to(balance), ["rejected: amount_wrong"]),
        (None, cancel(1), ["canceled 1"]),
    )


def test_deposits_bring_no_balance_beyond_what_is_exact() -> None:
    play(
        (None, deposit("0.00000001"), ["rejected: amount_wrong"]),
        balance="1E+15",
    )
    play(
        (None, deposit("0.00000001"), ["deposited 0.00000001"]),
        (None, deposit("0.00000001"), ["rejected: amount_wrong"]),
        balance="999999999999999.99999999",
    )


def test_reset_ends_all_orders_and_positions_and_erases_nothing() -> None:
    engine = play(
        (TICK, buy(5, client_id="mine"), ["placed 1", "filled 1: 5 @ 100, holds 5 @ 100"]),
        (TICK, leverage(7), ["leverage 7"]),
        (
            TICK,
            buy(1, limit="90", brackets=brackets("120", "80")),
            ["placed 2", "placed 3", "placed 4"],
        ),
        (TICK, sell(1, stop="80"), ["placed 5"]),
        (None, deposit(50), ["deposited 50"]),
        (
            None,
            reset,
            [
                f"canceled 2: {RESET}",
                "canceled 3: There is nothing left for it to protect.",
                "canceled 4: There is nothing left for it to protect.",
                f"canceled 5: {RESET}",
                "reset to 1000",
            ],
        ),
        (TICK, buy(1, client_id="mine"), ["rejected: client_order_id_taken"]),
        (TICK, buy(1), ["placed 6", "filled 6: 1 @ 100, holds 1 @ 100"]),
        (None, reset, ["reset to 1000"]),
    )
    state = engine.state
    assert state.balance == state.deposited == 1000
    assert state.realized_pl == 0
    assert (len(state.orders), len(state.executions), state.positions) == (6, 2, {})
    assert state.leverages == {"AAPL": 7}


def test_balance_is_the_sum_of_its_lines() -> None:
    rules = ExchangeRules(fees=FeeSchedule(minimum=Decimal(1)), leverage_default=Decimal(1_000_000))
    engine, state = Engine(AccountState(), rules), AccountState()
    market = Market(TRADING_RULES, touch_of(TICK, 1), 5, {"AAPL": touch_of(TICK, 1)})
    lines: list[CashLine] = []
    commands: list[Command] = [
        OpenAccount("DEMO", "USD", Decimal(1000), 1),
        DepositCash(Decimal(10), 2),
        buy(2)(market),
        close(1)(market),
        buy(1, limit="90")(market),
        ResetAccount(Decimal(500), 9),
    ]
    for command in commands:
        events = engine.apply(command)
        assert isinstance(events, list)
        for event in events:
            state.evolve(event)
            lines += cash_lines(state.seq, event)
            assert state.balance == lines[-1].balance == sum(line.amount for line in lines)
    assert [f"{line.kind} {line.amount.normalize():f} {line.execution_id}" for line in lines] == [
        "deposit 1000 ",
        "deposit 10 ",
        "commission -1 execution-1",
        "realized_pl -1 execution-2",
        "commission -1 execution-2",
        "reset -507 ",
    ]
    assert state.cash == lines
    assert (lines[3].symbol, lines[3].order_id, lines[3].at_ms) == ("AAPL", "order-2", 5)


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
    ("asked", "events", "again"),
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
def test_each_operation_has_keys_of_its_own(asked: Asked, events: list[str], again: str) -> None:
    play(
        (TICK, buy(1, limit="90", key=KEY), ["placed 1", "keyed place k"]),
        (TICK, buy(1), ["placed 2", "filled 2: 1 @ 100, holds 1 @ 100"]),
        (TICK, asked, [*events, f"keyed {operation_of(asked)} k"]),
        (TICK, asked, [f"duplicate: {again}"]),
    )


def operation_of(asked: Asked) -> str:
    command = asked(Market(TRADING_RULES, None, 1))
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


def test_cancel_many_ends_those_that_live_and_passes_over_the_others() -> None:
    play(
        (TICK, buy(1), ["placed 1", "filled 1: 1 @ 100, holds 1 @ 100"]),
        (TICK, buy(1, limit="90"), ["placed 2"]),
        (TICK, buy(1, limit="91"), ["placed 3"]),
        (TICK, buy(1, limit="92"), ["placed 4"]),
        (None, cancel_many(), []),
        (None, cancel_many(4, 1, 2, 9), ["canceled 2", "canceled 4"]),
        (None, cancel_many(2), []),
        (None, cancel_all, ["canceled 3"]),
    )


def test_two_accounts_on_one_symbol_never_meet() -> None:
    rows = [(TICK, buy(40), ["placed 1", "filled 1: 40 @ 100, holds 40 @ 100"])]
    first, second = play(*rows), play(*rows)
    assert first.state.positions == second.state.positions
    assert first.state.liquidity_used == second.state.liquidity_used


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


def test_every_command_knows_its_time() -> None:
    market = Market(TRADING_RULES, touch_of(TICK, 1), 5)
    commands: list[Command] = [
        OpenAccount("DEMO", "USD", Decimal(1), 5),
        *(asked(market) for asked in (deposit(1), reset, cancel(1), cancel_all, expire, quote)),
        *(asked(market) for asked in (buy(1), close(), leverage(1))),
    ]
    assert {time_of(command) for command in commands} == {5}


def test_ended_order_cannot_be_changed() -> None:
    engine = play((None, buy(1), ["placed 1"]), (None, cancel(1), ["canceled 1"]))
    event = OrderCanceled(canceled(engine.state.orders["order-1"], at_ms=9), 9)
    with pytest.raises(AssertionError):
        engine.state.evolve(event)


def test_account_is_opened_once_and_first() -> None:
    engine = Engine(AccountState(), FREE)
    with pytest.raises(AssertionError):
        engine.apply(CancelOrder("order-1", 1))
    events = engine.apply(OpenAccount("DEMO", "USD", Decimal(1000), 5))
    assert events == [AccountOpened("DEMO", "USD", Decimal(1000), 5)]
    with pytest.raises(AssertionError):
        engine.apply(OpenAccount("DEMO", "USD", Decimal(1000), 5))


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
