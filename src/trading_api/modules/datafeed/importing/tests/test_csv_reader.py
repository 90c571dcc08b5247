"""The shapes that people's files have, and those that cannot be read."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from random import Random

import pytest

from trading_api.domain.bar import Bar
from trading_api.modules.datafeed.importing.csv_reader import read_file
from trading_api.modules.datafeed.importing.csv_rows import FaultyRowsError
from trading_api.modules.datafeed.importing.importer import ImportRequest, import_files
from trading_api.modules.datafeed.storage.errors import RecordingError
from trading_api.modules.datafeed.storage.store import BarStore

START_MS = 1_704_189_600_000
"""2024-01-02 10:00 UTC."""
DAY_START_MS = 1_704_153_600_000
BARS = [(10.5, 12.25, 9.75, 11.0, 1_500), (11.0, 11.5, 10.25, 10.75, 900)]


def imported(folder: Path, content: bytes, timezone: str = "UTC", **options: object) -> BarStore:
    path = folder / "file.csv"
    path.write_bytes(content)
    store = BarStore(folder / "data")
    import_files(store, ImportRequest([path], "ONE", timezone, **options))  # type: ignore[arg-type]
    return store


def bars(store: BarStore) -> list[Bar]:
    series = store.open("ONE")
    assert series is not None
    return list(series.recorded)


MINUTES = {
    "Binance klines": (
        "open_time,open,high,low,close,volume,close_time,quote_volume,count,taker_buy_volume,"
        "taker_buy_quote_volume,ignore\n"
        "1704189600000,10.50000000,12.25000000,9.75000000,11.00000000,1500.0,1704189659999,1,1,1,1,0\n"
        "1704189660000,11.00000000,11.50000000,10.25000000,10.75000000,900.0,1704189719999,1,1,1,1,0\n"
    ),
    "Binance klines without a header, in microseconds": (
        "1704189600000000,10.5,12.25,9.75,11.0,1500.0,1704189659999999,1,1,1,1,0\n"
        "1704189660000000,11.0,11.5,10.25,10.75,900.0,1704189719999999,1,1,1,1,0\n"
    ),
    "Dukascopy": (
        "Gmt time,Open,High,Low,Close,Volume\n"
        "02.01.2024 10:00:00.000,10.5,12.25,9.75,11.0,1500\n"
        "02.01.2024 10:01:00.000,11.0,11.5,10.25,10.75,900\n"
    ),
    "MetaTrader 5": (
        "<DATE>\t<TIME>\t<OPEN>\t<HIGH>\t<LOW>\t<CLOSE>\t<TICKVOL>\t<SPREAD>\n"
        "2024.01.02\t10:00:00\t10.5\t12.25\t9.75\t11.0\t1500\t1\n"
        "2024.01.02\t10:01:00\t11.0\t11.5\t10.25\t10.75\t900\t1\n"
    ),
    "MetaTrader 4, without a header": (
        "2024.01.02,10:00,10.5,12.25,9.75,11.0,1500\n2024.01.02,10:01,11.0,11.5,10.25,10.75,900\n"
    ),
    "HistData": (
        "20240102 100000;10.5;12.25;9.75;11.0;1500\n20240102 100100;11.0;11.5;10.25;10.75;900\n"
    ),
    "Stooq": (
        "<TICKER>,<PER>,<DATE>,<TIME>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<VOL>,<OPENINT>\n"
        "ONE,1,20240102,100000,10.5,12.25,9.75,11.0,1500,0\n"
        "ONE,1,20240102,100100,11.0,11.5,10.25,10.75,900,0\n"
    ),
    "TradingView": (
        "time,open,high,low,close,Volume,Volume MA,RSI\n"
        "2024-01-02T10:00:00Z,10.5,12.25,9.75,11.0,1500,NaN,\n"
        "2024-01-02T10:01:00Z,11.0,11.5,10.25,10.75,900,1.1,55.1\n"
    ),
    "seconds, capitals, carriage returns and a byte order mark": (
        "\ufeffTIMESTAMP,OPEN,HIGH,LOW,CLOSE,VOLUME\r\n"
        "1704189600,10.5,12.25,9.75,11,1500\r\n1704189660,11,11.5,10.25,10.75,900\r\n"
    ),
    "CryptoDataDownload": (
        "unix,date,symbol,open,high,low,close,Volume BTC,Volume\n"
        "1704189660,2024-01-02 10:01:00,ONE,11.0,11.5,10.25,10.75,1,900\n"
        "1704189600,2024-01-02 10:00:00,ONE,10.5,12.25,9.75,11.0,1,1500\n"
    ),
    "a data frame's index, and thousands with points": (
        ";open;high;low;close;volume\n"
        "2024-01-02 10:00:00;10,50;12,25;9,75;11;1.500\n"
        "2024-01-02 10:01:00;11;11,50;10,25;10,75;900\n"
    ),
    "decimal commas": (
        "Date;Time;Open;High;Low;Close;Volume\n"
        "02.01.2024;10:00;10,5;12,25;9,75;11;1500\n02.01.2024;10:01;11;11,50;10,25;10,75;900\n"
    ),
    "thousands and quotes, the newest first": (
        '"Time","Open","High","Low","Close","Vol."\n'
        '"2024-01-02 10:01","11.00","11.50","10.25","10.75","900"\n'
        '"2024-01-02 10:00","10.50","12.25","9.75","11.00","1,500"\n'
    ),
    "hours of the afternoon": (
        "Date,Time,Open,High,Low,Close,Volume\n"
        "1/2/2024,10:00:00 AM,10.5,12.25,9.75,11.0,1500\n"
        "1/2/2024,10:01:00 AM,11.0,11.5,10.25,10.75,900\n"
        "1/13/2024,10:00:00 AM,11.0,11.5,10.25,10.75,900\n"
    ),
}
DAYS = {
    "Yahoo": (
        "Date,Open,High,Low,Close,Adj Close,Volume\n"
        "2024-01-02,10.500000,12.250000,9.750000,11.000000,10.812345,1500\n"
        "2024-01-09,null,null,null,null,null,null\n"
        "2024-01-03,11.000000,11.500000,10.250000,10.750000,10.612345,900\n"
    ),
    "yfinance": (
        "Price,Close,High,Low,Open,Volume\nTicker,ONE,ONE,ONE,ONE,ONE\nDate,,,,,\n"
        "2024-01-02,11.0,12.25,9.75,10.5,1500\n2024-01-03,10.75,11.5,10.25,11.0,900\n"
    ),
    "Investing": (
        '"Date","Price","Open","High","Low","Vol.","Change %"\n'
        '"01/15/2024","10.75","11.00","11.50","10.25","0.90K","-2.2%"\n'
        '"01/03/2024","10.75","11.00","11.50","10.25","0.90K","-2.2%"\n'
        '"01/02/2024","11.00","10.50","12.25","9.75","1.50K","4.7%"\n'
    ),
    "Nasdaq": (
        "Date,Close/Last,Volume,Open,High,Low\n"
        "01/15/2024,$10.75,900,$11.00,$11.50,$10.25\n"
        "01/03/2024,$10.75,900,$11.00,$11.50,$10.25\n01/02/2024,$11.00,1500,$10.50,$12.25,$9.75\n"
    ),
    "named months": (
        "Date,Open,High,Low,Close,Volume\n"
        '"Jan 2, 2024",10.5,12.25,9.75,11,1500\n"Jan 3, 2024",11,11.5,10.25,10.75,900\n'
    ),
}


def expected(times_ms: list[int]) -> list[tuple[int, ...]]:
    return [
        (time_ms, *(round(price * 100) for price in bar[:4]), bar[4])
        for time_ms, bar in zip(times_ms, BARS, strict=True)
    ]


@pytest.mark.parametrize("name", MINUTES)
def test_minutes_are_read(name: str, tmp_path: Path) -> None:
    found = bars(imported(tmp_path, MINUTES[name].encode()))
    assert [
        (bar.time_ms, bar.open, bar.high, bar.low, bar.close, bar.volume) for bar in found[:2]
    ] == expected([START_MS, START_MS + 60_000])


@pytest.mark.parametrize("name", DAYS)
def test_days_are_read(name: str, tmp_path: Path) -> None:
    found = bars(imported(tmp_path, DAYS[name].encode()))
    assert [
        (bar.time_ms, bar.open, bar.high, bar.low, bar.close, bar.volume) for bar in found[:2]
    ] == expected([DAY_START_MS, DAY_START_MS + 86_400_000])


def test_utf_16_is_read(tmp_path: Path) -> None:
    found = bars(imported(tmp_path, MINUTES["MetaTrader 5"].encode("utf-16")))
    assert [bar.time_ms for bar in found] == [START_MS, START_MS + 60_000]


def test_a_header_that_says_utc_outranks_the_zone_of_the_exchange(tmp_path: Path) -> None:
    found = bars(imported(tmp_path, MINUTES["Dukascopy"].encode(), "America/New_York"))
    assert found[0].time_ms == START_MS


def test_volumes_that_are_all_zero_are_none(tmp_path: Path) -> None:
    lines = "time,open,high,low,close,volume\n1704189600,1,1,1,1,0\n1704189660,1,1,1,1,0\n"
    series = imported(tmp_path, lines.encode()).open("ONE")
    assert series is not None
    assert not series.has_volume


def test_adjusted_prices_are_taken_to_what_can_be_kept_and_counted(tmp_path: Path) -> None:
    """As arithmetic in floats leaves them: mintalib's days of AAPL from 1980 on are such."""
    lines = (
        "Date,Open,High,Low,Close\n"
        "1981-09-21,0.0610591508448124,0.06148611407352862,0.0610591508448124,0.06105915084481239\n"
        "1981-09-22,314.3399963378906,316.2893981933594,313.489990234375,314.260009765625\n"
    )
    path = tmp_path / "file.csv"
    path.write_text(lines, encoding="utf-8")
    report = import_files(BarStore(tmp_path), ImportRequest([path], "ONE", "UTC"))
    assert report.rounded == 6
    assert any(line.startswith("Numbers printed of computed floats: 6") for line in report.lines())


HEADER = "time,open,high,low,close"
ROWS = "".join(f"\n{1_704_189_600 + 60 * n},1,1,1,1" for n in range(40))


@pytest.mark.parametrize(
    ("content", "options", "says"),
    [
        (
            HEADER + ROWS + "\n1704189630,1,1,1,1",
            {},
            "line 42: the row stands off the grid of bars",
        ),
        (HEADER + ROWS + "\n1704199600,1.0000000000001,2,1,1", {}, "line 42: the open"),
        (
            HEADER + "\n1704189600,0.004,0.004,0.004,0.004\n1704189660,1,1,1,1",
            {"tick": "0.01"},
            "line 2: a price is less than half a tick of 0.01",
        ),
        (
            HEADER + ROWS + "".join(f"\n{1_704_199_500 + 300 * n},1,1,1,1" for n in range(40)),
            {},
            "line 42: the bars from here on are 0:05:00 apart, others 0:01:00",
        ),
        ("Datum,open,high,low,close\n1,1,1,1,1", {}, "there are Datum, open, high, low, close"),
        ("Time (EET),open,high,low,close\n1,1,1,1,1", {}, "names a time zone of its own"),
        ("date,open,high,low,close\n01/02/2024,1,1,1,1", {}, "its day first or its month"),
        ("time;open;high;low;close\n1704189600;1,5;1,5;1.5;1,5", {}, "where others have ','"),
        ("time,open,high,low,close\n31.02.2024,1,1,1,1", {}, "taken are seconds, milliseconds"),
        (HEADER + ROWS, {"session": "9:30 to 16:00"}, "write 24x7, or hours as in 0930-1600"),
        ("1,2,3\n1,2,3", {}, "there is no header that names the columns"),
    ],
)
def test_an_unreadable_file_is_reported_with_what_was_found(
    content: str, options: dict[str, str], says: str, tmp_path: Path
) -> None:
    tick = {"tick": Decimal(options["tick"])} if "tick" in options else options
    with pytest.raises(RecordingError) as caught:
        imported(tmp_path, content.encode(), **tick)
    assert says in str(caught.value)


def test_files_of_different_bars_are_distinguished(tmp_path: Path) -> None:
    paths = []
    for step_s in (60, 300):
        paths.append(tmp_path / f"{step_s}.csv")
        rows = "".join(f"\n{1_704_189_600 + step_s * n},1,1,1,1" for n in range(40))
        paths[-1].write_text(HEADER + rows, encoding="utf-8")
    with pytest.raises(RecordingError, match=r"300\.csv has bars of 0:05:00, the other files of"):
        import_files(BarStore(tmp_path), ImportRequest(paths, "ONE", "UTC"))


@pytest.mark.parametrize("session", ["0930-1600", "9:30-16:00", "09:30 - 16:00", "930-1600:23456"])
def test_sessions_are_taken_as_people_write_them(session: str, tmp_path: Path) -> None:
    lines = "".join(f"\n2024-01-02 10:{n:02},1,1,1,1" for n in range(10))
    store = imported(tmp_path, (HEADER + lines).encode(), "America/New_York", session=session)
    series = store.open("ONE")
    assert series is not None
    assert series.instrument.session.startswith("0930-1600")


def test_bars_counted_from_their_session_are_on_its_grid(tmp_path: Path) -> None:
    """Tokyo's hours begin at 9:00 and, after lunch, at 12:30."""
    clocks = ("09:00", "10:00", "11:00", "12:30", "13:30", "14:30")
    rows = "".join(
        f"\n2024-01-{day:02} {clock},1,1,1,1" for day in range(8, 13) for clock in clocks
    )
    store = imported(
        tmp_path, (HEADER + rows).encode(), "Asia/Tokyo", session="0900-1130,1230-1500"
    )
    assert len(bars(store)) == 30


def test_a_tick_is_given_and_kept(tmp_path: Path) -> None:
    rows = "\n2024-01-02,4750.25,4751,4750,4750.75\n2024-01-03,4750.25,4751.5,4750,4750.5"
    store = imported(tmp_path, (HEADER + rows).encode(), tick=Decimal("0.25"))
    series = store.open("ONE")
    assert series is not None
    assert (series.instrument.price_scale, series.instrument.min_move) == (100, 25)
    assert series.instrument.tick_size == Decimal("0.25")
    assert bars(store)[0].open == 19_001
    with pytest.raises(RecordingError, match=r"whole number of ticks of 0\.25"):
        imported(tmp_path, (HEADER + "\n2024-01-04,1.1,1.1,1.1,1.1\n2024-01-05,1,1,1,1").encode())
    with pytest.raises(RecordingError, match=r"is stored in ticks of 0\.25"):
        imported(tmp_path, (HEADER + rows).encode(), tick=Decimal("0.5"))


def test_a_new_year_is_no_gap_and_no_other_bar(tmp_path: Path) -> None:
    days = [datetime.fromtimestamp(1_704_153_600 + 86_400 * n, UTC) for n in range(40)]
    rows = "".join(f"\n{day:%Y-%m-%d},1,1,1,1" for day in days)
    assert len(bars(imported(tmp_path, (HEADER + rows).encode()))) == 40


def test_plain_numbers_are_read_as_any_others(tmp_path: Path) -> None:
    """Rows of a file with a column of symbols are read one by one, others column by column."""
    seed = 5
    random = Random(seed)
    for number in range(40):
        decimals, count = random.randrange(5), random.choice([1, 5, 5, 2_100])
        step_s, lines = random.choice([60, 86_400]), []
        for row in range(count):
            low = round(random.uniform(1, 1_000), decimals)
            texts = [str(low), str(low + 2), str(low), str(low + 1), str(random.randrange(3))]
            if number % 3 == 0 and random.random() < 2 / count:
                texts[random.randrange(5)] = random.choice(["x", "1e3", "-1", "", "1,000", "0"])
            lines.append(";".join([str(1_600_000_000 + step_s * row), *texts]))
        found = []
        for name, tail in (("fast.csv", ""), ("slow.csv", ";ONE")):
            path = tmp_path / name
            header = f"{HEADER},volume{tail.replace('ONE', 'symbol')}".replace(",", ";")
            path.write_text("\n".join([header, *(line + tail for line in lines)]), encoding="utf-8")
            try:
                rows = read_file(path, "ONE", 2**60)["ONE"]
                found.append({each.name: getattr(rows, each.name) for each in fields(rows)})
                del found[-1]["path"]
            except FaultyRowsError as error:
                found.append({"faults": [(f.line, f.what) for f in error.faults] + [error.count]})
        assert found[0] == found[1], f"{seed=}, file {number}"
