"""Symbols of vendors, and files with several symbols."""

from __future__ import annotations

from pathlib import Path

import pytest

from trading_api.modules.datafeed.importing.importer import ImportRequest, import_symbols
from trading_api.modules.datafeed.importing.symbol_names import to_symbol
from trading_api.modules.datafeed.storage.errors import RecordingError
from trading_api.modules.datafeed.storage.store import BarStore
from trading_api.modules.datafeed.tests.recordings import Load, at, every, opened, written

HEADER = "time,open,high,low,close"
ROWS = ("2024-01-02,1,1,1,1", "2024-01-03,1,1,1,1")


@pytest.mark.parametrize(
    ("text", "symbol"),
    [
        ("ES1!", "ES1"),
        ("BTC/USDT", "BTC-USDT"),
        ("^GSPC", "GSPC"),
        ("EURUSD=X", "EURUSD-X"),
        ("BRK.B", "BRK.B"),
        ("BRK B", "BRK-B"),
        ("A:B", None),
        ("../..", None),
        ("/", None),
        ("É", None),
    ],
)
def test_symbols_have_a_name_to_store_them_by(text: str, symbol: str | None) -> None:
    assert to_symbol(text) == symbol


@pytest.mark.parametrize(
    ("text", "symbol"),
    [("ES1!", "ES1"), ("BTC/USDT", "BTC-USDT"), ("^GSPC", "GSPC"), ("EURUSD=X", "EURUSD-X")],
)
def test_the_symbol_of_a_vendor_is_an_alias(
    store: BarStore, load: Load, text: str, symbol: str
) -> None:
    report = load(HEADER, *ROWS, symbol=text)
    assert report.symbol == symbol
    assert report.lines()[0] == f"{text} is stored as {symbol}."
    assert load(HEADER, "2024-01-04,1,1,1,1", symbol=text).stored == 3
    assert load(HEADER, "2024-01-05,1,1,1,1", symbol=symbol).stored == 4
    found = store.read(symbol)
    assert found is not None
    assert found[0].alias == text
    assert text in opened(store, symbol).instrument.description


def test_two_symbols_of_one_name_are_not_mixed(load: Load) -> None:
    load(HEADER, *ROWS, symbol="GSPC")
    with pytest.raises(RecordingError, match=r"\^GSPC would be stored as GSPC"):
        load(HEADER, *ROWS, symbol="^GSPC")
    with pytest.raises(RecordingError, match="line 3: the symbols 'ES1' and 'ES1!' are both ES1"):
        load("time,open,high,low,close,symbol", f"{ROWS[0]},ES1", f"{ROWS[1]},ES1!", symbol="ES1")


def test_a_file_names_its_symbols(store: BarStore, tmp_path: Path) -> None:
    rows = [
        f"2024-01-0{day},{price},{price},{price},{price},{symbol}"
        for day in (2, 3)
        for symbol, price in (("BTC/USDT", 5), ("eth", 7))
    ]
    path = written(tmp_path, HEADER + ",ticker", *rows)
    reports = import_symbols(store, ImportRequest([path]))
    assert [(report.symbol, report.stored) for report in reports] == [("BTC-USDT", 2), ("ETH", 2)]
    assert store.symbols() == ["BTC-USDT", "ETH"]
    assert [bar.open for bar in every(opened(store, "ETH"), "1D")] == [7, 7]


def test_several_symbols_are_imported_all_or_none(store: BarStore, tmp_path: Path) -> None:
    path = written(tmp_path, HEADER + ",symbol", *(f"{row},A" for row in ROWS), f"{ROWS[0]},B")
    with pytest.raises(RecordingError, match="one row does not tell"):
        import_symbols(store, ImportRequest([path]))
    assert store.symbols() == []


def test_a_file_without_a_symbol_needs_one(store: BarStore, tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="names no symbol; --symbol does"):
        import_symbols(store, ImportRequest([written(tmp_path, HEADER, *ROWS)]))


@pytest.mark.parametrize("order", [("Price", "Ticker"), ("Ticker", "Price")])
def test_yfinance_has_several_symbols_in_one_table(
    store: BarStore, tmp_path: Path, order: tuple[str, str]
) -> None:
    columns = [(s, n) for n in ("Close", "High", "Low", "Open", "Volume") for s in ("^DJI", "MSFT")]
    names = {"Ticker": [s for s, _ in columns], "Price": [n for _, n in columns]}
    head = [",".join([name, *names[name]]) for name in order]
    rows = [
        "2024-01-02,5,7,6,8,4,6,4,6,10,20",
        "2024-01-03,5,7,6,8,4,6,4,6,10,20",
        "2024-01-04,,7,,8,,6,,6,,20",
    ]
    path = written(tmp_path, *head, "Date" + "," * 10, *rows)
    reports = import_symbols(store, ImportRequest([path]))
    assert [(r.symbol, r.rows, r.unpriced) for r in reports] == [("DJI", 2, 1), ("MSFT", 3, 0)]
    bar = opened(store, "MSFT").recorded[0]
    assert (bar.time_ms, bar.open, bar.high, bar.low, bar.close, bar.volume) == (
        at("2024-01-02"),
        6,
        8,
        6,
        7,
        20,
    )
