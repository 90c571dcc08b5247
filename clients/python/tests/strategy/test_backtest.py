"""Strategies in backtests."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from clients.python.tests.strategy.recorded_market import MINUTE_MS, START_MS, write_recording
from clients.python.tests.strategy.strategies import Cross
from trading_api_client.errors import Refused
from trading_api_client.models import Execution, OrderStatus, PlacedOrder, Side
from trading_api_client.strategy.backtest import Backtest
from trading_api_client.strategy.market_data import BarHistory, ClosedBar, TopOfBook
from trading_api_client.strategy.result import Result
from trading_api_client.strategy.strategy import Strategy

TERMS = {"SLIPPAGE_TICKS": 1, "COMMISSION_PER_UNIT": 0.01}
START = START_MS + 20 * MINUTE_MS


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_recording(tmp_path_factory.mktemp("recording") / "bars.csv", 300)


@pytest.fixture(scope="module")
def backtest(recording: Path) -> Backtest:
    return Backtest(recording, TERMS, start=START)


@pytest.fixture(scope="module")
def crossed(backtest: Backtest) -> Result:
    return backtest.run(Cross, slow=20)


class Diary(Strategy):
    """Appends each callback to a list of the test."""

    symbols: Sequence[str] = ("AAPL",)
    notes: Any = None

    def on_bar(self, bar: ClosedBar) -> None:
        self.notes.append(bar)

    def on_stop(self) -> None:
        self.notes.append("stop")


def test_every_bar_is_delivered_when_the_next_one_has_begun(backtest: Backtest) -> None:
    class Timed(Diary):
        def on_bar(self, bar: ClosedBar) -> None:
            assert self.now_ms == bar.time + MINUTE_MS
            assert self.history("AAPL", 5).time[-1] == bar.time
            assert self.history("AAPL", 5).close[-1] == bar.close
            assert not any(
                getattr(self.history("AAPL", 5, resolution), name).flags.writeable
                for name in BarHistory.__struct_fields__
                for resolution in ("1", "5")
            )
            super().on_bar(bar)

    notes: list[Any] = []
    result = backtest.run(Timed, notes=notes)
    times = [bar.time for bar in notes[:-1]]
    assert times == list(range(START, START_MS + 299 * MINUTE_MS, MINUTE_MS))
    assert notes[-1] == "stop"
    assert result.statistics.bars == len(times)


def test_a_run_can_be_repeated_and_gives_the_same(backtest: Backtest, crossed: Result) -> None:
    again = backtest.run(Cross, slow=20)
    assert len(crossed.record.executions) > 10
    for name in ("executions", "orders", "ledger", "data_hash", "final_equity"):
        assert getattr(again.record, name) == getattr(crossed.record, name)
    assert again.record.curve.equity.tolist() == crossed.record.curve.equity.tolist()


@pytest.mark.parametrize("currency", ["USD", "EUR"])
def test_the_equity_curve_is_the_equity_of_the_exchange(currency: str, tmp_path: Path) -> None:
    class Sampled(Cross):
        symbols, slow = ["AAPL", "MSFT"], 20
        samples: Any = None

        def on_bar(self, bar: ClosedBar) -> None:
            super().on_bar(bar)
            if bar.close > 100.2 and not self.position(bar.symbol):
                self.sell(bar.symbol, 7, take_profit=bar.close - 0.3, stop_loss=bar.close + 0.2)
            self.samples[self.now_ms] = self.equity().equity

    path = write_recording(tmp_path / "bars.csv", 200, ["AAPL", "EURUSD", "MSFT"])
    terms = TERMS | {"ACCOUNT_CURRENCY": currency}
    samples: dict[int, float] = {}
    result = Backtest(path, terms, start=START).run(Sampled, samples=samples)
    curve = result.record.curve
    calculated = dict(zip(curve.time.tolist(), curve.equity.tolist(), strict=True))
    assert len(result.executions["symbol"].unique()) == 2
    assert {*result.trades["side"]} == {"BUY", "SELL"}
    last = max(samples)
    for time, equity in samples.items():
        assert calculated[time] == pytest.approx(equity, abs=1e-6) or time == last
    assert curve.equity[-1] == result.record.final_equity.equity


def test_the_equity_curve_values_symbols_that_are_not_followed_or_have_gaps(tmp_path: Path) -> None:
    class Hedged(Strategy):
        symbols: Sequence[str] = ("AAPL",)
        samples: Any = None

        def on_start(self) -> None:
            self.buy("MSFT", 50)

        def on_bar(self, bar: ClosedBar) -> None:
            self.samples[self.now_ms] = self.equity().equity

    path = write_recording(tmp_path / "bars.csv", 200, ["AAPL", "MSFT"])
    lines = path.read_text().splitlines(keepends=True)
    path.write_text(
        "".join(each for number, each in enumerate(lines) if "MSFT" not in each or number % 3)
    )
    for symbols in (["AAPL"], ["AAPL", "MSFT"]):
        samples: dict[int, float] = {}
        result = Backtest(path, start=START).run(Hedged, samples=samples, symbols=symbols)
        curve = result.record.curve
        calculated = dict(zip(curve.time.tolist(), curve.equity.tolist(), strict=True))
        assert len(samples) > 150
        assert result.statistics.max_drawdown > 0
        del samples[max(samples)]  # the open of a bar that never closes is not known
        assert {time: calculated[time] for time in samples} == pytest.approx(samples, abs=1e-6)


def test_orders_are_in_the_order_of_placing_also_after_a_change(backtest: Backtest) -> None:
    class Changing(Diary):
        def on_bar(self, bar: ClosedBar) -> None:
            first = self.buy("AAPL", 1, limit=50)
            second = self.buy("AAPL", 2, limit=50)
            self.modify(first, limit=51)  # it loses its time priority
            self.notes.append([order.id for order in self.orders()] == [first.id, second.id])
            self.stop()

    notes: list[Any] = []
    backtest.run(Changing, notes=notes)
    assert notes == [True, "stop"]


def test_what_a_bar_causes_is_reported_before_another_bar_of_the_same_time(tmp_path: Path) -> None:
    class Pair(Diary):
        symbols: Sequence[str] = ("AAPL", "MSFT")

        def on_bar(self, bar: ClosedBar) -> None:
            super().on_bar(bar)
            if bar.symbol == "AAPL":
                delivered = [each for each in self.notes if getattr(each, "symbol", "") == "MSFT"]
                assert len(self.history("MSFT", 9)) == len(delivered)
                self.buy("AAPL", 1)

        def on_execution(self, execution: Execution) -> None:
            self.notes.append(execution.symbol)
            if execution.symbol == "AAPL":
                self.buy("MSFT", 1)

    path = write_recording(tmp_path / "bars.csv", 4, ["AAPL", "MSFT"])
    notes: list[Any] = []
    Backtest(path).run(Pair, notes=notes)
    kinds = [(each if isinstance(each, str) else f"bar {each.symbol}") for each in notes]
    assert kinds == ["bar AAPL", "AAPL", "MSFT", "bar MSFT"] * 3 + ["stop"]


def test_an_order_counts_immediately_and_is_reported_after_its_callback(
    backtest: Backtest,
) -> None:
    class Buyer(Diary):
        def on_bar(self, bar: ClosedBar) -> None:
            super().on_bar(bar)
            if self.position("AAPL"):
                return
            order = self.buy("AAPL", 5, take_profit=bar.close + 50, stop_loss=bar.close - 50)
            position = self.position("AAPL")
            assert position is not None
            assert (position.qty, position.side, order.status) == (5, Side.BUY, OrderStatus.FILLED)
            assert position.takeProfit == round(bar.close + 50, 2)
            assert len(self.orders("AAPL")) == 2
            self.notes.append("traded")

        def on_execution(self, execution: Execution) -> None:
            self.notes.append((execution.side, execution.qty))
            if execution.side == Side.BUY:
                self.close("AAPL", 2)
                assert self.notes[-1] == (Side.BUY, 5)
            else:
                self.stop()

        def on_order(self, order: PlacedOrder) -> None:
            self.notes.append((order.id, order.status))

    notes: list[Any] = []
    backtest.run(Buyer, notes=notes)
    assert notes[1] == "traded"
    assert notes.index((Side.BUY, 5)) < notes.index(("order-1", OrderStatus.FILLED))
    assert notes[-2:] == [(Side.SELL, 2), "stop"]
    assert sum(isinstance(note, ClosedBar) for note in notes) == 1


def test_a_rejected_order_raises_and_is_counted(backtest: Backtest) -> None:
    class Refusing(Diary):
        def on_bar(self, bar: ClosedBar) -> None:
            with pytest.raises(Refused) as refused:
                self.buy("AAPL", 1, limit=1.0001)
            with pytest.raises(Refused, match="invalid_request"):
                self.buy("AAPL", float("nan"))
            self.notes.append(refused.value.status)
            self.stop()

    notes: list[Any] = []
    result = backtest.run(Refusing, notes=notes)
    assert notes == [422, "stop"]
    assert result.rejections["code"].tolist() == ["price_off_tick", "invalid_request"]


def test_an_exception_of_a_callback_leaves_run_after_on_stop(backtest: Backtest) -> None:
    class Faulty(Diary):
        def on_bar(self, bar: ClosedBar) -> None:
            raise ZeroDivisionError("in on_bar")

    notes: list[Any] = []
    with pytest.raises(ZeroDivisionError, match="in on_bar"):
        backtest.run(Faulty, notes=notes)
    assert notes == ["stop"]


@pytest.mark.parametrize("followed", [{"symbols": ["NONE"]}, {"resolution": "7"}])
def test_an_unknown_symbol_or_resolution_is_rejected(
    backtest: Backtest, followed: dict[str, Any]
) -> None:
    with pytest.raises(Refused):
        backtest.run(Diary, notes=[], **followed)


def test_several_symbols_and_resolutions_are_on_one_clock(tmp_path: Path) -> None:
    class Many(Diary):
        symbols = ("AAPL", "MSFT")
        resolutions = ("1", "5")

        def on_quote(self, quote: TopOfBook) -> None:
            assert self.quote(quote.symbol).bid > 0
            self.notes.append(quote)

    path = write_recording(tmp_path / "two.csv", 12, ["AAPL", "MSFT"])
    notes: list[Any] = []
    Backtest(path).run(Many, notes=notes)
    bars = [(note.symbol, note.resolution, note.time) for note in notes if hasattr(note, "volume")]
    closings = [time + (1 if name == "1" else 5) * MINUTE_MS for _, name, time in bars]
    assert closings == sorted(closings)
    assert [bars.count(each) for each in dict.fromkeys(bars)] == [1] * len(bars)
    assert {name: sum(n == name for _, n, _ in bars) for name in ("1", "5")} == {"1": 22, "5": 4}
    assert sum(isinstance(note, TopOfBook) for note in notes) >= 2 * 4 * 12 - 2


def test_data_frames_and_files_of_the_same_bars_give_the_same(
    recording: Path, crossed: Result, tmp_path: Path
) -> None:
    frame = pd.read_csv(recording).drop(columns="symbol")
    frame["time"] = pd.to_datetime(frame["time"], unit="ms", utc=True)
    from_frame = Backtest({"AAPL": frame.set_index("time")}, TERMS, start=START)
    frame.assign(symbol="AAPL").to_parquet(tmp_path / "bars.parquet")
    from_parquet = Backtest(tmp_path / "bars.parquet", TERMS, start="2026-01-05T10:50")
    for each in (from_frame, from_parquet):
        result = each.run(Cross, slow=20)
        assert result.record.executions == crossed.record.executions
        assert result.record.data_hash == crossed.record.data_hash


def _recording_of(folder: Path, bars: Sequence[str]) -> Path:
    """Write bars of the symbol ONE."""
    rows = [f"{START_MS + n * MINUTE_MS},{bar},40000" for n, bar in enumerate(bars)]
    (folder / "one.csv").write_text("\n".join(["time,open,high,low,close,volume", *rows]))
    return folder / "one.csv"


def test_a_liquidation_is_counted(tmp_path: Path) -> None:
    class TooLarge(Diary):
        def on_bar(self, bar: ClosedBar) -> None:
            if not self.notes:
                self.notes.append(self.buy("ONE", 500))

    bars = ("100,100.01,100,100", "100,100,100,100", "100,100,98,98", "98,98,98,98")
    terms = {"INITIAL_BALANCE": 1_000, "LEVERAGE_DEFAULT": 100}
    result = Backtest(_recording_of(tmp_path, bars), terms).run(TooLarge, symbols=["ONE"], notes=[])
    assert result.statistics.liquidations == 1
    assert result.statistics.initial_balance == 1_000
    assert result.trades["exitPrice"].item() < 99


def test_a_bar_that_reaches_both_brackets_depends_on_the_path(tmp_path: Path) -> None:
    class Once(Diary):
        def on_bar(self, bar: ClosedBar) -> None:
            if not self.notes:
                self.notes.append(self.buy("ONE", 1, take_profit=103, stop_loss=98))

    bars = ("100,101,99,100", "100,100,100,100", "100,104,97,100", "100,100,100,100")
    recording = _recording_of(tmp_path, bars)
    results = {}
    for path in ("nearer", "opposite"):
        backtest = Backtest(recording, path=path)
        results[path] = backtest.run(Once, symbols=["ONE"], notes=[])
        assert results[path].statistics.ambiguous_bars == 1
    profits = {path: result.trades["netProfit"].item() for path, result in results.items()}
    assert profits["nearer"] < 0 < profits["opposite"]
    assert "farther" in repr(results["opposite"])


def test_the_simulated_market_needs_no_data() -> None:
    simulator = Backtest.simulator(3, start="2026-01-05T10:00", end="2026-01-05T10:30")
    notes: list[Any] = []
    result = simulator.run(Diary, notes=notes)
    assert len(notes[:-1]) == result.record.bars == 30
    assert np.isfinite(result.record.curve.equity).all()
    assert "simulator" in result.record.data


def test_a_sweep_has_a_row_for_each_combination_in_order(backtest: Backtest) -> None:
    table = backtest.sweep(Cross, slow=[10, 20], fast=[3, 5], processes=2)
    assert table[["slow", "fast"]].to_numpy().tolist() == [[10, 3], [10, 5], [20, 3], [20, 5]]
    pd.testing.assert_frame_equal(
        table, backtest.sweep(Cross, slow=[10, 20], fast=[3, 5], processes=1)
    )
    single = backtest.run(Cross, slow=20, fast=5).statistics
    assert table["final_equity"].iloc[-1] == single.final_equity
    assert table["trades"].iloc[-1] == single.trades


@pytest.mark.parametrize("values", [{"fast": 5}, {"fast": "ab"}, {"fast": []}])
def test_a_sweep_needs_lists_of_values(backtest: Backtest, values: dict[str, Any]) -> None:
    with pytest.raises((TypeError, ValueError), match="fast"):
        backtest.sweep(Cross, **values)


def test_a_missing_server_is_an_error_that_names_the_extra() -> None:
    program = (
        "import sys; sys.modules['trading_api'] = None\n"
        "import trading_api_client\n"
        "assert not {'pandas', 'trading_api_client.strategy'} & sys.modules.keys()\n"
        "from trading_api_client.strategy.backtest import Backtest\n"
        "from trading_api_client.strategy.live import Live\n"
        "try: Backtest('var/data')\n"
        "except ImportError as error: print(error)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert 'pip install "trading-api-client[backtest]"' in done.stdout


def test_a_session_is_moved_bar_by_bar_and_keeps_its_place(backtest: Backtest) -> None:
    session = backtest.session()
    for bar in session.bars("AAPL"):
        assert session.history("AAPL", 3).time[-1] == bar.time
        if bar.time == START + 4 * MINUTE_MS:
            session.buy("AAPL", 5)
            break
    position = session.position("AAPL")
    assert position is not None
    assert position.qty == 5
    bought = session.quote("AAPL")
    assert (
        position.pl
        == session.equity().unrealizedPL
        == round(5 * (bought.bid - position.avgPrice), 8)
    )
    assert session.position("RECORDED:AAPL") is position
    following = next(iter(session.bars("RECORDED:AAPL", "1")))
    assert following.time == START + 5 * MINUTE_MS
    assert session.position("AAPL") is position
    assert position.pl == session.equity().unrealizedPL != 0
    assert "pl=" in repr(position)
    session.close("AAPL")
    assert session.position("AAPL") is None
    result = session.result()
    assert (len(result.trades), result.statistics.bars) == (1, 6)
    assert "equity=" in repr(session)
    with pytest.raises(Refused):
        next(iter(session.bars("NONE")))
