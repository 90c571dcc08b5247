import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.kit.ledger_file import opened
from tests.kit.ledger_streams import mixed, trading
from tests.kit.postgresql import new_database_url, server
from trading_api.cli import main
from trading_api.modules.broker.journal.factory import check_ledger, create_journal
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


def test_alerts_keys_and_hooks_are_copied_and_put_back_with_their_ledger(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    copy, path = tmp_path / "copy.db", tmp_path / "trading.db"
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{path}")
    check_ledger(Settings())
    contents = {"alerts": "alerts", "alpaca": "keys of Alpaca's clients", "hooks": "hooks"}
    for name in contents:
        write(tmp_path / f"trading-{name}.db", 1)
    assert main(["ledger", "backup", str(copy)]) == 0
    printed = capsys.readouterr().out
    for name, content in contents.items():
        assert f"{tmp_path / f'copy-{name}.db'} is a copy of the {content}." in printed
        write(tmp_path / f"trading-{name}.db", 2)
    assert main(["ledger", "backup", str(copy)]) == 2
    assert main(["ledger", "restore", str(copy)]) == 0
    printed = capsys.readouterr().out
    for name in contents:
        companion = tmp_path / f"trading-{name}.db"
        assert f"{companion} is now {tmp_path / f'copy-{name}.db'}." in printed
        assert read(companion) == [1]
        (aside,) = tmp_path.glob(f"trading-{name}.db.replaced-*")
        assert read(aside) == [1, 2]


def write(path: Path, number: int) -> None:
    """Write a number into a database."""
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE IF NOT EXISTS numbers (number INTEGER)")
        database.execute("INSERT INTO numbers VALUES (?)", (number,))
        database.commit()


def read(path: Path) -> list[int]:
    """Return the numbers of a database."""
    with closing(sqlite3.connect(path)) as database:
        return [number for (number,) in database.execute("SELECT number FROM numbers")]


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


def test_a_ledger_in_postgresql_is_verified_with_its_shards(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    url = new_database_url()
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("SHARDS", "4")
    assert main(["verify-ledger"]) == 2
    assert "holds no ledger" in capsys.readouterr().err
    check_ledger(Settings())

    async def write() -> None:
        journal = create_journal(Settings())
        await journal.append(mixed(trading("A", 40), trading("B", 40)))
        await journal.close()

    asyncio.run(write())
    assert main(["verify-ledger"]) == 0
    assert "Accounts: 2; events: 80." in capsys.readouterr().out
    server().psql(
        "UPDATE accounts SET shard = 7 WHERE account_id = 'B'",
        url,
    )
    assert main(["verify-ledger"]) == 1
    assert "accounts, account_id B: shard: expected" in capsys.readouterr().err
    server().psql("UPDATE cash_lines SET amount = '1'", url)
    assert main(["verify-ledger"]) == 1
    assert "cash_lines, account_id A" in capsys.readouterr().err


def test_a_ledger_in_postgresql_is_pruned_after_a_copy_to_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", new_database_url())
    monkeypatch.setenv("SHARDS", "4")

    async def write() -> None:
        journal = create_journal(Settings())
        await journal.append(trading("A", 40))
        await journal.close()

    asyncio.run(write())
    archive = str(tmp_path / "archive.db")
    prune = ["ledger", "prune", "--before", "2026-01-31", "--archive", archive]
    assert main(prune) == 0
    assert "Removed 40 events of 1 accounts." in capsys.readouterr().out
    assert main(prune) == 2
    assert f"{archive} exists" in capsys.readouterr().err
    assert main(["verify-ledger"]) == 0
    assert "40 older events were removed" in capsys.readouterr().out
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{archive}")
    assert main(["verify-ledger"]) == 0
    assert "events: 40." in capsys.readouterr().out


@pytest.mark.parametrize(
    "command",
    [
        ["backup", "copy.db"],
        ["restore", "copy.db"],
    ],
)
def test_commands_for_files_name_the_tools_of_postgresql(
    command: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://trading@127.0.0.1/ledger")
    assert main(["ledger", *command]) == 2
    assert "pg_dump" in capsys.readouterr().err


def test_the_ledger_of_a_live_account_is_verified_copied_and_pruned_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    paper, live = tmp_path / "trading.db", tmp_path / "trading-live.db"
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{paper}")

    async def write(path: Path, account_id: str, count: int) -> None:
        async with opened(path) as journal:
            await journal.append(trading(account_id, count))

    asyncio.run(write(paper, "A", 40))
    assert main(["verify-ledger"]) == 0
    assert str(live) not in capsys.readouterr().out
    asyncio.run(write(live, "LIVE-A", 30))
    assert main(["verify-ledger"]) == 0
    shown = capsys.readouterr().out
    assert f"{paper} agrees. Accounts: 1; events: 40." in shown
    assert f"{live} agrees. Accounts: 1; events: 30." in shown
    copy, archive = str(tmp_path / "copy.db"), str(tmp_path / "archive.db")
    assert main(["ledger", "backup", copy, "--live"]) == 0
    prune = ["ledger", "prune", "--before", "2026-01-31", "--archive", archive, "--live"]
    assert main(prune) == 0
    assert "Removed 30 events of 1 accounts." in capsys.readouterr().out
    assert main(["ledger", "restore", copy, "--live"]) == 0
    assert main(["verify-ledger"]) == 0
    assert "events: 30." in capsys.readouterr().out
