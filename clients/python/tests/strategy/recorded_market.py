"""A recorded market that tests play: one symbol or two, with a bar each minute."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

START_MS = 1_767_609_000_000
MINUTE_MS = 60_000


def write_recording(
    path: Path, bars: int, symbols: Sequence[str] = ("AAPL",), seed: int = 5
) -> Path:
    """Write a random walk of each symbol as a CSV file, the first bar at START_MS."""
    lines = ["symbol,time,open,high,low,close,volume"]
    draw = random.Random(seed)
    for symbol in symbols:
        close = 100_00
        for number in range(bars):
            opened = close + draw.randint(-3, 3)
            close = opened + draw.randint(-12, 12)
            high, low = max(opened, close) + draw.randint(0, 6), min(opened, close) - draw.randint(
                0, 6
            )
            prices = ",".join(f"{cents / 100:.2f}" for cents in (opened, high, low, close))
            volume = draw.randint(400, 4_000)
            lines.append(f"{symbol},{START_MS + number * MINUTE_MS},{prices},{volume}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path
