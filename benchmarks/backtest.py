"""Bars a second of a backtest with an order every 20 bars: the parts of it, and all of it."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from benchmarks.http_client import HttpClient
from benchmarks.report import Figure
from benchmarks.server_process import HOST, ServerProcess
from trading_api.backtest import BacktestSession, BarClosed
from trading_api.backtest.session_factory import backtest_settings, read_recording
from trading_api.errors import ApiError
from trading_api.models.broker import PreOrder
from trading_api.modules.datafeed.replay.playable import Playable
from trading_api.modules.datafeed.replay.replay import Replay
from trading_api_client import Backtest, Refused, Strategy

BARS = 100_000
SLOW_BARS = 10_000
SERVER_BARS = 1_000
LONG_ADVANCES = 20
BARS_PER_ORDER = 20
MINUTE_MS = 60_000
FIRST_MS = 1_767_571_200_000
SYMBOL = "WALK"
DISTANCE = 0.30
TURNS = 3
KINDS = ("market", "bracket")


async def measure() -> list[Figure]:
    """Measure CPU time in this process, so that other load matters less, and wall time of a
    server."""
    figures = []
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"{SYMBOL}.csv"
        write_walk(file, BARS)
        recording = read_recording(file, backtest_settings())
        for kind in KINDS:
            figures += _in_process(recording, file, kind)
        write_walk(file, SERVER_BARS + BARS_PER_ORDER)
        figures.append(await _on_server(file, bars_per_advance=1))
        write_walk(file, LONG_ADVANCES * SERVER_BARS + BARS_PER_ORDER)
        figures.append(await _on_server(file, bars_per_advance=BARS_PER_ORDER))
    return figures


def _in_process(recording: Playable, file: Path, kind: str) -> list[Figure]:
    took_s = {
        "every step": _fastest_s(lambda: _slow(recording, kind)) / SLOW_BARS,
        "skipping": _fastest_s(lambda: _fast(recording, kind)) / BARS,
        "skipping, with the strategy and the result": _complete_s(file, kind) / BARS,
    }
    return [_figure(f"{kind} orders, {name}", 1, bar_s) for name, bar_s in took_s.items()]


def write_walk(path: Path, bars: int) -> None:
    """Write a random walk of one-minute bars."""
    chance = np.random.default_rng(1)
    closes = np.maximum(500, 10_000 + np.cumsum(chance.integers(-5, 6, bars)))
    opens = np.concatenate([[10_000], closes[:-1]])
    highs = np.maximum(opens, closes) + chance.integers(0, 8, bars)
    lows = np.minimum(opens, closes) - chance.integers(0, 8, bars)
    times = FIRST_MS + np.arange(bars) * MINUTE_MS
    rows = np.column_stack([opens, highs, lows, closes]) / 100
    with path.open("w", encoding="utf-8") as file:
        file.write("time,open,high,low,close,volume\n")
        for time_ms, (open_, high, low, close) in zip(times.tolist(), rows.tolist(), strict=True):
            file.write(f"{time_ms},{open_:.2f},{high:.2f},{low:.2f},{close:.2f},100000\n")


def _session(recording: Playable, *, skips: bool) -> BacktestSession:
    source = Replay(recording, recording.start_ms)
    return BacktestSession(source, backtest_settings(), "A", recording.end_ms, skips=skips)


def _trade(session: BacktestSession, kind: str, bars: int) -> None:
    """Place an order every 20 bars, on alternate sides."""
    session.subscribe_bars(SYMBOL, "1")
    closed = 0
    while closed < bars and (update := session.advance()) is not None:
        if not isinstance(update, BarClosed):
            continue
        closed += 1
        if closed % BARS_PER_ORDER == 0:
            order = _order(kind, closed, update.close)
            try:
                session.account.place_order(PreOrder.model_validate(order))
            except ApiError:
                continue


def _order(kind: str, closed: int, close: float) -> dict[str, Any]:
    side = 1 if closed // BARS_PER_ORDER % 2 else -1
    order: dict[str, Any] = {"symbol": SYMBOL, "type": 2, "side": side, "qty": 10}
    if kind == "bracket":
        order["takeProfit"] = round(close + side * DISTANCE, 2)
        order["stopLoss"] = round(close - side * DISTANCE, 2)
    return order


class Alternate(Strategy):
    """Orders on alternate sides, with brackets if `has_brackets`."""

    symbols = (SYMBOL,)
    resolution = "1"
    has_brackets = False
    stops_after = BARS

    def on_start(self) -> None:
        self.closed = 0

    def on_bar(self, bar: Any) -> None:
        self.closed += 1
        if self.closed == self.stops_after:
            self.stop()
        if self.closed % BARS_PER_ORDER:
            return
        order = _order("bracket" if self.has_brackets else "market", self.closed, bar.close)
        place = self.buy if order["side"] > 0 else self.sell
        try:
            place(
                SYMBOL,
                10,
                take_profit=order.get("takeProfit"),
                stop_loss=order.get("stopLoss"),
            )
        except Refused:
            return


def _slow(recording: Playable, kind: str) -> None:
    _trade(_session(recording, skips=False), kind, SLOW_BARS)


def _fast(recording: Playable, kind: str) -> None:
    _trade(_session(recording, skips=True), kind, BARS)


def _complete_s(file: Path, kind: str) -> float:
    """Return the CPU time of a run without the reading of the file, which several runs share."""
    backtest = Backtest(file, progress=False)
    backtest.run(Alternate, stops_after=1)
    has_brackets = kind == "bracket"
    return _fastest_s(lambda: backtest.run(Alternate, has_brackets=has_brackets))


async def _on_server(file: Path, bars_per_advance: int) -> Figure:
    """Return what the same costs over HTTP, on a server whose market a client moves by so many bars
    at a time. The server has no subscribers."""
    bars = SERVER_BARS * (LONG_ADVANCES if bars_per_advance > 1 else 1)
    advance = orjson.dumps({"by_ms": bars_per_advance * MINUTE_MS})
    settings = {
        "datafeed_clock": "step",
        "datafeed_source": "replay",
        "datafeed_path": str(file),
        "datafeed_start": "2026-01-05T00:01:00Z",
        "database_url": "memory:",
    }
    async with (
        ServerProcess("trading_api", settings) as server,
        HttpClient(HOST, server.port) as http,
    ):
        started_s = time.perf_counter()
        for closed in range(bars_per_advance, bars + 1, bars_per_advance):
            await http.post("/api/v1/datafeed/clock/advance", advance)
            if closed % BARS_PER_ORDER == 0:
                order = orjson.dumps(_order("market", closed, 100.0))
                await http.post("/api/v1/broker/orders", order)
        took_s = time.perf_counter() - started_s
    return _figure(
        f"market orders, over HTTP, {bars_per_advance} bars an advance (wall)", bars, took_s
    )


def _fastest_s(run: Callable[[], object]) -> float:
    """Return the CPU time of the fastest of several turns."""
    took_s = []
    for _ in range(TURNS):
        started_s = time.process_time()
        run()
        took_s.append(time.process_time() - started_s)
    return min(took_s)


def _figure(name: str, bars: int, took_s: float) -> Figure:
    return Figure("backtest", name, bars / took_s, "bars / s")
