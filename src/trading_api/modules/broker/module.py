"""The broker module: REST routes, WebSocket routes and the life of one execution venue."""

from collections.abc import Sequence

from fastapi import APIRouter

from trading_api.modules.broker import api
from trading_api.modules.broker.service import BrokerService
from trading_api.modules.broker.ws import BrokerCommandWsRouters, BrokerWsRouters
from trading_api.modules.broker.ws_commands import SocketCommands
from trading_api.shared.module_interface import AnyWsRouter, ModuleContext


class BrokerModule:
    """Serves the accounts of any ExecutionVenue, and runs the venue."""

    name = "broker"

    def __init__(self, context: ModuleContext) -> None:
        assert context.venue is not None, "app_factory makes one for this module"
        self._venue = context.venue
        self.service = BrokerService(
            self._venue,
            context.market,
            context.subscriptions,
            context.settings.account_currency,
            context.clock_ms,
            context.market_history,
        )

    def get_api_routers(self) -> Sequence[APIRouter]:
        """Return the routers below `/broker`."""
        return api.ROUTERS

    def get_ws_routers(self) -> Sequence[AnyWsRouter]:
        """Return the routes of orders, positions, executions, notifications, profit, equity and
        the connection, and those of the commands."""
        executor = SocketCommands(self.service.commands).executor
        return [*BrokerWsRouters(self.service), *BrokerCommandWsRouters(executor)]

    async def start(self) -> None:
        """Load the venue's accounts."""
        await self._venue.start()

    async def run(self) -> None:
        """Run the venue until cancelled."""
        try:
            await self._venue.run()
        finally:
            await self.service.close()
