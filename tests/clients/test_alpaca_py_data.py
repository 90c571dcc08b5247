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
from trading_api.app_factory import create_app
from trading_api.modules.alpaca.data.tests.data_server import DataServer, data_server
from trading_api.modules.datafeed.simulator.simulator import Simulator
from trading_api.modules.datafeed.tests.fakes import NOON_MS, FakeSource
from trading_api.settings import Settings

PROGRAM = Path(__file__).with_name("alpaca_py_data.py")
SETTINGS = Settings.defaults().model_copy(
    update={"enabled_modules": "all,alpaca", "database_url": "memory:"}
)


@asynccontextmanager
async def served(server: DataServer) -> AsyncIterator[str]:
    """Run a market, and serve its streams."""
    market = asyncio.create_task(server.feed.run())
    async with serving(server.app, server.services.context.settings) as address:
        yield f"ws://{address}"
    market.cancel()
    await asyncio.wait([market])


async def run_client(*arguments: str, market: FakeSource) -> dict[str, Any]:
    """Return what the program prints. The market trades until then."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(PROGRAM), *arguments, stdout=PIPE, stderr=PIPE
    )
    output = asyncio.create_task(process.communicate())
    while not output.done():
        market.trade(101_00)
        await asyncio.wait([output], timeout=0.02)
    printed, errors = await output
    assert process.returncode == 0, errors.decode()
    result: dict[str, Any] = json.loads(printed)
    return result


async def test_alpaca_py_reads_and_follows_the_market() -> None:
    api, _ = create_app(SETTINGS, market_source=Simulator(seed=7, clock=lambda: NOON_MS))
    market = FakeSource()
    async with (
        serving(api, SETTINGS) as address,
        served(data_server(market)) as stocks,
        served(data_server(Simulator(seed=7))) as crypto,
    ):
        await market.has_started.wait()
        url = f"http://{address}/api/v1/alpaca"
        result = await run_client(url, f"{NOON_MS // 1000}", stocks, crypto, market=market)
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
