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
from trading_api.modules.broker.api.parameters import (
    KeyedDesk,
    Limit,
    OrderId,
    PreviewDesk,
    ReadDesk,
    TradeDesk,
)
from trading_api.web.json_array_stream import JSONArrayStream
from trading_api.web.json_route import COMMAND_ERRORS, NOT_FOUND_ERROR, StrictJSONRouter

router = StrictJSONRouter(prefix="/broker", tags=["broker"], responses=NOT_FOUND_ERROR)


@router.post(
    "/orders", operation_id="placeOrder", summary="Place an order", responses=COMMAND_ERRORS
)
async def place_order(desk: KeyedDesk, order: PreOrder) -> PlaceOrderResult:
    order_id = await desk.service.place_order(desk.account, order, desk.key)
    return PlaceOrderResult(order_id=order_id)


@router.get(
    "/orders",
    operation_id="getOrders",
    summary="Live orders, and those that ended within 24 hours",
    response_model=list[PlacedOrder],
)
async def get_orders(desk: ReadDesk) -> JSONArrayStream:
    return JSONArrayStream(desk.statements.orders(desk.account))


@router.delete(
    "/orders",
    operation_id="cancelAllOrders",
    summary="Cancel every live order",
    responses=COMMAND_ERRORS,
)
async def cancel_all_orders(desk: TradeDesk) -> CancelOrdersResult:
    return CancelOrdersResult(canceled=await desk.service.cancel_orders(desk.account, None))


@router.post(
    "/orders/cancel",
    operation_id="cancelOrders",
    summary="Cancel those of these orders that are still live",
    responses=COMMAND_ERRORS,
)
async def cancel_orders(desk: TradeDesk, request: CancelOrdersRequest) -> CancelOrdersResult:
    return CancelOrdersResult(
        canceled=await desk.service.cancel_orders(desk.account, request.order_ids)
    )


@router.post(
    "/orders/preview",
    operation_id="previewOrder",
    summary="What placing or modifying an order would do now",
    responses=COMMAND_ERRORS,
)
async def preview_order(
    desk: PreviewDesk,
    order: PreOrder,
    order_id: Annotated[
        str | None, Query(max_length=64, description="The order that this would modify")
    ] = None,
) -> OrderPreviewResult:
    return desk.service.preview_order(desk.account, order, order_id)


@router.get(
    "/orders/history",
    operation_id="getOrdersHistory",
    summary="Ended orders, the one placed last first",
    response_model=list[PlacedOrder],
)
async def get_orders_history(
    desk: ReadDesk,
    limit: Limit = 200,
    before: Annotated[
        str | None, Query(max_length=64, description="The last order that is known already")
    ] = None,
) -> JSONArrayStream:
    return JSONArrayStream(desk.statements.orders_history(desk.account, limit, before))


@router.get("/orders/{order_id}", operation_id="getOrder", summary="One order")
async def get_order(desk: ReadDesk, order_id: OrderId) -> PlacedOrder:
    return desk.statements.order(desk.account, order_id)


@router.put(
    "/orders/{order_id}",
    operation_id="modifyOrder",
    summary="Change a live order's prices, quantity, duration or brackets",
    responses=COMMAND_ERRORS,
)
async def modify_order(desk: KeyedDesk, order_id: OrderId, order: PreOrder) -> SuccessResponse:
    await desk.service.modify_order(desk.account, order_id, order, desk.key)
    return SuccessResponse(message="Modified")


@router.delete(
    "/orders/{order_id}",
    operation_id="cancelOrder",
    summary="Cancel a live order",
    responses=COMMAND_ERRORS,
)
async def cancel_order(desk: KeyedDesk, order_id: OrderId) -> SuccessResponse:
    await desk.service.cancel_order(desk.account, order_id, desk.key)
    return SuccessResponse(message="Canceled")
