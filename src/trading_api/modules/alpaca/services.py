"""The parts of the module that its endpoints and streams share."""

from __future__ import annotations

from dataclasses import dataclass

from trading_api.modules.alpaca.assets import AssetDirectory
from trading_api.modules.alpaca.authentication import AlpacaAuthenticator
from trading_api.modules.alpaca.keys.store import KeyStore
from trading_api.shared.module_interface import ModuleContext


@dataclass(frozen=True, slots=True)
class AlpacaServices:
    """The shared parts, which endpoints find in `app.state.alpaca` of the mounted application."""

    context: ModuleContext
    keys: KeyStore
    authenticator: AlpacaAuthenticator
    assets: AssetDirectory
