"""The alpaca module: Alpaca's API below `/api/v1/alpaca`, with keys of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fastapi import APIRouter
from starlette.types import ASGIApp

from trading_api.clock import wall_clock_ms
from trading_api.errors import ConfigurationError
from trading_api.modules.alpaca.application import create_application
from trading_api.modules.alpaca.assets import AssetDirectory
from trading_api.modules.alpaca.authentication import AlpacaAuthenticator
from trading_api.modules.alpaca.keys.factory import create_key_store
from trading_api.modules.alpaca.services import AlpacaServices
from trading_api.modules.alpaca.trade_updates.endpoint import TradeStreams
from trading_api.shared.module_interface import AnyWsRouter, ModuleContext
from trading_api.web.paths import PREFIX

ALPACA_PATH = f"{PREFIX}/alpaca"


class AlpacaModule:
    """Implements Module, MountedApplications and AuthenticatesClients.

    Raises ConfigurationError without the module `broker`, and for a ledger in PostgreSQL."""

    name = "alpaca"

    def __init__(self, context: ModuleContext) -> None:
        if context.venue is None:
            raise ConfigurationError(
                "ENABLED_MODULES: alpaca needs the module broker, whose accounts it serves; "
                "enable both, or none."
            )
        store = create_key_store(context.settings)
        # Not the market's clock: keys expire while a replay stands still.
        authenticator = AlpacaAuthenticator(context.settings, store, wall_clock_ms)
        self.service = AlpacaServices(context, store, authenticator, AssetDirectory(context.market))
        self._trade_streams = TradeStreams(self.service)

    def applications(self) -> Mapping[str, ASGIApp]:
        """Return the application that serves Alpaca's API."""
        return {ALPACA_PATH: create_application(self.service, self._trade_streams)}

    def authenticated_paths(self) -> str:
        """Return the pattern of all paths of the application: Alpaca's clients send a key."""
        return rf"{ALPACA_PATH}(/.*)?"

    def get_api_routers(self) -> Sequence[APIRouter]:
        """Return nothing: all routes are in the application."""
        return []

    def get_ws_routers(self) -> Sequence[AnyWsRouter]:
        """Return nothing: all streams are in the application."""
        return []

    async def start(self) -> None:
        """Listen to the broker."""
        self._trade_streams.publisher.start()

    async def run(self) -> None: ...
