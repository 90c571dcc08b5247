"""The client of a ccxt account, connected to the venue simulator."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from msgspec.structs import replace
from pydantic import SecretStr

from tests.kit.recording_venue_sink import RecordingVenueSink
from tests.kit.venue import Venue, ccxt_options, venue
from tests.kit.venue.account import API_KEY, SECRET
from trading_api.domain.orders import OrderType, Side
from trading_api.modules.broker.external.ccxt.ccxt_client import CcxtClient
from trading_api.modules.broker.external.venue_client import (
    ExecType,
    ExecutionReport,
    NewOrder,
    OrderRef,
    ReplaceOrder,
    VenueLink,
)

SYMBOL = "BTCUSDT"
SYMBOLS = (SYMBOL, "ETHUSDT")
PLACE = "POST /api/v3/order"


@dataclass
class ConnectedAccount:
    """The simulated venue, and a client that runs against it. The market is at 99 to 101."""

    venue: Venue
    client: CcxtClient
    sink: RecordingVenueSink

    async def connected(self) -> None:
        await self.sink.until(lambda: self.sink.link is VenueLink.CONNECTED)

    async def begin(self) -> None:
        """Be connected, end all orders, and put the market at 99 to 101, with a trade at 100."""
        self.venue.clear()
        await self.connected()
        for order in self.venue.trading.open_orders():
            self.venue.cancel_elsewhere(order.symbol, order.id)
            await self.sink.report(order.client_id, ExecType.CANCELED)
        for symbol in SYMBOLS:
            self.venue.quote(symbol, 99, 101)
            self.venue.trade(symbol, 100, "0.001")

    async def buy(
        self, client_order_id: str, quantity: str, limit: str | None = None, **values: Any
    ) -> ExecutionReport:
        """Place an order to buy, at a limit or at the market."""
        order = NewOrder(
            client_order_id,
            SYMBOL,
            Side.BUY,
            OrderType.MARKET if limit is None else OrderType.LIMIT,
            Decimal(quantity),
            limit_price=None if limit is None else Decimal(limit),
        )
        return await self.client.place(replace(order, **values))

    async def change(
        self, old_id: str, new_id: str, quantity: str, limit: str, filled: str = "0"
    ) -> ExecutionReport:
        """Replace a limit order."""
        ref, amounts = OrderRef(SYMBOL, old_id), (Decimal(quantity), Decimal(limit))
        change = ReplaceOrder(ref, new_id, *amounts, filled_quantity=Decimal(filled))
        return await self.client.replace(change)

    async def reconnected(self, after: int) -> None:
        """Wait until the link was lost and is there again, since `after` states of it."""
        await self.sink.until(
            lambda: len(self.sink.links) > after and self.sink.link is VenueLink.CONNECTED
        )

    def order(self, client_order_id: str) -> dict[str, Any]:
        """Return the venue's newest order with an id."""
        return [
            order for order in self.venue.orders() if order["clientOrderId"] == client_order_id
        ][-1]

    def placed(self) -> int:
        """Return how many requests to place an order the venue received."""
        return len(self.venue.received(PLACE))

    def fills(self, client_order_id: str) -> dict[str, ExecutionReport]:
        """Return the fills that were reported of an order, by their ids."""
        return {
            report.execution_id: report
            for report in self.sink.reports
            if report.exec_type is ExecType.TRADE and report.client_order_id == client_order_id
        }


@asynccontextmanager
async def connected_account(**options: Any) -> AsyncIterator[ConnectedAccount]:
    """Run a client against a venue. `options` are those of CcxtClient."""
    async with venue() as served:
        options.setdefault("api_key", SecretStr(API_KEY))
        ccxt = {**ccxt_options(served.address), "timeout": 3_000}
        client = CcxtClient(
            "binance", (*SYMBOLS, "NOSUCH"), ccxt, secret=SecretStr(SECRET), **options
        )
        account = ConnectedAccount(served, client, RecordingVenueSink())
        running = asyncio.create_task(client.run(account.sink))
        try:
            yield account
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
