"""Lines that callers cause are limited by event; the audit trail is always logged."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from trading_api.observability import log_rate_limit
from trading_api.observability.log_rate_limit import (
    KEYS_MAX,
    LogRateLimitFilter,
    dropped_total,
    log_dropped_lines,
)


class _Clock:
    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def _record(event: str = "request", level: int = logging.INFO, **fields: Any) -> logging.LogRecord:
    return logging.makeLogRecord({"msg": event, "levelno": level, "status": 401} | fields)


def _logged(limit: LogRateLimitFilter, count: int = 100, **fields: Any) -> int:
    return sum(limit.filter(_record(**fields)) for _ in range(count))


def test_an_event_is_logged_up_to_its_limit_in_each_second() -> None:
    clock = _Clock()
    limit = LogRateLimitFilter(5, clock)
    assert _logged(limit) == 5
    clock.now_s = 0.99
    assert _logged(limit) == 0
    clock.now_s = 1.0
    assert _logged(limit) == 5
    assert limit.dropped_total == 290


def test_a_flood_of_one_event_hides_neither_others_nor_those_of_users() -> None:
    limit = LogRateLimitFilter(5, _Clock())
    assert _logged(limit) == 5
    assert _logged(limit, event="connection_refused") == 5
    assert _logged(limit, subject="ann") == 5
    assert _logged(limit, name="uvicorn.error") == 5


@pytest.mark.parametrize(
    "fields",
    [
        {"event": "command"},
        {"event": "event"},
        {"status": 200},
        {"level": logging.DEBUG},
    ],
    ids=str,
)
def test_the_audit_trail_and_debug_lines_are_never_dropped(fields: dict[str, Any]) -> None:
    assert _logged(LogRateLimitFilter(5, _Clock()), 100, **fields) == 100


@pytest.mark.parametrize("level", [logging.INFO, logging.WARNING, logging.ERROR])
def test_errors_that_callers_cause_are_limited_too(level: int) -> None:
    limit = LogRateLimitFilter(5, _Clock())
    assert _logged(limit, event="request_failed", level=level) == 5


def test_what_is_remembered_of_events_is_bounded() -> None:
    limit = LogRateLimitFilter(1, _Clock())
    for number in range(10 * KEYS_MAX):
        for _ in range(2):
            limit.filter(_record(f"event {number}"))
    dropped = limit.take_dropped()
    assert len(dropped) <= KEYS_MAX + 1
    assert sum(dropped.values()) == limit.dropped_total
    assert limit.take_dropped() == {}


@pytest.fixture
def installed() -> Iterator[LogRateLimitFilter]:
    handler = logging.NullHandler()
    limit = LogRateLimitFilter(5)
    handler.addFilter(limit)
    logging.getLogger().addHandler(handler)
    yield limit
    logging.getLogger().removeHandler(handler)


async def test_one_line_sums_up_what_was_dropped(
    installed: LogRateLimitFilter,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(log_rate_limit, "SUMMARY_INTERVAL_S", 0.01)
    _logged(installed, 105)
    assert dropped_total() == 100
    summing = asyncio.create_task(log_dropped_lines())
    await asyncio.sleep(0.1)
    summing.cancel()
    (line,) = (each for each in caplog.records if each.msg == "log_lines_dropped")
    assert (vars(line)["count"], vars(line)["events"]) == (100, {"request": 100})
