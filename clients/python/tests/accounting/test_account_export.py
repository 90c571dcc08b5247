"""Executions and cash of an account on a real server, exported and read again."""

from __future__ import annotations

import asyncio
import csv
import os
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from tests.kit.stepped_market import START_MS, stepping
from trading_api_client import AsyncClient, Refused, Side
from trading_api_client.accounting.account_export import execution_pages, ledger_pages
from trading_api_client.accounting.records import ExecutionRecord, LedgerRecord
from trading_api_client.models import CashLine, Execution

ACCOUNT = "BOOKS"
DAY_MS = 86_400_000


@pytest.fixture(scope="module")
async def client() -> AsyncIterator[AsyncClient]:
    """A client of an account that has traded, with commission."""
    async with (
        stepping(commission_per_unit=Decimal("0.005")) as market,
        AsyncClient(f"http://{market.address}", account=ACCOUNT) as client,
    ):
        await client.deposit(0.1)
        for _ in range(3):
            await client.place_order("AAPL", Side.BUY, 7)
            await client.advance_clock(by_ms=60_000)
            await client.place_order("AAPL", Side.SELL, 7)
        await client.withdraw(5.25)
        yield client


@pytest.fixture(scope="module")
async def executions(client: AsyncClient) -> list[Execution]:
    return await client.executions(limit=None)


@pytest.fixture(scope="module")
async def ledger(client: AsyncClient) -> list[CashLine]:
    return await client.ledger(limit=None)


async def test_executions_in_csv_have_what_a_bookkeeper_needs(
    client: AsyncClient, executions: list[Execution], ledger: list[CashLine], tmp_path: Path
) -> None:
    path = tmp_path / "executions.csv"
    assert await client.export_executions(path) == len(executions) == 6
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == list(ExecutionRecord.__struct_fields__)
    assert [row["id"] for row in rows] == [each.id for each in executions]
    assert [row["side"] for row in rows] == ["buy", "sell"] * 3
    for row, fill in zip(rows, executions, strict=True):
        assert row["time"].endswith("Z")
        assert datetime.fromisoformat(row["time"]).timestamp() * 1_000 == fill.time
        assert (float(row["price"]), float(row["quantity"])) == (fill.price, fill.qty)
        assert (row["currency"], row["order_id"]) == ("USD", fill.orderId)
        assert row["commission"] == "0.035"
        net = Decimal(row["realized_pl"]) - Decimal(row["commission"])
        assert Decimal(row["net_amount"]) == net
        of_fill = [line for line in ledger if line.executionId == fill.id]
        assert sum(Decimal(repr(line.amount)) for line in of_fill) == net
        assert float(row["balance_after"]) == of_fill[-1].balance


async def test_the_amounts_of_the_ledger_in_csv_add_up_exactly(
    client: AsyncClient, ledger: list[CashLine], tmp_path: Path
) -> None:
    path = tmp_path / "ledger.csv"
    assert await client.export_ledger(path) == len(ledger)
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == list(LedgerRecord.__struct_fields__)
    balance = Decimal(0)
    for row in rows:
        balance += Decimal(row["amount"])
        assert Decimal(row["balance_after"]) == balance
    assert [row["kind"] for row in (*rows[:2], rows[-1])] == ["deposit", "deposit", "withdrawal"]
    assert (rows[1]["amount"], rows[1]["symbol"]) == ("0.1", "")


async def test_parquet_has_the_same_rows_as_csv_with_types(
    client: AsyncClient, tmp_path: Path
) -> None:
    for export, name in (
        (client.export_executions, "executions"),
        (client.export_ledger, "ledger"),
    ):
        await export(tmp_path / f"{name}.parquet")
        await export(tmp_path / f"{name}.txt", format="csv")
        typed = pd.read_parquet(tmp_path / f"{name}.parquet")
        text = pd.read_csv(tmp_path / f"{name}.txt", parse_dates=["time"])
        assert str(typed["time"].dtype) == "datetime64[ms, UTC]"
        pd.testing.assert_frame_equal(typed, text, check_dtype=False)


async def test_a_large_account_is_read_in_pages(
    client: AsyncClient, executions: list[Execution], ledger: list[CashLine]
) -> None:
    pages = [page async for page in execution_pages(client, page=5)]
    assert len(pages) > 3
    assert [record.id for page in pages for record in page] == [each.id for each in executions]
    lines = [page async for page in ledger_pages(client, page=2)]
    assert max(map(len, lines)) <= 3
    assert [record.balance_after for page in lines for record in page] == [
        line.balance for line in ledger
    ]


async def test_a_period_has_its_first_moment_and_not_its_last(
    client: AsyncClient, executions: list[Execution], tmp_path: Path
) -> None:
    path = tmp_path / "period.csv"
    second, last = executions[1].time, executions[-1].time
    chosen = [each for each in executions if second <= each.time < last]
    assert 0 < len(chosen) < len(executions)
    assert await client.export_executions(path, start=second, end=last) == len(chosen)
    start = datetime.fromtimestamp((START_MS - DAY_MS) / 1_000, UTC)
    assert await client.export_executions(path, end=start) == 0
    assert len(path.read_text().splitlines()) == 1


async def test_a_failed_export_leaves_no_file(client: AsyncClient, tmp_path: Path) -> None:
    (tmp_path / "kept.csv").write_text("before")
    for name in ("kept.csv", "new.parquet"):
        with pytest.raises(Refused):
            await client.with_account("not an account\n").export_ledger(tmp_path / name)
    with pytest.raises(ValueError, match="The format is csv or parquet, not 'xls'"):
        await client.export_ledger(tmp_path / "ledger.xls")
    assert [path.name for path in tmp_path.iterdir()] == ["kept.csv"]
    assert (tmp_path / "kept.csv").read_text() == "before"


async def test_the_command_line_writes_a_file(client: AsyncClient, tmp_path: Path) -> None:
    async def run(*arguments: str) -> tuple[int | None, str]:
        command = (sys.executable, "-m", "trading_api_client", "export", *arguments)
        process = await asyncio.create_subprocess_exec(
            *command, stderr=asyncio.subprocess.PIPE, env=os.environ | {"PYTHONWARNINGS": "error"}
        )
        _, errors = await process.communicate()
        return process.returncode, errors.decode()

    path = tmp_path / "ledger.parquet"
    place = ("--url", client._base_url, "--account", ACCOUNT)
    done, failed = await asyncio.gather(
        run("ledger", str(path), *place, "--start", "2026-01-01"),
        run("ledger", str(tmp_path / "other.csv"), *place[:2], "--account", "not an account"),
    )
    rows = pq.read_metadata(path).num_rows
    assert done == (0, f"{path}: {rows:,} rows\n")
    assert failed[0] == 1
    assert "Traceback" not in failed[1]
