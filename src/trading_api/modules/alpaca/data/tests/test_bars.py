"""Windows of bars over REST: their contents and their pages."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from trading_api.domain.bar import Bar
from trading_api.modules.alpaca.data.tests.data_server import DataServer, data_server
from trading_api.modules.alpaca.data.times import to_datetime
from trading_api.modules.datafeed.importing.importer import ImportRequest, import_files
from trading_api.modules.datafeed.replay.recording import Recording
from trading_api.modules.datafeed.replay.replay import Replay
from trading_api.modules.datafeed.storage.store import BarStore
from trading_api.modules.datafeed.tests.fakes import NOON_MS

MINUTE_MS = 60_000
DAY_MS = 86_400_000


def text(time_ms: int) -> str:
    return to_datetime(time_ms).isoformat().replace("+00:00", "Z")


def stored(server: DataServer, symbol: str, resolution: str, start: int, end: int) -> list[Bar]:
    return server.source.bars(symbol, resolution, start, end)


def rows(bars: list[Bar], scale: int = 100) -> list[tuple[Any, ...]]:
    return [(text(b.time_ms), *(p / scale for p in (b.open, b.high, b.low, b.close))) for b in bars]


def answered(bars: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return [(b["t"], b["o"], b["h"], b["l"], b["c"]) for b in bars]


async def pages(server: DataServer, path: str, key: str, **parameters: Any) -> list[Any]:
    """Return the documents of all pages of one symbol or of several, as they come."""
    found, token = [], None
    for _ in range(100):
        document = await server.get(path, **parameters, **({"page_token": token} if token else {}))
        held = document[key]
        lists = held.items() if isinstance(held, dict) else [("", held or [])]
        count = 0
        for name, items in lists:
            count += len(items)
            found += [(name, item) for item in items]
        assert count <= parameters["limit"]
        token = document["next_page_token"]
        if token is None:
            return found
    raise AssertionError("the pages do not end")


async def test_a_window_includes_both_ends(server: DataServer) -> None:
    start, end = NOON_MS - 10 * MINUTE_MS, NOON_MS - 5 * MINUTE_MS
    document = await server.get(
        "/v2/stocks/bars", symbols="AAPL", timeframe="1Min", start=text(start), end=text(end)
    )
    expected = stored(server, "AAPL", "1", start, end + 1)
    assert len(expected) == 6
    assert answered(document["bars"]["AAPL"]) == rows(expected)
    assert document["next_page_token"] is None
    first = document["bars"]["AAPL"][0]
    assert first.keys() == {"t", "o", "h", "l", "c", "v", "n", "vw"}
    assert first["l"] <= first["vw"] <= first["h"]


@pytest.mark.parametrize("limit", [3, 7])
@pytest.mark.parametrize("sort", ["asc", "desc"])
@pytest.mark.parametrize("timeframe", ["1Min", "10Min", "7Min"])
async def test_pages_of_several_symbols_are_the_whole_window(
    server: DataServer, limit: int, sort: str, timeframe: str
) -> None:
    parameters: dict[str, Any] = {
        "symbols": "MSFT,AAPL",
        "timeframe": timeframe,
        "start": text(NOON_MS - 47 * MINUTE_MS),
        "end": text(NOON_MS - 3 * MINUTE_MS),
        "sort": sort,
    }
    whole = await pages(server, "/v2/stocks/bars", "bars", limit=10_000, **parameters)
    assert await pages(server, "/v2/stocks/bars", "bars", limit=limit, **parameters) == whole
    assert [name for name, _ in whole] == sorted(name for name, _ in whole)
    times = [bar["t"] for name, bar in whole if name == "AAPL"]
    assert times == sorted(set(times), reverse=sort == "desc")
    assert times


async def test_a_bar_of_ten_minutes_is_its_two_of_five(server: DataServer) -> None:
    start = NOON_MS - 20 * MINUTE_MS
    window = {"start": text(start), "end": text(NOON_MS - 1)}
    document = await server.get("/v2/stocks/AAPL/bars", timeframe="10Min", **window)
    assert document["symbol"] == "AAPL"
    for bar, first, last in zip(
        document["bars"],
        *(stored(server, "AAPL", "5", start, NOON_MS)[number::2] for number in (0, 1)),
        strict=True,
    ):
        assert bar["t"] == text(first.time_ms)
        assert (bar["o"], bar["c"]) == (first.open / 100, last.close / 100)
        assert bar["h"] == max(first.high, last.high) / 100
        assert bar["v"] == first.volume + last.volume


async def test_without_a_start_the_latest_bars_come(server: DataServer) -> None:
    document = await server.get("/v2/stocks/bars", symbols="AAPL", timeframe="1Min", limit=3)
    expected = stored(server, "AAPL", "1", NOON_MS - 3 * MINUTE_MS, NOON_MS)
    assert answered(document["bars"]["AAPL"]) == rows(expected)
    assert document["next_page_token"] is None
    days = await server.get("/v2/stocks/AAPL/bars", timeframe="1Day", limit=2)
    assert [bar["t"] for bar in days["bars"]] == [
        text(NOON_MS - NOON_MS % DAY_MS - DAY_MS),
        text(NOON_MS - NOON_MS % DAY_MS),
    ]


async def test_a_minute_is_served_once_it_is_over_and_a_day_while_it_forms(
    server: DataServer,
) -> None:
    minutes = await server.get("/v2/stocks/AAPL/bars", timeframe="1Min", limit=1)
    assert minutes["bars"][0]["t"] == text(NOON_MS - MINUTE_MS)
    days = await server.get("/v2/stocks/AAPL/bars", timeframe="1Day", limit=1)
    assert days["bars"][0]["t"] == text(NOON_MS - NOON_MS % DAY_MS)


async def test_a_start_long_before_the_history_finds_its_beginning(server: DataServer) -> None:
    document = await server.get(
        "/v2/stocks/AAPL/bars", timeframe="1Min", start="1890-01-01", limit=2
    )
    assert [bar["t"] for bar in document["bars"]] == [
        "2007-01-01T00:00:00Z",
        "2007-01-01T00:01:00Z",
    ]


async def test_a_later_window_is_empty(server: DataServer) -> None:
    for start in ("2300-01-01", "9999-12-31T23:59:59Z"):
        for timeframe in ("1Min", "1Day", "3Month"):
            document = await server.get(
                "/v2/stocks/bars", symbols="AAPL", timeframe=timeframe, start=start
            )
            assert document == {"bars": {}, "next_page_token": None}


async def test_unknown_symbols_have_no_bars_as_with_alpaca(server: DataServer) -> None:
    window = {"timeframe": "1Min", "start": text(NOON_MS - 2 * MINUTE_MS), "limit": 5}
    document = await server.get("/v2/stocks/bars", symbols="NONE,BTC/USD,BTCUSD,AAPL", **window)
    assert list(document["bars"]) == ["AAPL"]
    document = await server.get("/v2/stocks/NONE/bars", **window)
    assert document == {"bars": None, "symbol": "NONE", "next_page_token": None}


async def test_crypto_is_named_with_a_slash(server: DataServer) -> None:
    window = {"timeframe": "1Hour", "start": text(NOON_MS - 3_600_000), "limit": 5}
    path = "/v1beta3/crypto/us/bars"
    document = await server.get(path, symbols="BTC/USD,ETHUSD,AAPL", **window)
    assert list(document["bars"]) == ["BTC/USD", "ETHUSD"]
    expected = stored(server, "BTCUSD", "60", NOON_MS - 3_600_000, NOON_MS)
    assert answered(document["bars"]["BTC/USD"])[:1] == rows(expected, 10)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"timeframe": "1Moon"}, "invalid timeframe: 1Moon"),
        ({"start": "yesterday"}, "invalid start"),
        ({"end": "2026-02-30"}, "invalid end"),
        ({"start": "2026-01-02", "end": "2026-01-01"}, "end should not be before start"),
        ({"page_token": "?"}, "invalid page_token"),
        ({"page_token": "QUFQTHx4fDA="}, "invalid page_token"),
    ],
)
async def test_invalid_parameters_are_refused(
    server: DataServer, parameters: dict[str, str], message: str
) -> None:
    wanted = {"symbols": "AAPL", "timeframe": "1Min"} | parameters
    response = await server.request("/v2/stocks/bars", **wanted)
    assert response.status_code == 400
    assert message in response.json()["message"]


@pytest.mark.parametrize(
    "parameters",
    [
        {"limit": 0},
        {"limit": 10_001},
        {"sort": "down"},
        {"adjustment": "magic"},
        {"currency": "EUR"},
        {"symbols": ""},
        {"symbols": ",".join(f"A{number}" for number in range(501))},
    ],
)
async def test_values_out_of_range_are_refused(server: DataServer, parameters: Any) -> None:
    wanted = {"symbols": "AAPL", "timeframe": "1Min"} | parameters
    response = await server.request("/v2/stocks/bars", **wanted)
    assert response.status_code == 422
    assert response.json().keys() == {"code", "message"}


async def test_bars_begin_with_their_session_and_days_at_midnight_of_the_exchange(
    tmp_path: Path,
) -> None:
    server = data_server(_new_york(tmp_path))
    hours = {"symbols": "NYSE", "timeframe": "1Hour", "start": "2026-07-13T13:30:00Z"}
    whole = await pages(server, "/v2/stocks/bars", "bars", limit=1_000, **hours)
    expected = [f"2026-07-{day}T{hour}:30:00Z" for day in (13, 14) for hour in (13, 14, 15)]
    assert [bar["t"] for _, bar in whole] == expected
    for sort in ("asc", "desc"):
        parts = await pages(server, "/v2/stocks/bars", "bars", limit=2, sort=sort, **hours)
        assert parts == (whole if sort == "asc" else whole[::-1])
    days = {"symbols": "NYSE", "timeframe": "1Day", "limit": 10}
    for window in ({}, {"start": "2026-07-13"}, {"start": "2026-07-13T04:00:00Z"}):
        found = await pages(server, "/v2/stocks/bars", "bars", **days, **window)
        assert [bar["t"] for _, bar in found] == ["2026-07-13T04:00:00Z", "2026-07-14T04:00:00Z"]
    for window in ({"end": "2026-07-13"}, {"start": "2026-07-13T04:00:01Z"}):
        found = await pages(server, "/v2/stocks/bars", "bars", **days, **window)
        assert len(found) == 1


def _new_york(folder: Path) -> Replay:
    """Return a market that traded on two days from 9:30 until noon."""
    minutes = range(0, 150, 10)
    opens = [datetime(2026, 7, day, 13, 30, tzinfo=UTC) for day in (13, 14)]
    times = [int(each.timestamp()) + 60 * minute for each in opens for minute in minutes]
    path = folder / "nyse.csv"
    path.write_text(
        "\n".join(["time,open,high,low,close,volume", *(f"{t},10,12,9,11,5" for t in times)])
    )
    store = BarStore(folder)
    import_files(store, ImportRequest([path], "NYSE", "America/New_York", "0930-1600"))
    series = store.open("NYSE")
    assert series is not None
    recording = Recording([series])
    return Replay(recording, recording.end_ms, speed=1.0, clock=lambda: 0)
