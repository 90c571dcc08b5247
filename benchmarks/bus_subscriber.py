"""A process that receives messages on a bus: `python -m benchmarks.bus_subscriber URL`.

A request on COUNTS answers how many messages it has received, and the CPU seconds so far."""

from __future__ import annotations

import asyncio
import json
import sys
import time

import uvloop

from trading_api.bus.factory import create_bus

PREFIX = "bench"
UPDATES = "updates"
COUNTS = "counts"


async def main(url: str) -> None:
    """Receive until the standard input closes."""
    received = 0

    def receive(message: bytes) -> None:
        nonlocal received
        received += 1

    async def count(request: bytes) -> bytes:
        return json.dumps([received, time.process_time()]).encode()

    bus = create_bus(url, PREFIX)
    await bus.start()
    await bus.subscribe(UPDATES, receive)
    await bus.serve(COUNTS, count)
    await bus.flush()
    print(flush=True)
    await asyncio.to_thread(sys.stdin.read)
    await bus.close()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main(sys.argv[1]))
