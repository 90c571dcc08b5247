"""Kills writes at every step they take, and prints after each whether a version is complete.

Run as a process of its own: `python -m ....killed_writes FOLDER`. Each write happens in a fork that
ends itself with SIGKILL at the n-th thing it asks of the operating system; the first write that
comes through ends the run.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Any

from trading_api.domain.bar import Bar
from trading_api.modules.datafeed.storage.bar_columns import BarColumns
from trading_api.modules.datafeed.storage.store import BarStore, StoredSymbol

_ASKED = ("open", "os.", "shutil.", "fcntl.")
_ROWS = 3_000


def main(folder: Path) -> int:
    """Prints how many writes were killed, before the switch and after it."""
    store = BarStore(folder)
    write(store, 1)
    killed_before = killed_after = 0
    price = 1
    while True:
        if not _write_in_fork(store, price + 1, killed_before + killed_after):
            assert whole_price(store) == price + 1
            break
        if whole_price(store) == price:
            killed_before += 1
        else:
            killed_after += 1
            price += 1
    with store.lock("KILLED"):
        left = [path.name for path in (folder / "market" / "KILLED").iterdir()]
    print(killed_before, killed_after, len(left))
    return 0


def write(store: BarStore, price: int) -> None:
    bars = [Bar(60_000 * n, price, price, price, price, price) for n in range(_ROWS + price)]
    with store.lock("KILLED") as writer:
        writer.replace(_DESCRIBED, BarColumns.from_bars(bars))


def whole_price(store: BarStore) -> int:
    """The one that every column, level and length of the version has."""
    series = store.open("KILLED")
    assert series is not None
    price = series.recorded[0].open
    assert series.recorded.bars() == [
        Bar(60_000 * n, price, price, price, price, price) for n in range(_ROWS + price)
    ]
    days = series.bars("1D", -(10**15), 10**15, 0, 4 * len(series.recorded))
    assert sum(day.volume for day in days) == price * (_ROWS + price)
    return price


def _write_in_fork(store: BarStore, price: int, steps: int) -> bool:
    """Whether it was killed, once it had taken so many steps."""
    child = os.fork()
    if child == 0:
        left = steps

        def count(event: str, _: tuple[Any, ...]) -> None:
            nonlocal left
            if event.startswith(_ASKED):
                left -= 1
                if left == -1:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(count)
        write(store, price)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


_DESCRIBED = StoredSymbol(
    symbol="KILLED",
    description="",
    exchange="TEST",
    type="stock",
    currency="USD",
    session="24x7",
    timezone="America/New_York",
    calendar="",
    holidays=(),
    corrections={},
    step_ms=60_000,
    price_decimals=0,
    volume_decimals=0,
    has_volume=True,
    are_ticks=False,
)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
