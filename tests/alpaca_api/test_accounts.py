"""The official client reads accounts, positions, activities, portfolio history, and the market."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest
from alpaca.trading.enums import AssetClass
from alpaca.trading.requests import (
    ClosePositionRequest,
    GetAssetsRequest,
    GetCalendarRequest,
    GetPortfolioHistoryRequest,
    LimitOrderRequest,
    MarketOrderRequest,
)

from tests.kit.alpaca_api import TRADING, AlpacaApi, alpaca_api
from tests.kit.stepped_market import START_MS
from trading_api.auth.principal import Scope

BUY: dict[str, Any] = {"symbol": "AAPL", "qty": 10, "side": "buy", "time_in_force": "gtc"}
START = datetime.fromtimestamp(START_MS / 1_000, UTC)


@pytest.fixture(scope="module")
async def api() -> AsyncIterator[AlpacaApi]:
    async with alpaca_api() as api:
        yield api


async def test_an_account_adds_up(api: AlpacaApi) -> None:
    bot = api.client("ACCOUNT")
    before = await bot.ask(bot.client.get_account)
    assert (before.equity, before.last_equity, before.cash) == ("100000", "100000", "100000")
    assert (before.account_number, before.currency) == ("ACCOUNT", "USD")
    await bot.submit(MarketOrderRequest(**BUY))
    await bot.submit(MarketOrderRequest(**BUY | {"symbol": "MSFT", "side": "sell", "qty": 3}))
    account = await bot.ask(bot.client.get_account)
    positions = {each.symbol: each for each in await bot.ask(bot.client.get_all_positions)}
    long, short = float(account.long_market_value), float(account.short_market_value)
    assert float(positions["AAPL"].market_value) == long
    assert float(positions["MSFT"].market_value) == short < 0
    assert float(account.equity) == pytest.approx(float(account.cash) + long + short)
    assert 0 < float(account.buying_power) < float(before.buying_power)
    assert (positions["MSFT"].side.value, positions["MSFT"].qty) == ("short", "-3")
    assert account.id == before.id


async def test_only_trading_can_be_suspended(api: AlpacaApi) -> None:
    bot = api.client("CONFIGURATION")
    await bot.submit(LimitOrderRequest(**BUY, limit_price=10))
    present = await bot.ask(bot.client.get_account_configurations)
    change = bot.client.set_account_configurations
    assert await bot.ask(change, present) == present
    halted = await bot.ask(change, present.model_copy(update={"suspend_trade": True}))
    assert halted.suspend_trade
    assert (await bot.ask(bot.client.get_account)).trade_suspended_by_user
    assert await bot.ask(bot.client.get_orders) == []
    refused = await bot.refused(bot.client.submit_order, MarketOrderRequest(**BUY))
    assert refused[:2] == (403, 40310000)
    await bot.ask(change, present)
    await bot.submit(MarketOrderRequest(**BUY))
    for name, value in [("no_shorting", True), ("max_margin_multiplier", "1")]:
        refused = await bot.refused(change, present.model_copy(update={name: value}))
        assert refused == (422, 42210000, f"changing {name} is not supported by this server")


async def test_positions_are_closed_by_quantity_and_percentage(api: AlpacaApi) -> None:
    bot = api.client("CLOSE")
    await bot.submit(MarketOrderRequest(**BUY))
    close = bot.client.close_position
    half = await bot.ask(close, "AAPL", ClosePositionRequest(percentage="50"))
    assert (half.qty, half.side.value, half.status.value) == ("5", "sell", "pending_new")
    assert (await bot.ask(close, "AAPL", ClosePositionRequest(qty="2"))).qty == "2"
    too_many = await bot.refused(close, "AAPL", ClosePositionRequest(qty="4"))
    assert too_many[:2] == (403, 40310000)
    for part in ({"percentage": "1"}, {"percentage": "101"}, {"qty": "0"}):
        refused = await bot.refused(close, "AAPL", ClosePositionRequest(**part))
        assert refused[:2] == (422, 42210000)
    await bot.submit(MarketOrderRequest(**BUY | {"symbol": "BTC/USD", "qty": 0.01}))
    position = await bot.ask(bot.client.get_open_position, "BTCUSD")
    assert await bot.ask(bot.client.get_open_position, position.asset_id) == position
    await bot.submit(LimitOrderRequest(**BUY, limit_price=10))
    closed = await bot.ask(bot.client.close_all_positions, True)
    assert {(each.symbol, each.status, each.body.status.value) for each in closed} == {
        ("AAPL", 200, "pending_new"),
        ("BTCUSD", 200, "pending_new"),
    }
    assert await bot.ask(bot.client.get_all_positions) == []
    assert await bot.ask(bot.client.get_orders) == []
    missing = await bot.refused(bot.client.get_open_position, "AAPL")
    assert missing == (404, 40410000, "position does not exist")
    assert (await bot.refused(bot.client.get_open_position, "NOPE"))[:2] == (404, 40410000)


async def test_activities_are_read_in_pages(api: AlpacaApi) -> None:
    bot = api.client("ACTIVITIES")
    for quantity in (1, 2, 3):
        await bot.submit(MarketOrderRequest(**BUY | {"qty": quantity}))
        await api.advance(by_ms=1_000)
    path = "/account/activities"
    every = await bot.get(path)
    assert [each["activity_type"] for each in every] == ["FILL", "FILL", "FILL", "CSD"]
    assert [each["qty"] for each in every[:3]] == ["3", "2", "1"]
    assert every[3]["net_amount"] == "100000"
    assert await bot.get(path, direction="asc") == every[::-1]
    assert await bot.get(f"{path}/FILL") == every[:3]
    assert await bot.get(path, activity_types="CSD,CSW") == every[3:]
    assert await bot.get(path, category="non_trade_activity") == every[3:]
    assert await bot.get(path, date=START.date().isoformat()) == every
    assert await bot.get(path, date="2020-01-01") == []
    assert await bot.get(path, after=every[1]["transaction_time"]) == every[:1]
    assert await bot.get(path, until=every[1]["transaction_time"]) == every[1:]
    for direction, expected in (("desc", every), ("asc", every[::-1])):
        first = await bot.get(path, page_size=2, direction=direction)
        rest = await bot.get(path, page_token=first[-1]["id"], direction=direction)
        assert first + rest == expected
    for token in ("nonsense", "20260101000000000::x", f"x::{every[0]['id'].partition('::')[2]}"):
        refused = await bot.refused(bot.client.get, path, {"page_token": token})
        assert refused == (422, 40010001, "invalid page_token")


async def test_the_past_value_follows_from_executions_and_bars(api: AlpacaApi) -> None:
    bot = api.client("HISTORY")
    await bot.submit(MarketOrderRequest(**BUY))
    await api.advance(by_ms=120_000)
    await bot.ask(bot.client.close_position, "AAPL")
    equity = float((await bot.ask(bot.client.get_account)).equity)
    history = bot.client.get_portfolio_history
    request = GetPortfolioHistoryRequest(period="1D", timeframe="1Min", pnl_reset="no_reset")
    minutes = await bot.ask(history, request)
    assert len(minutes.timestamp) == len(minutes.equity) == len(minutes.profit_loss)
    assert minutes.equity[-1] == pytest.approx(equity)
    assert minutes.profit_loss[-1] == pytest.approx(equity - 100_000)
    assert (minutes.equity[0], minutes.profit_loss[0], minutes.base_value) == (0, 0, 100_000)
    assert abs(minutes.equity[-3] - 100_000) < 100
    days = await bot.ask(history)
    assert (days.timeframe, days.equity[-1]) == ("1D", pytest.approx(equity))
    refusals: list[dict[str, Any]] = [
        {"period": "1X"},
        {"period": "1A", "timeframe": "1Min"},
        {"start": START, "end": START - timedelta(days=1)},
        {"cashflow_types": "CSD"},
    ]
    for fields in refusals:
        refused = await bot.refused(history, GetPortfolioHistoryRequest(**fields))
        assert refused[0] == 422


async def test_assets_are_found_by_symbol_and_by_id(api: AlpacaApi) -> None:
    bot = api.client("ASSETS")
    assets = await bot.ask(bot.client.get_all_assets)
    by_symbol = {each.symbol: each for each in assets}
    assert (by_symbol["AAPL"].exchange.value, by_symbol["AAPL"].fractionable) == ("NASDAQ", False)
    assert by_symbol["BTC/USD"].asset_class is AssetClass.CRYPTO
    assert by_symbol["EURUSD"].asset_class is AssetClass.US_EQUITY
    bitcoin = by_symbol["BTC/USD"]
    for name in ("BTC/USD", "BTCUSD", str(bitcoin.id)):
        assert await bot.ask(bot.client.get_asset, name) == bitcoin
    found = await bot.ask(
        bot.client.get_all_assets, GetAssetsRequest(asset_class=AssetClass.CRYPTO)
    )
    assert {each.asset_class for each in found} == {AssetClass.CRYPTO}
    assert (await bot.refused(bot.client.get_asset, "NOPE"))[:2] == (404, 40410000)


async def test_the_clock_and_the_calendar_are_those_of_the_market(api: AlpacaApi) -> None:
    bot = api.client("CLOCK")
    clock = await bot.ask(bot.client.get_clock)
    assert clock.is_open
    assert START <= clock.timestamp < clock.next_close
    request = GetCalendarRequest(start=date(2026, 1, 5), end=date(2026, 1, 6))
    days = await bot.ask(bot.client.get_calendar, request)
    assert [each.date for each in days] == [date(2026, 1, 5), date(2026, 1, 6)]
    for edge in (date.min, date.max):
        await bot.ask(bot.client.get_calendar, GetCalendarRequest(start=edge, end=edge))
    assert await bot.ask(bot.client.get_calendar, GetCalendarRequest(start=date.max)) == []
    too_long = GetCalendarRequest(start=date(1990, 1, 1), end=date(2026, 1, 1))
    assert (await bot.refused(bot.client.get_calendar, too_long))[:2] == (422, 42210000)


@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [
        ("GET", "/account", Scope.ACCOUNT_READ),
        ("GET", "/account/configurations", Scope.ACCOUNT_READ),
        ("PATCH", "/account/configurations", Scope.ACCOUNT_TRADE),
        ("GET", "/account/portfolio/history", Scope.ACCOUNT_READ),
        ("GET", "/account/activities", Scope.ACCOUNT_READ),
        ("GET", "/account/activities/FILL", Scope.ACCOUNT_READ),
        ("GET", "/orders", Scope.ACCOUNT_READ),
        ("POST", "/orders", Scope.ACCOUNT_TRADE),
        ("DELETE", "/orders", Scope.ACCOUNT_TRADE),
        ("GET", "/orders:by_client_order_id?client_order_id=x", Scope.ACCOUNT_READ),
        ("GET", "/orders/x", Scope.ACCOUNT_READ),
        ("PATCH", "/orders/x", Scope.ACCOUNT_TRADE),
        ("DELETE", "/orders/x", Scope.ACCOUNT_TRADE),
        ("GET", "/positions", Scope.ACCOUNT_READ),
        ("DELETE", "/positions", Scope.ACCOUNT_TRADE),
        ("GET", "/positions/AAPL", Scope.ACCOUNT_READ),
        ("DELETE", "/positions/AAPL", Scope.ACCOUNT_TRADE),
        ("GET", "/assets", Scope.MARKET_READ),
        ("GET", "/assets/AAPL", Scope.MARKET_READ),
        ("GET", "/clock", Scope.MARKET_READ),
        ("GET", "/calendar", Scope.MARKET_READ),
    ],
)
async def test_each_operation_needs_its_scope(
    api: AlpacaApi, method: str, path: str, scope: Scope
) -> None:
    async with httpx.AsyncClient(base_url=f"{api.url}/v2") as rest:
        for scopes, is_forbidden in ((TRADING - {scope}, True), (frozenset({scope}), False)):
            id, secret = api.key("SCOPES", scopes)
            headers = {"APCA-API-KEY-ID": id, "APCA-API-SECRET-KEY": secret}
            answer = await rest.request(method, path, headers=headers, json={"suspend_trade": None})
            assert (answer.status_code == 403) is is_forbidden, answer.text
            if is_forbidden:
                assert answer.json()["code"] == 40310000
