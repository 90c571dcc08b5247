"""Serve a simulated venue until the standard input ends: `python -m tests.kit.venue --rate 50`."""

from __future__ import annotations

import asyncio
import json
import sys
from argparse import ArgumentParser, Namespace
from decimal import Decimal
from pathlib import Path

from tests.kit.venue.account import BALANCES
from tests.kit.venue.clock import VenueClock
from tests.kit.venue.instruments import INSTRUMENTS
from tests.kit.venue.server import venue
from tests.kit.venue.soak import cause_faults


def main() -> None:
    parser = ArgumentParser(prog="python -m tests.kit.venue", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0: any free port")
    parser.add_argument("--symbols", type=int, default=len(INSTRUMENTS), help="how many to list")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rate", type=float, default=0, help="random trades a second")
    parser.add_argument("--history-minutes", type=int, default=0, help="candles before the start")
    parser.add_argument("--start-ms", type=int, help="a clock that stands still from here")
    parser.add_argument("--fault-every", type=float, help="seconds between faults, for a soak")
    parser.add_argument("--log", type=Path, help="a file that each trade is written to")
    parser.add_argument("--commission", default="received", help="received, quote, base or BNB")
    parser.add_argument("--balances", type=json.loads, help='such as {"USDT": "1000"}')
    parser.add_argument("--orders-per-10s", type=int, default=100)
    parser.add_argument("--weight-max", type=int, default=6_000, help="request weight a minute")
    asyncio.run(serve(parser.parse_args()))


async def serve(options: Namespace) -> None:
    async with venue(
        instruments=INSTRUMENTS[: options.symbols],
        clock=VenueClock(options.start_ms),
        seed=options.seed,
        history_minutes=options.history_minutes,
        rate=options.rate,
        port=options.port,
        log=options.log,
        commission=options.commission,
        balances=_balances(options.balances),
        orders_per_10s=options.orders_per_10s,
        weight_max=options.weight_max,
    ) as served:
        print(f"listening on {served.address}", flush=True)
        async with asyncio.TaskGroup() as tasks:
            faults = None
            if options.fault_every:
                faults = tasks.create_task(cause_faults(served, options.fault_every))
            await until_input_ends()
            if faults is not None:
                faults.cancel()


def _balances(given: dict[str, str] | None) -> dict[str, Decimal]:
    if given is None:
        return BALANCES
    return {asset: Decimal(free) for asset, free in given.items()}


async def until_input_ends() -> None:
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while await reader.read(1_024):
        pass


if __name__ == "__main__":
    main()
