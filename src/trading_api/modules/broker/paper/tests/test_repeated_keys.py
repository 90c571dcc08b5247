"""A key that was used before is found at the commit, and its command is done once."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests.kit.paper_exchange import LIMIT, A, B, PaperExchange, rejection_of, running
from trading_api.errors import ApiError
from trading_api.models.broker import PreOrder
from trading_api.modules.broker.engine.account_image import AccountImage
from trading_api.modules.broker.journal.history import RecordQuery, Records
from trading_api.modules.broker.journal.journal import Journal, JournalEntry, JournalUnavailable
from trading_api.modules.broker.journal.memory import MemoryJournal
from trading_api.modules.broker.journal.memory_history import MemoryHistory
from trading_api.modules.broker.journal.sqlite.database import Database
from trading_api.modules.broker.journal.sqlite.sql_journal import SqlJournal
from trading_api.modules.broker.paper.command_processor import CommandProcessor

STEPS = 120
REJECTED = "rejected"


def order(**fields: object) -> PreOrder:
    plain = {"symbol": "AAPL", "type": 2, "side": 1, "qty": 1.0}
    return PreOrder.model_validate(plain | fields)


class CountingHistory(MemoryHistory):
    """Counts the look-ups of records."""

    lookups = 0

    async def find(self, queries: Sequence[RecordQuery]) -> Sequence[Records]:
        self.lookups += 1
        return await super().find(queries)


class SwitchedJournal(MemoryJournal):
    """Takes nothing while `is_failing`, and waits while `is_blocked`."""

    def __init__(self) -> None:
        super().__init__()
        self.is_failing = False
        self.history: CountingHistory = CountingHistory()
        self.appended = 0

    async def append(
        self, entries: Sequence[JournalEntry], images: Sequence[AccountImage] = ()
    ) -> None:
        self.appended += 1
        if self.is_failing:
            raise JournalUnavailable("The ledger's disk is full", "ledger_full")
        await super().append(entries, images)


async def test_a_new_key_is_not_looked_up() -> None:
    journal = SwitchedJournal()
    async with running(journal) as exchange:
        exchange.market.move("AAPL", "99.98", "100.00")
        for number in range(5):
            await exchange.client.place_order(A, order(), key=f"key-{number}")
        assert journal.history.lookups == 0
        assert await exchange.client.place_order(A, order(), key="key-3") == "order-4"
        assert journal.history.lookups == 1


async def test_an_account_that_repeats_a_key_does_not_delay_others_again() -> None:
    journal = SwitchedJournal()
    async with running(journal) as exchange:
        exchange.market.move("AAPL", "99.98", "100.00")
        await exchange.client.place_order(A, order(), key="one")
        for _ in range(3):
            await exchange.client.place_order(A, order(), key="one")
        # The first commit, and the one that found the key.
        assert journal.appended == 2


async def test_commands_of_one_batch_are_right_although_one_repeats_a_key() -> None:
    journal = SwitchedJournal()
    async with running(journal) as exchange:
        exchange.market.move("AAPL", "99.98", "100.00")
        await exchange.client.place_order(A, order(), key="one")
        await exchange.place(B, type=LIMIT, limitPrice=90.0)
        await exchange.subscribe("orders", A)
        await exchange.subscribe("executions", B)
        client, too_large = exchange.client, order(qty=1e6)
        commands = [
            asyncio.create_task(command)
            for command in (
                client.place_order(A, order(), key="one"),
                client.place_order(A, order(type=LIMIT, limitPrice=80.0)),
                client.place_order(B, order(), key="one"),
                client.place_order(A, order(), key="two"),
                client.place_order(B, too_large, key="three"),
            )
        ]
        await asyncio.sleep(0)
        exchange.market.move("AAPL", "89.98", "90.00")
        *answers, rejected = await asyncio.gather(*commands, return_exceptions=True)
        assert answers == ["order-1", "order-2", "order-2", "order-3"]
        assert isinstance(rejected, ApiError)
        await client.flush()
        held = {each: exchange.queries.positions(each)[0].qty for each in (A, B)}
        assert held == {A: 2.0, B: 11.0}
        executed = [execution["price"] for execution in exchange.published("executions")]
        assert sorted(executed) == [90.0, 100.0], "each is published once"
        assert [each.id for each in await exchange.queries.orders(A)] == [
            f"order-{number}" for number in (1, 2, 3)
        ]


async def test_a_repeated_command_is_answered_where_a_new_one_is_rejected() -> None:
    async with running(SwitchedJournal()) as exchange:
        exchange.market.move("AAPL", "99.98", "100.00")
        client, most = exchange.client, order(qty=9_500.0)
        first = await client.place_order(A, most, key="one")
        assert (await rejection_of(client.place_order(A, most)))[1] == "insufficient_margin"
        assert await client.place_order(A, most, key="one") == first
        reused = await rejection_of(client.place_order(A, order(qty=9_501.0), key="one"))
        assert reused[:2] == (409, "idempotency_key_reused")


async def test_a_repeated_command_is_answered_while_the_ledger_takes_nothing() -> None:
    journal = SwitchedJournal()
    async with running(journal) as exchange:
        exchange.market.move("AAPL", "99.98", "100.00")
        first = await exchange.client.place_order(A, order(), key="one")
        journal.is_failing = True
        assert await exchange.client.place_order(A, order(), key="one") == first
        refused = await rejection_of(exchange.client.place_order(A, order(), key="two"))
        assert refused[:2] == (503, "ledger_full")


async def test_only_so_many_accounts_with_repeated_keys_are_remembered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("trading_api.modules.broker.paper.command_processor.REPEATING_MAX", 2)
    async with running() as exchange:
        exchange.market.move("AAPL", "99.98", "100.00")
        for number in range(9):
            for _ in range(3):
                placed = exchange.client.place_order(f"ACCOUNT-{number}", order(), key="one")
                assert await placed == "order-1"
        (processor,) = (
            each for each in vars(exchange.broker).values() if isinstance(each, CommandProcessor)
        )
        assert len(vars(processor)["_repeating"]) <= 3


@pytest.fixture(params=["memory", "sqlite"])
def reopened(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], Journal]:
    """Return a function that opens the same journal again."""
    memory = MemoryJournal()
    if request.param == "memory":
        return lambda: memory
    return lambda: SqlJournal(Database(f"sqlite:///{tmp_path}/trading.db"))


@pytest.mark.parametrize("fixed_seed", [7, None])
async def test_each_key_is_done_once_whatever_surrounds_it(
    fixed_seed: int | None, reopened: Callable[[], Journal]
) -> None:
    seed = random.randrange(1 << 32) if fixed_seed is None else fixed_seed
    print(f"{seed=}")
    chance = random.Random(seed)
    known: dict[tuple[str, str], tuple[float, str]] = {}
    placed: dict[str, list[str]] = {A: [], B: []}
    for _ in range(4):
        async with running(reopened()) as exchange:
            for _ in range(STEPS // 4):
                await _step(exchange, chance, known, placed)
            for account, ids in placed.items():
                assert [each.id for each in await exchange.queries.orders(account)] == ids


async def _step(
    exchange: PaperExchange,
    chance: random.Random,
    known: dict[tuple[str, str], tuple[float, str]],
    placed: dict[str, list[str]],
) -> None:
    """Send a few commands together, and compare their answers with those of a table of keys."""
    exchange.market.move("AAPL", "99.98", "100.00")
    commands, expected = [], []
    for _ in range(chance.randint(1, 6)):
        account, key = chance.choice([A, B]), chance.choice([None, f"k{chance.randrange(40)}"])
        quantity = chance.choice([1.0, 1.0, 1.0, 2.0, 1e6])
        commands.append(exchange.client.place_order(account, _far(quantity), key))
        expected.append(_expected(account, key, quantity, known, placed))
    if chance.random() < 0.3:
        exchange.market.move("AAPL", "99.00", "99.50")
    answers = await asyncio.gather(*commands, return_exceptions=True)
    codes = [answer.code if isinstance(answer, ApiError) else answer for answer in answers]
    assert codes == expected


def _expected(
    account: str,
    key: str | None,
    quantity: float,
    known: dict[tuple[str, str], tuple[float, str]],
    placed: dict[str, list[str]],
) -> str:
    if key is not None and (account, key) in known:
        first, answer = known[account, key]
        return answer if first == quantity else "idempotency_key_reused"
    if quantity > 1000.0:
        return "insufficient_margin"
    answer = f"order-{len(placed[account]) + 1}"
    placed[account].append(answer)
    if key is not None:
        known[account, key] = quantity, answer
    return answer


def _far(quantity: float) -> PreOrder:
    """Return an order that rests, and of which the margin allows as many as the test places."""
    return order(type=LIMIT, limitPrice=1.0, qty=quantity)
