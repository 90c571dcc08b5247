"""The journal that measures another one."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Collection, Sequence

import pytest

from tests.kit.ledger_streams import trading
from trading_api.modules.broker.engine.account import AccountState
from trading_api.modules.broker.engine.account_image import AccountImage, image_of
from trading_api.modules.broker.journal.instrumented import InstrumentedJournal
from trading_api.modules.broker.journal.journal import (
    DuplicateKey,
    JournalEntry,
    JournalUnavailable,
    RecoveryStep,
)
from trading_api.modules.broker.journal.memory import MemoryJournal
from trading_api.observability.metrics import Metrics

STREAM = trading("A", 20)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class FailingJournal(MemoryJournal):
    """Raises `error` while there is one."""

    error: Exception | None = None

    async def append(
        self, entries: Sequence[JournalEntry], images: Sequence[AccountImage] = ()
    ) -> None:
        if self.error is not None:
            raise self.error
        await super().append(entries)


async def test_it_counts_what_is_appended_and_loaded_and_passes_everything_on() -> None:
    inner, metrics = MemoryJournal(), Metrics()
    journal = InstrumentedJournal(inner, metrics)
    await journal.append(STREAM[:15])
    await journal.append(STREAM[15:])
    assert await journal.read("A", 3, 2) == STREAM[3:5]
    assert b"ledger_events 20.0" in metrics.exposition()
    metrics = Metrics()
    again = InstrumentedJournal(inner, metrics)
    assert [entry async for entry in again.load()] == STREAM
    assert b"ledger_events 20.0" in metrics.exposition()
    await again.close()
    assert again.health() is None


async def test_a_key_that_is_recorded_twice_is_no_failure() -> None:
    inner, metrics = FailingJournal(), Metrics()
    journal = InstrumentedJournal(inner, metrics)
    inner.error = DuplicateKey({"A"})
    with pytest.raises(DuplicateKey):
        await journal.append(STREAM)
    assert journal.health() is None
    assert b"trading_commits_failed_total 0.0" in metrics.exposition()


async def test_it_is_unhealthy_for_a_while_after_a_failed_write() -> None:
    inner = FailingJournal()
    journal = InstrumentedJournal(inner, Metrics())
    inner.error = JournalUnavailable("The ledger's disk is full", "ledger_full")
    with pytest.raises(JournalUnavailable):
        await journal.append(STREAM)
    assert journal.health() == "the ledger's disk is full"
    inner.error = OSError("no space left on device")
    with pytest.raises(OSError, match="no space"):
        await journal.append(STREAM)
    assert journal.health() == "the ledger did not take the last write"
    inner.error = None
    await journal.append(STREAM)
    assert journal.health() is None


async def test_it_is_healthy_again_when_that_time_is_over() -> None:
    inner = FailingJournal()
    journal = InstrumentedJournal(inner, Metrics(), unhealthy_s=-1.0)
    inner.error = JournalUnavailable("The ledger's disk is full", "ledger_full")
    with pytest.raises(JournalUnavailable):
        await journal.append(STREAM)
    assert journal.health() is None


async def test_a_recovery_counts_the_events_that_it_does_not_read() -> None:
    state, stream = AccountState(), trading("A", 30)
    for entry in stream[:20]:
        state.evolve(entry.event)

    class ImageJournal(MemoryJournal):
        async def recover(
            self, shards: Collection[int] | None = None, *, with_idle: bool = True
        ) -> AsyncGenerator[RecoveryStep, None]:
            yield RecoveryStep([image_of(state), *stream[20:]], 11, 11, {"B": 12})

    inner, metrics = ImageJournal(), Metrics()
    await inner.append(stream)
    journal = InstrumentedJournal(inner, metrics)
    assert [step.done async for step in journal.recover()] == [11]
    assert b"trading_ledger_events 42.0" in metrics.exposition()
    assert await journal.currencies() == {"USD": "A"}
    assert journal.history is inner.history
