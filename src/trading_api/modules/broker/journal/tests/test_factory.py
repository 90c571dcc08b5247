"""The journal that the settings name."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from trading_api.errors import ConfigurationError
from trading_api.modules.broker.journal.factory import check_ledger, create_journal
from trading_api.modules.broker.journal.memory import MemoryJournal
from trading_api.modules.broker.journal.postgres.postgres_journal import PostgresJournal
from trading_api.modules.broker.journal.sqlite.sql_journal import SqlJournal
from trading_api.settings import Settings


def settings(url: str, modules: str = "all") -> Settings:
    update = {"database_url": url, "enabled_modules": modules}
    return Settings.defaults().model_copy(update=update)


def test_the_address_chooses_the_journal(tmp_path: Path) -> None:
    assert isinstance(create_journal(settings("memory:")), MemoryJournal)
    assert isinstance(create_journal(settings(f"sqlite:///{tmp_path}/a.db")), SqlJournal)
    assert isinstance(create_journal(settings("postgresql://trading@a/b")), PostgresJournal)
    for wrong in ("mysql://somewhere", "postgresql://a", "postgresql:"):
        with pytest.raises(ConfigurationError, match="DATABASE_URL is"):
            create_journal(settings(wrong))


def test_a_client_of_postgresql_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "asyncpg", None)
    with pytest.raises(ConfigurationError, match=r"needs the package asyncpg: .*\[scale\]"):
        create_journal(settings("postgresql://trading@a/b"))


EMBEDDED = """
import sys
from trading_api.modules.broker.journal.factory import create_journal
from trading_api.settings import Settings
create_journal(Settings.defaults().model_copy(update={"database_url": "sqlite:///a.db"}))
print([name for name in ("asyncpg", "greenlet") if name in sys.modules])
"""


def test_a_journal_in_sqlite_imports_nothing_of_postgresql() -> None:
    result = subprocess.run(
        [sys.executable, "-c", EMBEDDED], capture_output=True, text=True, check=True
    )
    assert result.stdout == "[]\n"


def test_the_check_creates_the_file_for_the_broker_only(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    check_ledger(settings("memory:"))
    check_ledger(settings(f"sqlite:///{path}", "datafeed"))
    assert not path.exists()
    check_ledger(settings(f"sqlite:///{path}", "datafeed, broker"))
    assert path.exists()
    check_ledger(settings(f"sqlite:///{path}"))
