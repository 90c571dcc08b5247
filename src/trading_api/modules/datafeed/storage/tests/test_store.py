"""Stored symbols are replaced and deleted completely, or not at all."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from random import Random

import pytest

from tests.kit.scale import scaled
from trading_api.modules.datafeed.importing.importer import (
    ImportRequest,
    import_files,
)
from trading_api.modules.datafeed.storage.errors import RecordingError
from trading_api.modules.datafeed.storage.store import BarStore
from trading_api.modules.datafeed.tests.recordings import (
    HEADER,
    Load,
    every,
    minute,
    opened,
    written,
)


def test_a_reader_that_has_the_old_bars_open_keeps_them(store: BarStore, load: Load) -> None:
    load(HEADER, minute("10:00"), minute("10:01"))
    old = opened(store)
    load(HEADER, minute("10:00", 99), minute("10:01", 99), is_replacing=True)
    assert [bar.open for bar in every(old, "1")] == [10, 10]
    assert [bar.open for bar in every(opened(store), "1")] == [99, 99]


def test_a_deleted_symbol_is_gone_except_for_readers_that_have_it_open(
    store: BarStore, load: Load
) -> None:
    load(HEADER, minute("10:00"), minute("10:01"))
    old = opened(store)
    with store.lock("ONE"), pytest.raises(RecordingError, match="is under way"):
        store.delete("ONE")
    assert store.delete("ONE")
    assert not store.delete("ONE")
    assert (store.symbols(), store.open("ONE")) == ([], None)
    assert [bar.open for bar in every(old, "1")] == [10, 10]
    load(HEADER, minute("10:00"), minute("10:01"))
    assert store.symbols() == ["ONE"]


def test_two_imports_of_a_symbol_do_not_meet(store: BarStore, load: Load) -> None:
    with store.lock("ONE"), pytest.raises(RecordingError, match="is under way"):
        load(HEADER, minute("10:00"), minute("10:01"))


# Kills


def test_a_write_that_is_killed_at_any_step_leaves_a_whole_version(tmp_path: Path) -> None:
    name = "tests.kit.killed_writes"
    result = subprocess.run(
        [sys.executable, "-m", name, str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    before, after, left = map(int, result.stdout.split())
    assert before > 20
    assert after > 2
    assert left == 3, "current.json, lock and one version"


def test_an_import_that_is_killed_leaves_the_old_bars_whole(
    store: BarStore, tmp_path: Path
) -> None:
    chance = Random(7)
    for count, price in ((20_000, 7), (40_000, 8)):
        lines = (
            f"{1_700_000_000 + 60 * n},{price},{price},{price},{price},1" for n in range(count)
        )
        written(tmp_path, HEADER, *lines, name=f"{price}.csv")
    import_files(store, ImportRequest([tmp_path / "7.csv"], "ONE", "UTC"))
    command = [sys.executable, "-m", "trading_api", "data", "import", str(tmp_path / "8.csv")]
    for _ in range(scaled(2)):
        process = subprocess.Popen(
            [*command, "--symbol", "ONE", "--timezone", "UTC", "--replace"],
            env=os.environ | {"DATA_DIR": str(tmp_path / "data")},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        time.sleep(chance.uniform(0.5, 1.5))
        process.send_signal(signal.SIGKILL)
        process.wait()
        bars = every(opened(store), "1")
        assert {(bar.open, len(bars)) for bar in bars} <= {(7, 20_000), (8, 40_000)}
