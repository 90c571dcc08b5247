"""The kinds of bus that a test runs on."""

from __future__ import annotations

import pytest

from tests.kit.bus_kinds import BusKind, local_kind


@pytest.fixture(params=["local"])
def bus_kind(request: pytest.FixtureRequest) -> BusKind:
    return local_kind()
