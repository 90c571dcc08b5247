"""Makes the live source of a venue from the settings."""

from __future__ import annotations

import asyncio
import importlib.util
import logging
import re
import threading
from collections.abc import Sequence
from contextlib import suppress

from trading_api.connectors.ccxt_exchange import CcxtConfiguration, our_symbol
from trading_api.connectors.connector_process import ConnectorProcess
from trading_api.connectors.errors import ConnectorEnded, ConnectorError
from trading_api.errors import ConfigurationError
from trading_api.modules.datafeed.venues.bar_history_store import BarHistoryStore
from trading_api.modules.datafeed.venues.ccxt_configuration import (
    TARGET,
    CcxtMarketConfiguration,
)
from trading_api.modules.datafeed.venues.live_source import LiveSource
from trading_api.modules.datafeed.venues.messages import (
    ListingsRequest,
    VenueListing,
    VenueMessage,
)
from trading_api.settings import Settings

START_S = 30.0
"""How long the first start may wait for the venue. ccxt alone takes 5 s to import."""
_REASONS = {
    "network": "it does not answer. Check the network, and whether it serves your country.",
    "venue_maintenance": "it is under maintenance. Start again later.",
}
log = logging.getLogger(__name__)
_VENUE = re.compile(r"[a-z0-9_]+")


def create_ccxt_source(settings: Settings) -> LiveSource:
    """Return the live source of DATAFEED_VENUE. At the first start with a symbol, this waits for
    the venue; later the stored listing is used. Raises ConfigurationError."""
    if importlib.util.find_spec("ccxt") is None:
        raise ConfigurationError(
            "DATAFEED_SOURCE=ccxt needs ccxt: install it with `pip install trading-api[ccxt]`."
        )
    venue, symbols = settings.datafeed_venue, _symbols(settings)
    if not _VENUE.fullmatch(venue):
        raise ConfigurationError(
            "DATAFEED_SOURCE=ccxt needs DATAFEED_VENUE, the name that ccxt has for the venue, such "
            "as binance, kraken or coinbase."
        )
    exchange = CcxtConfiguration(venue, settings.ccxt_options)
    store = BarHistoryStore(settings.data_dir / "venues" / f"{venue}.db")
    store.adopt_next_listings()
    stored = store.listings(symbols)
    missing = [each for each in symbols if each not in stored]
    if missing:
        listings = _request_listings(exchange, missing)
        store.save_listings(listings)
        stored |= {each.venue_symbol: each for each in listings}
    connection = _connect(exchange, symbols)
    return LiveSource(
        venue,
        [stored[each] for each in symbols],
        connection,
        store,
        settings.datafeed_history_days,
    )


def _connect(exchange: CcxtConfiguration, symbols: list[str]) -> ConnectorProcess:
    configuration = CcxtMarketConfiguration(exchange, symbols)
    return ConnectorProcess(TARGET, configuration, VenueMessage, exchange.secrets)


def _symbols(settings: Settings) -> list[str]:
    symbols = [each.strip() for each in settings.datafeed_symbols.split(",") if each.strip()]
    if not symbols:
        raise ConfigurationError(
            "DATAFEED_SOURCE=ccxt needs DATAFEED_SYMBOLS, such as BTC/USDT,ETH/USDT."
        )
    for each in symbols:
        if not re.fullmatch(r"[^\s/:]+/[^\s/:]+(:[^\s/:]+)?", each):
            raise ConfigurationError(
                f"DATAFEED_SYMBOLS: {each!r} is not written as ccxt does, such as BTC/USDT."
            )
    ours = [our_symbol(each) for each in symbols]
    if len(set(ours)) < len(ours):
        raise ConfigurationError(f"DATAFEED_SYMBOLS: two symbols have one name: {', '.join(ours)}.")
    return symbols


def _request_listings(exchange: CcxtConfiguration, symbols: Sequence[str]) -> list[VenueListing]:
    """Ask the venue, in a thread, as the caller may run within an event loop."""
    results: list[list[VenueListing]] = []
    failures: list[BaseException] = []

    def ask() -> None:
        try:
            results.append(asyncio.run(_listings(exchange, symbols)))
        except Exception as error:  # noqa: BLE001, the caller raises it
            failures.append(error)

    thread = threading.Thread(target=ask, name="venue listings")
    thread.start()
    thread.join()
    if results:
        return results[0]
    error = failures[0]
    if not isinstance(error, (ConnectorError, ConnectorEnded, TimeoutError)):
        raise error
    reason = _REASONS.get(getattr(error, "code", "")) or str(error) or _REASONS["network"]
    log.warning("market_not_listed", extra={"venue": exchange.venue, "reason": str(error)})
    raise ConfigurationError(
        f"DATAFEED_SOURCE=ccxt: {exchange.venue} did not list {', '.join(symbols)}: {reason}"
    )


async def _listings(exchange: CcxtConfiguration, symbols: Sequence[str]) -> list[VenueListing]:
    connection = _connect(exchange, [])
    running = asyncio.create_task(connection.run(lambda message: None))
    try:
        async with asyncio.timeout(START_S):
            while connection.pid is None and not running.done():  # noqa: ASYNC110
                await asyncio.sleep(0.01)  # the process starts
            asking = asyncio.create_task(
                connection.request(
                    "listings", ListingsRequest(list(symbols)), list[VenueListing], START_S
                )
            )
            await asyncio.wait((running, asking), return_when=asyncio.FIRST_COMPLETED)
            if running.done():
                asking.cancel()
                running.result()  # raises why it ended
            return await asking
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError, ConnectorEnded):
            await running
