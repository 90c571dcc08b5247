"""The idempotency keys that gateways gave: removed after a while, and the ledger still verifies."""

from __future__ import annotations

from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path

import pytest

from tests.kit.ledger_file import changed, rows
from trading_api.domain.broker_commands import GATEWAY_KEY_PREFIX, is_gateway_key
from trading_api.modules.broker.engine.events import AccountOpened, Event, IdempotencyKeyRecorded
from trading_api.modules.broker.journal.history import RecordQuery
from trading_api.modules.broker.journal.journal import (
    DuplicateKey,
    Journal,
    JournalEntry,
    JournalUnavailable,
)
from trading_api.modules.broker.journal.memory import MemoryJournal
from trading_api.modules.broker.journal.sql.tables import IS_GATEWAY_KEY
from trading_api.modules.broker.journal.sqlite.database import Database
from trading_api.modules.broker.journal.sqlite.sql_journal import SqlJournal
from trading_api.modules.broker.journal.tests.test_journal import JOURNALS
from trading_api.modules.broker.journal.verify.removal import remove_events
from trading_api.modules.broker.journal.verify.verification import VerificationError, verify
from trading_api.modules.broker.paper.gateway_key_retention import (
    KEYS_PER_COMMIT,
    GatewayKeyRetention,
)

GATEWAY = f"{GATEWAY_KEY_PREFIX}g1-"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(params=["sqlite", "postgresql"])
async def journal(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Journal]:
    made = JOURNALS[request.param](tmp_path)
    yield made
    await made.close()


def keyed(account_id: str, *keys: str, first: int = 1) -> list[JournalEntry]:
    """Return the entries of an account whose commands had these keys, at the times 1, 2, ..."""
    events: list[Event] = [AccountOpened(account_id, "USD", Decimal(1), at_ms=0)] * (first == 1)
    events += [
        IdempotencyKeyRecorded("place", key, "0" * 64, "", n) for n, key in enumerate(keys, 1)
    ]
    return [JournalEntry(account_id, seq, each) for seq, each in enumerate(events, first)]


async def found(journal: Journal, account_id: str, *keys: str) -> list[str]:
    query = RecordQuery(account_id, keys=[("place", key) for key in keys])
    (records,) = await journal.history.find([query])
    return [each.event.key for each in records.keys]


def test_the_index_has_the_keys_with_the_prefix() -> None:
    assert (
        f"key >= '{GATEWAY_KEY_PREFIX}' AND"
        f" key < '{GATEWAY_KEY_PREFIX[:-1]}{chr(ord(GATEWAY_KEY_PREFIX[-1]) + 1)}'"
    ) == IS_GATEWAY_KEY
    assert is_gateway_key(GATEWAY)
    assert not is_gateway_key("from-gateway")


async def test_old_keys_of_gateways_are_removed_in_bounded_steps(journal: Journal) -> None:
    keys = [f"{GATEWAY}{number}" for number in range(5)]
    others = ["from-gateway", "from-gateway.", "my-key", "a"]
    await journal.append(keyed("A", *keys, *others))
    await journal.append(keyed("B", *keys))
    assert await journal.remove_gateway_keys(before_ms=4, limit=4) == 4
    assert await journal.remove_gateway_keys(before_ms=4, limit=4) == 2
    assert await journal.remove_gateway_keys(before_ms=4, limit=4) == 0
    for account_id in ("A", "B"):
        assert await found(journal, account_id, *keys) == keys[3:]
    assert await found(journal, "A", *others) == others
    assert await journal.remove_gateway_keys(before_ms=10**15, limit=100) == 4
    assert await found(journal, "A", *others) == others
    with pytest.raises(DuplicateKey):
        await journal.append(keyed("A", "my-key", first=11))
    await journal.append(keyed("A", keys[0], first=11))
    assert len(await journal.read("A", 0, 100)) == 11


async def test_a_ledger_without_them_verifies_also_after_old_events_were_removed(
    tmp_path: Path,
) -> None:
    database = Database(f"sqlite:///{tmp_path}/trading.db")
    keys = [f"{GATEWAY}1", "my-1", f"{GATEWAY}2", "my-2", f"{GATEWAY}3"]
    for before_ms in (3, 10**15):
        journal = SqlJournal(database)
        if before_ms == 3:
            await journal.append(keyed("A", *keys))
        assert await journal.remove_gateway_keys(before_ms, 100)
        await journal.close()
        verify(database)
        remove_events(database, before_ms)
        verify(database)
    assert rows(database.path, "SELECT key FROM idempotency_keys ORDER BY seq") == [
        ("my-1",),
        ("my-2",),
    ]


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM idempotency_keys WHERE key = 'my-1'",
        f"UPDATE idempotency_keys SET order_id = 'order-9' WHERE key = '{GATEWAY}1'",
        f"UPDATE idempotency_keys SET key = '{GATEWAY}9' WHERE key = 'my-1'",
        f"UPDATE idempotency_keys SET seq = 3 WHERE key = '{GATEWAY}1'",
    ],
)
async def test_every_other_change_of_keys_is_found(tmp_path: Path, change: str) -> None:
    database = Database(f"sqlite:///{tmp_path}/trading.db")
    journal = SqlJournal(database)
    await journal.append(keyed("A", f"{GATEWAY}1", "my-1"))
    await journal.close()
    changed(database.path, change)
    with pytest.raises(VerificationError, match="idempotency_keys"):
        verify(database)


class CountingJournal(MemoryJournal):
    """Has `keys` that gateways gave, and fails while there is a `reason`."""

    def __init__(self) -> None:
        super().__init__()
        self.keys = 0
        self.reason = ""
        self.before_ms: list[int] = []

    async def remove_gateway_keys(self, before_ms: int, limit: int) -> int:
        if self.reason:
            raise JournalUnavailable(self.reason, "ledger_failed")
        self.before_ms.append(before_ms)
        removed = min(self.keys, limit)
        self.keys -= removed
        return removed


async def test_keys_are_kept_by_the_time_of_the_clock_and_removed_by_that_of_the_market() -> None:
    journal, now_s, market_ms = CountingJournal(), 0.0, 1_000
    retention = GatewayKeyRetention(journal, lambda: market_ms, lambda: now_s, kept_s=100)
    for now_s in range(0, 200, 10):
        # The market passes sixty times as fast.
        market_ms = 1_000 + round(now_s) * 60
        await retention.remove_old()
    assert journal.before_ms == [1_000 + passed_s * 60 for passed_s in range(0, 100, 10)]


async def test_what_cannot_be_removed_is_removed_later_in_bounded_steps() -> None:
    journal, now_s = CountingJournal(), 0.0
    retention = GatewayKeyRetention(journal, lambda: round(now_s), lambda: now_s, kept_s=100)
    await retention.remove_old()
    journal.keys, journal.reason, now_s = 2 * KEYS_PER_COMMIT + 1, "The disk is full", 100.0
    await retention.remove_old()
    journal.reason, now_s = "", 200.0
    await retention.remove_old()
    assert journal.before_ms == [100] * 3
    assert journal.keys == 0
