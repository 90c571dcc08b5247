"""/v2/account, /v2/positions, /v2/assets, /v2/clock and /v2/calendar"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from trading_api.domain.resolution import DAY_MS
from trading_api.models.alpaca.account import ConfigurationChange
from trading_api.models.alpaca.fields import NumberText
from trading_api.modules.alpaca.assets import asset_class as class_of
from trading_api.modules.alpaca.assets import exchange_name
from trading_api.modules.alpaca.errors import invalid_field, not_found
from trading_api.modules.alpaca.trading.account_context import (
    MarketContext,
    ReadContext,
    TradeContext,
    respond,
    respond_list,
)
from trading_api.modules.alpaca.trading.activities import PAGE_SIZE_MAX, ActivityFilter
from trading_api.modules.alpaca.trading.asset_documents import to_asset
from trading_api.modules.alpaca.trading.order_api import TimeText, to_time_ms
from trading_api.modules.alpaca.trading.portfolio import PortfolioRequest, Timeframe
from trading_api.web.json_route import StrictJSONRoute

router = APIRouter(prefix="/v2", route_class=StrictJSONRoute)

AssetPath = Annotated[str, Path(max_length=64)]
Types = Annotated[str | None, Query(max_length=400)]


# The account


@router.get("/account", operation_id="alpacaGetAccount")
async def get_account(context: ReadContext) -> Response:
    return respond(await context.trading.accounts.account(context.account_id))


@router.get("/account/configurations", operation_id="alpacaGetConfiguration")
async def get_configuration(context: ReadContext) -> Response:
    return respond(await context.trading.accounts.configuration(context.account_id))


@router.patch("/account/configurations", operation_id="alpacaChangeConfiguration")
async def change_configuration(context: TradeContext, change: ConfigurationChange) -> Response:
    return respond(await context.trading.accounts.change_configuration(context.account_id, change))


@router.get("/account/portfolio/history", operation_id="alpacaGetPortfolioHistory")
async def get_portfolio_history(
    context: ReadContext,
    period: Annotated[str | None, Query(max_length=8)] = None,
    timeframe: Timeframe | None = None,
    start: TimeText = None,
    end: TimeText = None,
    date_end: date | None = None,
    extended_hours: bool = False,
    intraday_reporting: Literal["market_hours", "extended_hours", "continuous"] = "market_hours",
    pnl_reset: Literal["per_day", "no_reset"] = "per_day",
    cashflow_types: Types = None,
) -> Response:
    if cashflow_types not in (None, "", "NONE"):
        raise invalid_field("cashflow_types are not supported by this server")
    request = PortfolioRequest(
        period=period,
        timeframe=timeframe,
        start=start,
        end=end,
        date_end=date_end,
        is_continuous=extended_hours or intraday_reporting != "market_hours",
        resets_daily=pnl_reset == "per_day",
    )
    return respond(await context.trading.portfolio.history(context.account_id, request))


@router.get("/account/activities", operation_id="alpacaGetActivities")
async def get_activities(
    context: ReadContext,
    activity_types: Types = None,
    category: Literal["trade_activity", "non_trade_activity"] | None = None,
    date: date | None = None,
    after: TimeText = None,
    until: TimeText = None,
    direction: Literal["asc", "desc"] = "desc",
    page_size: Annotated[int, Query(ge=1, le=PAGE_SIZE_MAX)] = PAGE_SIZE_MAX,
    page_token: Annotated[str | None, Query(max_length=80)] = None,
) -> Response:
    after_ms, until_ms = to_time_ms("after", after), to_time_ms("until", until)
    if date is not None:
        start_ms = to_time_ms("date", date.isoformat()) or 0
        after_ms, until_ms = start_ms - 1, start_ms + DAY_MS - 1
    types = activity_types.split(",") if activity_types else None
    if types is None and category is not None:
        types = ["FILL"] if category == "trade_activity" else ["CSD", "CSW", "FEE", "JNLC"]
    wanted = ActivityFilter(
        types=None if types is None else frozenset(each.strip() for each in types),
        after_ms=after_ms,
        until_ms=until_ms,
        is_ascending=direction == "asc",
        page_size=page_size,
        page_token=page_token or None,
    )
    return respond_list([*await context.trading.activities.page(context.account_id, wanted)])


@router.get("/account/activities/{activity_type}", operation_id="alpacaGetActivitiesOfType")
async def get_activities_of_type(
    context: ReadContext,
    activity_type: Annotated[str, Path(max_length=10)],
    date: date | None = None,
    after: TimeText = None,
    until: TimeText = None,
    direction: Literal["asc", "desc"] = "desc",
    page_size: Annotated[int, Query(ge=1, le=PAGE_SIZE_MAX)] = PAGE_SIZE_MAX,
    page_token: Annotated[str | None, Query(max_length=80)] = None,
) -> Response:
    return await get_activities(
        context, activity_type, None, date, after, until, direction, page_size, page_token
    )


# Positions


@router.get("/positions", operation_id="alpacaGetPositions")
async def get_positions(context: ReadContext) -> Response:
    return respond_list([*await context.trading.positions.all(context.account_id)])


@router.delete("/positions", operation_id="alpacaClosePositions")
async def close_positions(context: TradeContext, cancel_orders: bool = False) -> Response:
    closed = await context.trading.positions.close_all(context.account_id, cancel_orders)
    return respond_list([*closed], 207)


@router.get("/positions/{symbol_or_asset_id:path}", operation_id="alpacaGetPosition")
async def get_position(context: ReadContext, symbol_or_asset_id: AssetPath) -> Response:
    return respond(await context.trading.positions.one(context.account_id, symbol_or_asset_id))


@router.delete("/positions/{symbol_or_asset_id:path}", operation_id="alpacaClosePosition")
async def close_position(
    context: TradeContext,
    symbol_or_asset_id: AssetPath,
    qty: NumberText | None = None,
    percentage: NumberText | None = None,
) -> Response:
    positions = context.trading.positions
    return respond(await positions.close(context.account_id, symbol_or_asset_id, qty, percentage))


# The market


@router.get("/assets", operation_id="alpacaGetAssets")
async def get_assets(
    context: MarketContext,
    status: Annotated[str | None, Query(max_length=20)] = None,
    asset_class: Annotated[str | None, Query(max_length=20)] = None,
    exchange: Annotated[str | None, Query(max_length=20)] = None,
) -> Response:
    ports, account_id = context.trading.context, context.account_id
    await ports.broker.load(account_id)
    snapshot, features = ports.broker.snapshot(account_id), ports.broker.features(account_id)
    if status not in (None, "active", "all"):
        return respond_list([])
    return respond_list(
        [
            to_asset(each, snapshot, features)
            for each in ports.market.instruments()
            if asset_class in (None, class_of(each)) and exchange in (None, exchange_name(each))
        ]
    )


@router.get("/assets/{symbol_or_asset_id:path}", operation_id="alpacaGetAsset")
async def get_asset(context: MarketContext, symbol_or_asset_id: AssetPath) -> Response:
    ports, account_id = context.trading.context, context.account_id
    instrument = context.trading.assets.find(symbol_or_asset_id)
    if instrument is None:
        raise not_found(f"asset not found for {symbol_or_asset_id}")
    await ports.broker.load(account_id)
    snapshot, features = ports.broker.snapshot(account_id), ports.broker.features(account_id)
    return respond(to_asset(instrument, snapshot, features))


@router.get("/clock", operation_id="alpacaGetClock")
async def get_clock(context: MarketContext) -> Response:
    return respond(context.trading.calendar.clock())


@router.get("/calendar", operation_id="alpacaGetCalendar")
async def get_calendar(
    context: MarketContext, start: TimeText = None, end: TimeText = None
) -> Response:
    first, last = _day("start", start), _day("end", end)
    return respond_list([*context.trading.calendar.days(first, last)])


def _day(name: str, text: str | None) -> date | None:
    """Return the day of a date or of a time. Raises AlpacaError."""
    if not text:
        return None
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        raise invalid_field(f"invalid {name}: write a date as in 2026-11-30") from None
