"""Files as data vendors and terminals write them."""

from __future__ import annotations

from decimal import Decimal
from random import Random

import numpy as np
import pytest

from trading_api.domain.bar import Bar
from trading_api.modules.datafeed.importing.number_parsing import parse_number, single_decimals
from trading_api.modules.datafeed.storage.errors import RecordingError
from trading_api.modules.datafeed.storage.store import BarStore
from trading_api.modules.datafeed.tests.recordings import Load, LoadFile, at, opened

HEADER = "Date,Open,High,Low,Close,Volume"
MT5_TICKS = "<DATE>\t<TIME>\t<BID>\t<ASK>\t<LAST>\t<VOLUME>\t<FLAGS>"


def recorded(store: BarStore, symbol: str = "ONE") -> list[Bar]:
    return list(opened(store, symbol).recorded)


def closes(store: BarStore) -> list[Decimal]:
    series = opened(store)
    return [bar.close * series.instrument.tick_size for bar in series.recorded]


@pytest.mark.parametrize(
    ("name", "first"),
    [("duka_local.csv", "2024-01-01T23:00"), ("duka_gmt.csv", "2024-01-01T22:00")],
)
@pytest.mark.parametrize("timezone", [None, "America/New_York"])
def test_dukascopy_names_its_offset(
    store: BarStore, load_file: LoadFile, name: str, first: str, timezone: str | None
) -> None:
    load_file(name, timezone=timezone)
    times = [bar.time_ms for bar in recorded(store)]
    assert times == [at(first), at(first) + 60_000]


def test_an_empty_last_price_leaves_the_quotes_of_metatrader(
    store: BarStore, load_file: LoadFile
) -> None:
    report = load_file("mt5_ticks.csv")
    assert (report.rows, report.are_ticks, report.stored) == (3, True, 2)
    assert closes(store) == [Decimal("1.104295"), Decimal("1.104315")]
    assert not opened(store).has_volume


def test_a_side_that_is_left_out_keeps_its_last_value(store: BarStore, load_file: LoadFile) -> None:
    load_file("mt5_one_sided.csv")
    assert closes(store) == [Decimal("1.10434"), Decimal("1.10435"), Decimal("1.104355")]


def test_zero_last_prices_are_none(store: BarStore, load: Load) -> None:
    rows = [f"2024.01.02\t00:00:0{n}\t1.5\t1.7\t0.00\t0\t6" for n in range(3)]
    load(MT5_TICKS, *rows)
    assert closes(store) == [Decimal("1.6")] * 3


def test_trades_of_metatrader_are_told_from_its_quotes(store: BarStore, load: Load) -> None:
    rows = ("1.5\t1.7\t1.6\t3\t312", "1.5\t1.8\t\t\t4", "1.6\t\t0\t\t2", "1.5\t1.7\t1.7\t4\t312")
    report = load(MT5_TICKS, *(f"2024.01.02\t00:00:0{n}\t{row}" for n, row in enumerate(rows)))
    assert (report.rows, report.unpriced) == (2, 2)
    assert closes(store) == [Decimal("1.6"), Decimal("1.7")]
    assert [bar.volume for bar in recorded(store)] == [3, 4]


def test_a_quote_begins_when_both_sides_are_known(store: BarStore, load: Load) -> None:
    rows = ("00:00:00,1.5,", "00:00:01,,1.7", "00:00:02,1.9,", "00:00:03,,2.1")
    report = load("date,time,bid,ask", *(f"2024-01-02,{row}" for row in rows))
    assert (report.rows, report.unpriced) == (3, 1)
    assert closes(store) == [Decimal("1.6"), Decimal("1.8"), Decimal(2)]


def test_ticks_of_histdata_have_no_header(store: BarStore, load_file: LoadFile) -> None:
    report = load_file("histdata_tick.csv", timezone="EST")
    assert (report.rows, report.are_ticks) == (2, True)
    assert recorded(store)[0].time_ms == at("2024-01-01T22:00:14")
    assert closes(store)[0] == Decimal("1.10457")


def test_prices_of_yahoo_have_ticks_of_a_cent(store: BarStore, load_file: LoadFile) -> None:
    report = load_file("yahoo.csv")
    assert (report.tick, report.prices_rounded) == (Decimal("0.01"), 0)
    assert closes(store)[0] == Decimal("187.81")


def test_prices_are_rounded_to_a_requested_tick_and_counted(
    store: BarStore, load: Load, load_file: LoadFile
) -> None:
    report = load_file("yf_multi.csv", tick=Decimal("0.01"))
    assert (report.tick, report.prices_rounded) == (Decimal("0.01"), 20)
    assert closes(store)[0] == Decimal("254.53")
    assert "Prices rounded to ticks of 0.01: 20." in report.lines()
    with pytest.raises(RecordingError, match="a price is not a whole number of ticks"):
        load(HEADER, "2025-01-06,1.005,2,1,1,5")
    report = load(HEADER, "2025-01-06,1.005,2,1,1,5", tick=Decimal("0.01"))
    assert report.prices_rounded == 1
    assert recorded(store)[-1].open == 101


def test_six_decimals_that_are_meant_are_kept() -> None:
    seed = 11
    random = Random(seed)
    meant = np.array([round(random.uniform(1, 2), 6) for _ in range(500)])
    cents = np.array([round(random.uniform(100, 200), 2) for _ in range(500)])
    printed = np.array([float(f"{np.float32(cent):.6f}") for cent in cents])
    assert single_decimals(meant, 6) is None, f"{seed=}"
    assert single_decimals(printed, 6) == 2, f"{seed=}"
    assert single_decimals(np.append(printed, 150.123456), 6) is None, f"{seed=}"
    assert single_decimals(np.array([186.419998]), 6) is None, "one number is no proof"


@pytest.mark.parametrize("size", [200, 5_000, 30_000])
def test_adjusted_prices_of_twelve_decimals_are_read(load: Load, size: int) -> None:
    seed = 3
    random = Random(seed)
    prices = [size * (1 + random.random()) for _ in range(28)]
    rows = [
        f"2024-01-{day:02},{price:.12f},{price + 1:.12f},{price - 1:.12f},{price:.12f},100"
        for day, price in enumerate(prices, start=1)
    ]
    report = load(HEADER, *rows, tick=Decimal("0.01"))
    assert report.stored == 28, f"{seed=}"
    assert abs(report.tick - Decimal("0.01")) == 0


@pytest.mark.parametrize("name", ["vol_dash.csv", "vol_null.csv"])
def test_a_volume_that_is_missing_throughout_is_none(
    store: BarStore, load_file: LoadFile, name: str
) -> None:
    load_file(name)
    assert not opened(store).has_volume


@pytest.mark.parametrize("volume", ["", "-", "null", "N/A"])
def test_a_volume_that_is_missing_once_is_rejected_by_line(load: Load, volume: str) -> None:
    with pytest.raises(RecordingError, match=f"line 3: the volume '{volume}' is not a finite"):
        load(HEADER, "2024-01-02,1,1,1,1,5", f"2024-01-03,1,1,1,1,{volume}")


@pytest.mark.parametrize("symbol", ["BTCUSDT", "BTC/USDT"])
def test_an_address_may_stand_above_the_header(
    store: BarStore, load_file: LoadFile, symbol: str
) -> None:
    report = load_file("cdd.csv", symbol=symbol, timezone=None)
    series = opened(store, report.symbol)
    assert [bar.time_ms for bar in series.recorded] == [at("2024-01-01T23:59"), at("2024-01-02")]
    assert series.recorded[0].volume / series.instrument.volume_scale == 12.5


def test_lines_are_counted_from_the_top_of_the_file(load: Load) -> None:
    with pytest.raises(RecordingError, match="line 5: the open 'x'"):
        load("# of a vendor, today", "", HEADER, "2024-01-02,1,1,1,1,5", "2024-01-03,x,1,1,1,5")


def test_databento_names_its_time_and_its_symbol(store: BarStore, load_file: LoadFile) -> None:
    load_file("databento.csv", symbol="ESH4", timezone=None)
    bars = recorded(store, "ESH4")
    assert [bar.time_ms for bar in bars] == [at("2024-01-01T22:00"), at("2024-01-01T22:01")]
    assert (bars[0].open, bars[0].volume) == (481_525, 120)


def test_numbers_of_an_impossible_size_are_no_numbers() -> None:
    assert parse_number("1e999999999", True) is None
    assert parse_number("-1e999999999", True) is None


@pytest.mark.parametrize("column", range(1, 6))
@pytest.mark.parametrize("text", ["1e999999999", "1e-999999999", "9" * 5_000, "-0", "1e+", "\0"])
def test_a_number_that_cannot_be_is_rejected_by_line(load: Load, column: int, text: str) -> None:
    cells = ["2024-01-03", "1", "1", "1", "1", "5"]
    cells[column] = text
    lines = HEADER, "2024-01-02,1,1,1,1,5", ",".join(cells)
    if column == 5 and text in ("-0", "1e-999999999"):
        assert load(*lines).stored == 2
        return
    with pytest.raises(RecordingError, match="line 3: "):
        load(*lines)


def test_mutated_files_are_read_or_rejected(load: Load) -> None:
    """Nothing that a file holds raises any other error."""
    seed = 20_240_102
    random = Random(seed)
    pieces = ["", "-", "1e999999999", '"', ",", ";", "\0", "2024-01-02", "é", "0", "GMT+9999", "Z"]
    for number in range(300):
        lines = [HEADER, *(f"2024-01-0{day} 10:00,1.5,2,1,1.5,10" for day in range(2, 7))]
        for _ in range(random.randrange(1, 4)):
            row = random.randrange(len(lines))
            cells = lines[row].split(",")
            cells[random.randrange(len(cells))] = random.choice(pieces)
            lines[row] = random.choice(",;\t").join(cells)
        try:
            load(*lines, is_replacing=True, timezone=random.choice(["UTC", None, "Europe/Paris"]))
        except RecordingError:
            continue
        except Exception as error:
            raise AssertionError(f"{seed=}, file {number}: {lines}") from error
