"""Invalid calls and messages of assistants are refused, and change and break nothing."""

from __future__ import annotations

import logging
import time

import httpx
import pytest

from tests.kit.fuzz.assistant import fuzz_assistant
from tests.kit.server import serving
from trading_api.app_factory import create_app
from trading_api.settings import Settings

SEED = int(time.time())


async def test_generated_input_is_refused_and_changes_nothing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    print(f"SEED={SEED}")
    changed = {"enabled_modules": "all,mcp", "database_url": "memory:"}
    app, _ = create_app(Settings.defaults().model_copy(update=changed))
    async with serving(app) as address:
        assert await fuzz_assistant(address, {}, SEED, count=120) == 120
        async with httpx.AsyncClient(base_url=f"http://{address}") as rest:
            assert (await rest.get("/api/v1/broker/events")).json() == []
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]
