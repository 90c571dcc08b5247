"""The updates of an hour, applied to the data layer of a real chart library."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.kit.server import connected
from tests.kit.stepped_market import START_MS, Bot, stepping

FOLDER = Path(__file__).parent / "lightweight-charts"
SYMBOL = "BTCUSD"
STEPS_S = {"1S": 1, "5": 300}
MINUTE_MS = 60_000
END_MS = START_MS + 60 * MINUTE_MS

pytestmark = pytest.mark.skipif(
    not (FOLDER / "node_modules/.package-lock.json").exists(),
    reason="lightweight-charts is not installed; `make check` installs and tries it",
)


class Chart:
    """One resolution, and every call that a front end makes to its series."""

    def __init__(self, bot: Bot, resolution: str) -> None:
        self._bot = bot
        self._resolution = resolution
        self.topic = ""
        self.calls: list[dict[str, Any]] = []
        self.first_ms = self.last_ms = 0

    async def load(self) -> None:
        bars = await self.history(from_time=START_MS, to_time=END_MS, count_back=300)
        self.calls.append({"set": bars})
        self.first_ms, self.last_ms = bars[0]["time"], bars[-1]["time"]

    async def scroll_back(self) -> None:
        window = {"from_time": self.first_ms, "to_time": self.first_ms, "count_back": 200}
        older = await self.history(**window)
        self.calls.append({"prepend": older})
        self.first_ms = older[0]["time"]

    async def catch_up(self) -> None:
        """The last bar as it is now, and those since. One bar alone comes with the one before."""
        for bar in await self.history(from_time=self.last_ms, to_time=END_MS):
            if bar["time"] >= self.last_ms:
                self.update(bar)

    async def subscribe(self) -> None:
        request = {"symbol": SYMBOL, "resolution": self._resolution}
        self.topic = await self._bot.socket.subscribe("bars", **request)

    def update(self, bar: dict[str, Any]) -> None:
        self.calls.append({"update": bar})
        self.last_ms = bar["time"]

    async def history(self, **window: int) -> list[dict[str, Any]]:
        return await self._bot.bars(SYMBOL, self._resolution, **window)


async def test_an_hour_of_bars_with_a_reconnect_shows_no_gap_and_breaks_no_chart() -> None:
    async with stepping() as bot, AsyncExitStack() as connections:
        await bot.advance(by_ms=17_500)
        charts = [Chart(bot, resolution) for resolution in STEPS_S]
        for chart in charts:
            await chart.load()
        await _follow(bot, charts)
        for minute in range(1, 53):
            await bot.advance(by_ms=MINUTE_MS - 10_250 + minute * 7_250 % 20_000)
            await _apply_updates(bot, charts)
            if minute % 20 == 10:
                for chart in charts:
                    await chart.scroll_back()
            if minute % 20 == 15:
                for chart in charts:
                    await chart.catch_up()
            if minute == 33:
                bot.socket.connection.transport.abort()
                await bot.advance(by_ms=7 * MINUTE_MS + 250)
                bot.socket = await connections.enter_async_context(connected(bot.address))
                for chart in charts:
                    await chart.catch_up()
                await _follow(bot, charts)
        await bot.advance(to_ms=END_MS)
        await _apply_updates(bot, charts)
        histories = [
            await chart.history(from_time=chart.first_ms, to_time=END_MS) for chart in charts
        ]
    shown = _shown_by_lightweight_charts(
        [
            {"step": step_s, "calls": chart.calls}
            for chart, step_s in zip(charts, STEPS_S.values(), strict=True)
        ]
    )
    for step_s, chart, history in zip(STEPS_S.values(), shown, histories, strict=True):
        assert chart["thrown"] == []
        assert chart["gaps"] == []
        assert chart["bars"] == [_as_charted(bar) for bar in history]
        assert history[-1]["time"] == END_MS - step_s * 1000


def test_the_chart_library_does_tell_what_is_wrong() -> None:
    first, second, fourth = (
        {"time": second * 1000, "open": 1.5, "high": 2.0, "low": 1.0, "close": 1.5}
        for second in (1, 2, 4)
    )
    calls = [
        {"set": [first]},
        {"update": second},
        {"update": first},
        {"prepend": [second]},
        {"update": fourth},
    ]
    (shown,) = _shown_by_lightweight_charts([{"step": 1, "calls": calls}])
    assert [(each["number"], each["name"]) for each in shown["thrown"]] == [
        (2, "update"),
        (3, "prepend"),
    ]
    assert shown["gaps"] == [[2, 4]]
    assert shown["bars"] == [_as_charted(bar) for bar in (first, second, fourth)]


async def _follow(bot: Bot, charts: list[Chart]) -> None:
    """Load the history and subscribe, while the clock advances between the calls.

    Bars that closed before the subscription's reply are requested again. Updates that arrived
    meanwhile are older, and dropped.
    """
    for chart in charts:
        await bot.advance(by_ms=1_750)
        await chart.subscribe()
    await bot.advance(by_ms=2_250)
    for chart in charts:
        await chart.catch_up()
    for chart, bar in _bars(charts, await bot.published()):
        if bar["time"] >= chart.last_ms:
            chart.update(bar)


async def _apply_updates(bot: Bot, charts: list[Chart]) -> None:
    for chart, bar in _bars(charts, await bot.published()):
        chart.update(bar)


def _bars(charts: list[Chart], updates: list[dict[str, Any]]) -> list[tuple[Chart, dict[str, Any]]]:
    by_topic = {chart.topic: chart for chart in charts}
    published = [update["payload"] for update in updates if update["type"] == "bars.update"]
    return [(by_topic[update["topic"]], update["payload"]) for update in published]


def _shown_by_lightweight_charts(charts: list[dict[str, Any]]) -> Any:
    # Its production build leaves the checks out.
    node = str(Path(sys.executable).parent / "node")
    command = [node, "--conditions=development", "apply.mjs"]
    done = subprocess.run(
        command, cwd=FOLDER, input=json.dumps(charts), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def _as_charted(bar: dict[str, Any]) -> dict[str, Any]:
    prices = {name: bar[name] for name in ("open", "high", "low", "close")}
    return {"time": bar["time"] // 1000, **prices}
