"""The alerts module: REST routes, WebSocket routes and the alerts of the accounts it owns."""

from collections.abc import Sequence

from fastapi import APIRouter

from trading_api.errors import ConfigurationError
from trading_api.modules.alerts import api
from trading_api.modules.alerts.service import AlertService
from trading_api.modules.alerts.store.factory import create_store
from trading_api.modules.alerts.ws import AlertsCommandWsRouters, AlertsWsRouters
from trading_api.modules.alerts.ws_commands import AlertCommands
from trading_api.shared.module_interface import AnyWsRouter, ModuleContext


class AlertsModule:
    """Implements Module and ShardedAccounts. Its notifications go through the broker port.

    Raises ConfigurationError without the module `broker`."""

    name = "alerts"

    def __init__(self, context: ModuleContext) -> None:
        if context.venue is None:
            raise ConfigurationError(
                "ENABLED_MODULES: alerts needs the module broker, whose accounts it notifies; "
                "enable both, or none."
            )
        self._is_sharded = context.shard_epochs is not None
        self.service = AlertService(
            create_store(context.settings, context.shard_epochs),
            context.broker,
            context.market,
            context.subscriptions,
            context.settings.alerts_per_account_max,
        )
        self._engine = engine = self.service.engine
        context.readiness.add_check(engine.health)
        metrics = context.metrics
        metrics.add_gauge("alerts", "Price alerts in memory", engine.count)
        metrics.add_counter("alerts_fired", "Alerts that fired", lambda: engine.fired_total)
        metrics.add_counter(
            "alerts_crossed",
            "Thresholds of alerts that a price crossed",
            lambda: engine.watcher.crossed_total,
        )

    def get_api_routers(self) -> Sequence[APIRouter]:
        """Return the router below `/alerts`."""
        return [api.router]

    def get_ws_routers(self) -> Sequence[AnyWsRouter]:
        """Return the route of the alerts, and those of the commands."""
        executor = AlertCommands(self.service).executor
        return [*AlertsWsRouters(self.service), *AlertsCommandWsRouters(executor)]

    async def start(self) -> None:
        """Load all alerts, unless those of single shards are loaded later. Raises
        ConfigurationError."""
        if not self._is_sharded:
            await self._engine.load()
        self._engine.watcher.start()

    async def run(self) -> None:
        """Let alerts fire until cancelled."""
        await self._engine.run()

    async def load_shard(self, shard: int) -> None:
        """Load the alerts of a shard. Raises ConfigurationError."""
        await self._engine.load_shard(shard)

    async def release_shard(self, shard: int) -> None:
        """Let the alerts of a shard fire no more, and remove them from memory."""
        await self._engine.release_shard(shard)
