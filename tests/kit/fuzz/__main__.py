"""`make fuzz SECONDS=600 SEED=1`: fuzz every API, with authentication on and off."""

from __future__ import annotations

import asyncio
import os
import time

from tests.kit.fuzz.alpaca import fuzz_alpaca
from tests.kit.fuzz.assistant import fuzz_assistant
from tests.kit.fuzz.rest import fuzz_rest
from tests.kit.fuzz.server import fuzzed
from tests.kit.fuzz.socket import fuzz_socket


def main(seed: int, seconds: int) -> None:
    for is_secured in (False, True):
        print(f"authentication {'on' if is_secured else 'off'}, SEED={seed}", flush=True)
        with fuzzed(is_secured, "all,alpaca,hooks,mcp") as server:
            sent = asyncio.run(fuzz_socket(server, seed, seconds))
            print(f"{sent:,} frames", flush=True)
            requests = asyncio.run(fuzz_alpaca(server.address, seed, seconds))
            print(f"{requests:,} requests of Alpaca's API", flush=True)
            calls = fuzz_assistant(server.address, server.headers, seed, seconds=seconds)
            print(f"{asyncio.run(calls):,} calls of tools", flush=True)
            fuzz_rest(server, seed, f"--max-time={seconds}", "--max-examples=100")


if __name__ == "__main__":
    main(int(os.environ.get("SEED") or time.time()), int(os.environ.get("SECONDS") or 300))
