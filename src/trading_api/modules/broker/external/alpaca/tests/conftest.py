"""One client in one process for the tests of a file."""

from collections.abc import AsyncIterator

import pytest

from tests.kit.alpaca.running_client import ConnectedAlpaca, connected_alpaca


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
async def alpaca_of_module(anyio_backend: str) -> AsyncIterator[ConnectedAlpaca]:
    async with connected_alpaca(answer_timeout_s=1.0) as alpaca:
        yield alpaca


@pytest.fixture
async def alpaca(alpaca_of_module: ConnectedAlpaca) -> ConnectedAlpaca:
    """The client, connected, with nothing received and nothing requested yet."""
    await alpaca_of_module.connected()
    alpaca_of_module.sink.reports.clear()
    alpaca_of_module.sink.links[:-1] = []
    alpaca_of_module.server.requests.clear()
    alpaca_of_module.server.bodies.clear()
    return alpaca_of_module
