"""The hooks module: REST routes, and the alerts of TradingView that trade."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter

from trading_api.clock import wall_clock_ms
from trading_api.errors import ConfigurationError, Unavailable
from trading_api.modules.hooks import api
from trading_api.modules.hooks.hook import PATH
from trading_api.modules.hooks.service import HookService
from trading_api.modules.hooks.store.factory import create_store
from trading_api.shared.module_interface import AnyWsRouter, ModuleContext


class HooksModule:
    """Implements Module and AuthenticatesClients.

    Raises ConfigurationError without the module `broker`, and for a ledger in PostgreSQL."""

    name = "hooks"

    def __init__(self, context: ModuleContext) -> None:
        if context.venue is None:
            raise ConfigurationError(
                "ENABLED_MODULES: hooks needs the module broker, whose accounts it trades in; "
                "enable both, or none."
            )
        self._store = create_store(context.settings)
        self.service = HookService(
            self._store,
            context.broker,
            context.market,
            context.admission,
            context.settings.live_account_ids,
            # Not the market's clock: TradingView writes the time of the wall clock.
            wall_clock_ms,
        )
        receiver, executor, metrics = self.service.receiver, self.service.executor, context.metrics
        metrics.add_counter(
            "hook_wrong_secrets",
            "Alerts with a wrong secret",
            lambda: receiver.limits.wrong_total,
        )
        metrics.add_gauge(
            "hook_alerts_waiting", "Alerts that wait for the broker", executor.waiting_count
        )

    def authenticated_paths(self) -> str:
        """Return the pattern of the addresses of alerts, which carry the secret of their hook."""
        return rf"{PATH}hook-[^/]+"

    def get_api_routers(self) -> Sequence[APIRouter]:
        """Return the router below `/hooks`."""
        return [api.router]

    def get_ws_routers(self) -> Sequence[AnyWsRouter]:
        """Return nothing: hooks have no topics."""
        return []

    async def start(self) -> None:
        """Open the store, and put the alerts that the last process left in their queues. Raises
        ConfigurationError."""
        try:
            await self.service.executor.resume()
        except Unavailable as error:
            raise ConfigurationError(error.detail) from error

    async def run(self) -> None:
        """Execute alerts until cancelled, then close the store."""
        try:
            await self.service.executor.run()
        finally:
            await self._store.close()
