"""`trading-api alpaca-key` creates, lists and revokes keys, while a server may run."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from trading_api.auth.api_secrets import secret_matches
from trading_api.auth.principal import Scope
from trading_api.cli import main
from trading_api.errors import Unavailable
from trading_api.modules.alpaca.keys.command_line import DAY_MS
from trading_api.modules.alpaca.keys.sqlite import SqliteKeyStore


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SqliteKeyStore:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/trading.db")
    return SqliteKeyStore(tmp_path / "trading-alpaca.db")


def create(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[str, str]:
    assert main(["alpaca-key", "create", *arguments]) == 0
    id, secret = (line.partition("=")[2] for line in capsys.readouterr().out.splitlines())
    return id, secret


def test_a_key_is_created_listed_and_revoked(
    store: SqliteKeyStore, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["alpaca-key", "list"]) == 0
    assert "There are no keys" in capsys.readouterr().out
    id, secret = create(capsys)
    key = store.get(id)
    assert key is not None
    assert (key.account_id, key.expires_ms) == ("DEMO-ACCOUNT", None)
    assert key.scopes == {Scope.MARKET_READ, Scope.ACCOUNT_READ, Scope.ACCOUNT_TRADE}
    assert secret_matches(secret, key.digest)
    assert secret.encode() not in Path(store._path).read_bytes()
    other, _ = create(capsys, "--account", "BOT", "--scope", "account:read", "--days", "7")
    limited = store.get(other)
    assert limited is not None
    assert limited.account_id == "BOT"
    assert limited.scopes == {Scope.ACCOUNT_READ}
    assert limited.expires_ms == limited.created_ms + 7 * DAY_MS
    assert main(["alpaca-key", "revoke", id]) == 0
    assert main(["alpaca-key", "list"]) == 0
    out = capsys.readouterr().out
    assert f"{id} is revoked." in out
    assert f"{other}  BOT  account:read  valid until" in out
    revoked = store.get(id)
    assert revoked is not None
    assert not revoked.is_valid(revoked.created_ms)


def test_a_key_of_a_live_account_needs_its_scope(
    store: SqliteKeyStore, capsys: pytest.CaptureFixture[str]
) -> None:
    id, _ = create(capsys, "--account", "LIVE-MAIN", "--scope", "account:live")
    key = store.get(id)
    assert key is not None
    assert key.scopes == {Scope.ACCOUNT_LIVE}


@pytest.mark.parametrize(
    "arguments",
    [
        ["revoke", "PKNOTHING"],
        ["create", "--account", "not an account"],
        ["create", "--days", "0"],
        ["create", "--scope", "admin"],
        ["create", "--account", "LIVE-MAIN"],
        ["create", "--account", "live-main", "--scope", "account:trade"],
    ],
)
def test_an_error_is_one_sentence(
    store: SqliteKeyStore, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        status = main(["alpaca-key", *arguments])
    except SystemExit as exit:
        status = int(exit.code or 0)
    assert status == 2
    assert capsys.readouterr().err
    assert not Path(store._path).exists()


def test_a_ledger_that_is_not_a_file_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", "memory:")
    assert main(["alpaca-key", "create"]) == 2
    assert "needs a ledger in an SQLite file" in capsys.readouterr().err


def test_a_file_of_a_newer_program_is_refused(
    store: SqliteKeyStore, capsys: pytest.CaptureFixture[str]
) -> None:
    create(capsys)
    connection = sqlite3.connect(store._path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(Unavailable):
        store.get("PK")
    assert main(["alpaca-key", "list"]) == 2
    assert "newer program" in capsys.readouterr().err
