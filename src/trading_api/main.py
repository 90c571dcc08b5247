"""The application that ASGI servers import: `trading_api.main:app`."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from fastapi import FastAPI

from trading_api.installation import check_installation
from trading_api.server.process_count import check_process_count
from trading_api.settings import Settings

if TYPE_CHECKING:
    from trading_api.shared.plugins.fastws_adapter import FastWSAdapter


def _create_apps() -> tuple[FastAPI, FastWSAdapter]:
    check_installation()
    # Imported after the check, because the application imports FastWS.
    from trading_api.app_factory import create_app
    from trading_api.server.gc_policy import GcPolicy

    # Here, because only ASGI servers import this, each of their processes once.
    check_process_count(os.environ, sys.argv)
    return create_app(Settings(), gc_policy=GcPolicy())


apiApp, wsApp = _create_apps()
app = apiApp
