"""The connector of Alpaca: the program that runs in a process of its own, with alpaca-py."""

from __future__ import annotations

import asyncio
import logging
import time

from msgspec import ValidationError

from trading_api.connectors.back_off import BackOff
from trading_api.connectors.connector import Connector
from trading_api.connectors.errors import ConnectorError
from trading_api.modules.broker.external.alpaca.alpaca_documents import (
    AlpacaAccountDocument,
    AlpacaTradeUpdate,
)
from trading_api.modules.broker.external.alpaca.alpaca_messages import (
    AUTHENTICATION,
    AlpacaConfiguration,
    AlpacaLinkChanged,
    AlpacaRateLimits,
    AlpacaReported,
    FillsParams,
    OrderParams,
    PlaceParams,
    QueryParams,
    ReplaceParams,
)
from trading_api.modules.broker.external.alpaca.alpaca_orders import AlpacaOrders
from trading_api.modules.broker.external.alpaca.alpaca_rest import AlpacaRest
from trading_api.modules.broker.external.alpaca.alpaca_stream import AlpacaStream
from trading_api.modules.broker.external.venue_client import VenueLink

LOOK_UP_S = 10.0
"""How long an event of the stream may wait for the orders that it refers to."""

log = logging.getLogger(__name__)


async def main(connector: Connector) -> None:
    """Answer the requests of AlpacaClient, and pass on Alpaca's order events."""
    await _Link(connector).run()


class _Link:
    """Keeps the connection to Alpaca. Back-off is 0.5 s to 5 s, and a minute after a refusal of the
    keys."""

    def __init__(self, connector: Connector) -> None:
        self._connector = connector
        self._configuration = connector.configure(AlpacaConfiguration)
        self._keys_refused = asyncio.Event()
        self._back_off = BackOff()
        self._rest = AlpacaRest(
            self._configuration,
            lambda limits: connector.publish(AlpacaRateLimits(limits)),
            self._keys_refused.set,
        )
        self._orders = AlpacaOrders(
            self._rest, lambda report: connector.publish(AlpacaReported(report))
        )
        connector.handle("place", PlaceParams, self._orders.place)
        connector.handle("replace", ReplaceParams, self._orders.replace)
        connector.handle("cancel", OrderParams, self._orders.cancel)
        connector.handle("find_order", OrderParams, self._orders.find_order)
        connector.handle("open_orders", QueryParams, self._orders.open_orders)
        connector.handle("fills_since", FillsParams, self._orders.fills_since)
        connector.handle("account", QueryParams, self._orders.account)

    async def run(self) -> None:
        while True:
            self._change(VenueLink.CONNECTING)
            try:
                await self._connected()
            except ConnectorError as error:
                wait_s = self._back_off.wait_s(error.retry_after_s)
                link, reason = VenueLink.DISCONNECTED, error.text
                if error.code == AUTHENTICATION:
                    wait_s = self._configuration.authentication_retry_s
                    link = VenueLink.AUTHENTICATION_FAILED
            except ValidationError as error:
                wait_s, link = self._back_off.wait_s(), VenueLink.DISCONNECTED
                reason = f"An event of Alpaca's is not understood: {error}"
                log.warning("alpaca_event_not_understood", extra={"error": str(error)})
            self._change(link, reason)
            await asyncio.sleep(wait_s)

    async def _connected(self) -> None:
        """Stay connected until that fails. Raises ConnectorError."""
        self._keys_refused.clear()
        deadline_s = time.monotonic() + LOOK_UP_S
        account = await self._rest.get("/account", AlpacaAccountDocument, deadline_s)
        if not account.can_trade:
            # Positions and orders can be read all the same; Alpaca rejects each new order.
            log.warning("alpaca_account_cannot_trade", extra={"status": account.status})
        stream = AlpacaStream(self._configuration, self._on_listening, self._on_update)
        listening = asyncio.create_task(stream.listen())
        refused = asyncio.create_task(self._keys_refused.wait())
        try:
            await asyncio.wait((listening, refused), return_when=asyncio.FIRST_COMPLETED)
            if listening.done():
                listening.result()
            raise ConnectorError(AUTHENTICATION, "Alpaca refuses the keys.")
        finally:
            for task in (listening, refused):
                task.cancel()
            await asyncio.gather(listening, refused, return_exceptions=True)

    def _on_listening(self) -> None:
        self._back_off.reset()
        self._change(VenueLink.CONNECTED)

    async def _on_update(self, update: AlpacaTradeUpdate) -> None:
        await self._orders.on_update(update, time.monotonic() + LOOK_UP_S)

    def _change(self, link: VenueLink, reason: str = "") -> None:
        self._connector.publish(AlpacaLinkChanged(link, reason))
