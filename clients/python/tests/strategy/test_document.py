"""The code of docs/backtest.md and of the README runs as it stands."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from clients.python.tests.strategy.recorded_market import write_recording
from trading_api.modules.datafeed.importing.importer import ImportRequest, import_files
from trading_api.modules.datafeed.storage.store import BarStore
from trading_api_client import Backtest, Result

ROOT = Path(__file__).resolve().parents[4]
DOCUMENT = (ROOT / "docs" / "backtest.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")


def _code(text: str, heading: str) -> str:
    """Return the first block of Python after a heading."""
    found = re.search(r"```python\n(.*?)```", text[text.index(heading) :], re.DOTALL)
    assert found is not None
    return found[1]


def test_the_code_of_the_documents_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    recording = write_recording(tmp_path / "bars.csv", 300)
    write_recording(tmp_path / "aapl.csv", 50)
    import_files(BarStore(Path("var/data")), ImportRequest([recording], symbol="AAPL"))
    frame = pd.read_csv(recording).drop(columns="symbol")
    names: dict[str, Any] = {"frame": frame.assign(time=pd.to_datetime(frame["time"], unit="ms"))}
    names["other"] = names["frame"]
    data = _code(DOCUMENT, "## Run on data").replace("2026-01-05T14:30", "2026-01-05T10:45")
    for code in (
        _code(DOCUMENT, "# One strategy"),
        data,
        re.sub(r"quantstats\..*", "result.returns('1D')", _code(DOCUMENT, "## Result")),
        _code(DOCUMENT, "## Sweep"),
        _code(DOCUMENT, "## Notebooks"),
        re.sub(r"\nLive\(.*", "", _code(README, "## Strategies")),
    ):
        exec(code, names)
    assert isinstance(names["result"], Result)
    assert names["result"].statistics.trades > 0
    assert len(names["table"]) == 6
    assert {path.name for path in tmp_path.iterdir()} >= {"report.html", "runs"}
    for line in data.splitlines():
        backtest = eval(line, names)
        assert isinstance(backtest, Backtest)
        if "simulator" not in line:
            assert backtest.run(names["Cross"], slow=20).record.bars > 0
