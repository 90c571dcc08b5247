"""Serve the application on a simulated market of 611 symbols, which the step clock moves."""

from dataclasses import replace

import uvicorn

from trading_api.app_factory import create_app
from trading_api.modules.datafeed.simulator.listings import LISTINGS, Listing
from trading_api.modules.datafeed.simulator.simulator import Simulator
from trading_api.server.uvicorn_options import server_options
from trading_api.settings import Settings

MORE_SYMBOLS = 600


def more_listings() -> list[Listing]:
    """Return listings of another exchange, with the properties of the first symbol."""
    first = LISTINGS[0]
    return [
        replace(
            first,
            instrument=replace(
                first.instrument,
                symbol=f"FUND{number:03}",
                description=f"Fund number {number}",
                exchange="ARCA",
                type="fund",
            ),
            usual_price=first.usual_price + number,
        )
        for number in range(MORE_SYMBOLS)
    ]


if __name__ == "__main__":
    settings = Settings()
    assert settings.datafeed_start is not None
    start_ms = int(settings.datafeed_start.timestamp() * 1_000)
    source = Simulator(settings.datafeed_seed, lambda: start_ms, [*LISTINGS, *more_listings()])
    app, _ = create_app(settings, market_source=source)
    uvicorn.run(app, **server_options(settings))
