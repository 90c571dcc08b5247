"""No test of the ledger file leaves a connection to it open."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.kit.ledger_file import all_connections_closed


@pytest.fixture(autouse=True)
def every_connection_is_closed() -> Iterator[None]:
    with all_connections_closed():
        yield
