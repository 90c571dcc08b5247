"""The export of an account's executions and cash lines, page by page.

Generated from accounting/account_export.py by `make generate-python-client`."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from trading_api_client.accounting.record_writer import Format
from trading_api_client.async_client import AsyncClient
from trading_api_client.blocking.loop_thread import LoopThread


class BlockingAccountExport:
    """Exports the executions and cash lines of an account to files.

    The account is read in pages and each page is written immediately, so memory does not grow with
    the account. A file gets its name once it is complete."""

    _client: AsyncClient
    _loop: LoopThread

    def export_executions(
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
        return self._loop.run(
            self._client.export_executions(path, format=format, start=start, end=end)
        )

    def export_ledger(
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
        return self._loop.run(self._client.export_ledger(path, format=format, start=start, end=end))
