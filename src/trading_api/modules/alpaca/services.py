"""What the endpoints and streams of the module work with."""

from __future__ import annotations

from dataclasses import dataclass

from trading_api.modules.alpaca.assets import AssetDirectory
from trading_api.modules.alpaca.authentication import AlpacaAuthenticator
from trading_api.modules.alpaca.keys.store import KeyStore
from trading_api.shared.module_interface import ModuleContext


@dataclass(frozen=True, slots=True)
class AlpacaServices:
    """The parts that all endpoints share. `app.state.alpaca` of the mounted application."""

    context: ModuleContext
    keys: KeyStore
    authenticator: AlpacaAuthenticator
    assets: AssetDirectory
