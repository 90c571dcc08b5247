"""/v2/orders"""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from trading_api.domain.orders import Side
from trading_api.models.alpaca.orders import AlpacaSide, NewOrder, OrderReplacement
from trading_api.modules.alpaca.errors import invalid_field
from trading_api.modules.alpaca.formats import parse_time_ms
from trading_api.modules.alpaca.trading.account_context import (
    ReadContext,
    TradeContext,
    respond,
    respond_list,
)
from trading_api.modules.alpaca.trading.order_list import LIMIT_MAX, OrderFilter
from trading_api.modules.alpaca.trading.service import AlpacaTrading
from trading_api.web.json_route import StrictJSONRoute

SYMBOLS_LENGTH_MAX = 4_000
router = APIRouter(prefix="/v2", route_class=StrictJSONRoute)

OrderUuid = Annotated[str, Path(max_length=64)]
TimeText = Annotated[str | None, Query(max_length=40)]


@router.post("/orders", operation_id="alpacaSubmitOrder")
async def submit_order(context: TradeContext, order: NewOrder) -> Response:
    return respond(await context.trading.orders.submit(context.account_id, order))


@router.get("/orders", operation_id="alpacaGetOrders")
async def get_orders(
    context: ReadContext,
    status: Literal["open", "closed", "all"] = "open",
    limit: Annotated[int, Query(ge=1, le=LIMIT_MAX)] = 50,
    after: TimeText = None,
    until: TimeText = None,
    direction: Literal["asc", "desc"] = "desc",
    nested: bool = False,
    side: AlpacaSide | None = None,
    symbols: Annotated[str | None, Query(max_length=SYMBOLS_LENGTH_MAX)] = None,
) -> Response:
    wanted = OrderFilter(
        status=status,
        limit=limit,
        after_ms=to_time_ms("after", after),
        until_ms=to_time_ms("until", until),
        is_ascending=direction == "asc",
        is_nested=nested,
        side=Side[side.upper()] if side else None,
        symbols=_bare_symbols(context.trading, symbols) if symbols else None,
    )
    return respond_list([*await context.trading.orders.search(context.account_id, wanted)])


@router.delete("/orders", operation_id="alpacaCancelOrders")
async def cancel_orders(context: TradeContext) -> Response:
    return respond_list([*await context.trading.orders.cancel_all(context.account_id)], 207)


@router.get("/orders:by_client_order_id", operation_id="alpacaGetOrderByClientId")
async def get_order_by_client_id(
    context: ReadContext, client_order_id: Annotated[str, Query(max_length=128)]
) -> Response:
    return respond(await context.trading.orders.by_client_id(context.account_id, client_order_id))


@router.get("/orders/{order_id}", operation_id="alpacaGetOrder")
async def get_order(context: ReadContext, order_id: OrderUuid) -> Response:
    return respond(await context.trading.orders.by_uuid(context.account_id, order_id))


@router.patch("/orders/{order_id}", operation_id="alpacaReplaceOrder")
async def replace_order(
    context: TradeContext, order_id: OrderUuid, change: OrderReplacement
) -> Response:
    return respond(await context.trading.orders.replace(context.account_id, order_id, change))


@router.delete("/orders/{order_id}", operation_id="alpacaCancelOrder")
async def cancel_order(context: TradeContext, order_id: OrderUuid) -> Response:
    await context.trading.orders.cancel(context.account_id, order_id)
    return Response(status_code=204)


def to_time_ms(name: str, text: str | None) -> int | None:
    """Return a parameter's time in milliseconds since 1970. Raises AlpacaError."""
    if not text:
        return None
    try:
        return parse_time_ms(text)
    except (ValueError, OverflowError):
        raise invalid_field(f"invalid {name}: write a time as in 2026-11-30T09:30:00Z") from None


def _bare_symbols(trading: AlpacaTrading, symbols: str) -> frozenset[str]:
    found = (trading.assets.by_symbol(each.strip()) for each in symbols.split(","))
    return frozenset(each.symbol for each in found if each)
