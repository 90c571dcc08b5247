"""What ended leaves the memory, and every command is still answered as if it were there."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.kit.paper_exchange import LIMIT, A, B, rejection_of, running
from trading_api.errors import Unavailable
from trading_api.models.broker import PreOrder
from trading_api.modules.broker.journal.history import RecordQuery, Records
from trading_api.modules.broker.journal.journal import Journal, JournalUnavailable
from trading_api.modules.broker.journal.memory import MemoryJournal
from trading_api.modules.broker.journal.memory_history import MemoryHistory
from trading_api.modules.broker.journal.sqlite.database import Database
from trading_api.modules.broker.journal.sqlite.sql_journal import SqlJournal

CHEAP: dict[str, Any] = {"type": LIMIT, "limitPrice": 90.0}


@pytest.fixture(params=["memory", "sqlite"])
def journal(request: pytest.FixtureRequest, tmp_path: Path) -> Journal:
    if request.param == "memory":
        return MemoryJournal()
    return SqlJournal(Database(f"sqlite:///{tmp_path}/trading.db"))


def order(**fields: object) -> PreOrder:
    plain = {"symbol": "AAPL", "type": 2, "side": 1, "qty": 1.0}
    return PreOrder.model_validate(plain | fields)


async def test_only_live_orders_stay_in_memory(journal: Journal) -> None:
    async with running(journal) as exchange:
        exchange.market.move("AAPL", "99.98", "100.00")
        resting = await exchange.place(**CHEAP)
        for number in range(5):
            await exchange.place(clientOrderId=f"mine-{number}")
            await exchange.client.cancel_order(A, await exchange.place(**CHEAP))
        for state in exchange.states(A):
            assert list(state.orders) == [resting]
            assert [*state.executions, *state.cash, *state.client_ids, *state.recorded_keys] == []
        assert len(list(await exchange.queries.orders(A))) == 11
        assert len(list(await exchange.queries.executions(A))) == 5


async def test_ended_orders_cannot_be_canceled_or_modified(journal: Journal) -> None:
    async with running(journal) as exchange:
        exchange.market.move("AAPL", "99.98", "100.00")
        client = exchange.client
        filled, canceled = await exchange.place(), await exchange.place(**CHEAP)
        await client.cancel_order(A, canceled)
        for order_id, status in ((filled, "filled"), (canceled, "canceled")):
            expected = (409, "order_not_working", f"{order_id} is {status}.")
            assert await rejection_of(client.cancel_order(A, order_id)) == expected
            assert await rejection_of(client.modify_order(A, order_id, order())) == expected
            assert await rejection_of(client.preview_order(A, order(), order_id)) == expected
        assert (await rejection_of(client.cancel_order(B, filled)))[1] == "order_not_found"
        assert (await rejection_of(client.cancel_order(A, "order-99")))[1] == "order_not_found"
        for state in exchange.states(A):
            assert list(state.orders) == []


async def test_a_key_is_known_for_ever(journal: Journal) -> None:
    async with running(journal) as exchange:
        exchange.market.move("AAPL", "99.98", "100.00")
        client = exchange.client
        first = await client.place_order(A, order(), key="one")
        await client.close_position(A, "AAPL", None, key="two")
        assert await client.place_order(A, order(), key="one") == first
        await client.close_position(A, "AAPL", None, key="two")
        reused = await rejection_of(client.place_order(A, order(qty=2.0), key="one"))
        assert reused[:2] == (409, "idempotency_key_reused")
        assert len(list(await exchange.queries.executions(A))) == 2
        assert await client.place_order(B, order(), key="one") == "order-1"


async def test_a_key_is_known_where_its_symbol_is_gone() -> None:
    journal = MemoryJournal()
    async with running(journal) as exchange:
        exchange.market.move("AAPL", "99.98", "100.00")
        first = await exchange.client.place_order(A, order(), key="one")
    async with running(journal, symbols=()) as exchange:
        assert await exchange.client.place_order(A, order(), key="one") == first
        for key in (None, "two"):
            unknown = await rejection_of(exchange.client.place_order(A, order(), key=key))
            assert unknown[:2] == (422, "unknown_symbol")
        reused = await rejection_of(exchange.client.place_order(A, order(qty=2.0), key="one"))
        assert reused[1] == "idempotency_key_reused"


async def test_a_client_order_id_belongs_to_one_order_for_ever(journal: Journal) -> None:
    async with running(journal) as exchange:
        exchange.market.move("AAPL", "99.98", "100.00")
        named = order(clientOrderId="mine")
        await exchange.client.place_order(A, named)
        expected = (409, "client_order_id_taken", "The client order id 'mine' belongs to order-1.")
        assert await rejection_of(exchange.client.place_order(A, named)) == expected
        assert await rejection_of(exchange.client.preview_order(A, named)) == expected
        assert await exchange.client.place_order(B, named) == "order-1"


class FaultyHistory(MemoryHistory):
    """Raises `error` where records are looked up."""

    error: Exception | None = None

    async def find(self, queries: Sequence[RecordQuery]) -> Sequence[Records]:
        if self.error is not None:
            raise self.error
        return await super().find(queries)


async def test_commands_that_need_a_record_are_rejected_while_none_can_be_read() -> None:
    journal = MemoryJournal()
    history = journal.history = FaultyHistory()
    damaged = JournalUnavailable("The ledger is damaged", "ledger_damaged")
    async with running(journal) as exchange:
        exchange.market.move("AAPL", "99.98", "100.00")
        await exchange.place()
        for error, code in ((damaged, "ledger_damaged"), (KeyError(), "ledger_failed")):
            history.error = error
            named = exchange.client.place_order(A, order(clientOrderId="mine"))
            assert (await rejection_of(named))[:2] == (503, code)
            too_large = exchange.client.place_order(A, order(qty=1e6), key="one")
            assert (await rejection_of(too_large))[:2] == (503, code)
            assert await exchange.place() != "", "it needs no record"
            new_key = exchange.client.place_order(A, order(), key=f"new {code}")
            assert await new_key != "", "the journal takes no key twice"
        history.error = damaged
        with pytest.raises(Unavailable):
            await exchange.client.preview_order(A, order(clientOrderId="mine"))
        with pytest.raises(Unavailable):
            await exchange.client.place_order(A, order(symbol="NOPE"), key="one")
        history.error = None
        assert await exchange.client.place_order(A, order(), key="one") == "order-6"
