"""Deposits, withdrawals, resets and the cash lines of an account."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.kit.engine_tables import (
    TRADING_RULES,
    brackets,
    buy,
    cancel,
    close,
    deposit,
    leverage,
    play,
    quote,
    reset,
    reset_to,
    sell,
    touch_of,
    withdraw,
)
from trading_api.modules.broker.engine.account import AccountState
from trading_api.modules.broker.engine.cash import CashLine, cash_lines
from trading_api.modules.broker.engine.commands import (
    Command,
    DepositCash,
    Market,
    OpenAccount,
    ResetAccount,
    SettlePosition,
    WithdrawCash,
)
from trading_api.modules.broker.engine.engine import Engine
from trading_api.modules.broker.engine.exchange_rules import ExchangeRules, FeeSchedule

TICK = "99x40 / 100x40"


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
def test_an_account_starts_again_with_what_could_be_deposited(balance: str) -> None:
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


def test_a_withdrawal_leaves_the_margin_that_positions_and_orders_use() -> None:
    engine = play(
        (TICK, leverage(1), ["leverage 1"]),
        (TICK, buy(5), ["placed 1", "filled 1: 5 @ 100, holds 5 @ 100"]),
        (TICK, buy(1, limit="90"), ["placed 2"]),
        (None, withdraw("0"), ["rejected: amount_wrong"]),
        (None, withdraw("-1"), ["rejected: amount_wrong"]),
        # 1000 - 5 of loss - 500 of the position - 90 and 1 of spread of the order
        (None, withdraw("404.00000001"), ["rejected: insufficient_funds"]),
        (None, withdraw("404"), ["withdrew 404"]),
        (TICK, quote, []),
    )
    assert engine.state.balance == engine.state.deposited == 596


def test_unrealized_profit_cannot_be_withdrawn() -> None:
    up = "199x40 / 200x40"
    play(
        (TICK, leverage(100), ["leverage 100"]),
        (TICK, buy(9), ["placed 1", "filled 1: 9 @ 100, holds 9 @ 100"]),
        (up, withdraw("1000.00000001"), ["rejected: insufficient_funds"]),
        (up, withdraw("1000"), ["withdrew 1000"]),
        (up, withdraw("0.00000001"), ["rejected: insufficient_funds"]),
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
        WithdrawCash(Decimal(3), {}, 8),
        SettlePosition("AAPL", Decimal(90), None, 8),
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
        "withdrawal -3 ",
        "settlement -10 ",
        "reset -494 ",
    ]
    assert state.cash == lines
    assert (lines[3].symbol, lines[3].order_id, lines[3].at_ms) == ("AAPL", "order-2", 5)
