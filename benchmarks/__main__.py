"""Runs every scenario, prints a table and writes benchmarks/results.json."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import uvloop

from benchmarks import (
    backtest,
    brokers,
    bus,
    connect_storm,
    connect_while_busy,
    encodings,
    engine_commands,
    frame_flood,
    gateway,
    history,
    idle_connection,
    ledger,
    live_market,
    load,
    one_topic,
    order_to_update,
    place_order,
    postgres_ledger,
    private_routes,
    quote_with_holders,
    step_clock,
    stored_history,
    stuck_client,
    submit_order,
    takeover,
    watchlist,
)
from benchmarks.report import Figure, Skipped, machine, table, write_json
from trading_api.server.process_limits import raise_open_files_limit

SCENARIOS = {
    "engine_commands": engine_commands.measure,
    "order_to_update": order_to_update.measure,
    "place_order": place_order.measure,
    "submit_order": submit_order.measure,
    "quote_with_holders": quote_with_holders.measure,
    "one_topic": one_topic.measure,
    "watchlist": watchlist.measure,
    "private_watchlist": watchlist.measure_private,
    "private_routes": private_routes.measure,
    "stuck_client": stuck_client.measure,
    "connect_while_busy": connect_while_busy.measure,
    "frame_flood": frame_flood.measure,
    "history": history.measure,
    "step_clock": step_clock.measure,
    "stored_history": stored_history.measure,
    "idle_connection": idle_connection.measure,
    "ledger": ledger.measure,
    "postgres_ledger": postgres_ledger.measure,
}
ON_REQUEST = {
    "backtest": backtest.measure,
    "brokers": brokers.measure,
    "bus": bus.measure,
    "encodings": encodings.measure,
    "gateway": gateway.measure,
    "live_market": live_market.measure,
    "million_events": ledger.measure_a_million,
    "one_topic_heavy": one_topic.measure_heavy,
    "connect_storm": connect_storm.measure,
    "load": load.measure,
    "takeover": takeover.measure,
}
"""Too long for every run, or about a part that one process does not use."""
SCENARIO_TIMEOUT_S = 120
ON_REQUEST_TIMEOUT_S = 600
RESULTS = Path(__file__).parent / "results.json"


async def main(names: list[str]) -> None:
    """All scenarios but those on request, or those named."""
    raise_open_files_limit()
    figures: list[Figure] = []
    skipped: dict[str, str] = {}
    for name in names or SCENARIOS:
        print(f"{name} ...", file=sys.stderr, flush=True)
        try:
            is_usual = name in SCENARIOS
            async with asyncio.timeout(SCENARIO_TIMEOUT_S if is_usual else ON_REQUEST_TIMEOUT_S):
                figures += await (SCENARIOS | ON_REQUEST)[name]()
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
