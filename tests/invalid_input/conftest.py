"""Fixtures of the tests that send invalid input to REST."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from tests.kit.server import serving
from trading_api.app_factory import create_app
from trading_api.settings import Settings
from trading_api.web.paths import PREFIX


@pytest.fixture(scope="module")
async def api() -> AsyncIterator[httpx.AsyncClient]:
    """Serve a default account with a working order and a position, which must not change."""
    app, _ = create_app(Settings.defaults())
    async with (
        serving(app) as address,
        httpx.AsyncClient(base_url=f"http://{address}", timeout=10) as client,
    ):
        for order in (
            {"symbol": "AAPL", "type": 1, "side": 1, "qty": 10, "limitPrice": 1},
            {"symbol": "EURUSD", "type": 2, "side": 1, "qty": 1000},
        ):
            assert (await client.post(f"{PREFIX}/broker/orders", json=order)).status_code == 200
        while not (await client.get(f"{PREFIX}/broker/positions")).json():
            pass
        yield client


@pytest.fixture(scope="module")
async def account_before(api: httpx.AsyncClient) -> list[Any]:
    """The account as the last test left it, so that only the test that changes it fails."""
    return [await account_events(api)]


@pytest.fixture(autouse=True)
async def account_unchanged(
    api: httpx.AsyncClient, account_before: list[Any], caplog: pytest.LogCaptureFixture
) -> AsyncIterator[None]:
    """Check after each test that the account is unchanged and no error was logged."""
    yield
    before, account_before[0] = account_before[0], await account_events(api)
    assert account_before[0] == before
    faults = [record for record in caplog.get_records("call") if record.levelno >= logging.ERROR]
    assert not faults, faults


async def account_events(api: httpx.AsyncClient) -> Any:
    """Return every event of the default account."""
    return (await api.get(f"{PREFIX}/broker/events")).raise_for_status().json()
