"""`trading-api backtest verify` runs the account of a server with the step clock again."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.kit.stepped_market import START_MS, stepping
from trading_api.cli import main


async def test_the_account_of_a_server_is_the_same_in_a_re_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    url = f"sqlite:///{tmp_path}/ledger.db"
    async with stepping(database_url=url, slippage_ticks=2) as bot:
        await bot.place(type=2, side=1, qty=10, takeProfit=10_000, stopLoss=1)
        last = (await bot.quote("AAPL"))["lp"]
        for cents in range(-5, 6):
            price = round(last + cents / 100, 2)
            order = {"limitPrice": price} if cents < 0 else {"stopPrice": price}
            await bot.place(type=1 if cents < 0 else 3, side=1, **order)
        await bot.advance(by_ms=10_000)
        await bot.rest.delete("/broker/positions/AAPL")
        await bot.advance(by_ms=250)
        count = len(await bot.executions())
    assert count > 3
    environment = {
        "DATABASE_URL": url,
        "DATAFEED_CLOCK": "step",
        "DATAFEED_START": f"{START_MS / 1_000}",
        "SLIPPAGE_TICKS": "2",
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert await asyncio.to_thread(main, ["backtest", "verify"]) == 0
    same = f"DEMO-ACCOUNT is the same in a re-run. Executions: {count}; events: "
    assert same in capsys.readouterr().out
    monkeypatch.setenv("SLIPPAGE_SEED", "8")
    assert await asyncio.to_thread(main, ["backtest", "verify"]) == 1
    assert "DEMO-ACCOUNT differs after 0 equal executions. Event " in capsys.readouterr().out
    assert await asyncio.to_thread(main, ["backtest", "verify", "--account", "OTHER"]) == 2
    assert "The ledger has no account OTHER." in capsys.readouterr().err
