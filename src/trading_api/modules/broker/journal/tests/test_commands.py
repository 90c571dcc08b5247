from pathlib import Path

import pytest

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
