"""The file of the alerts: when it appears, and what happens when it cannot be used."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from tests.kit.alerts import alert
from trading_api.errors import ConfigurationError
from trading_api.modules.alerts.store.factory import alerts_path, check_store, create_store
from trading_api.modules.alerts.store.memory import MemoryAlertStore
from trading_api.modules.alerts.store.sqlite import SqliteAlertStore
from trading_api.modules.alerts.store.store import AlertBatch, StoreUnavailable
from trading_api.settings import Settings


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def test_the_file_appears_with_the_first_alert(tmp_path: Path) -> None:
    store = SqliteAlertStore(tmp_path / "folder" / "alerts.db")
    await store.load()
    assert await store.created_by("A", "key") is None
    assert not list(tmp_path.iterdir())
    await store.write(AlertBatch([alert("A", 1)]))
    assert (tmp_path / "folder" / "alerts.db").exists()
    await store.close()


async def test_each_commit_is_synced_to_the_disk(tmp_path: Path) -> None:
    store = SqliteAlertStore(tmp_path / "alerts.db")
    await store.write(AlertBatch([alert("A", 1)]))
    connection = store._connection
    assert connection is not None
    assert connection.execute("PRAGMA synchronous").fetchone()[0] == 2
    assert connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
    await store.close()


@pytest.fixture(params=["newer", "damaged"])
def unusable(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, str]:
    """Return the path of a ledger whose alerts cannot be used, and the reason."""
    path = tmp_path / "trading-alerts.db"
    if request.param == "damaged":
        path.write_text("no database, but long enough to be looked at as one" * 100)
        return tmp_path / "trading.db", "not a database"
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    return tmp_path / "trading.db", "in version 99; this one knows 1"


async def test_a_file_that_cannot_be_used_stops_the_start(unusable: tuple[Path, str]) -> None:
    ledger, reason = unusable
    settings = Settings.defaults().model_copy(update={"database_url": f"sqlite:///{ledger}"})
    with pytest.raises(ConfigurationError, match=reason):
        check_store(settings)
    store = create_store(settings)
    with pytest.raises(ConfigurationError, match=reason):
        await store.load()
    await store.close()
    check_store(settings.model_copy(update={"enabled_modules": "datafeed,broker"}))


async def test_the_check_of_a_file_leaves_it_to_the_server(tmp_path: Path) -> None:
    settings = Settings.defaults().model_copy(
        update={"database_url": f"sqlite:///{tmp_path}/trading.db"}
    )
    check_store(settings)
    assert not list(tmp_path.iterdir())
    store = create_store(settings)
    await store.write(AlertBatch([alert("A", 1)]))
    await store.close()
    check_store(settings)
    assert [each.name for each in tmp_path.iterdir()] == ["trading-alerts.db"]


async def test_a_locked_file_is_unavailable_and_nothing_is_written(tmp_path: Path) -> None:
    path = tmp_path / "alerts.db"
    store = SqliteAlertStore(path, busy_timeout_s=0)
    await store.write(AlertBatch([alert("A", 1)]))
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreUnavailable, match="locked") as failed:
        await store.write(AlertBatch([alert("A", 2)]))
    assert not failed.value.is_unknown
    other.execute("COMMIT")
    other.close()
    assert [each.number for each in (await store.load()).alerts] == [1]
    await store.write(AlertBatch([alert("A", 3)]))
    assert [each.number for each in (await store.load()).alerts] == [1, 3]
    await store.close()


async def test_a_file_that_was_taken_away_is_unavailable(tmp_path: Path) -> None:
    path = tmp_path / "alerts.db"
    store = SqliteAlertStore(path)
    await store.write(AlertBatch([alert("A", 1)]))
    moved = path.rename(tmp_path / "moved.db")
    with pytest.raises(StoreUnavailable, match="taken away"):
        await store.write(AlertBatch([alert("A", 2)]))
    moved.rename(path)
    await store.write(AlertBatch([alert("A", 2)]))
    await store.close()


async def test_a_folder_that_cannot_be_made_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    store = SqliteAlertStore(tmp_path / "file" / "alerts.db")
    with pytest.raises(StoreUnavailable, match="The folder of the alerts can't be made"):
        await store.write(AlertBatch([alert("A", 1)]))
    await store.close()


def test_the_store_suits_the_ledger() -> None:
    settings = Settings.defaults()
    assert isinstance(create_store(settings), SqliteAlertStore)
    in_memory = settings.model_copy(update={"database_url": "memory:"})
    assert isinstance(create_store(in_memory), MemoryAlertStore)
    assert alerts_path("sqlite:////data/trading.db") == Path("/data/trading-alerts.db")
