"""One application with the default settings, for tests of its routes and documents."""

from __future__ import annotations

from functools import cache

from fastapi import FastAPI

from trading_api.app_factory import create_app
from trading_api.settings import Settings
from trading_api.shared.plugins.fastws_adapter import FastWSAdapter


@cache
def default_application() -> tuple[FastAPI, FastWSAdapter]:
    """Return the application of this process. Do not start it."""
    return create_app(Settings.defaults().model_copy(update={"database_url": "memory:"}))
