"""A template of a module: the last price of a symbol, over REST and as a WebSocket route."""

from tests.kit.ticker_module.module import TickerModule

__all__ = ["TickerModule"]
