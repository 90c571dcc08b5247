"""The export of an account's executions and cash lines, page by page."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from trading_api_client.accounting.record_writer import Format, RecordWriter, writing
from trading_api_client.accounting.records import (
    ExecutionRecord,
    LedgerRecord,
    to_execution_record,
    to_ledger_record,
)
from trading_api_client.rest.account_rest import PAGE, AccountRest
from trading_api_client.rest.market_rest import to_ms

R = TypeVar("R", ExecutionRecord, LedgerRecord)


class AccountExport(AccountRest):
    """Exports the executions and cash lines of an account to files.

    The account is read in pages and each page is written immediately, so memory does not grow with
    the account. A file gets its name once it is complete."""

    async def export_executions(
        self,
        path: str | Path,
        *,
        format: Format | None = None,
        start: datetime | int | None = None,
        end: datetime | int | None = None,
    ) -> int:
        """Write the executions of the account from `start` to `end`, which is excluded, in
        ascending order. Return the number of rows.

        `format` is `csv` or `parquet`; without it the suffix of the path decides. Times are
        datetimes with a zone, or ms since 1970. The columns are the fields of `ExecutionRecord`.
        Parquet needs the extra `parquet`."""
        with writing(path, format, ExecutionRecord) as writer:
            return await _write(execution_pages(self), writer, start, end)

    async def export_ledger(
        self,
        path: str | Path,
        *,
        format: Format | None = None,
        start: datetime | int | None = None,
        end: datetime | int | None = None,
    ) -> int:
        """Write the cash lines of the account, with the arguments and the result of
        `export_executions`.

        The columns are the fields of `LedgerRecord`."""
        with writing(path, format, LedgerRecord) as writer:
            return await _write(ledger_pages(self), writer, start, end)


async def execution_pages(
    account: AccountRest, page: int = PAGE
) -> AsyncIterator[list[ExecutionRecord]]:
    """Yield the executions of an account in ascending order, in lists. Each list has those of
    `page` events."""
    currency = (await account.account()).currency
    since = 0
    while events := await account.events(since=since, limit=page):
        records = (to_execution_record(event, currency) for event in events)
        yield [record for record in records if record is not None]
        since = events[-1].seq


async def ledger_pages(account: AccountRest, page: int = PAGE) -> AsyncIterator[list[LedgerRecord]]:
    """Yield the cash lines of an account in ascending order, in lists of about `page` lines."""
    currency = (await account.account()).currency
    since = 0
    while lines := await account.ledger(since=since, limit=page):
        yield [to_ledger_record(line, currency) for line in lines]
        since = lines[-1].seq


async def _write(
    pages: AsyncIterator[Sequence[R]],
    writer: RecordWriter,
    start: datetime | int | None,
    end: datetime | int | None,
) -> int:
    start_ms = None if start is None else to_ms(start)
    end_ms = None if end is None else to_ms(end)
    rows = 0
    async for page in pages:
        chosen = [
            record
            for record in page
            if (start_ms is None or record.time >= start_ms)
            and (end_ms is None or record.time < end_ms)
        ]
        writer.write(chosen)
        rows += len(chosen)
    return rows
