"""Redis servers that refuse."""

from __future__ import annotations

import pytest

from tests.kit.bus_servers import ServerProgram, running
from trading_api.bus.redis import RedisBus
from trading_api.errors import ConfigurationError


async def test_without_a_server_the_start_fails() -> None:
    with pytest.raises(ConfigurationError, match=r"BUS_URL: Redis cannot be .*Connect call failed"):
        await RedisBus("redis://127.0.0.1:1", "test", start_s=0.1).start()


async def test_a_wrong_password_fails_immediately() -> None:
    with running("valkey") as server:
        assert isinstance(server, ServerProgram)
        bus = RedisBus(f"redis://:wrong@127.0.0.1:{server.port}", "test")
        with pytest.raises(ConfigurationError, match="password") as raised:
            await bus.start()
        assert "wrong@" not in str(raised.value)
