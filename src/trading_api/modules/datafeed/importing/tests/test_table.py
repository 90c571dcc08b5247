"""Files of every packing have the same rows."""

from __future__ import annotations

import bz2
import gzip
import lzma
import subprocess
import sys
import zipfile
from pathlib import Path

import duckdb
import pytest

from trading_api.modules.datafeed.importing.importer import ImportRequest, import_files
from trading_api.modules.datafeed.importing.table import open_table
from trading_api.modules.datafeed.storage.errors import RecordingError
from trading_api.modules.datafeed.storage.store import BarStore
from trading_api.modules.datafeed.tests.recordings import IMPORTED_FILES, LoadFile, at, opened

TEXT = (IMPORTED_FILES / "incr_mbase.csv").read_text(encoding="utf-8")


def zipped(path: Path, **members: str) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in members.items():
            archive.writestr(name.replace("_", "."), text)
    return path


def parquet(path: Path, query: str) -> Path:
    with duckdb.connect() as database:
        database.execute(f"COPY ({query}) TO '{path}' (FORMAT parquet)")
    return path


def test_a_gzip_file_is_read(store: BarStore, load_file: LoadFile) -> None:
    assert load_file("gz.csv.gz").stored == 5
    assert opened(store).recorded[0].time_ms == at("2025-01-01")


@pytest.mark.parametrize("packing", ["plain", "gzip", "bzip2", "xz", "zip", "zip of two", "utf-16"])
def test_the_rows_of_every_packing_are_the_same(tmp_path: Path, packing: str) -> None:
    path, content = tmp_path / "file", TEXT.encode()
    if packing.startswith("zip"):
        others = {"readme_txt": "no table"} if packing == "zip of two" else {}
        zipped(path, rows_csv=TEXT, **others)
    else:
        packed = {
            "plain": content,
            "gzip": gzip.compress(content),
            "bzip2": bz2.compress(content),
            "xz": lzma.compress(content),
            "utf-16": gzip.compress(TEXT.encode("utf-16")),
        }
        path.write_bytes(packed[packing])
    found = list(open_table(path).rows())
    assert found == [(n, line.split(",")) for n, line in enumerate(TEXT.splitlines(), start=1)]


@pytest.mark.parametrize("name", ["gz", "bz2", "xz", "zip", "members", "password", "parquet"])
def test_a_damaged_file_is_named_in_a_sentence(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    packed = {
        "gz": gzip.compress(TEXT.encode())[:-20],
        "bz2": bz2.compress(TEXT.encode())[:-20],
        "xz": lzma.compress(TEXT.encode())[:-30],
        "zip": b"PK\x03\x04" + b"\0" * 200,
        "parquet": b"PAR1" + b"\0" * 200 + b"PAR1",
    }
    if name in packed:
        path.write_bytes(packed[name])
    else:
        zipped(path, a_csv=TEXT, **({"b_csv": TEXT} if name == "members" else {}))
    if name == "password":
        content = bytearray(path.read_bytes())
        content[6] |= 1
        content[content.rindex(b"PK\x01\x02") + 8] |= 1
        path.write_bytes(content)
    with pytest.raises(RecordingError, match=str(path)):
        import_files(BarStore(tmp_path / "data"), ImportRequest([path], "ONE", "UTC"))


def test_a_first_line_of_300_kilobytes_is_rejected(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    for line in ("a" * 300_000, "a," * 150_000, "time," + "a" * 300_000):
        path.write_text(f"{line}\n1,2\n", encoding="utf-8")
        with pytest.raises(RecordingError, match=r"long\.csv, line 1: the line is longer than"):
            open_table(path)


def test_parquet_is_read_exactly(store: BarStore, tmp_path: Path) -> None:
    path = parquet(
        tmp_path / "a[1]*.parquet",
        "SELECT TIMESTAMPTZ '2024-01-02 09:30:00-05' + INTERVAL (n) MINUTE AS time, "
        "(0.1 + 0.01 * n)::DECIMAL(18, 12) AS open, 304.81::FLOAT AS high, 0.1::DOUBLE AS low, "
        "0.3::DOUBLE AS close, n AS volume, 'ES1!' AS symbol FROM range(1, 4) t(n)",
    )
    report = import_files(store, ImportRequest([path], "ES1!"))
    assert (report.symbol, report.stored, report.tick) == ("ES1", 3, report.tick)
    bar, *_ = opened(store, "ES1").recorded
    assert bar.time_ms == at("2024-01-02T14:31")
    assert (bar.open, bar.high, bar.low, bar.close, bar.volume) == (11, 30_481, 10, 30, 1)


def test_parquet_of_a_data_frame_has_its_index_last(store: BarStore, tmp_path: Path) -> None:
    path = parquet(
        tmp_path / "frame.parquet",
        "SELECT 1.5 AS Open, 2 AS High, 1 AS Low, 2 AS Close, "
        "DATE '2024-01-01' + n::INT AS __index_level_0__ FROM range(1, 4) t(n)",
    )
    assert import_files(store, ImportRequest([path], "ONE")).stored == 3
    assert opened(store).recorded[0].time_ms == at("2024-01-02")


def test_faults_of_parquet_name_their_row(store: BarStore, tmp_path: Path) -> None:
    path = parquet(
        tmp_path / "bad.parquet",
        "SELECT DATE '2024-01-01' + n::INT AS date, 1 AS open, 1 AS high, n - 2 AS low, "
        "1 AS close FROM range(1, 4) t(n)",
    )
    with pytest.raises(RecordingError, match=r"bad\.parquet, row 1: a price is not above zero"):
        import_files(store, ImportRequest([path], "ONE"))


def test_the_server_starts_without_the_reader_of_parquet() -> None:
    code = "import sys, trading_api.modules.datafeed.source_factory; print('duckdb' in sys.modules)"
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == "False"
