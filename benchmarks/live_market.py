"""The time from a venue's message to our clients, at the rate of a busy venue."""

from __future__ import annotations

import asyncio
import json
import time
from array import array
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from tempfile import TemporaryDirectory
from typing import Any

import orjson

from benchmarks.http_client import HttpClient
from benchmarks.report import Figure, percentile
from benchmarks.server_process import HOST, ServerProcess
from benchmarks.socket_client import SocketClient
from tests.kit.venue.ccxt_configuration import ccxt_options
from tests.kit.venue.process import VenueProcess, venue_process

RATE = 500
PAIRS = ("BTC/USDT", "ETH/USDT")
SECONDS = 20.0
WARM_UP_S = 5.0
READY_S = 60.0


async def measure() -> list[Figure]:
    """Follow a simulated venue through ccxt, with and without a recording."""
    figures: list[Figure] = []
    for is_recorded in (False, True):
        name = "recorded" if is_recorded else "not recorded"
        latencies, cpu_s = await _follow(is_recorded)
        figures += [
            Figure("live_market", f"venue to socket, {name}, p{percent}", value, "ms")
            for percent in (50, 99)
            for value in [percentile(latencies, percent)]
        ]
        share = cpu_s / len(latencies) * 1e6
        figures.append(Figure("live_market", f"CPU of the server, {name}", share, "us / trade"))
    return figures


async def _follow(is_recorded: bool) -> tuple[array[float], float]:
    """Return the latency of each trade in ms, and the CPU time of the server."""
    with venue_process("--rate", str(RATE), "--symbols", str(len(PAIRS))) as venue:
        async with _server(venue, is_recorded) as server:
            receiver = _Receiver()
            client = await SocketClient.connect(HOST, server.port)
            client.on_text = receiver.receive
            for pair in PAIRS:
                symbol = pair.replace("/", "")
                await client.subscribe("trades", symbol=symbol)
                await client.subscribe("bars", symbol=symbol, resolution="1")
            await asyncio.sleep(WARM_UP_S)
            del receiver.latencies_ms[:]
            started_s = server.cpu_s()
            await asyncio.sleep(SECONDS)
            cpu_s = server.cpu_s() - started_s
            client.close()
            return receiver.latencies_ms, cpu_s


@asynccontextmanager
async def _server(venue: VenueProcess, is_recorded: bool) -> AsyncIterator[ServerProcess]:
    with TemporaryDirectory() as folder:
        settings: dict[str, Any] = {
            "datafeed_source": "ccxt",
            "datafeed_venue": "binance",
            "datafeed_symbols": ",".join(PAIRS),
            "ccxt_options": json.loads(json.dumps(ccxt_options(venue.address))),
            "datafeed_record": is_recorded,
            "data_dir": folder,
            "log_level": "error",
        }
        async with ServerProcess("trading_api", settings, start_timeout_s=READY_S) as server:
            async with asyncio.timeout(READY_S), HttpClient(HOST, server.port) as http:
                path = "/health/ready"
                while b'"ready"' not in await http.get(path, statuses=(200, 503)):  # noqa: ASYNC110
                    await asyncio.sleep(0.2)
            yield server


class _Receiver:
    """Notes how long after its time at the venue each trade is received. The venue's clock is the
    machine's, in whole milliseconds."""

    def __init__(self) -> None:
        self.latencies_ms = array("d")

    def receive(self, text: bytes) -> None:
        now_ms = time.time() * 1_000
        message = orjson.loads(text)
        if message["type"] == "trades.update":
            self.latencies_ms.append(now_ms - message["payload"]["payload"]["time"])
