"""The connector to copy, in its process, under a live source that is plugged into a server."""

from __future__ import annotations

from pathlib import Path

import httpx

from tests.kit.example_connector import LISTING, SYMBOL, TARGET, ExampleConfiguration
from tests.kit.server import connected, serving, until
from trading_api.app_factory import create_app
from trading_api.connectors.connector_process import ConnectorProcess
from trading_api.modules.datafeed.venues.bar_history_store import BarHistoryStore
from trading_api.modules.datafeed.venues.live_source import LiveSource
from trading_api.modules.datafeed.venues.messages import VenueMessage
from trading_api.settings import Settings

ROOT = Path(__file__).resolve().parents[6]


async def test_its_market_is_served_and_traded_like_any_other(tmp_path: Path) -> None:
    environment = {"PYTHONPATH": str(ROOT)}
    connection = ConnectorProcess(
        TARGET, ExampleConfiguration(0.01), VenueMessage, environment=environment
    )
    store = BarHistoryStore(tmp_path / "venue.db")
    source = LiveSource("example", [LISTING], connection, store)
    settings = Settings.defaults().model_copy(update={"database_url": "memory:"})
    app, _ = create_app(settings, market_source=source)
    async with (
        serving(app) as address,
        connected(address) as client,
        httpx.AsyncClient(base_url=f"http://{address}/api/v1") as rest,
    ):
        await until(lambda: source.is_live(SYMBOL))
        await client.subscribe("trades", symbol=SYMBOL)
        await client.update("trades")
        await client.subscribe("bars", symbol=SYMBOL, resolution="1")
        bar = (await client.update("bars"))["payload"]["payload"]
        assert bar["low"] >= 100
        window = f"from_time={bar['time']}&to_time={bar['time'] + 60_000}"
        answer = await rest.get(f"/datafeed/bars?symbol={SYMBOL}&resolution=1&{window}")
        (history,) = answer.json()["bars"]
        assert history["open"] == bar["open"]
        order = {"symbol": SYMBOL, "type": 2, "side": 1, "qty": 1}
        assert (await rest.post("/broker/orders", json=order)).status_code == 200
        (execution,) = (await rest.get(f"/broker/executions/{SYMBOL}")).json()
        assert 100 < execution["price"] < 102
