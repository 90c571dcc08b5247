"""The statement of an append takes every text that a row may have."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.kit.ledger_streams import trading
from trading_api.modules.broker.journal.journal import JournalEntry
from trading_api.modules.broker.journal.postgres.append_statement import (
    DELIMITER,
    append_statement,
)
from trading_api.modules.broker.journal.postgres.tests.conftest import OpenJournal
from trading_api.modules.broker.journal.sql.batch import Batch

STREAM = trading("A", 12)


def named(request_id: str) -> list[JournalEntry]:
    return [replace(each, request_id=request_id) for each in STREAM]


@pytest.mark.parametrize(
    "request_id", [DELIMITER, f"a{DELIMITER}b", "{NULL,}", "NULL", "\\N", '"', " ", "Ä\n\t"]
)
async def test_texts_come_back_as_they_were(open_journal: OpenJournal, request_id: str) -> None:
    journal = open_journal(None)
    entries = named(request_id)
    await journal.append(entries[:1])
    await journal.append(entries[1:])
    assert await journal.read("A", 0, 100) == entries


def test_a_batch_without_the_delimiter_is_sent_with_it_and_others_with_another() -> None:
    def delimiter_of(entries: list[JournalEntry]) -> str:
        batch = Batch({})
        for entry in entries:
            batch.add(entry)
        return str(append_statement(batch, {"A": 0}, {0: 1}).arguments[0])

    assert delimiter_of(STREAM) == DELIMITER
    assert len(delimiter_of(named(DELIMITER))) > len(DELIMITER)


def test_a_table_without_rows_is_left_out() -> None:
    batch = Batch({})
    batch.add(STREAM[0])
    text = append_statement(batch, {"A": 0}, {0: 1}).text
    assert "INSERT INTO events" in text
    assert "orders" not in text
