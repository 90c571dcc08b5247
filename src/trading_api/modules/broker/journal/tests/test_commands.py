import asyncio
from pathlib import Path

import pytest

from tests.kit.ledger_file import opened
from tests.kit.ledger_streams import trading
from trading_api.cli import main
from trading_api.modules.broker.journal.factory import check_ledger
from trading_api.settings import Settings


def test_ledger_is_backed_up_and_restored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    copy, path = tmp_path / "copy.db", tmp_path / "trading.db"
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{path}")
    assert main(["ledger", "backup", str(copy)]) == 2
    assert "There is no ledger" in capsys.readouterr().err
    check_ledger(Settings())
    assert main(["ledger", "backup", str(copy)]) == 0
    assert main(["ledger", "restore", str(copy)]) == 0
    assert f"The ledger that was there is {path}.replaced-" in capsys.readouterr().out
    archive = str(tmp_path / "archive.db")
    assert main(["ledger", "prune", "--before", "2026-01-31", "--archive", archive]) == 0
    assert "Removed 0 events of 0 accounts." in capsys.readouterr().out
    with pytest.raises(SystemExit):
        main(["ledger", "prune", "--before", "31.1.", "--archive", archive])
    assert "is no day; one is 2026-01-31" in capsys.readouterr().err
    path.unlink()
    assert main(["ledger", "restore", str(copy)]) == 0
    assert capsys.readouterr().out == f"{path} is now {copy}.\n"
    monkeypatch.setenv("DATABASE_URL", "memory:")
    assert main(["ledger", "backup", str(copy)]) == 2
    assert "keeps nothing that could be copied" in capsys.readouterr().err


def test_a_pruned_ledger_verifies_and_states_what_was_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path, archive = tmp_path / "trading.db", str(tmp_path / "archive.db")
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{path}")

    async def write() -> None:
        async with opened(path) as journal:
            await journal.append(trading("A", 40))

    asyncio.run(write())
    assert main(["verify-ledger"]) == 0
    shown = capsys.readouterr().out
    assert "events: 40." in shown
    assert "removed" not in shown
    assert main(["ledger", "prune", "--before", "2026-01-31", "--archive", archive]) == 0
    assert "Removed 40 events of 1 accounts." in capsys.readouterr().out
    assert main(["verify-ledger"]) == 0
    assert "40 older events were removed" in capsys.readouterr().out
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{archive}")
    assert main(["verify-ledger"]) == 0
    assert "events: 40." in capsys.readouterr().out
