"""One client in one process for the tests of a file: ccxt takes seconds to import."""

from collections.abc import AsyncIterator

import pytest

from tests.kit.ccxt_account import ConnectedAccount, connected_account


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
async def account_of_module(anyio_backend: str) -> AsyncIterator[ConnectedAccount]:
    async with connected_account(authentication_retry_s=0.5) as account:
        yield account


@pytest.fixture
async def account(account_of_module: ConnectedAccount) -> ConnectedAccount:
    """The client, connected, with no order working and nothing reported yet."""
    await account_of_module.begin()
    account_of_module.sink.reports.clear()
    account_of_module.sink.links[:-1] = []
    return account_of_module
