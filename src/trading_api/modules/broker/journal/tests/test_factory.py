"""The journal that the settings name."""

from __future__ import annotations

from pathlib import Path

import pytest

from trading_api.errors import ConfigurationError
from trading_api.modules.broker.journal.factory import check_ledger, create_journal
from trading_api.modules.broker.journal.memory import MemoryJournal
from trading_api.modules.broker.journal.sqlite.sql_journal import SqlJournal
from trading_api.settings import Settings


def settings(url: str, modules: str = "all") -> Settings:
    update = {"database_url": url, "enabled_modules": modules}
    return Settings.defaults().model_copy(update=update)


def test_the_address_chooses_the_journal(tmp_path: Path) -> None:
    assert isinstance(create_journal(settings("memory:")), MemoryJournal)
    assert isinstance(create_journal(settings(f"sqlite:///{tmp_path}/a.db")), SqlJournal)
    with pytest.raises(ConfigurationError):
        create_journal(settings("mysql://somewhere"))


def test_the_check_creates_the_file_for_the_broker_only(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    check_ledger(settings("memory:"))
    check_ledger(settings(f"sqlite:///{path}", "datafeed"))
    assert not path.exists()
    check_ledger(settings(f"sqlite:///{path}", "datafeed, broker"))
    assert path.exists()
    check_ledger(settings(f"sqlite:///{path}"))
