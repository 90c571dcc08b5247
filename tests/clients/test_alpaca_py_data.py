"""The unmodified alpaca-py: historical data and both streams."""

from __future__ import annotations

import asyncio
import json
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from tests.kit.server import serving
from trading_api.modules.alpaca.data.tests.data_server import PATH, data_server
from trading_api.modules.datafeed.market.ports import MarketSource
from trading_api.modules.datafeed.simulator.simulator import Simulator
from trading_api.modules.datafeed.tests.fakes import NOON_MS, FakeSource

PROGRAM = Path(__file__).with_name("alpaca_py_data.py")


@asynccontextmanager
async def served(source: MarketSource) -> AsyncIterator[str]:
    """Run a market, and yield the address that clients get, without its scheme."""
    server = data_server(source)
    async with serving(server.app, server.settings) as address:
        yield f"://{address}{PATH}"


async def run_client(*arguments: str, market: FakeSource) -> dict[str, Any]:
    """Return what the program prints. The market trades until then."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(PROGRAM), *arguments, stdout=PIPE, stderr=PIPE
    )
    output = asyncio.create_task(process.communicate())
    while not output.done():
        for _ in range(20):
            market.trade(101_00)
        await asyncio.wait([output], timeout=0.2)
    printed, errors = await output
    assert process.returncode == 0, errors.decode()
    result: dict[str, Any] = json.loads(printed)
    return result


async def test_alpaca_py_reads_and_follows_the_market() -> None:
    market = FakeSource()
    async with (
        served(Simulator(seed=7, clock=lambda: NOON_MS)) as history,
        served(market) as stocks,
        served(Simulator(seed=7)) as crypto,
    ):
        await market.has_started.wait()
        addresses = f"http{history}", f"ws{stocks}", f"ws{crypto}"
        result = await run_client(f"{NOON_MS // 1000}", *addresses, market=market)
    assert result["stocks"] == {
        "bars": [60, 60],
        "columns": ["open", "high", "low", "close", "volume", "trade_count", "vwap"],
        "hours": 5,
        "days": ["2026-07-17", "2026-07-16", "2026-07-15"],
        "quotes": 120,
        "trade": "Q",
        "latest": [["AAPL", "MSFT"]] * 3,
        "previous day": "2026-07-16",
        "error": "400 invalid timeframe: 1Moon",
    }
    assert result["crypto"] == {"bars": 4, "trades": 5, "best bid": True, "snapshot": "BTC/USD"}
    stream = {"quote": ["FAKE", 0.02], "trade": ["FAKE", 1, "V"], "bar": ["FAKE", 0, 60]}
    assert result["streams"] == {
        "stocks": stream,
        "bare address": stream,
        "crypto": ["Orderbook BTC/USD", "Trade BTC/USD"],
    }
