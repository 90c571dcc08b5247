"""Records quotes into a folder until it is killed, and prints how many are recorded."""

from __future__ import annotations

import sys
from decimal import Decimal
from itertools import count
from pathlib import Path

from trading_api.domain.quote import Quote
from trading_api.modules.datafeed.recording.recording_writer import QuoteEvent, RecordingWriter
from trading_api.modules.datafeed.recording.tests.ticks import BITCOIN, START_MS

TICKS_PER_WRITE = 300


def numbered(number: int) -> QuoteEvent:
    price = Decimal(100 + number % 50)
    one = Decimal(1)
    return QuoteEvent(
        Quote(BITCOIN.symbol, START_MS + number, price, price + 1, one, one, price, one)
    )


def main(folder: Path, first: int) -> None:
    writer = RecordingWriter(folder, [BITCOIN], ("1",), 0)
    writer.open()
    for start in count(first, TICKS_PER_WRITE):
        events = [numbered(start + number) for number in range(TICKS_PER_WRITE)]
        writer.write({BITCOIN.symbol: events})
        print(start + TICKS_PER_WRITE, flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
