"""One soak: a venue with faults, a server that follows and records it, and a client."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from tests.kit.venue.process import VenueProcess, venue_process
from tests.venue_soak.processes import MemorySamples, children, cpu_s, server_process
from tests.venue_soak.report import Report
from tests.venue_soak.subscriber import Subscriber
from tests.venue_soak.tape_judge import read_log

PAIRS = ("BTC/USDT", "ETH/USDT")
SYMBOLS = tuple(pair.replace("/", "") for pair in PAIRS)
READY_S = 120.0
SETTLE_S = 60.0
"""So long the server may take for what is missing after the last fault."""
SAMPLE_S = 2.0


async def soak(folder: Path, seconds: float, rate: float, fault_every_s: float) -> Report:
    """Run for `seconds`, and compare everything afterwards. The folder keeps the logs."""
    log = folder / "trades.log"
    arguments = ["--rate", str(rate), "--symbols", str(len(PAIRS)), "--log", str(log)]
    arguments += ["--history-minutes", "90", "--fault-every", str(fault_every_s)]
    report = Report()
    with (
        venue_process(*arguments) as venue,
        _faults(venue) as faults_ms,
        server_process(folder, venue.address, PAIRS) as (server, address),
    ):
        await _ready(address)
        client = Subscriber(SYMBOLS)
        receiving = asyncio.create_task(client.run(address))
        connectors = children(server.pid)
        memory = {
            "the server": MemorySamples(server.pid),
            "the connector": MemorySamples(connectors[0]),
        }
        cpu_before_s = {name: cpu_s(each.pid) for name, each in memory.items()}
        await _sample(memory, seconds, receiving)
        for name, each in memory.items():
            share = (cpu_s(each.pid) - cpu_before_s[name]) / seconds
            report.figures.append(f"{name}: {100 * share:.0f} % of a CPU")
            report.add_memory(name, each)
        if children(server.pid) != connectors:
            report.violations.append("the connector was started again")
        await _settle(venue, client, report)
        history = {symbol: await _bars(address, symbol) for symbol in SYMBOLS}
        report.figures += await _metrics(address)
        receiving.cancel()
        if client.closed:
            report.violations.append(f"the server closed the client: {client.closed}")
    logs = read_log(log)
    report.add_trades(logs, client, faults_ms)
    for symbol in SYMBOLS:
        report.add_bars(symbol, client.bars[symbol], history[symbol], logs[symbol])
    if client.disorder:
        report.violations.append(f"{client.disorder} bars came after a newer one")
    report.add_recording(logs, folder / "data" / "recordings" / "binance")
    report.figures.append(f"{len(faults_ms)} faults")
    return report


@contextmanager
def _faults(venue: VenueProcess) -> Iterator[list[int]]:
    """Yield the times of the venue's faults, as it causes and prints them."""
    times_ms: list[int] = []

    def read() -> None:
        assert venue.process.stdout is not None
        for line in venue.process.stdout:
            fault = json.loads(line)
            print(f"  {fault['fault']}", flush=True)
            times_ms.append(fault["time_ms"])

    reading = threading.Thread(target=read, daemon=True)
    reading.start()
    yield times_ms


async def _ready(address: str) -> None:
    async with httpx.AsyncClient(base_url=f"http://{address}") as rest, asyncio.timeout(READY_S):
        while True:
            try:
                if (await rest.get("/health/ready")).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.2)


async def _sample(
    memory: dict[str, MemorySamples], seconds: float, receiving: asyncio.Task[None]
) -> None:
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    while loop.time() < end and not receiving.done():
        for each in memory.values():
            each.sample()
        await asyncio.sleep(SAMPLE_S)
    if receiving.done():
        receiving.result()


async def _settle(venue: VenueProcess, client: Subscriber, report: Report) -> None:
    """Stop the trading, and wait until the client has the newest trade of each symbol."""
    call = asyncio.to_thread
    await call(venue.set_rate, rate=0)
    await call(venue.clear)
    for symbol in SYMBOLS:
        newest = (await call(venue.trades, symbol=symbol))[-1]
        price, quantity = float(newest["price"]), float(newest["quantity"])
        if not await client.wait_for(symbol, price, quantity, SETTLE_S):
            report.violations.append(f"{symbol}: the newest trade did not arrive")
    await asyncio.sleep(1.5)  # the venue flushes its log each second


async def _bars(address: str, symbol: str) -> Sequence[dict[str, Any]]:
    query: dict[str, str | int] = {
        "symbol": symbol,
        "resolution": "1",
        "from_time": 0,
        "to_time": 2**33,
    }
    async with httpx.AsyncClient(base_url=f"http://{address}/api/v1", timeout=30) as rest:
        answer = await rest.get("/datafeed/bars", params=query)
        bars: list[dict[str, Any]] = answer.json()["bars"]
        return bars


async def _metrics(address: str) -> list[str]:
    """Return what the server counted of its market and its recording."""
    async with httpx.AsyncClient(base_url=f"http://{address}") as rest:
        text = (await rest.get("/metrics")).text
    lines = (line for line in text.splitlines() if not line.startswith("#"))
    names = ("trading_market_", "trading_recording_", "trading_venue_")
    return [line for line in lines if line.startswith(names)]
