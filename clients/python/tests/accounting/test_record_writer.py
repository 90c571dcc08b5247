"""Files of records, without a server."""

from __future__ import annotations

import io
import sys

import msgspec
import pyarrow.parquet as pq
import pytest

from trading_api_client.accounting.record_writer import CsvWriter, ParquetWriter
from trading_api_client.accounting.records import LedgerRecord
from trading_api_client.tables import MissingLibrary

LINE = LedgerRecord(
    seq=1,
    time=1_790_000_000_250,
    kind="deposit",
    amount=1e-7,
    currency="USD",
    balance_after=100_000.0,
    symbol='A,"B"',
    order_id=None,
    execution_id=None,
)


def test_csv_has_utc_times_and_plain_decimal_numbers() -> None:
    file = io.BytesIO()
    writer = CsvWriter(file, LedgerRecord)
    writer.write([LINE])
    writer.finish()
    assert file.getvalue().decode() == (
        "seq,time,kind,amount,currency,balance_after,symbol,order_id,execution_id\r\n"
        '1,2026-09-21T14:13:20.250Z,deposit,0.0000001,USD,100000,"A,""B""",,\r\n'
    )


@pytest.mark.parametrize("count", [0, 1, 4, 5])
def test_parquet_is_written_in_groups_of_bounded_size(count: int) -> None:
    file = io.BytesIO()
    writer = ParquetWriter(file, LedgerRecord, row_group=2)
    lines = [msgspec.structs.replace(LINE, seq=number) for number in range(count)]
    writer.write(lines[:3])
    writer.write(lines[3:])
    writer.finish()
    read = pq.ParquetFile(file)
    assert read.metadata.num_row_groups == -(-count // 2)
    rows = read.read().to_pylist()
    assert [row["seq"] for row in rows] == list(range(count))
    assert str(read.schema_arrow.field("time").type) == "timestamp[ms, tz=UTC]"


def test_parquet_without_pyarrow_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MissingLibrary, match=r'pip install "trading-api-client\[parquet\]"'):
        ParquetWriter(io.BytesIO(), LedgerRecord)
