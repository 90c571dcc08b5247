"""Choosing the bus by its address. The clients are imported only when they are used."""

from __future__ import annotations

from trading_api.bus.port import Bus
from trading_api.errors import ConfigurationError

NATS_SCHEMES = ("nats", "tls", "ws", "wss")
REDIS_SCHEMES = ("redis", "rediss", "valkey", "valkeys", "unix")


def create_bus(url: str, prefix: str) -> Bus:
    """Return a bus that is not started. Raises ConfigurationError if nothing serves the address."""
    scheme, separator, _ = url.partition("://")
    try:
        if separator and scheme in NATS_SCHEMES:
            from trading_api.bus.nats import NatsBus

            return NatsBus(url, prefix)
        if separator and scheme in REDIS_SCHEMES:
            from trading_api.bus.redis import RedisBus

            return RedisBus(url, prefix)
    except ModuleNotFoundError as error:
        raise ConfigurationError(
            f"BUS_URL needs the package {error.name}. Install trading-api[scale]."
        ) from error
    raise ConfigurationError(
        "BUS_URL is nats://host:4222 for NATS, or redis://host:6379 for Redis and Valkey."
    )
