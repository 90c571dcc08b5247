"""A short run of `make fuzz`. A seed that finds a fault becomes a test."""

from __future__ import annotations

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor

from tests.kit.fuzz.rest import fuzz_rest
from tests.kit.fuzz.server import fuzzed
from tests.kit.fuzz.socket import fuzz_socket

SEED = int(time.time())
SLICE = ("--phases=examples,fuzzing", "--max-time=2", "--max-examples=3")


def fuzz(is_secured: bool) -> None:
    with fuzzed(is_secured, "all,hooks") as server:
        assert asyncio.run(fuzz_socket(server, SEED, seconds=1)) > 0
        fuzz_rest(server, SEED, *SLICE)


def test_fuzzed_rest_and_websocket_conform_to_their_specifications() -> None:
    print(f"SEED={SEED}")
    with ThreadPoolExecutor() as pool:
        for run in [pool.submit(fuzz, is_secured) for is_secured in (True, False)]:
            run.result()
