"""The template of a module, installed as a package and served next to the built-in modules."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from tests.kit.server import connected, serving
from tests.kit.stepped_market import START_MS
from trading_api.app_factory import create_app
from trading_api.errors import ConfigurationError
from trading_api.settings import Settings

ENTRY_POINT = "[trading_api.modules]\nticker = tests.kit.ticker_module:TickerModule\n"
STEPPED = {"datafeed_clock": "step", "datafeed_start": f"{START_MS}", "database_url": "memory:"}


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Installs a package whose entry point names the module."""
    metadata = tmp_path / "ticker-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: ticker\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text(ENTRY_POINT)
    monkeypatch.syspath_prepend(tmp_path)


def settings(modules: str) -> Settings:
    return Settings.model_validate(STEPPED | {"enabled_modules": modules})


async def test_an_installed_module_is_served_and_documented(installed: None) -> None:
    api_app, _ = create_app(settings("all"))
    assert "/api/v1/ticker/{symbol}" in api_app.openapi()["paths"]
    async with (
        serving(api_app) as address,
        connected(address) as client,
        httpx.AsyncClient(base_url=f"http://{address}/api/v1", timeout=60) as rest,
    ):
        topic = await client.subscribe("ticker", symbol="NASDAQ:AAPL")
        state = (await client.update("ticker"))["payload"]
        assert state["topic"] == topic
        assert state["payload"] == (await rest.get("/ticker/AAPL")).json()
        await rest.post("/datafeed/clock/advance", json={"by_ms": 10_000})
        update = (await client.update("ticker"))["payload"]["payload"]
        assert update["time"] > state["payload"]["time"]
        assert (await rest.get("/ticker/NONE")).json()["code"] == "unknown_symbol"
        reply = await client.request("ticker.subscribe", {"symbol": "NONE"})
        assert reply["status"] == "error"
        assert "ticker.update" in (await rest.get("/ws/asyncapi.json")).text


def test_without_the_package_there_is_no_such_module() -> None:
    with pytest.raises(ConfigurationError, match="there is no module 'ticker'"):
        create_app(settings("ticker,datafeed"))
