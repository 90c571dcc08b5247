"""A server that skips the steps of a recording that change nothing, and one that makes every step,
have the same answers, byte for byte."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import httpx
import pytest

from tests.kit.backtest_script import (
    BAR_MOVES_MS,
    LIMIT,
    MARKET,
    STOP,
    STOP_LIMIT,
    Step,
    on_server,
    server_executions,
    server_records,
)
from tests.kit.recorded_markets import random_series
from tests.kit.scale import scaled
from tests.kit.stepped_market import START_MS, Bot, stepping
from trading_api.modules.datafeed.market.ports import MarketSink, QuietMarket
from trading_api.modules.datafeed.replay.recording import Recording
from trading_api.modules.datafeed.replay.replay import Replay

ACCOUNTS = ("DEMO-ACCOUNT", "SECOND", "THIRD")
SYMBOLS = ("ACME", "PLAIN", "EURUSD")
HOUR_MS, DAY_MS = 3_600_000, 86_400_000
HISTORY = {"from_time": START_MS - DAY_MS, "to_time": START_MS + 5 * DAY_MS}
COSTS = {
    "slippage_ticks": 2,
    "order_latency_ms": 400,
    "commission_taker_bps": 2,
    "session_warning_s": 1800,
}
LEVERED = {"leverage_default": 20, "initial_balance": 700, "margin_warning_levels": "300,150"}


class CountedReplay(Replay):
    """Counts the steps that it reports."""

    reported = 0

    def step(self, until_ms: int, sink: MarketSink) -> bool:
        has_stepped = super().step(until_ms, sink)
        self.reported += has_stepped
        return has_stepped


class EveryStepReplay(CountedReplay):
    """Skips nothing."""

    def skip_quiet(self, until_ms: int, market: QuietMarket) -> None:
        """Do nothing: every step is made."""


def recording(seed: int, days: int = 3) -> Recording:
    """The sessions of a stock in euros, a stock in dollars whose bars have gaps, and the pair that
    converts euros, round the clock."""
    rows = days * 1440
    return Recording(
        [
            random_series(
                "ACME", seed, first_ms=START_MS, rows=rows, currency="EUR", session="0930-1600"
            ),
            random_series("PLAIN", seed + 1, first_ms=START_MS, rows=rows, gaps=0.1),
            random_series(
                "EURUSD", seed + 2, first_ms=START_MS, rows=rows, price=10_950, price_scale=10_000
            ),
        ]
    )


@dataclass
class Pair:
    """A server that skips steps, and one that makes every step, in the same state."""

    bots: Sequence[Bot]
    sources: Sequence[CountedReplay]
    clients: Mapping[str, httpx.AsyncClient]

    def client(self, bot: Bot) -> httpx.AsyncClient:
        """Return the client of a server whose paths have the prefix."""
        return self.clients[bot.address]

    async def both(self, ask: Any) -> Any:
        """Return the answer to a request, which is the same of both servers."""
        answers = await asyncio.gather(*map(ask, self.bots))
        assert answers[0] == answers[1]
        return answers[0]

    async def advance(self, by_ms: int) -> None:
        await self.both(lambda bot: bot.advance(by_ms=by_ms))

    async def run(self, account_id: str, step: Step) -> Any:
        return await self.both(lambda bot: on_server(self.client(bot), account_id, *step))

    async def records(self, account_id: str) -> dict[str, bytes]:
        """Return the bytes of everything that the account has."""
        for symbol in SYMBOLS:
            await self.both(
                lambda bot, of=symbol: server_executions(self.client(bot), account_id, of)
            )
        found: dict[str, bytes] = await self.both(
            lambda bot: server_records(self.client(bot), account_id)
        )
        return found


@asynccontextmanager
async def pair(seed: int, days: int = 3, **settings: Any) -> AsyncIterator[Pair]:
    played = recording(seed, days)
    sources = [kind(played, played.start_ms) for kind in (CountedReplay, EveryStepReplay)]
    values = {"commands_per_s": 10_000.0} | settings
    async with (
        stepping(sources[0], **values) as skipping,
        stepping(sources[1], **values) as complete,
    ):
        bots = [skipping, complete]
        async with AsyncExitStack() as stack:
            clients = {
                bot.address: await stack.enter_async_context(
                    httpx.AsyncClient(base_url=f"http://{bot.address}", timeout=60)
                )
                for bot in bots
            }
            yield Pair(bots, sources, clients)


CASES = [
    pytest.param({}, 5, id="plain"),
    pytest.param(COSTS | LEVERED, 14, id="costs and leverage"),
]
HAPPENS = {"orderFilled", "orderTriggered", "orderActivated", "orderRested", "orderTrailed"}
KINDS = {
    5: HAPPENS | {"orderCanceled", "orderModified"},
    14: HAPPENS | {"orderCanceled", "orderModified", "orderArrived", "marginLevelCrossed"},
}
"""What happens in each case, by its seed: a script that does less would compare nothing."""


@pytest.mark.parametrize(("settings", "seed"), CASES)
async def test_skipping_changes_no_answer(settings: dict[str, Any], seed: int) -> None:
    print(f"seed {seed}")
    chance, kinds = Random(seed), set[str]()
    async with pair(seed, **settings) as servers:
        for number in range(scaled(24)):
            await servers.advance(chance.choice(BAR_MOVES_MS))
            last = await compare_quotes(servers)
            if number % 3 == 0:
                await compare_market(servers)
            for account_id in chance.sample(ACCOUNTS, chance.choice([0, 0, 1, 2])):
                await servers.run(account_id, command(chance, last))
        await servers.advance(5 * HOUR_MS)
        await compare_market(servers)
        for account_id in ACCOUNTS:
            found = await servers.records(account_id)
            kinds |= {kind for kind in KINDS[seed] if f'"{kind}"'.encode() in found["events"]}
        assert kinds == KINDS[seed]
        skipped, every = (source.reported for source in servers.sources)
        assert skipped < every / 2, (skipped, every)


async def test_the_end_of_a_recording_is_reported_when_it_is_reached() -> None:
    async with pair(4, days=1) as servers:
        for bot in servers.bots:
            await bot.socket.subscribe("broker-connection", accountId=ACCOUNTS[0])
        for _ in range(2):
            await servers.advance(DAY_MS)
            await compare_market(servers)
        published = await servers.both(lambda bot: bot.published())
        ended = published[-1]["payload"]["payload"]
        assert ended["message"] == "The market is closed: the recording has ended"
        assert ended["timestamp"] == servers.sources[0].recording.end_ms
        assert servers.sources[0].reported == 1, "the end"


FOLLOWED = [
    ("bars", {"symbol": "PLAIN", "resolution": "5"}),
    ("quotes", {"symbols": [], "fast_symbols": ["PLAIN"]}),
    ("quotes", {"symbols": ["PLAIN"], "fast_symbols": []}),
    ("trades", {"symbol": "PLAIN"}),
    ("orderbook", {"symbol": "PLAIN", "depth": 5}),
    ("equity", {"accountId": ACCOUNTS[0]}),
    ("account", {"accountId": ACCOUNTS[0]}),
    ("position-pl", {"accountId": ACCOUNTS[0]}),
]


@pytest.mark.parametrize(("route", "topic"), FOLLOWED)
async def test_a_client_receives_every_step_that_it_follows(
    route: str, topic: dict[str, Any]
) -> None:
    async with pair(5) as servers:
        await servers.run(ACCOUNTS[0], ("orders.place", {"order": order("PLAIN", MARKET, 1)}))
        for bot in servers.bots:
            await bot.socket.subscribe(route, **topic)
        await servers.advance(HOUR_MS)
        published = await servers.both(lambda bot: bot.published())
        assert len(published) > 12
        assert servers.sources[0].reported >= 4 * 50, "the ticks of one symbol"
        assert servers.sources[0].reported < servers.sources[1].reported, "the others are skipped"


async def test_a_client_that_follows_events_lets_the_others_be_skipped() -> None:
    async with pair(6) as servers:
        for bot in servers.bots:
            for route in ("orders", "executions", "positions"):
                await bot.socket.subscribe(route, accountId=ACCOUNTS[0])
        await servers.run(ACCOUNTS[0], ("orders.place", {"order": order("PLAIN", MARKET, 1)}))
        last = (await servers.both(lambda bot: bot.quote("PLAIN")))["lp"]
        for distance in (-0.2, -0.1, 0.1, 0.2):
            price = round(last + distance, 2)
            kind = LIMIT if distance < 0 else STOP
            step = "orders.place", {"order": order("PLAIN", kind, 1, price)}
            await servers.run(ACCOUNTS[0], step)
        await servers.advance(HOUR_MS)
        published = await servers.both(lambda bot: bot.published())
        types = Counter(update["type"] for update in published)
        assert min(types[f"{route}.update"] for route in ("orders", "executions", "positions")) >= 3
        assert servers.sources[0].reported < 60 < servers.sources[1].reported


async def test_an_alert_is_compared_with_every_quote() -> None:
    async with pair(7) as servers:
        last = (await servers.both(lambda bot: bot.quote("PLAIN")))["lp"]
        for distance in (-0.05, 0.05):
            alert = {"symbol": "PLAIN", "condition": "either", "frequency": "repeating"}
            alert["price"] = round(last + distance, 2)
            await servers.both(lambda bot, body=alert: created_alert(bot, body))
        await servers.advance(HOUR_MS)
        alerts = await servers.both(lambda bot: json_of(bot, "/alerts"))
        assert sum(each["firings"] for each in alerts) >= 2
        await servers.both(lambda bot: json_of(bot, "/broker/events"))
        assert servers.sources[0].reported >= 4 * 50


async def test_the_expiry_of_an_alert_is_not_skipped() -> None:
    async with pair(8) as servers:
        at_ms = servers.sources[0].now_ms + HOUR_MS + 1_000
        alert = {"symbol": "PLAIN", "condition": "up", "price": 9_000, "expiresMs": at_ms}
        await servers.both(lambda bot: created_alert(bot, alert))
        await servers.advance(2 * HOUR_MS)
        (found,) = await servers.both(lambda bot: json_of(bot, "/alerts"))
        assert found["status"] == "expired"


async def test_a_recorder_receives_every_step(tmp_path: Path) -> None:
    played = recording(9)
    source = CountedReplay(played, played.start_ms)
    settings = {"datafeed_record": True, "data_dir": tmp_path}
    async with stepping(source, **settings) as bot:
        await bot.advance(by_ms=HOUR_MS)
        assert source.reported > 4 * 100


async def test_a_new_day_is_reported_to_those_who_follow_the_account() -> None:
    async with pair(10) as servers:
        for bot in servers.bots:
            await bot.socket.subscribe("account", accountId=ACCOUNTS[1])
        await servers.advance(DAY_MS)
        await servers.advance(DAY_MS)
        await servers.both(lambda bot: bot.published())
        assert servers.sources[0].reported <= 4, "one at midnight"


async def compare_quotes(servers: Pair) -> dict[str, float]:
    """Compare the quotes of all symbols, and return the last prices."""
    quotes = [await servers.both(lambda bot, of=each: bot.quote(of)) for each in SYMBOLS]
    return {symbol: quote["lp"] for symbol, quote in zip(SYMBOLS, quotes, strict=True)}


async def compare_market(servers: Pair) -> None:
    """Compare what the servers answer about the market and the accounts."""
    await compare_quotes(servers)
    for symbol in SYMBOLS:
        for resolution in ("1", "60", "1D"):
            await servers.both(
                lambda bot, of=symbol, at=resolution: bot.bars(of, at, count_back=5, **HISTORY)
            )
    await servers.both(lambda bot: json_of(bot, "/datafeed/time"))
    await servers.both(lambda bot: json_of(bot, "/datafeed/health"))
    for account_id in ACCOUNTS:
        for name in ("orders", "positions", "equity"):
            path = f"/broker/{name}?account_id={account_id}"
            await servers.both(lambda bot, of=path: json_of(bot, of))


def command(chance: Random, last: dict[str, float]) -> Step:
    symbol, drawn = chance.choice(SYMBOLS), chance.random()
    tick = 0.0001 if symbol == "EURUSD" else 0.01

    def near() -> float:
        return round(last[symbol] + chance.randrange(-40, 41) * tick, 4)

    def brackets() -> dict[str, Any]:
        found: dict[str, Any] = {}
        if chance.random() < 0.7:
            found["takeProfit"] = near()
        if chance.random() < 0.4:
            found["stopLoss"] = near()
        elif chance.random() < 0.7:
            found |= {"trailingStopPips": float(chance.randrange(5, 30)), "stopType": 1}
        return found

    placed = order(symbol, chance.choice([MARKET, LIMIT, STOP, STOP_LIMIT]), chance.choice([1, -1]))
    placed["qty"] = chance.choice([1, 5, 20, 100, 300])
    if placed["type"] in (LIMIT, STOP_LIMIT):
        placed["limitPrice"] = near()
    if placed["type"] in (STOP, STOP_LIMIT):
        placed["stopPrice"] = near()
    if chance.random() < 0.5:
        placed |= brackets()
    if chance.random() < 0.15:
        at_ms = START_MS + chance.randrange(3 * DAY_MS)
        placed["duration"] = {"type": "GTD", "datetime": at_ms}
    elif chance.random() < 0.1:
        placed["duration"] = {"type": chance.choice(["DAY", "IOC", "FOK"])}
    order_id = f"order-{chance.randrange(1, 12)}"
    if drawn < 0.7:
        return "orders.place", {"order": placed}
    if drawn < 0.78:
        return "orders.modify", {"orderId": order_id, "order": placed}
    if drawn < 0.85:
        return "orders.cancel", {"orderId": order_id}
    if drawn < 0.92:
        return "positions.brackets", {"positionId": symbol, "brackets": brackets()}
    return "positions.close", {"positionId": symbol}


def order(symbol: str, type: int, side: int, price: float | None = None) -> dict[str, Any]:
    found: dict[str, Any] = {"symbol": symbol, "type": type, "side": side, "qty": 1}
    if price is not None:
        found |= {"limitPrice": price} if type == LIMIT else {"stopPrice": price}
    return found


async def created_alert(bot: Bot, body: dict[str, Any]) -> Any:
    response = await bot.rest.post("/alerts", json=body)
    assert response.status_code == 200, response.text
    return response.json()


async def json_of(bot: Bot, path: str) -> Any:
    response = await bot.rest.get(path)
    assert response.status_code == 200, response.text
    return response.json()
