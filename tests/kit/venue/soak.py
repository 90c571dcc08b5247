"""One fault after another for a soak, in the same order in every run."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from itertools import cycle

from tests.kit.venue.server import Venue

OUTAGE_S = 5.0
"""How long faults of connections and limits last."""
CLOCK_S = 20.0
"""How long the venue's clock is off."""


async def cause_faults(served: Venue, every_s: float) -> None:
    """Cause the next fault each `every_s` seconds, for ever, and print each as a JSON object."""
    for name, cause in cycle(_faults(served).items()):
        await asyncio.sleep(every_s)
        print(json.dumps({"fault": name, "time_ms": served.now_ms()}), flush=True)
        cause()


def _faults(served: Venue) -> dict[str, Callable[[], object]]:
    return {
        "drop_sockets": lambda: served.drop_sockets("all"),
        "duplicate_trades": lambda: served.inject("duplicate_trades", count=20),
        "missing_trades": lambda: served.inject("missing_trades", count=20),
        "rate_limit": lambda: served.inject(
            "rate_limit", duration_s=OUTAGE_S, retry_after_s=OUTAGE_S
        ),
        "late_candles": lambda: served.inject("late_candles", duration_s=90, lag_ms=30_000),
        "clock": lambda: _put_clock_off(served, 2_000),
        "maintenance": lambda: served.inject("maintenance", duration_s=OUTAGE_S),
        "ban": lambda: served.inject("ban", duration_s=OUTAGE_S, retry_after_s=OUTAGE_S),
        "dropped_while_refused": lambda: _drop_and_refuse(served),
        "expired_user_stream": served.expire_user_stream,
    }


def _put_clock_off(served: Venue, milliseconds: int) -> None:
    served.set_clock_offset(milliseconds)
    asyncio.get_running_loop().call_later(CLOCK_S, served.set_clock_offset, 0)


def _drop_and_refuse(served: Venue) -> None:
    served.inject("refuse_sockets", duration_s=OUTAGE_S)
    served.drop_sockets("all")
