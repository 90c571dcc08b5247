"""The history that a journal answers equals what a fold of all events gives, at every moment."""

from __future__ import annotations

import random
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.kit.ledger_streams import mixed, trading
from tests.kit.scale import scaled
from trading_api.domain.account_event import NOTIFYING_TYPES
from trading_api.modules.broker.engine.account import AccountState
from trading_api.modules.broker.engine.bookings import BOOKED_EVENTS, booking
from trading_api.modules.broker.engine.cash import CashLine, cash_lines
from trading_api.modules.broker.engine.events import IdempotencyKeyRecorded, OrderFilled
from trading_api.modules.broker.engine.execution import Execution
from trading_api.modules.broker.engine.order import Order
from trading_api.modules.broker.engine.recorded_key import RecordedKey
from trading_api.modules.broker.journal.history import RecordQuery, Records
from trading_api.modules.broker.journal.journal import Journal, JournalEntry
from trading_api.modules.broker.journal.sql.tables import BOOKS_CASH, NOTIFIES
from trading_api.modules.broker.journal.tests.test_journal import JOURNALS
from trading_api.modules.broker.translation.engine_history import EngineHistory

STREAMS = {account_id: trading(account_id, 400) for account_id in ("A", "B")}


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(params=JOURNALS)
async def journal(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Journal]:
    made = JOURNALS[request.param](tmp_path)
    entries = mixed(*STREAMS.values())
    for start in range(0, len(entries), 70):
        await made.append(entries[start : start + 70])
    yield made
    await made.close()


class Fold:
    """All records of an account, from its entries alone."""

    def __init__(self, entries: list[JournalEntry]) -> None:
        self.state = AccountState()
        self.orders: dict[str, Order] = {}
        self.executions: list[Execution] = []
        self.lines: list[CashLine] = []
        self.keys: list[RecordedKey] = []
        for entry in entries:
            self.state.evolve(entry.event)
            self.lines += cash_lines(entry.seq, entry.event)
            if entry.order:
                self.orders[entry.order.id] = entry.order
            if isinstance(entry.event, OrderFilled):
                self.executions.append(entry.event.execution)
            if isinstance(entry.event, IdempotencyKeyRecorded):
                self.keys.append(RecordedKey(entry.event, entry.seq))

    def recent_orders(self, since_ms: int, limit: int, before: str | None) -> list[Order]:
        ids = list(self.orders)
        older = [self.orders[each] for each in (ids[: ids.index(before)] if before else ids)]
        ended = [each for each in older if not each.is_live and each.updated_ms >= since_ms]
        return [each for each in older if each.is_live or each in ended[-limit:]]

    def ended_orders(self, limit: int, before: str | None) -> list[Order]:
        ids = list(self.orders)
        older = ids[: ids.index(before)] if before else ids
        ended = [self.orders[each] for each in reversed(older) if not self.orders[each].is_live]
        return ended[:limit]

    def cash_lines(self, since: int | None, limit: int) -> list[CashLine]:
        lines = self.lines if since is None else [each for each in self.lines if each.seq > since]
        ends = [line.seq for line in (lines[-limit:] if since is None else lines[:limit])]
        return [line for line in lines if line.seq in ends]


@pytest.mark.parametrize("account_id", STREAMS)
async def test_answers_equal_those_of_a_fold_of_all_events(
    journal: Journal, account_id: str
) -> None:
    seed = random.randrange(10**6)
    print("seed", seed)
    chance, stream = random.Random(seed), STREAMS[account_id]
    for end in [*sorted(chance.sample(range(1, len(stream)), scaled(4))), len(stream)]:
        fold = Fold(stream[:end])
        fold.state.discard_history()
        history = EngineHistory(fold.state, journal.history)
        since_ms = chance.randrange(stream[end - 1].at_ms + 2)
        for order in fold.orders.values():
            assert await history.order(order.id) == order
        assert await history.order(f"order-{10**6}") is None
        for before in (None, *chance.sample(list(fold.orders), min(3, len(fold.orders)))):
            for limit in (1, 7, 1_000):
                found = await history.ended_orders(limit, before)
                assert found == fold.ended_orders(limit, before)
                recent = await history.recent_orders(since_ms, limit, before)
                assert recent == fold.recent_orders(since_ms, limit, before)
        for symbol in (None, "AAPL", "MSFT", "NONE"):
            own = [each for each in fold.executions if symbol in (None, each.symbol)]
            assert await history.executions(symbol) == own
            for limit in (1, 5):
                assert await history.executions(symbol, limit) == own[-limit:]
                for end_of in chance.sample(fold.executions, min(2, len(fold.executions))):
                    older = fold.executions[: fold.executions.index(end_of)]
                    older = [each for each in older if symbol in (None, each.symbol)]
                    found_fills = await history.executions(symbol, limit, end_of.id)
                    assert found_fills == older[-limit:]
            assert await history.executions(symbol, 5, "execution-0") == []
        for since in (None, 0, chance.randrange(end), end):
            for limit in (1, 2, 3, 10, 1_000):
                found_lines = await history.cash_lines(since, limit)
                assert found_lines == fold.cash_lines(since, limit), (since, limit)


async def test_events_that_may_notify_are_those_of_a_fold_in_pages(journal: Journal) -> None:
    assert {kind[0].lower() + kind[1:] for kind in re.findall("'([A-Za-z]+)'", NOTIFIES)} == (
        NOTIFYING_TYPES
    )
    for account_id, entries in STREAMS.items():
        notifying = [each for each in entries if _may_notify(each)]
        assert len(notifying) > 100
        for seq_max in (len(entries), 311, 1):
            known = [each for each in notifying if each.seq <= seq_max]
            for limit in (1, 7, 10_000):
                newest = await journal.history.notifying_events(account_id, None, limit, seq_max)
                assert newest == known[-limit:]
                for since in (0, 150, seq_max):
                    later = [each for each in known if each.seq > since][:limit]
                    found = await journal.history.notifying_events(
                        account_id, since, limit, seq_max
                    )
                    assert found == later


def _may_notify(entry: JournalEntry) -> bool:
    if entry.type == "orderCanceled":
        return bool(entry.order and entry.order.message)
    return entry.type in NOTIFYING_TYPES


async def test_bookings_are_those_of_a_fold_in_pages(journal: Journal) -> None:
    others = set(re.findall("'([A-Za-z]+)'", BOOKS_CASH))
    assert {each.__name__ for each in BOOKED_EVENTS} == {"OrderFilled", *others}
    for account_id, entries in STREAMS.items():
        own = [each for each in entries if type(each.event) in BOOKED_EVENTS]
        assert {type(each.event).__name__ for each in own} >= {"AccountOpened", "CashDeposited"}
        booked = [booking(each.seq, each.event) for each in own]
        for seq_max in (len(entries), 311, 1):
            known = [each for each in booked if each.seq <= seq_max]
            for limit in (1, 7, 10_000):
                for since in (0, 150, seq_max):
                    later = [each for each in known if each.seq > since][:limit]
                    found = await journal.history.bookings(account_id, since, limit, seq_max)
                    assert found == later
    assert await journal.history.removed_records("A") is None


async def test_keys_and_client_order_ids_are_found(journal: Journal) -> None:
    fold = Fold(STREAMS["A"])
    assert fold.keys
    pairs = [(each.event.operation, each.event.key) for each in fold.keys]
    used = {each.client_id: each.id for each in fold.orders.values() if each.client_id}
    assert used
    some = ["order-1", "order-0", "none", "order-2"]
    names = ("unknown", *used), (("place", "unknown"), *pairs)
    own, foreign, nothing = await journal.history.find(
        [RecordQuery("A", some, *names), RecordQuery("C", some, *names), RecordQuery("A")]
    )
    assert own.keys == fold.keys
    assert own.client_ids == used
    by_id = {order.id: order for order in own.orders}
    assert by_id == {each: fold.orders[each] for each in ("order-1", "order-2")}
    assert foreign == nothing == Records([], {}, [])


async def test_more_orders_than_one_query_takes_are_found(journal: Journal) -> None:
    known = list(Fold(STREAMS["B"]).orders.values())
    ids = [order.id for order in known]
    many = [f"order-{number}" for number in range(10**6, 10**6 + 2_500)]
    assert await journal.history.orders("B", [*ids[:3], *many, *ids[3:]]) == known
