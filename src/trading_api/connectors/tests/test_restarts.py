"""A connector that ends is started again."""

from __future__ import annotations

import asyncio

import pytest

from trading_api.connectors.back_off import BackOff
from trading_api.connectors.errors import ConnectorEnded
from trading_api.connectors.restarts import run_again


async def test_a_connector_runs_again_after_each_end_with_its_reason_reported() -> None:
    reasons: list[str] = []

    async def run() -> None:
        if len(reasons) == 3:
            raise asyncio.CancelledError
        raise ConnectorEnded(f"end {len(reasons) + 1}")

    with pytest.raises(asyncio.CancelledError):
        await run_again(run, reasons.append, BackOff(first_s=0, longest_s=0))
    assert reasons == ["end 1", "end 2", "end 3"]


async def test_what_is_no_end_of_a_connector_is_raised() -> None:
    async def run() -> None:
        raise ValueError("a bug")

    with pytest.raises(ValueError, match="a bug"):
        await run_again(run, lambda reason: None, BackOff())
