"""Export of an account's executions and cash, page by page.

Generated from accounting/account_export.py by `make generate-python-client`."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from trading_api_client.accounting.record_writer import Format
from trading_api_client.async_client import AsyncClient
from trading_api_client.blocking.loop_thread import LoopThread


class BlockingAccountExport:
    """Writes what happened to an account to files.

    A file is written while the account is read in pages, so the size of the account does not
    matter. It has its name once it is complete."""

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
        """Write the executions of the account, from `start` until before `end`, in their order.

        The format is `csv` or `parquet`; without one the suffix of the path decides. Times are
        datetimes with a zone, or milliseconds since 1970. Returns the number of rows. The columns
        are the fields of `ExecutionRecord`. Parquet needs the extra `parquet`."""
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
        """Write the cash lines of the account, as `export_executions` writes executions.

        The columns are the fields of `LedgerRecord`."""
        return self._loop.run(self._client.export_ledger(path, format=format, start=start, end=end))
