"""A self-hosted trading backend: market data and a paper broker over REST and one WebSocket."""

from trading_api.version import VERSION as __version__

__all__ = ["__version__"]
