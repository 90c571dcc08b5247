"""Runs every scenario, prints a table and writes benchmarks/results.json."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import uvloop

from benchmarks import (
    fan_out,
    history,
    idle_connection,
    order_to_update,
    step_clock,
    stored_history,
)
from benchmarks.open_files import raise_open_files_limit
from benchmarks.report import Figure, Skipped, machine, table, write_json

SCENARIOS = {
    "order_to_update": order_to_update.measure,
    "fan_out": fan_out.measure,
    "history": history.measure,
    "step_clock": step_clock.measure,
    "stored_history": stored_history.measure,
    "idle_connection": idle_connection.measure,
}
SCENARIO_TIMEOUT_S = 60
RESULTS = Path(__file__).parent / "results.json"


async def main(names: list[str]) -> None:
    """All scenarios, or those named."""
    raise_open_files_limit()
    figures: list[Figure] = []
    skipped: dict[str, str] = {}
    for name in names or SCENARIOS:
        print(f"{name} ...", file=sys.stderr, flush=True)
        try:
            async with asyncio.timeout(SCENARIO_TIMEOUT_S):
                figures += await SCENARIOS[name]()
        except Skipped as reason:
            skipped[name] = str(reason)
            print(f"{name} is skipped: {reason}", file=sys.stderr)
    about = machine()
    print(f"{about['cores']} cores, {about['processor']}, Python {about['python']}\n")
    print(table(figures))
    write_json(RESULTS, figures, skipped)


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main(sys.argv[1:]))
