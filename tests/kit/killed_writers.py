"""Kills a trading command processor at random moments, and checks after each kill that nothing
acknowledged is missing and nothing exists twice.

Run it as a process: `python -m tests.kit.killed_writers FOLDER ROUNDS [SEED]`. Each round is a fork
that recovers the ledger and serves several clients together until SIGKILL. Some rounds are killed
while they create the ledger or recover it. Add further checks to `CHECKS`.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any

import alembic.command  # noqa: F401, imported once for all forks

from trading_api.domain.orders import (
    Brackets,
    Duration,
    OrderRequest,
    OrderStatus,
    OrderType,
    Side,
    Trail,
)
from trading_api.modules.broker.engine.account import AccountState
from trading_api.modules.broker.engine.account_image import image_of
from trading_api.modules.broker.engine.checks.rejection import Rejection
from trading_api.modules.broker.engine.commands import (
    CancelOrder,
    Market,
    MatchQuote,
    OpenAccount,
    PlaceOrder,
)
from trading_api.modules.broker.engine.events import OrderPlaced
from trading_api.modules.broker.engine.exchange_rules import ExchangeRules
from trading_api.modules.broker.engine.order import Order
from trading_api.modules.broker.engine.touch import Touch
from trading_api.modules.broker.engine.trading_rules import TradingRules
from trading_api.modules.broker.journal.journal import Journal
from trading_api.modules.broker.journal.sqlite.database import Database
from trading_api.modules.broker.journal.sqlite.sql_journal import SqlJournal
from trading_api.modules.broker.journal.verify.verification import verify
from trading_api.modules.broker.paper.account_loader import AccountLoader
from trading_api.modules.broker.paper.accounts import Accounts
from trading_api.modules.broker.paper.command_processor import CommandProcessor
from trading_api.modules.broker.paper.ledger_loader import LedgerLoader
from trading_api.modules.broker.paper.price_interest import PriceInterest
from trading_api.modules.broker.paper.snapshot_schedule import SnapshotSchedule

ACCOUNTS = ("A", "B", "C")
CLIENTS = 6
ROUND_S_MAX = 0.25
"""The longest duration of a round."""
ROUNDS_A_LEDGER = 20
EVENTS_AFTER_MAX = 40
"""So few that every round stores images of accounts."""
SYMBOL = "AAPL"
FREE = ExchangeRules(leverage_default=Decimal(10**12), maintenance_ratio=Decimal(0))
TRAIL = Trail(Decimal(50), Decimal("0.5"))
TRADING_RULES = TradingRules(SYMBOL, Decimal("0.01"), Decimal(1), Decimal(10**9))


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """An answer that a client received. Each placed order has a quantity of its own."""

    action: str
    account_id: str
    order_id: str
    quantity: int


@dataclass(slots=True)
class Found:
    """The accounts `before` and `after` a round, and everything `acknowledged` in all rounds."""

    acknowledged: list[Acknowledged] = field(default_factory=list)
    before: dict[str, AccountState] = field(default_factory=dict)
    after: dict[str, AccountState] = field(default_factory=dict)

    def orders(self) -> Iterator[tuple[str, Order]]:
        for account_id, state in self.after.items():
            for order in state.orders.values():
                yield account_id, order


def every_acknowledged_order_is_there_once(found: Found) -> None:
    quantities = [int(order.quantity) for _, order in found.orders() if not order.is_bracket]
    assert len(set(quantities)) == len(quantities), "a command was done twice"
    for answer in found.acknowledged:
        order = found.after[answer.account_id].orders[answer.order_id]
        assert answer.action != "placed" or order.quantity == answer.quantity, answer
        assert answer.action != "canceled" or order.status is OrderStatus.CANCELED, answer
        assert answer.action != "filled" or order.filled_quantity == answer.quantity, answer


def no_id_was_given_twice(found: Found) -> None:
    placed = [
        (answer.account_id, answer.order_id)
        for answer in found.acknowledged
        if answer.action != "canceled"
    ]
    assert len(set(placed)) == len(placed)
    for state in found.after.values():
        ids = [execution.id for execution in state.executions]
        assert len(set(ids)) == len(ids)


def what_was_there_before_goes_on(found: Found) -> None:
    for account_id, before in found.before.items():
        after = found.after[account_id]
        assert after.seq >= before.seq
        assert after.executions[: len(before.executions)] == before.executions
        for order_id, order in before.orders.items():
            now = after.orders[order_id]
            assert now.version >= order.version
            assert now == order or order.is_live, "what has ended stays"
            assert now.expires_ms == order.expires_ms


def trailing_stops_never_move_back(found: Found) -> None:
    for account_id, before in found.before.items():
        for order_id, order in before.orders.items():
            now = found.after[account_id].orders[order_id]
            if order.trail and order.status is OrderStatus.WORKING:
                assert now.stop_price is not None
                assert order.stop_price is not None
                assert (order.stop_price - now.stop_price) * order.side >= 0


def a_pair_closes_no_more_than_its_order_filled(found: Found) -> None:
    for state in found.after.values():
        for parent_id, ids in state.brackets_of.items():
            closed = sum(state.orders[order_id].filled_quantity for order_id in ids)
            assert closed <= state.orders[parent_id].filled_quantity


CHECKS: list[Callable[[Found], None]] = [
    every_acknowledged_order_is_there_once,
    no_id_was_given_twice,
    what_was_there_before_goes_on,
    trailing_stops_never_move_back,
    a_pair_closes_no_more_than_its_order_filled,
]


def main(folder: Path, rounds: int, seed: int | None = None) -> int:
    """Kill `rounds` rounds, and print how many rounds, events and answers there were."""
    seed = random.randrange(10**6) if seed is None else seed
    print(f"seed {seed}", file=sys.stderr)
    chance = random.Random(seed)
    tags = count(1)
    total = dict.fromkeys(("rounds", "events", "acknowledged", "kept_unanswered", "early"), 0)
    for number in range(rounds):
        if number % ROUNDS_A_LEDGER == 0:
            url = f"sqlite:///{folder}/trading-{number}.db"
            found = Found()
        answers = _killed_round(url, next(tags) * 10**6, chance)
        found.acknowledged += answers
        found.before, found.after = found.after, asyncio.run(_recovered_accounts(url))
        for check in CHECKS:
            check(found)
        summary = verify(Database(url))
        total["rounds"] += 1
        total["acknowledged"] += len(answers)
        total["early"] += not answers
        if (number + 1) % ROUNDS_A_LEDGER == 0 or number + 1 == rounds:
            known = {(each.account_id, each.order_id) for each in found.acknowledged}
            there = {(account_id, order.id) for account_id, order in found.orders()}
            total["events"] += summary.events
            total["kept_unanswered"] += len(there - known)
        if sys.stderr.isatty():
            print(f"\r{json.dumps(total)}", end="", file=sys.stderr)
    print(json.dumps(total))
    return 0


async def _recovered_accounts(url: str) -> dict[str, AccountState]:
    states: dict[str, AccountState] = {}
    journal = SqlJournal(Database(url))
    recovered = Accounts(FREE, PriceInterest(lambda symbol: [symbol]), lambda symbol: "")
    snapshots = SnapshotSchedule(10**9)
    await LedgerLoader(journal, recovered, snapshots, "USD", 10**9).begin()
    await _load_idle(journal, recovered, snapshots)
    async for entry in journal.load():
        state = states.setdefault(entry.account_id, AccountState())
        state.evolve(entry.event)
        assert state.seq == entry.seq, entry
    await journal.close()
    for account_id, state in states.items():
        assert recovered.images([account_id]) == [image_of(state)], "a recovery gives this state"
    return states


async def _load_idle(journal: Journal, accounts: Accounts, snapshots: SnapshotSchedule) -> None:
    """Load the accounts that are otherwise loaded at their first use."""

    async def between_commits(action: Callable[[], None]) -> None:
        action()

    loader = AccountLoader(journal, accounts, snapshots, between_commits)
    await asyncio.gather(*map(loader.load, list(accounts.ids())))


def _killed_round(url: str, first_quantity: int, chance: random.Random) -> list[Acknowledged]:
    reading, writing = os.pipe()
    seed, round_s = chance.random(), chance.random() * ROUND_S_MAX
    child = os.fork()
    if child == 0:
        os.close(reading)
        try:
            asyncio.run(_Round(url, writing, first_quantity, random.Random(seed)).run())
        finally:
            os._exit(1)
    os.close(writing)
    time.sleep(round_s)
    os.kill(child, signal.SIGKILL)
    with os.fdopen(reading, encoding="utf-8") as pipe:
        lines = pipe.read().splitlines()
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status), "the round failed by itself"
    return [Acknowledged(**json.loads(line)) for line in lines]


class _Round:
    """Trades until it is killed. Each answer is written to the pipe `answers` as one line, which a
    pipe takes as a whole."""

    def __init__(self, url: str, answers: int, first_quantity: int, chance: random.Random) -> None:
        self._url = url
        self._answers = answers
        self._quantities = count(first_quantity)
        self._chance = chance
        self._now_ms = count(int(time.time() * 1_000))
        self._touch = self._quoted(Decimal(100))

    async def run(self) -> None:
        interest = PriceInterest(lambda symbol: [symbol])
        accounts = Accounts(FREE, interest, lambda symbol: "")
        journal = SqlJournal(Database(self._url))
        snapshots = SnapshotSchedule(EVENTS_AFTER_MAX)
        await LedgerLoader(journal, accounts, snapshots, "USD", 10**9).begin()
        await _load_idle(journal, accounts, snapshots)
        self._accounts = accounts
        self._processor = CommandProcessor(
            accounts, interest, journal, _opening, lambda *_: None, snapshots
        )
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._processor.run())
            tasks.create_task(self._publish_quotes())
            for _ in range(CLIENTS):
                tasks.create_task(self._trade(self._chance.choice(ACCOUNTS)))

    async def _publish_quotes(self) -> None:
        while True:
            self._touch = self._quoted(Decimal(self._chance.randrange(9_900, 10_100)) / 100)
            self._processor.match_quote(MatchQuote(self._market(self._touch.time_ms)))
            await asyncio.sleep(0.001)

    async def _trade(self, account_id: str) -> None:
        while True:
            state = self._accounts.committed(account_id)
            working = state.working_orders(SYMBOL) if state else []
            if working and self._chance.random() < 0.3:
                order_id = self._chance.choice(list(working)).id
                answer = await self._processor.execute(
                    account_id, CancelOrder(order_id, next(self._now_ms))
                )
                if not isinstance(answer.outcome, Rejection):
                    self._record("canceled", account_id, order_id, 0)
                continue
            command = self._placing()
            outcome = (await self._processor.execute(account_id, command)).outcome
            assert not isinstance(outcome, Rejection), outcome
            assert isinstance(outcome, list)
            placed = next(event.order for event in outcome if isinstance(event, OrderPlaced))
            is_filled = command.request.type is OrderType.MARKET
            action = "filled" if is_filled else "placed"
            self._record(action, account_id, placed.id, int(command.request.quantity))

    def _placing(self) -> PlaceOrder:
        side, type = self._chance.choice(list(Side)), self._chance.choice(list(OrderType))
        price = Decimal(self._chance.randrange(9_800, 10_200)) / 100
        now_ms = next(self._now_ms)
        request = OrderRequest(
            symbol=SYMBOL,
            side=side,
            type=type,
            quantity=Decimal(next(self._quantities)),
            limit_price=price,
            stop_price=price,
            trail=TRAIL if type is OrderType.STOP else None,
            duration=self._chance.choice([Duration.GTC, Duration.GTD]),
            expires_ms=now_ms + self._chance.randrange(50, 10_000),
            brackets=Brackets(price + 9 * side, price - 9 * side),
        )
        return PlaceOrder(request, self._market(now_ms))

    def _market(self, at_ms: int) -> Market:
        return Market(TRADING_RULES, self._touch, at_ms, {SYMBOL: self._touch})

    def _quoted(self, bid: Decimal) -> Touch:
        size = Decimal(10**15)
        now_ms = next(self._now_ms)
        return Touch(SYMBOL, now_ms, bid, bid + Decimal("0.02"), size, size, Decimal(1))

    def _record(self, action: str, account_id: str, order_id: str, quantity: int) -> None:
        answer: dict[str, Any] = {
            "action": action,
            "account_id": account_id,
            "order_id": order_id,
            "quantity": quantity,
        }
        os.write(self._answers, json.dumps(answer).encode() + b"\n")


def _opening(account_id: str, at_ms: int) -> OpenAccount:
    return OpenAccount(account_id, "USD", Decimal(10**15), at_ms)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), int(sys.argv[2]), *map(int, sys.argv[3:])))
