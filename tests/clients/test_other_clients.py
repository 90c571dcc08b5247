"""Clients that others wrote, unmodified, each in an environment of its own: `make clients`."""

from __future__ import annotations

import asyncio
import json
import os
from asyncio.subprocess import PIPE
from pathlib import Path
from typing import Any

import pytest

from tests.kit.server import serving
from trading_api.app_factory import create_app
from trading_api.settings import Settings

CLIENTS = os.environ.get("CLIENTS", "").split()
FOLDER = Path(__file__).parent
ENVIRONMENTS = FOLDER.parent.parent / ".venv/clients"
CLIENT_TIMEOUT_S = 180
SETTINGS = Settings.defaults().model_copy(
    update={"enabled_modules": "all,alpaca", "database_url": "memory:"}
)


async def run_client(name: str, program: str) -> dict[str, Any]:
    """Return what a client's program prints. It runs against a server of the default market."""
    api, _ = create_app(SETTINGS)
    async with serving(api, SETTINGS) as address, asyncio.timeout(CLIENT_TIMEOUT_S):
        url = f"http://{address}/api/v1/alpaca"
        process = await asyncio.create_subprocess_exec(
            str(ENVIRONMENTS / name / "bin/python"),
            str(FOLDER / program),
            url,
            stdout=PIPE,
            stderr=PIPE,
            env=os.environ | {"APCA_API_DATA_URL": url},
        )
        printed, errors = await process.communicate()
    assert process.returncode == 0, errors.decode()[-5_000:]
    result: dict[str, Any] = json.loads(printed.splitlines()[-1])
    return result


def needs(name: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(name not in CLIENTS, reason="`make clients` runs it")


@needs("alpaca-trade-api")
async def test_alpaca_trade_api() -> None:
    result = await run_client("alpaca-trade-api", "alpaca_trade_api_bot.py")
    assert result["history"] == {
        "bars": 40,
        "columns": ["close", "high", "low", "open", "symbol", "trade_count", "volume", "vwap"],
        "quotes": 5,
        "trades": 5,
        "crypto": 1,
        "latest bar": True,
        "latest quote": True,
        "latest trades": ["AAPL", "MSFT"],
        "snapshot": True,
        "snapshots": ["AAPL", "MSFT"],
        "crypto snapshots": ["BTC/USD"],
    }
    assert result["trading"] == {
        "account": ["ACTIVE", "USD"],
        "clock": True,
        "filled": ["filled", "2"],
        "listed": True,
        "position": "2",
        "positions left": 0,
        "refused": 'APIError: could not find asset "NONE"',
    }
    assert result["streams"] == ["crypto quote", "quote", "trade", "trade update"]


@needs("lumibot")
async def test_a_strategy_of_lumibot() -> None:
    assert await run_client("lumibot", "lumibot_strategy.py") == {
        "bars": 20,
        "days": 5,
        "price": True,
        "cash": True,
        "fills": ["buy", "sell"],
        "quantity": 3,
        "sold": True,
    }


@needs("alpaca-mcp-server")
async def test_the_tools_of_alpaca_mcp_server() -> None:
    answers = await run_client("alpaca-mcp-server", "alpaca_mcp_tools.py")
    assert {name: answer for name, answer in answers.items() if answer != "ok"} == {}
    assert len(answers) == 21
