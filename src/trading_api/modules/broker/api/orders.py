"""/broker/orders"""

from typing import Annotated

from fastapi import Query

from trading_api.models.broker import (
    CancelOrdersRequest,
    CancelOrdersResult,
    OrderPreviewResult,
    PlacedOrder,
    PlaceOrderResult,
    PreOrder,
)
from trading_api.models.common import SuccessResponse
from trading_api.modules.broker.api.account_context import (
    Limit,
    OrderId,
    PreviewAccount,
    ReadAccount,
    TradeAccount,
)
from trading_api.modules.broker.queries.account_queries import ENDED_ORDERS_MAX
from trading_api.web.json_array_stream import JSONArrayStream
from trading_api.web.json_route import COMMAND_ERRORS, NOT_FOUND_ERROR, StrictJSONRouter

router = StrictJSONRouter(prefix="/broker", tags=["broker"], responses=NOT_FOUND_ERROR)

OrdersLimit = Annotated[
    int,
    Query(
        ge=1,
        le=ENDED_ORDERS_MAX,
        description="The maximum number of orders; those placed last are returned. The default is "
        f"{ENDED_ORDERS_MAX} with `before`. Without both, all live orders and the "
        f"{ENDED_ORDERS_MAX} ended ones placed last are returned",
    ),
]
BeforeOrder = Annotated[
    str, Query(max_length=64, description="Only orders that were placed before this one")
]
EndedSince = Annotated[
    int,
    Query(
        ge=0,
        le=2**53 - 1,
        description="Of the ended orders, only those that ended at this time or later, in ms since "
        "1970. A time in the future leaves only the live orders",
    ),
]


@router.post(
    "/orders", operation_id="placeOrder", summary="Place an order", responses=COMMAND_ERRORS
)
async def place_order(context: TradeAccount, order: PreOrder) -> PlaceOrderResult:
    return await context.commands.place_order(context.account_id, order, context.key)


@router.get(
    "/orders",
    operation_id="getOrders",
    summary="Live orders, and those that ended within 24 hours",
    response_model=list[PlacedOrder],
)
async def get_orders(
    context: ReadAccount,
    limit: OrdersLimit | None = None,
    before: BeforeOrder | None = None,
    ended_since: EndedSince = 0,
) -> JSONArrayStream:
    orders = await context.queries.orders(context.account_id, limit, before, ended_since)
    return JSONArrayStream(orders)


@router.delete(
    "/orders",
    operation_id="cancelAllOrders",
    summary="Cancel every live order",
    responses=COMMAND_ERRORS,
)
async def cancel_all_orders(context: TradeAccount) -> CancelOrdersResult:
    return await context.commands.cancel_orders(context.account_id, None, context.key)


@router.post(
    "/orders/cancel",
    operation_id="cancelOrders",
    summary="Cancel those of the listed orders that are live",
    responses=COMMAND_ERRORS,
)
async def cancel_orders(context: TradeAccount, request: CancelOrdersRequest) -> CancelOrdersResult:
    order_ids = request.order_ids
    return await context.commands.cancel_orders(context.account_id, order_ids, context.key)


@router.post(
    "/orders/preview",
    operation_id="previewOrder",
    summary="Preview an order, or a change of one",
    responses=COMMAND_ERRORS,
)
async def preview_order(
    context: PreviewAccount,
    order: PreOrder,
    order_id: Annotated[
        str | None, Query(max_length=64, description="The order that this would modify")
    ] = None,
) -> OrderPreviewResult:
    return await context.commands.preview_order(context.account_id, order, order_id)


@router.get(
    "/orders/history",
    operation_id="getOrdersHistory",
    summary="Ended orders, the one placed last first",
    response_model=list[PlacedOrder],
)
async def get_orders_history(
    context: ReadAccount, limit: Limit = 200, before: BeforeOrder | None = None
) -> JSONArrayStream:
    return JSONArrayStream(await context.queries.orders_history(context.account_id, limit, before))


@router.get("/orders/{order_id}", operation_id="getOrder", summary="One order")
async def get_order(context: ReadAccount, order_id: OrderId) -> PlacedOrder:
    return await context.queries.order(context.account_id, order_id)


@router.put(
    "/orders/{order_id}",
    operation_id="modifyOrder",
    summary="Change a live order's prices, quantity, duration or brackets",
    responses=COMMAND_ERRORS,
)
async def modify_order(
    context: TradeAccount, order_id: OrderId, order: PreOrder
) -> SuccessResponse:
    return await context.commands.modify_order(context.account_id, order_id, order, context.key)


@router.delete(
    "/orders/{order_id}",
    operation_id="cancelOrder",
    summary="Cancel a live order",
    responses=COMMAND_ERRORS,
)
async def cancel_order(context: TradeAccount, order_id: OrderId) -> SuccessResponse:
    return await context.commands.cancel_order(context.account_id, order_id, context.key)
