"""A live broker over the client of ccxt, on the venue simulator."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal

from pydantic import SecretStr

from tests.kit.live_setup import ACCOUNT, LIMITS
from tests.kit.manual_market import ManualMarket, instrument
from tests.kit.venue import Venue, ccxt_options
from tests.kit.venue.account import API_KEY, SECRET
from trading_api.domain.broker_commands import OrderInstruction, PlaceOrderCommand
from trading_api.domain.broker_connection import ConnectionState
from trading_api.domain.orders import OrderType, Side
from trading_api.modules.broker.external.ccxt.ccxt_client import CcxtClient
from trading_api.modules.broker.external.factory import create_live_broker
from trading_api.modules.broker.external.live_broker import LiveBroker
from trading_api.modules.broker.journal.memory import MemoryJournal
from trading_api.observability.metrics import Metrics

SYMBOL, NAME = "BTCUSDT", "ccxt:binance"


def limit_order(price: int, quantity: int) -> PlaceOrderCommand:
    terms = (SYMBOL, Side.BUY, OrderType.LIMIT, Decimal(quantity))
    return PlaceOrderCommand(OrderInstruction(*terms, limit_price=Decimal(price)))


async def ready(broker: LiveBroker) -> None:
    """Wait until the account takes commands."""
    async with asyncio.timeout(60):
        up = ConnectionState.CONNECTED
        while broker.connection(ACCOUNT).state is not up:  # noqa: ASYNC110, as `until`
            await asyncio.sleep(0.005)


@asynccontextmanager
async def live_account(served: Venue) -> AsyncIterator[tuple[CcxtClient, LiveBroker]]:
    """A live broker on the venue, connected."""
    market = ManualMarket(instrument(SYMBOL, "USDT"))
    market.move(SYMBOL, "99.00", "101.00")
    options = {**ccxt_options(served.address), "timeout": 1_000}
    client = CcxtClient("binance", [SYMBOL], options, SecretStr(API_KEY), SecretStr(SECRET))
    journal = MemoryJournal()
    broker = create_live_broker(ACCOUNT, NAME, client, journal, market, "USDT", LIMITS, Metrics())
    await broker.start()
    running = asyncio.create_task(broker.run())
    try:
        await ready(broker)
        yield client, broker
    finally:
        running.cancel()
        await asyncio.wait([running])
