"""A live market that is recorded by a server, and played by another one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.kit.server import connected, serving, until
from tests.kit.trade_stream_source import TradeStreamSource
from trading_api.app_factory import create_app
from trading_api.cli import main
from trading_api.domain.trade import Trade
from trading_api.errors import ConfigurationError
from trading_api.modules.datafeed.tests.fakes import NOON_MS, FakeSource
from trading_api.settings import Settings

(SHARE,) = FakeSource().instruments()
COIN = replace(SHARE, symbol="COIN.P", price_scale=10_000, volume_scale=1_000)
WINDOW = f"from_time={NOON_MS}&to_time={NOON_MS + 600_000}&count_back=1000"


def settings(folder: Path, **more: Any) -> Settings:
    values = {"database_url": "memory:", "data_dir": folder, "log_level": "error", **more}
    return Settings.defaults().model_copy(update=values)


def trade(number: int, instrument: Any = SHARE) -> Trade:
    price = Decimal(100_00 + number * 13 % 37) / 100
    return Trade(instrument.symbol, NOON_MS + 1_700 * number, price, Decimal(number % 5 + 1), 1)


async def bars_of(address: str) -> dict[str, Any]:
    found = {}
    async with httpx.AsyncClient(base_url=f"http://{address}/api/v1") as rest:
        for symbol in (SHARE.symbol, COIN.symbol):
            for resolution in ("1S", "1", "5", "60", "1D"):
                path = f"/datafeed/bars?symbol={symbol}&resolution={resolution}&{WINDOW}"
                found[f"{symbol} {resolution}"] = (await rest.get(path)).json()["bars"]
    return found


async def record(folder: Path, count: int) -> dict[str, Any]:
    """Record a market of two symbols, and return its bars."""
    trades: asyncio.Queue[Trade] = asyncio.Queue()

    async def received() -> AsyncIterator[Trade]:
        while True:
            yield await trades.get()

    opening = {each: replace(trade(0, each), quantity=Decimal(0)) for each in (SHARE, COIN)}
    source = TradeStreamSource(opening, received())
    app, _ = create_app(settings(folder, datafeed_record=True), market_source=source)
    async with serving(app) as address:
        for number in range(1, count):
            trades.put_nowait(trade(number, (SHARE, COIN)[number % 2]))
        await until(lambda: source.now_ms >= trade(count - 1).time_ms)
        metrics = httpx.AsyncClient(base_url=f"http://{address}")
        async with metrics:
            text = (await metrics.get("/metrics")).text
        assert "trading_recording_ticks_waiting" in text
        return await bars_of(address)


async def test_a_recorded_market_is_played_with_the_same_bars(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    bars = await record(tmp_path, 150)
    path = tmp_path / "recordings" / "simulator"
    played = settings(tmp_path, datafeed_source="replay", datafeed_path=path, datafeed_clock="step")
    app, _ = create_app(played)
    async with (
        serving(app) as address,
        connected(address) as client,
        httpx.AsyncClient(base_url=f"http://{address}/api/v1") as rest,
    ):
        await client.subscribe("trades", symbol="FAKE")
        order = {"symbol": "FAKE", "type": 2, "side": 1, "qty": 1}
        assert (await rest.post("/broker/orders", json=order)).status_code == 200
        for _ in range(60):
            await rest.post("/datafeed/clock/advance", json={"by_ms": 1_000})
        assert await bars_of(address) == bars
        (execution,) = (await rest.get("/broker/executions/FAKE")).json()
        assert execution["qty"] == 1
        assert (await rest.get("/datafeed/health")).json()["market"] == "closed"
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    assert main(["data", "list"]) in (0, None)
    printed = capsys.readouterr().out
    assert "COIN.P" in printed
    assert "2026-07-17 12:00:00" in printed


async def test_one_symbol_of_a_recording_is_played(tmp_path: Path) -> None:
    await record(tmp_path, 20)
    venue = tmp_path / "recordings" / "simulator"
    for path, symbols in ((venue, "COIN.P"), (venue / "COIN.P", "")):
        played = {"datafeed_source": "replay", "datafeed_path": path, "datafeed_symbols": symbols}
        app, _ = create_app(settings(tmp_path, **played))
        async with (
            serving(app) as address,
            httpx.AsyncClient(base_url=f"http://{address}/api/v1") as rest,
        ):
            assert (await rest.get("/datafeed/health")).json()["symbols"] == 1


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"datafeed_source": "replay", "datafeed_record": True}, "a replay is recorded"),
        ({"datafeed_source": "replay", "datafeed_path": Path()}, "has no recording; a server with"),
        (
            {
                "datafeed_source": "replay",
                "datafeed_path": Path("recordings/simulator"),
                "datafeed_symbols": "NONE",
            },
            "NONE is not recorded; there are COIN.P, FAKE",
        ),
    ],
)
async def test_what_cannot_be_played_or_recorded_is_refused_in_a_sentence(
    tmp_path: Path, more: dict[str, Any], sentence: str
) -> None:
    await record(tmp_path, 5)
    if "datafeed_path" in more:
        more = more | {"datafeed_path": tmp_path / more["datafeed_path"]}
    else:
        more = more | {"datafeed_path": tmp_path / "recordings" / "simulator"}
    with pytest.raises(ConfigurationError, match=sentence):
        create_app(settings(tmp_path, **more))
