"""Reads that outlast an outage."""

from __future__ import annotations

import pytest

from trading_api_client.errors import ConnectionFailed, Refused, TimedOut, TradingApiError
from trading_api_client.strategy.retried_read import read_with_retries


def test_a_read_is_repeated_until_the_server_answers(caplog: pytest.LogCaptureFixture) -> None:
    outage: list[TradingApiError] = [ConnectionFailed("no connection"), TimedOut("no answer")]

    def read() -> int:
        if outage:
            raise outage.pop()
        return 7

    assert read_with_retries(read) == 7
    assert len(caplog.records) == 2


def test_a_rejected_read_is_not_repeated() -> None:
    def read() -> int:
        raise Refused("unknown_symbol", "There is no symbol NONE.", 404)

    with pytest.raises(Refused):
        read_with_retries(read)
