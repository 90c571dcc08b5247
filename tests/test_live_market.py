"""A server on the live market of the simulated venue, both as processes, seen over the socket."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from tests.kit.server import WsClient, connected
from tests.kit.venue import VenueProcess, ccxt_options, venue_process

ROOT = Path(__file__).resolve().parents[1]
BTC = "BTCUSDT"
START_S = 90.0
STOP_S = 30.0


@contextmanager
def server(venue: VenueProcess, folder: Path) -> Iterator[str]:
    """Run the server as `make dev` does, and yield its address."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = os.environ | {
        "PORT": str(port),
        "DATAFEED_SOURCE": "ccxt",
        "DATAFEED_VENUE": "binance",
        "DATAFEED_SYMBOLS": "BTC/USDT,ETH/USDT",
        "CCXT_OPTIONS": json.dumps(ccxt_options(venue.address)),
        "DATAFEED_HISTORY_DAYS": "1",
        "DATA_DIR": str(folder / "data"),
        "DATABASE_URL": "memory:",
        "ACCOUNT_CURRENCY": "USDT",
        "LOG_FORMAT": "text",
    }
    command = [sys.executable, "-m", "trading_api", "serve", "--reload"]
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
        try:
            yield f"127.0.0.1:{port}"
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(STOP_S)


async def wait_open(rest: httpx.AsyncClient) -> None:
    """Wait until the market is open."""
    async with asyncio.timeout(START_S):
        while True:
            try:
                answer = await rest.get("/datafeed/health")
            except httpx.TransportError:
                answer = None
            if answer is not None and answer.json().get("market") == "open":
                return
            await asyncio.sleep(0.05)


class Watched:
    """What a client receives, by route, until a wanted update of one of them."""

    def __init__(self, client: WsClient) -> None:
        self.client = client
        self.updates: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)

    async def until(self, route: str, is_wanted: Callable[[Any], bool]) -> list[dict[str, Any]]:
        """Return the route's updates since the last call, up to the first wanted one."""
        found = self.updates[route]
        checked = 0
        while True:
            for number, update in enumerate(found[checked:], checked):
                if is_wanted(update):
                    self.updates[route] = found[number + 1 :]
                    return found[: number + 1]
            checked = len(found)
            message = await self.client.update()
            name = message["type"].removesuffix(".update")
            self.updates[name].append(message["payload"]["payload"])


def connectors(folder: Path) -> list[int]:
    """Return the ids of the running connectors that the server's log names."""
    log = (folder / "server.log").read_text()
    started = [line for line in log.splitlines() if "connector_started" in line]
    pids = [int(line.rpartition("pid=")[2].split()[0]) for line in started]
    return [pid for pid in pids if Path(f"/proc/{pid}/cmdline").exists()]


async def test_the_live_market_is_served_and_a_gap_is_filled(tmp_path: Path) -> None:
    with venue_process("--history-minutes", "30") as venue, server(venue, tmp_path) as address:
        base = f"http://{address}/api/v1"
        async with httpx.AsyncClient(base_url=base, timeout=30) as rest:
            await wait_open(rest)
            async with connected(address) as client:
                watched = Watched(client)
                await _watch(venue, watched, rest)
                await _fill_a_gap(venue, watched, rest)
                order = {"symbol": BTC, "type": 2, "side": 1, "qty": 0.5}
                assert (await rest.post("/broker/orders", json=order)).status_code == 200
                (execution,) = (await rest.get(f"/broker/executions/{BTC}")).json()
                assert execution["price"] == 60_011
            metrics = (await rest.get(f"http://{address}/metrics")).text
        assert "trading_market_gaps_filled_total" in metrics
        running = connectors(tmp_path)
        assert len(running) == 1
        for pid in running:
            assert str(venue.address).encode() not in Path(f"/proc/{pid}/environ").read_bytes()
    assert connectors(tmp_path) == [], "a connector ends with its server"


async def _watch(venue: VenueProcess, watched: Watched, rest: httpx.AsyncClient) -> None:
    (info,) = [(await rest.get(f"/datafeed/resolve/{BTC}")).json()]
    assert (info["session"], info["type"], info["exchange"]) == ("24x7", "crypto", "BINANCE")
    now = venue.now_ms() // 1_000
    window = f"from_time={now - 1_500}&to_time={now + 60}"
    answer = await rest.get(f"/datafeed/bars?symbol={BTC}&resolution=1&{window}")
    assert len(answer.json()["bars"]) >= 20
    await watched.client.subscribe("bars", symbol=BTC, resolution="1")
    await watched.client.subscribe("quotes", symbols=[], fast_symbols=[BTC])
    await watched.client.subscribe("trades", symbol=BTC)
    await watched.client.subscribe("orderbook", symbol=BTC, depth=5)
    venue.quote(symbol=BTC, bid=60_000, ask=60_001)
    venue.trade(symbol=BTC, price="60000.5", quantity="0.5")
    await watched.until("trades", lambda trade: trade["price"] == 60_000.5)
    await watched.until("bars", lambda bar: bar["close"] == 60_000.5)
    venue.book(symbol=BTC, bids=[(60_000, 1), (59_999, 2)], asks=[(60_001, 1), (60_002, 2)])
    await watched.until("orderbook", lambda book: len(book["bids"]) == 2)


async def _fill_a_gap(venue: VenueProcess, watched: Watched, rest: httpx.AsyncClient) -> None:
    venue.drop_sockets()
    for number in range(20):
        venue.trade(symbol=BTC, price=60_100 + number, quantity="0.25")
    venue.quote(symbol=BTC, bid=60_010, ask=60_011)
    venue.trade(symbol=BTC, price=60_010, quantity="0.75")
    seen = await watched.until("trades", lambda trade: trade["price"] == 60_010)
    prices = [each["price"] for each in seen]
    assert prices[-21:] == [*range(60_100, 60_120), 60_010]
    bars = await watched.until("bars", lambda bar: bar["close"] == 60_010)
    time_s = bars[-1]["time"] // 1_000
    window = f"from_time={time_s}&to_time={time_s + 60}"
    answer = await rest.get(f"/datafeed/bars?symbol={BTC}&resolution=1&{window}")
    history = {each["time"]: each for each in answer.json()["bars"]}
    assert history[bars[-1]["time"]] == bars[-1]
    await watched.until("quotes", lambda quote: _ask(quote) == 60_011)


def _ask(quote: dict[str, Any]) -> float | None:
    values = quote.get("v") or quote
    ask: float | None = values.get("ask")
    return ask
