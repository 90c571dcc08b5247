"""Processes that share partitions, on a clock that the test moves."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.kit.owner_processes import OwnerDeployment


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def deployment() -> AsyncIterator[OwnerDeployment]:
    made = OwnerDeployment()
    yield made
    for process in made.processes.values():
        await process.cancel()
