"""Random commands, faults of the venue and kills: in the end the ledger equals the venue."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.kit.live_chaos import LiveChaos
from tests.kit.live_setup import LiveSetup
from tests.kit.scale import scaled
from trading_api.modules.broker.engine.account import AccountState
from trading_api.modules.broker.engine.account_image import image_of
from trading_api.modules.broker.journal.sqlite.database import Database
from trading_api.modules.broker.journal.sqlite.sql_journal import SqlJournal
from trading_api.modules.broker.journal.verify.removal import remove_events
from trading_api.modules.broker.journal.verify.verification import verify

STEPS = 120


@pytest.mark.parametrize("seed", range(8))
async def test_the_ledger_equals_the_venue_after_faults_and_kills(seed: int) -> None:
    await end_in_agreement(seed)


async def test_any_faults_and_kills_end_in_agreement() -> None:
    for _ in range(scaled(8)):
        seed = random.randrange(100, 10**6)
        print("seed", seed)
        await end_in_agreement(seed)


async def end_in_agreement(seed: int) -> None:
    live = LiveSetup()
    chaos = LiveChaos(live, seed)
    await chaos.run(STEPS)
    await chaos.check()
    await live.kill()


@pytest.mark.parametrize("seed", range(100, 104))
async def test_the_ledger_of_such_an_account_verifies_in_sqlite(seed: int, tmp_path: Path) -> None:
    live = LiveSetup()
    chaos = LiveChaos(live, seed)
    await chaos.run(STEPS)
    await live.kill()
    journal = SqlJournal(Database(f"sqlite:///{tmp_path}/live.db"))
    await journal.currencies()
    state = AccountState()
    async for entry in live.journal.load():
        state.evolve(entry.event)
        state.discard_history()
        images = [image_of(state)] if entry.seq % 40 == 0 else []
        await journal.append([entry], images)
    await journal.close()
    database = Database(f"sqlite:///{tmp_path}/live.db")
    summary = verify(database)
    assert summary.accounts == 1
    assert summary.events == state.seq
    middle = [entry.event.at_ms async for entry in live.journal.load()][state.seq // 2]
    removed = remove_events(database, middle)
    assert 0 < removed.events < state.seq
    summary = verify(database)
    assert summary.removed == removed.events
    restored = LiveSetup(SqlJournal(Database(f"sqlite:///{tmp_path}/live.db")))
    await restored.load()
    assert image_of(restored.broker.account.state) == image_of(state)
    await restored.journal.close()
