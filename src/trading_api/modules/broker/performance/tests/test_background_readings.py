"""Readings in the background: fair, one for an account, bounded, and cancelled at the end."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from trading_api.errors import Unavailable
from trading_api.modules.broker.performance.background_readings import (
    READINGS_MAX,
    BackgroundReadings,
)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class Ledger:
    """Records the pages that are read of several accounts, in their order."""

    def __init__(self, readings: BackgroundReadings) -> None:
        self.pages: list[str] = []
        self._readings = readings

    def reader(self, account_id: str, pages: int) -> Callable[[], Awaitable[None]]:
        async def read() -> None:
            for _ in range(pages):
                async with self._readings.turn():
                    self.pages.append(account_id)
                    await asyncio.sleep(0)

        return read

    def start(self, account_id: str, pages: int) -> bool:
        self._readings.start(account_id, self.reader(account_id, pages))
        return account_id in self._readings


async def test_readings_take_turns_page_by_page() -> None:
    readings = BackgroundReadings()
    ledger = Ledger(readings)
    ledger.start("long", 50)
    ledger.start("short", 3)
    assert await readings.wait("short", 60)
    assert ledger.pages[:6] == ["long", "short"] * 3
    assert await readings.wait("long", 60)
    assert ledger.pages.count("long") == 50


async def test_an_account_is_read_once_at_a_time_and_others_up_to_a_bound() -> None:
    readings = BackgroundReadings()
    ledger = Ledger(readings)
    for number in range(READINGS_MAX + 5):
        for _ in range(2):
            ledger.start(str(number), 2)
    assert [str(each) in readings for each in range(READINGS_MAX + 5)].count(True) == READINGS_MAX
    for number in range(READINGS_MAX):
        assert await readings.wait(str(number), 60)
    assert len(ledger.pages) == 2 * READINGS_MAX
    assert "0" not in readings


async def test_all_readings_end_with_close() -> None:
    readings = BackgroundReadings()
    ledger = Ledger(readings)
    ledger.start("a", 10**9)
    ledger.start("b", 10**9)
    assert not await readings.wait("a", 0)
    await readings.close()
    assert "a" not in readings
    assert "b" not in readings
    # The turn is free again, and nothing is read any more.
    async with readings.turn():
        pass
    assert not ledger.start("c", 1)
    assert "c" not in readings
    assert ledger.pages.count("c") == 0


async def test_what_was_read_waits_for_its_answer_up_to_a_bound() -> None:
    readings = BackgroundReadings()
    ledger = Ledger(readings)
    assert not readings.is_unanswered("0")
    for number in range(READINGS_MAX):
        assert ledger.start(str(number), 1)
        assert readings.is_unanswered(str(number)), "before its task has begun"
    assert not ledger.start("late", 1)
    assert not readings.is_unanswered("late")
    for number in range(READINGS_MAX):
        assert await readings.wait(str(number), 60)
    assert all(readings.is_unanswered(str(number)) for number in range(READINGS_MAX))
    readings.answer("1")
    readings.answer("1")
    assert not readings.is_unanswered("1")
    # The one that ended first gives its place to a new one. Those that are being read stay.
    assert ledger.start("2", 10**9)
    assert ledger.start("late", 1)
    assert ledger.start("later", 1)
    assert await readings.wait("later", 60)
    kept = {str(number) for number in range(2, READINGS_MAX)} | {"late", "later"}
    assert {
        each
        for each in (*map(str, range(READINGS_MAX)), "late", "later")
        if readings.is_unanswered(each)
    } == kept
    await readings.close()


async def test_the_error_of_a_reading_reaches_the_next_request_only(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def refused() -> None:
        raise Unavailable("The account is on another node.", "account_loading")

    async def broken() -> None:
        raise ZeroDivisionError

    readings = BackgroundReadings()
    readings.start("a", refused)
    assert await readings.wait("a", 60)
    assert caplog.records == []
    readings.start("a", broken)
    assert await readings.wait("a", 60)
    assert [each.message for each in caplog.records] == ["performance_not_read"]
