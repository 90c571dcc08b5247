from io import StringIO
from pathlib import Path

from trading_api.observability.progress_bar import ProgressBar


def test_progress_overwrites_one_line() -> None:
    stream = StringIO()
    bar = ProgressBar(stream)
    bar(Path("rows.csv"), 50, 100)
    bar(Path("rows.csv"), 100, 100)
    assert stream.getvalue().count("\r") == 2
    assert stream.getvalue().endswith("100%\n")
