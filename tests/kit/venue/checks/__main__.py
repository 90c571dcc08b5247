"""Run all checks, or those whose names are given, and print what each found."""

from __future__ import annotations

import asyncio
import json
import sys
import traceback

from tests.kit.venue.checks import CHECKS

TIMEOUT_S = 30.0
AT_A_TIME = 6
"""ccxt waits a quarter of a second when a client closes, so that checks are run side by side."""


async def main(names: list[str]) -> None:
    slots = asyncio.Semaphore(AT_A_TIME)
    async with asyncio.TaskGroup() as tasks:
        for name in names or CHECKS:
            tasks.create_task(run(name, slots))


async def run(name: str, slots: asyncio.Semaphore) -> None:
    error = ""
    async with slots:
        try:
            async with asyncio.timeout(TIMEOUT_S):
                await CHECKS[name]()
        except Exception:  # noqa: BLE001, reported to the test that started the checks
            error = traceback.format_exc()
    print(json.dumps({"name": name, "error": error}), flush=True)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
