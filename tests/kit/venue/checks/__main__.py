"""Run all checks, or those whose names are given, and print what each found."""

from __future__ import annotations

import asyncio
import json
import sys
import traceback

from tests.kit.venue.checks import CHECKS

TIMEOUT_S = 20.0


async def main(names: list[str]) -> None:
    for name in names or CHECKS:
        error = ""
        try:
            async with asyncio.timeout(TIMEOUT_S):
                await CHECKS[name]()
        except Exception:  # noqa: BLE001, reported to the test that started the checks
            error = traceback.format_exc()
        print(json.dumps({"name": name, "error": error}), flush=True)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
