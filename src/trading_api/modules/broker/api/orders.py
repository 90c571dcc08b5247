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
    WITHOUT_KEY,
    Limit,
    OrderId,
    ReadAccount,
    Reading,
    Service,
    TradeAccount,
    Trading,
)
from trading_api.shared.api.long_list import LongList
from trading_api.shared.api.wire_route import COMMAND, NOT_FOUND, WireRouter

router = WireRouter(prefix="/broker", tags=["broker"], responses=NOT_FOUND)


@router.post("/orders", operation_id="placeOrder", summary="Place an order", responses=COMMAND)
async def place_order(trade: Trading, order: PreOrder) -> PlaceOrderResult:
    order_id = await trade.service.place_order(trade.account, order, trade.key)
    return PlaceOrderResult(order_id=order_id)


@router.get(
    "/orders",
    operation_id="getOrders",
    summary="Live orders, and those that ended within 24 hours",
    response_model=list[PlacedOrder],
)
async def get_orders(statements: Reading, account: ReadAccount) -> LongList:
    return LongList(statements.orders(account))


@router.delete(
    "/orders",
    operation_id="cancelAllOrders",
    summary="Cancel every live order",
    responses=COMMAND,
    dependencies=WITHOUT_KEY,
)
async def cancel_all_orders(service: Service, account: TradeAccount) -> CancelOrdersResult:
    return CancelOrdersResult(canceled=await service.cancel_orders(account, None))


@router.post(
    "/orders/cancel",
    operation_id="cancelOrders",
    summary="Cancel those of these orders that are still live",
    responses=COMMAND,
    dependencies=WITHOUT_KEY,
)
async def cancel_orders(
    service: Service, account: TradeAccount, request: CancelOrdersRequest
) -> CancelOrdersResult:
    return CancelOrdersResult(canceled=await service.cancel_orders(account, request.order_ids))


@router.post(
    "/orders/preview",
    operation_id="previewOrder",
    summary="What placing or modifying an order would do now",
    responses=COMMAND,
    dependencies=WITHOUT_KEY,
)
async def preview_order(
    service: Service,
    account: ReadAccount,
    order: PreOrder,
    order_id: Annotated[
        str | None, Query(max_length=64, description="The order that this would modify")
    ] = None,
) -> OrderPreviewResult:
    return service.preview_order(account, order, order_id)


@router.get(
    "/orders/history",
    operation_id="getOrdersHistory",
    summary="Ended orders, the one placed last first",
    response_model=list[PlacedOrder],
)
async def get_orders_history(
    statements: Reading,
    account: ReadAccount,
    limit: Limit = 200,
    before: Annotated[
        str | None, Query(max_length=64, description="The last order that is known already")
    ] = None,
) -> LongList:
    return LongList(statements.orders_history(account, limit, before))


@router.get("/orders/{order_id}", operation_id="getOrder", summary="One order")
async def get_order(statements: Reading, account: ReadAccount, order_id: OrderId) -> PlacedOrder:
    return statements.order(account, order_id)


@router.put(
    "/orders/{order_id}",
    operation_id="modifyOrder",
    summary="Change a live order's prices, quantity, duration or brackets",
    responses=COMMAND,
)
async def modify_order(trade: Trading, order_id: OrderId, order: PreOrder) -> SuccessResponse:
    await trade.service.modify_order(trade.account, order_id, order, trade.key)
    return SuccessResponse(message="Modified")


@router.delete(
    "/orders/{order_id}",
    operation_id="cancelOrder",
    summary="Cancel a live order",
    responses=COMMAND,
)
async def cancel_order(trade: Trading, order_id: OrderId) -> SuccessResponse:
    await trade.service.cancel_order(trade.account, order_id, trade.key)
    return SuccessResponse(message="Canceled")
