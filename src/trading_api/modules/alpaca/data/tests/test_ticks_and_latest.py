"""Stored quotes and trades over REST, and the latest data of symbols."""

from __future__ import annotations

from itertools import islice

import pytest

from trading_api.domain.quote import Quote
from trading_api.modules.alpaca.data.page_token import PageToken
from trading_api.modules.alpaca.data.pages import SymbolPage, tick_reader
from trading_api.modules.alpaca.data.symbols import NamedInstrument
from trading_api.modules.alpaca.data.tests.data_server import DataServer
from trading_api.modules.alpaca.data.tests.test_bars import pages, text
from trading_api.modules.alpaca.data.windows import Window
from trading_api.modules.datafeed.tests.fakes import NOON_MS


@pytest.mark.parametrize("sort", ["asc", "desc"])
@pytest.mark.parametrize("what", ["quotes", "trades"])
@pytest.mark.parametrize("limit", [3, 10])
async def test_pages_of_ticks_are_the_whole_window(
    server: DataServer, sort: str, what: str, limit: int
) -> None:
    start, end = NOON_MS - 9_000, NOON_MS - 4_000
    window = {"start": text(start), "end": text(end), "sort": sort, "symbols": "AAPL,MSFT"}
    path = f"/v2/stocks/{what}"
    whole = await pages(server, path, what, limit=10_000, **window)
    assert await pages(server, path, what, limit=limit, **window) == whole
    quotes = list(islice(server.source.quote_history("AAPL", end + 1), 20))
    times = [tick["t"] for name, tick in whole if name == "AAPL"]
    newest_first = [text(each.time_ms) for each in quotes if what == "quotes" or each.last_size]
    assert times == (newest_first if sort == "desc" else newest_first[::-1])


async def test_without_a_start_the_latest_ticks_come(server: DataServer) -> None:
    document = await server.get("/v2/stocks/AAPL/quotes", limit=2)
    newest = list(islice(server.source.quote_history("AAPL"), 2))
    assert [each["t"] for each in document["quotes"]] == [text(q.time_ms) for q in newest[::-1]]
    assert document["next_page_token"] is None


@pytest.mark.parametrize("is_descending", [False, True])
@pytest.mark.parametrize("limit", [1, 2, 3, 5])
async def test_ticks_of_one_millisecond_are_in_one_page_each(
    server: DataServer, is_descending: bool, limit: int
) -> None:
    some = server.source.quote("AAPL")
    times = [1, 2, 2, 2, 2, 3, 3]
    quotes = [_at(some, time_ms, size) for size, time_ms in enumerate(times)]

    async def read(_: str, start: int, end: int, count: int, oldest: bool) -> list[Quote]:
        held = [each for each in quotes if start <= each.time_ms < end]
        return held[:count] if oldest else held[-count:]

    (named,) = [NamedInstrument(each.symbol, each) for each in server.source.instruments()[:1]]
    read_symbol, found, token = tick_reader(read), list[Quote](), None
    while True:
        window = Window(0, 10, limit, limit, is_descending, token)
        page: SymbolPage[Quote] = await read_symbol(named, window)
        found += page.items
        if page.next is None:
            break
        token = PageToken.decode(page.next.encode())
    assert found == (quotes[::-1] if is_descending else quotes)


def _at(quote: Quote, time_ms: int, size: int) -> Quote:
    return Quote(
        quote.symbol,
        time_ms,
        quote.bid,
        quote.ask,
        quote.bid_size + size,
        quote.ask_size,
        quote.last,
        quote.last_size,
    )


async def test_the_latest_of_several_symbols(server: DataServer) -> None:
    quote = server.source.quote("AAPL")
    document = await server.get("/v2/stocks/quotes/latest", symbols="AAPL,MSFT,NONE")
    assert list(document["quotes"]) == ["AAPL", "MSFT"]
    assert document["quotes"]["AAPL"] == {
        "t": text(quote.time_ms),
        "ap": float(quote.ask),
        "as": float(quote.ask_size),
        "bp": float(quote.bid),
        "bs": float(quote.bid_size),
        "ax": "Q",
        "bx": "Q",
        "c": ["R"],
        "z": "C",
    }
    trades = await server.get("/v2/stocks/trades/latest", symbols="AAPL")
    history = await server.get("/v2/stocks/AAPL/trades", limit=1)
    assert trades["trades"]["AAPL"] == history["trades"][0]
    bars = await server.get("/v2/stocks/bars/latest", symbols="AAPL")
    assert bars["bars"]["AAPL"]["t"] == text(NOON_MS - 60_000)


async def test_the_latest_of_one_symbol(server: DataServer) -> None:
    for what, key in (("quotes", "quote"), ("trades", "trade"), ("bars", "bar")):
        one = await server.get(f"/v2/stocks/AAPL/{what}/latest")
        several = await server.get(f"/v2/stocks/{what}/latest", symbols="AAPL")
        assert one == {"symbol": "AAPL", key: several[what]["AAPL"]}
        response = await server.request(f"/v2/stocks/NONE/{what}/latest")
        assert response.status_code == 404
        assert response.json()["message"] == f"no {key} found for NONE"


async def test_snapshots(server: DataServer) -> None:
    document = await server.get("/v2/stocks/snapshots", symbols="AAPL,NONE")
    assert list(document) == ["AAPL"]
    snapshot = document["AAPL"]
    assert list(snapshot) == ["latestTrade", "latestQuote", "minuteBar", "dailyBar", "prevDailyBar"]
    days = [snapshot[key]["t"] for key in ("prevDailyBar", "dailyBar")]
    day_ms = NOON_MS - NOON_MS % 86_400_000
    assert days == [text(day_ms - 86_400_000), text(day_ms)]
    one = await server.get("/v2/stocks/AAPL/snapshot")
    assert one == {"symbol": "AAPL", **snapshot}
    assert (await server.request("/v2/stocks/NONE/snapshot")).status_code == 404


async def test_the_latest_of_crypto(server: DataServer) -> None:
    names = {"symbols": "BTC/USD,AAPL"}
    path = "/v1beta3/crypto/us"
    for what in ("bars", "quotes", "trades", "orderbooks"):
        document = await server.get(f"{path}/latest/{what}", **names)
        assert list(document[what]) == ["BTC/USD"]
    book, quote = document["orderbooks"]["BTC/USD"], server.source.quote("BTCUSD")
    assert book["b"][0] == {"p": float(quote.bid), "s": float(quote.bid_size)}
    quotes = await server.get(f"{path}/latest/quotes", **names)
    assert quotes["quotes"]["BTC/USD"].keys() == {"t", "ap", "as", "bp", "bs"}
    trades = await server.get(f"{path}/latest/trades", **names)
    assert trades["trades"]["BTC/USD"].keys() == {"t", "p", "s", "i", "tks"}
    snapshots = await server.get(f"{path}/snapshots", **names)
    assert list(snapshots["snapshots"]) == ["BTC/USD"]
