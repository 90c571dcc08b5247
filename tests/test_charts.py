"""What charts ask for, over a real socket."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from tests.kit.server import connected, serving
from trading_api.app_factory import create_app
from trading_api.settings import Settings
from trading_api.web.paths import PREFIX

NOON_S = 1_790_000_000 // 3_600 * 3_600


@dataclass(frozen=True, slots=True)
class Server:
    address: str
    client: httpx.AsyncClient

    async def get(self, path: str, **query: Any) -> Any:
        response = await self.client.get(path, params=query)
        assert response.status_code == 200, response.text
        return response.json()


@pytest.fixture(scope="module")
async def server() -> AsyncIterator[Server]:
    app, _ = create_app(Settings.defaults())
    async with (
        serving(app) as address,
        httpx.AsyncClient() as client,
    ):
        client.base_url = httpx.URL(f"http://{address}{PREFIX}")
        yield Server(address, client)


async def test_the_tape_and_the_book_are_live(server: Server) -> None:
    async with connected(server.address) as client:
        trades = await client.subscribe("trades", symbol="EURUSD")
        book = await client.subscribe("orderbook", symbol="EURUSD", depth=50)
        seen = {trades: 0, book: 0}
        while min(seen.values()) < 3:
            update = (await client.update())["payload"]
            seen[update["topic"]] += 1
            if update["topic"] == book:
                assert len(update["payload"]["asks"]) == 50
            else:
                assert update["payload"]["qty"] > 0


async def test_the_time_is_a_bare_integer_of_seconds(server: Server) -> None:
    times = [await server.get("/datafeed/time"), await server.get("/udf/time")]
    assert all(type(time_s) is int for time_s in times)
    now_ms = (await server.get("/datafeed/bars", **_window("1S", times[1], 1)))["bars"][0]["time"]
    assert now_ms // 1_000 - 1 <= times[0] <= times[1]
    assert (await server.get("/datafeed/config"))["supports_time"] is True


async def test_udf_returns_what_the_datafeed_returns(server: Server) -> None:
    config = await server.get("/udf/config")
    assert config == await server.get("/datafeed/config") | {
        "supports_search": True,
        "supports_group_request": False,
    }
    assert (config["supports_marks"], config["supports_timescale_marks"]) == (False, False)
    for symbol in ("AAPL", "FX:EURUSD"):
        resolved = await server.get(f"/datafeed/resolve/{symbol}")
        assert await server.get("/udf/symbols", symbol=symbol) == resolved
    found = await server.get("/udf/search", query="dollar", type="forex", exchange="FX", limit=2)
    assert [item["symbol"] for item in found] == ["EURUSD", "GBPUSD"]


@pytest.mark.parametrize("resolution", ["1S", "5", "D", "1W", "1M"])
async def test_udf_history_is_the_datafeeds_in_columns(server: Server, resolution: str) -> None:
    bars = (await server.get("/datafeed/bars", **_window(resolution, NOON_S, 20)))["bars"]
    history = await server.get(
        "/udf/history",
        **{"symbol": "AAPL", "resolution": resolution, "from": NOON_S, "to": NOON_S},
        countback=20,
    )
    assert history.pop("s") == "ok"
    assert [time_s * 1_000 for time_s in history.pop("t")] == [bar["time"] for bar in bars]
    assert history == {name[0]: [bar[name] for bar in bars] for name in ("open", *NAMES)}


async def test_udf_distinguishes_gaps_from_the_beginning(server: Server) -> None:
    ahead = {"symbol": "AAPL", "resolution": "1D", "from": 4_000_000_000, "to": 4_000_000_001}
    answer = await server.get("/udf/history", **ahead)
    assert (answer["s"], answer["t"]) == ("no_data", [])
    assert answer["nextTime"] == (await server.get("/udf/time")) // 86_400 * 86_400
    answer = await server.get("/udf/history", **(ahead | {"from": -5, "to": 5}), countback=300)
    assert answer == {"s": "no_data", "t": [], "o": [], "h": [], "l": [], "c": [], "v": []}


async def test_udf_quotes_an_unknown_symbol_as_an_error_of_its_own(server: Server) -> None:
    answer = await server.get("/udf/quotes", symbols="AAPL,NOPE,FX:EURUSD")
    assert answer["s"] == "ok"
    published = [(quote["n"], quote["s"]) for quote in answer["d"]]
    assert published == [("AAPL", "ok"), ("NOPE", "error"), ("FX:EURUSD", "ok")]


@pytest.mark.parametrize(
    ("path", "query", "why"),
    [
        ("symbols", {"symbol": "NOPE"}, "There is no symbol 'NOPE'"),
        ("history", {"symbol": "NOPE"}, "There is no symbol 'NOPE'"),
        ("history", {"resolution": "7"}, "There is no resolution '7'"),
        ("history", {"to": 1}, "from_time is after to_time"),
        ("history", {"from": 0, "resolution": "1S"}, "more than 20000 bars"),
        ("quotes", {"symbols": "A," * 500}, "At most 500 symbols"),
    ],
)
async def test_what_udf_cannot_answer_is_an_error_with_status_200(
    server: Server, path: str, query: dict[str, Any], why: str
) -> None:
    window = {"symbol": "AAPL", "resolution": "5", "from": NOON_S, "to": NOON_S}
    answer = await server.get(f"/udf/{path}", **(window | query if path == "history" else query))
    assert set(answer) == {"s", "errmsg"}
    assert answer["s"] == "error"
    assert why in answer["errmsg"]


async def test_a_client_that_was_not_written_here_reads_our_udf(server: Server) -> None:
    """ccxt's HollaEx, which speaks UDF, with nothing but its address and version set."""
    config, symbols, candles, refused = await asyncio.to_thread(_by_ccxt, server.address)
    assert config["supported_resolutions"][0] == "1S"
    assert (symbols["name"], symbols["has_intraday"]) == ("BTCUSD", True)
    assert refused["s"] == "error"
    window = {"symbol": "BTCUSD", "from_time": NOON_S - 6_000, "to_time": NOON_S}
    bars = (await server.get("/datafeed/bars", resolution="60", **window, count_back=50))["bars"]
    assert len(candles) == 50
    assert candles == [[bar[name] for name in ("time", "open", *NAMES)] for bar in bars]


NAMES = ("high", "low", "close", "volume")


def _window(resolution: str, to_s: int, count_back: int) -> dict[str, Any]:
    window = {"symbol": "AAPL", "from_time": to_s, "to_time": to_s}
    return window | {"resolution": resolution, "count_back": count_back}


def _by_ccxt(address: str) -> tuple[Any, Any, list[list[float]], Any]:
    # Not at the top: it is slow to import, and mypy would read all of its exchanges.
    ccxt = importlib.import_module("ccxt")
    exchange = ccxt.hollaex({"urls": {"api": {"rest": f"http://{address}/api"}}, "version": "v1"})
    window = {"resolution": "60", "from": NOON_S - 6_000, "to": NOON_S, "countback": 50}
    history = exchange.public_get_udf_history({"symbol": "BTCUSD", **window})
    candles = exchange.convert_trading_view_to_ohlcv(history)
    config = exchange.public_get_udf_config()
    symbols = exchange.public_get_udf_symbols({"symbol": "CRYPTO:BTCUSD"})
    refused = exchange.public_get_udf_history({"symbol": "NOPE", **window})
    exchange.session.close()
    return config, symbols, [[float(value) for value in row] for row in candles], refused
