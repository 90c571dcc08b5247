"""The session around ccxt's exchange, on an exchange of the test: no ccxt is imported."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from typing import Any, ClassVar

import pytest

from trading_api.modules.broker.external.ccxt.ccxt_errors import Outcome
from trading_api.modules.broker.external.ccxt.ccxt_session import ExchangeSession, VenueFailed
from trading_api.modules.broker.external.venue_client import RateLimitUse


class Exchange:
    """What a session uses of ccxt's exchange. Requests wait for `turn`."""

    id = "binance"
    has: ClassVar[dict[str, Any]] = {}
    features: ClassVar[dict[str, Any]] = {}

    def __init__(self, *markets: str) -> None:
        self.markets = {name: _market(name) for name in markets}
        self.turn = asyncio.Event()
        self.sent: list[str] = []

    async def throttle(self, cost: Any = None) -> None:
        await self.turn.wait()

    async def send(self, request: str) -> str:
        await self.throttle()
        self.sent.append(request)
        return f"answer to {request}"

    async def load_markets(self) -> dict[str, Any]:
        return self.markets

    def market(self, name: str) -> dict[str, Any]:
        return self.markets[name]

    def on_rest_response(self, *response: Any) -> str:
        return str(response[5])


def _market(name: str) -> dict[str, Any]:
    return {"base": name.partition("/")[0], "spot": ":" not in name, "type": "spot", "info": {}}


def session(exchange: Exchange) -> tuple[ExchangeSession, list[Sequence[RateLimitUse]]]:
    limits: list[Sequence[RateLimitUse]] = []
    symbols = ["BTCUSDT", "ETHUSDT", "BTCEUR", "BTCUSDT.P"]
    return ExchangeSession(exchange, symbols, ["the-key"], limits.append), limits


async def test_a_request_that_waited_too_long_for_its_turn_is_not_sent() -> None:
    exchange = Exchange()
    tested, _ = session(exchange)
    with tested.sent_until(time.monotonic()):
        late = asyncio.create_task(tested.call(exchange.send, "late"))
    anytime = asyncio.create_task(tested.call(exchange.send, "anytime"))
    await asyncio.sleep(0)
    exchange.turn.set()
    with pytest.raises(VenueFailed) as caught:
        await late
    assert (caught.value.fault.outcome, caught.value.fault.code) == (
        Outcome.NOT_REACHED,
        "rate_limited",
    )
    assert await anytime == "answer to anytime"
    assert exchange.sent == ["anytime"]


async def test_nothing_is_sent_while_the_venue_asks_to_wait() -> None:
    exchange = Exchange()
    exchange.turn.set()
    tested, _ = session(exchange)
    exchange.on_rest_response(429, "", "https://x/api/v3/order", "GET", {"Retry-After": "60"}, "")
    with pytest.raises(VenueFailed) as caught:
        await tested.call(exchange.send, "order")
    assert caught.value.fault.code == "rate_limited"
    assert 59 < caught.value.retry_after_s <= 60
    assert exchange.sent == []


async def test_limits_are_read_from_the_venues_description_and_headers() -> None:
    exchange = Exchange()
    _, limits = session(exchange)
    body = (
        '{"timezone":"UTC","rateLimits":[{"rateLimitType":"REQUEST_WEIGHT",'
        '"interval":"MINUTE","intervalNum":1,"limit":6000}],"symbols":[]}'
    )
    headers = {"x-mbx-used-weight-1m": "20"}
    url = "https://x/api/v3/exchangeInfo?permissions=SPOT"
    assert exchange.on_rest_response(200, "OK", url, "GET", headers, body, {}, "") == body
    assert limits == [(RateLimitUse("used-weight-1m", 20, 6000, 60),)]
    exchange.on_rest_response(200, "OK", "https://x/api/v3/order", "GET", headers, "", {}, "")
    assert len(limits) == 1  # it has not changed


async def test_symbols_are_unknown_before_the_markets_are() -> None:
    tested, _ = session(Exchange())
    with pytest.raises(VenueFailed) as caught:
        tested.name("BTCUSDT")
    assert caught.value.fault.outcome is Outcome.NOT_REACHED


async def test_the_symbols_that_the_venue_has_are_traded_and_one_of_each_asset(
    caplog: pytest.LogCaptureFixture,
) -> None:
    tested, _ = session(Exchange("BTC/EUR", "BTC/USDT", "BTC/USDT:USDT", "XRP/USDT"))
    await tested.load()
    assert tested.name("BTCUSDT") == "BTC/USDT"
    assert tested.name("BTCUSDT.P") == "BTC/USDT:USDT"  # a contract is no holding
    for symbol in ("BTCEUR", "ETHUSDT"):
        with pytest.raises(VenueFailed) as caught:
            tested.name(symbol)
        assert caught.value.fault.code == "unknown_symbol"
    warnings = {record.message: record.symbols for record in caplog.records}  # type: ignore[attr-defined]
    assert warnings == {"venue_lacks_symbols": "ETHUSDT", "venue_symbols_share_an_asset": "BTCEUR"}


async def test_a_failure_has_no_cause_that_could_be_logged() -> None:
    exchange = Exchange()
    tested, _ = session(exchange)

    async def fail() -> None:
        raise OSError("GET https://x/order?signature=00ff&apiKey=the-key")

    with pytest.raises(VenueFailed) as caught:
        await tested.call(fail)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
    assert str(caught.value) == "GET https://x/order"
