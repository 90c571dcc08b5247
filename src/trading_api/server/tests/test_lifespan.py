"""A start that fails leaves nothing open."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from tests.kit.ledger_file import all_connections_closed, changed, opened
from tests.kit.ledger_streams import trading
from trading_api.app_factory import create_app
from trading_api.errors import ConfigurationError
from trading_api.server.lifespan import create_lifespan
from trading_api.settings import Settings


class _Module:
    """A module that holds a resource from its start to the end of its work."""

    service = None

    def __init__(self, name: str, error: Exception | None = None) -> None:
        self.name = name
        self.is_open = False
        self._error = error

    def get_api_routers(self) -> list[Any]:
        return []

    def get_ws_routers(self) -> list[Any]:
        return []

    async def start(self) -> None:
        if self._error is not None:
            raise self._error
        self.is_open = True

    async def run(self) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            self.is_open = False


async def test_modules_that_were_started_release_what_they_opened_when_another_fails() -> None:
    app = FastAPI()
    modules = [_Module("a"), _Module("b"), _Module("c", LookupError("no market")), _Module("d")]
    lifespan = create_lifespan(modules, {}, [], {}, None)
    with pytest.raises(LookupError, match="no market"):
        async with lifespan(app):
            pass
    assert not any(module.is_open for module in modules)


async def test_a_ledger_that_cannot_be_loaded_is_closed(tmp_path: Path) -> None:
    path = tmp_path / "trading.db"
    async with opened(path) as journal:
        await journal.append(trading("A", 10))
    changed(path, "UPDATE events SET kind = 'Unknown' WHERE seq = 3")
    with all_connections_closed():
        app, _ = create_app(
            Settings.defaults().model_copy(update={"database_url": f"sqlite:///{path}"})
        )
        with pytest.raises(ConfigurationError, match="Unknown is no event"):
            async with app.router.lifespan_context(app):
                pass
