"""Alpaca's application over a simulated market that stands still, with authentication off."""

from __future__ import annotations

import pytest

from trading_api.modules.alpaca.data.tests.data_server import DataServer, data_server


@pytest.fixture(scope="module")
def server() -> DataServer:
    return data_server()
