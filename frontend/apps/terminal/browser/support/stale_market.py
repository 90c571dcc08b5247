"""Serve the application on a simulated market that stalls while a file `stalled` exists."""

import asyncio
from pathlib import Path

import uvicorn

from trading_api.app_factory import create_app
from trading_api.modules.datafeed.market.ports import MarketSink
from trading_api.modules.datafeed.simulator.simulator import Simulator
from trading_api.server.uvicorn_options import server_options
from trading_api.settings import Settings

STALLED = Path("stalled")
STEP_S = 0.1


class StaleSimulator(Simulator):
    async def run(self, sink: MarketSink) -> None:
        while True:
            if not STALLED.exists():  # noqa: ASYNC240, it serves one test
                self.move_to(self._clock(), sink)
            await asyncio.sleep(STEP_S)


if __name__ == "__main__":
    settings = Settings()
    app, _ = create_app(settings, market_source=StaleSimulator(settings.datafeed_seed))
    uvicorn.run(app, **server_options(settings))
