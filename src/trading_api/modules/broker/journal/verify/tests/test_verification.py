"""`verify-ledger` finds the first row that does not follow from the events."""

from __future__ import annotations

import re
import shutil
import sqlite3
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import anyio
import pytest
from msgspec.structs import replace

from tests.kit.ledger_streams import mixed, trading
from trading_api.errors import ConfigurationError
from trading_api.modules.broker.engine.events import AccountOpened, Event, OrderFilled
from trading_api.modules.broker.journal.event_codec import encode
from trading_api.modules.broker.journal.hash_chain import first_hash, next_hash
from trading_api.modules.broker.journal.journal import JournalEntry
from trading_api.modules.broker.journal.sqlite.database import Database
from trading_api.modules.broker.journal.sqlite.sql_journal import SqlJournal
from trading_api.modules.broker.journal.verify.verification import (
    READ_BATCH_SIZE,
    VerificationError,
    VerificationSummary,
    verify,
)

LONG = READ_BATCH_SIZE + 200


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("ledger") / "trading.db"

    async def write() -> None:
        journal = SqlJournal(Database(f"sqlite:///{path}"))
        await journal.append(mixed(trading("A", LONG), trading("B", 50)))
        await journal.close()

    anyio.run(write)
    return path


@pytest.fixture
def path(written: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(written, tmp_path / "trading.db"))


def verified(path: Path) -> VerificationSummary:
    return verify(Database(f"sqlite:///{path}"))


def change(path: Path, sql: str, *values: object) -> int:
    with closing(sqlite3.connect(path)) as connection, connection:
        return connection.execute(sql, values).rowcount


def test_a_ledger_as_it_was_written_agrees(path: Path) -> None:
    assert verified(path) == VerificationSummary(accounts=2, events=LONG + 50)


def test_a_request_that_caused_an_event_of_the_account_agrees(path: Path) -> None:
    change(path, "INSERT INTO named_requests VALUES ('B', 50, 'ticket-1')")
    assert verified(path).accounts == 2


def test_progress_is_reported_up_to_the_end(path: Path) -> None:
    reports: list[tuple[int, int]] = []
    verify(Database(f"sqlite:///{path}"), lambda done, of: reports.append((done, of)))
    total = LONG + 50
    assert reports == [(READ_BATCH_SIZE, total), (LONG, total), (total, total)]


LAST_FILL = "(SELECT max(seq) FROM executions WHERE account_id = 'B')"


@pytest.mark.parametrize(
    ("sql", "sentence"),
    [
        (
            "UPDATE events SET payload = replace(payload, '100000', '900000') WHERE seq = 1",
            "events, account_id A, seq 1: hash: expected ",
        ),
        (
            "UPDATE events SET kind = 'OrderRested' WHERE account_id = 'B' AND seq = 9",
            "events, account_id B, seq 9: hash: ",
        ),
        (
            "INSERT INTO named_requests VALUES ('B', 51, 'ticket-1')",
            "named_requests, account_id B, seq 51: expected no row, found",
        ),
        (
            "DELETE FROM events WHERE account_id = 'B' AND seq = 7",
            "events, account_id B, seq 8: seq: expected 7, found 8.",
        ),
        (
            "UPDATE events SET at_ms = 0 WHERE account_id = 'B' AND seq = 7",
            r"events, account_id B, seq 7: at_ms: expected \d+, found 0.",
        ),
        (
            "UPDATE events SET account_id = 'C' WHERE account_id = 'B'",
            # In the order of accounts, the one without its events comes first.
            r"cash_lines, account_id B, seq 1, line 1: expected no row, found \(",
        ),
        (
            "UPDATE accounts SET balance = '1' WHERE account_id = 'B'",
            r"accounts, account_id B: balance: expected \d+\.\d+, found 1.",
        ),
        (
            "UPDATE accounts SET name = 'Breakouts' WHERE account_id = 'B'",
            "accounts, account_id B: name: expected , found Breakouts.",
        ),
        (
            "DELETE FROM accounts WHERE account_id = 'B'",
            r"accounts, account_id B: expected \('B', 50, .*\), found no row.",
        ),
        (
            (
                "INSERT INTO accounts SELECT 'C', seq, currency, balance, hash, opened_ms,"
                " updated_ms, name FROM accounts WHERE account_id = 'B'"
            ),
            r"accounts, account_id C: expected no row, found \('C'",
        ),
        (
            "UPDATE orders SET status = 'working' WHERE account_id = 'B' AND status = 'filled'",
            r"orders, account_id B, id order-\d+: status: expected filled, found working.",
        ),
        (
            "UPDATE orders SET seq = seq - 1 WHERE account_id = 'B' AND id = 'order-1'",
            "orders, account_id B, id order-1: seq: ",
        ),
        (
            "DELETE FROM orders WHERE account_id = 'B' AND id = 'order-2'",
            r"orders, account_id B, id order-2: expected \(.*\), found no row.",
        ),
        (
            "UPDATE orders SET id = 'order-x' WHERE account_id = 'B' AND id = 'order-2'",
            r"orders, account_id B, id order-x: expected no row, found \(",
        ),
        (
            "UPDATE executions SET price = price + 0.01 WHERE account_id = 'B'",
            r"executions, account_id B, id execution-1: price: ",
        ),
        (
            f"DELETE FROM executions WHERE account_id = 'B' AND seq = {LAST_FILL}",
            r"executions, account_id B, id execution-\d+: expected \(.*\), found no row.",
        ),
        (
            (
                "INSERT INTO executions SELECT account_id, seq, 'execution-x', order_id, symbol,"
                " side, quantity, price, realized_pl, commission, rate, time_ms FROM executions"
                f" WHERE account_id = 'B' AND seq = {LAST_FILL}"
            ),
            "executions, account_id B, id execution-x: expected no row, found ",
        ),
        (
            "UPDATE positions SET cost = '0' WHERE account_id = 'B'",
            r"positions, account_id B, symbol \w+: cost: ",
        ),
        (
            "UPDATE cash_lines SET amount = '1' WHERE account_id = 'B' AND seq > 1",
            r"cash_lines, account_id B, seq \d+, line 1: amount: ",
        ),
        (
            "UPDATE cash_lines SET line = 2 WHERE account_id = 'B' AND seq = 1",
            "cash_lines, account_id B, seq 1, line 1: line: expected 1, found 2.",
        ),
        (
            (
                "INSERT INTO cash_lines SELECT account_id, 50, 9, kind, amount, balance, symbol,"
                " order_id, execution_id, at_ms FROM cash_lines WHERE account_id = 'B' AND seq = 1"
            ),
            "cash_lines, account_id B, seq 50, line 9: expected no row, found ",
        ),
    ],
)
def test_a_line_that_was_changed_is_named(sql: str, sentence: str, path: Path) -> None:
    assert change(path, sql) > 0
    with pytest.raises(VerificationError) as caught:
        verified(path)
    assert re.match(sentence, str(caught.value)), caught.value


def test_events_cut_off_at_the_end_are_missed(path: Path) -> None:
    for table in ("positions", "cash_lines", "executions", "orders"):
        change(path, f"DELETE FROM {table} WHERE account_id = 'B' AND seq = 50")
    change(path, "DELETE FROM events WHERE account_id = 'B' AND seq = 50")
    with pytest.raises(VerificationError, match="seq: expected 49, found 50"):
        verified(path)


def forge(path: Path, kind: str, payload: str) -> None:
    """A first event of account F, with the hash that it should have."""
    hash = next_hash(first_hash("F"), 1, kind, payload)
    change(path, "INSERT INTO events VALUES ('F', 1, ?, 5, ?, ?)", kind, payload, hash)


def test_an_event_of_an_unknown_kind_is_named(path: Path) -> None:
    forge(path, "Unknown", "{}")
    with pytest.raises(
        VerificationError, match=r"account_id F, seq 1: payload: .* no event of this"
    ):
        verified(path)


def test_an_event_that_cannot_follow_is_named(path: Path) -> None:
    fill = next(e.event for e in trading("A", 500) if isinstance(e.event, OrderFilled))
    assert fill.order.status.name == "FILLED"
    payload = encode(fill)
    forge(path, "OrderFilled", payload)
    change(path, "UPDATE events SET at_ms = ? WHERE account_id = 'F'", fill.at_ms)
    with pytest.raises(VerificationError) as caught:
        verified(path)
    assert re.search("account_id F, seq 1", str(caught.value))


async def test_a_figure_that_was_changed_everywhere_is_named(tmp_path: Path) -> None:
    """In the events with all that is hashed over them, and in every table."""
    database = f"sqlite:///{tmp_path / 'trading.db'}"
    stream = trading("A", 50)
    first = next(entry for entry in stream if isinstance(entry.event, OrderFilled))
    forged = [replace(entry, event=richer(entry.event)) for entry in stream]
    journal = SqlJournal(Database(database))
    await journal.append(forged)
    await journal.close()
    with pytest.raises(
        VerificationError, match=rf"account_id A, seq {first.seq}: payload: balance: "
    ):
        verify(Database(database))


def richer(event: Event) -> Event:
    if not isinstance(event, OrderFilled):
        return event
    return replace(event, balance=event.balance + 1_000_000)


async def test_a_figure_that_is_no_number_is_named(tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path / 'trading.db'}"
    journal = SqlJournal(Database(database))
    opened = AccountOpened("A", "USD", Decimal("NaN"), 1)
    await journal.append([JournalEntry("A", 1, opened)])
    await journal.close()
    with pytest.raises(
        VerificationError, match=r"account_id A, seq 1: kind: expected what may follow"
    ):
        verify(Database(database))


async def test_a_ledger_in_use_is_read_as_of_one_moment(path: Path) -> None:
    stream = trading("B", 350)
    journal = SqlJournal(Database(f"sqlite:///{path}"))
    for start in range(50, 350, 100):
        await journal.append(stream[start : start + 100])
        assert verified(path) == VerificationSummary(accounts=2, events=LONG + start + 100)
    await journal.close()


def test_where_there_is_no_ledger_none_is_made(tmp_path: Path) -> None:
    path = tmp_path / "trading.db"
    with pytest.raises(ConfigurationError, match="There is no ledger"):
        verified(path)
    assert not path.exists()
    path.touch()
    with pytest.raises(ConfigurationError, match="holds no ledger"):
        verified(path)
