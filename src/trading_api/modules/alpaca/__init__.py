"""Alpaca's REST and streaming API over the ports of the market and the broker (docs/doors.md)."""

from trading_api.modules.alpaca.module import AlpacaModule as AlpacaModule
