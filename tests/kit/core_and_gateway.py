"""A core and a gateway in one process, each with its own connection to one bus."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from tests.kit.server import serving
from trading_api.bus.local import LocalBus, LocalHub
from trading_api.roles.gateway import create_gateway
from trading_api.roles.owner import create_owner
from trading_api.settings import Settings


def scalable_settings(**changed: Any) -> Settings:
    """Return settings that a core and a gateway can have."""
    defaults = Settings.defaults().model_dump()
    return Settings.model_validate(defaults | {"database_url": "memory:", "shards": 2} | changed)


@asynccontextmanager
async def core_and_gateway(**changed: Any) -> AsyncIterator[str]:
    """Yield the gateway's address once it is ready."""
    hub, chosen = LocalHub(), scalable_settings(**changed)
    gateway, _ = create_gateway(chosen, LocalBus(hub), gc_policy=None)
    core = create_owner(chosen, "core", LocalBus(hub), gc_policy=None)
    async with serving(gateway, chosen) as address, httpx.AsyncClient() as http:
        readiness = f"http://{address}/health/ready"
        assert (await http.get(readiness)).status_code == 503
        async with serving(core, chosen):
            async with asyncio.timeout(10):
                while (await http.get(readiness)).status_code != 200:  # noqa: ASYNC110, by HTTP
                    await asyncio.sleep(0.01)
            yield address
