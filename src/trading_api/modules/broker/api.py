"""/broker: TradingView's broker over REST."""

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Path, Query

from trading_api.models.broker import (
    AccountMetainfo,
    EditPositionBracketsRequest,
    Execution,
    LeverageInfo,
    LeveragePreviewResult,
    LeverageSetParams,
    LeverageSetResult,
    OrderPreviewResult,
    OrderType,
    PlacedOrder,
    PlaceOrderResult,
    Position,
    PreOrder,
    Side,
)
from trading_api.models.common import SuccessResponse
from trading_api.modules.broker.service import BrokerService
from trading_api.shared.api.provide import service_of
from trading_api.shared.api.wire_route import COMMAND, NOT_FOUND, WireRoute
from trading_api.shared.errors import NotSupportedYet


async def refuse_idempotency_key(
    idempotency_key: Annotated[str | None, Header(include_in_schema=False)] = None,
) -> None:
    """Whoever sends one relies on it, so it must not be passed over."""
    if idempotency_key is not None:
        raise NotSupportedYet("An Idempotency-Key")


router = APIRouter(
    prefix="/broker",
    tags=["broker"],
    route_class=WireRoute,
    dependencies=[Depends(refuse_idempotency_key)],
    responses=NOT_FOUND,
)

Service = Annotated[BrokerService, service_of("broker")]
AccountQuery = Annotated[
    str | None,
    Query(
        alias="account_id",
        description="The caller's default account where it is left out",
        examples=["DEMO-ACCOUNT"],
    ),
]
OrderId = Annotated[str, Path(max_length=64, examples=["order-1"])]
PositionId = Annotated[str, Path(max_length=64, examples=["AAPL"])]


@router.post("/orders", operation_id="placeOrder", summary="Place an order", responses=COMMAND)
async def place_order(
    service: Service, order: PreOrder, account_id: AccountQuery = None
) -> PlaceOrderResult:
    return PlaceOrderResult(order_id=await service.place_order(account_id, order))


@router.get(
    "/orders",
    operation_id="getOrders",
    summary="Working orders, and those that ended within 24 hours",
)
async def get_orders(service: Service, account_id: AccountQuery = None) -> list[PlacedOrder]:
    return service.orders(account_id)


@router.post(
    "/orders/preview",
    operation_id="previewOrder",
    summary="What placing an order would do now",
    responses=COMMAND,
)
async def preview_order(
    service: Service, order: PreOrder, account_id: AccountQuery = None
) -> OrderPreviewResult:
    return service.preview_order(account_id, order)


@router.put(
    "/orders/{order_id}",
    operation_id="modifyOrder",
    summary="Change a working order's price or quantity",
    responses=COMMAND,
)
async def modify_order(
    service: Service, order_id: OrderId, order: PreOrder, account_id: AccountQuery = None
) -> SuccessResponse:
    await service.modify_order(account_id, order_id, order)
    return SuccessResponse(message="Modified")


@router.delete(
    "/orders/{order_id}",
    operation_id="cancelOrder",
    summary="Cancel a working order",
    responses=COMMAND,
)
async def cancel_order(
    service: Service, order_id: OrderId, account_id: AccountQuery = None
) -> SuccessResponse:
    await service.cancel_order(account_id, order_id)
    return SuccessResponse(message="Canceled")


@router.get("/positions", operation_id="getPositions", summary="Open positions")
async def get_positions(service: Service, account_id: AccountQuery = None) -> list[Position]:
    return list(service.positions(account_id))


@router.delete(
    "/positions/{position_id}",
    operation_id="closePosition",
    summary="Close a position, or a part of it, at the market",
    responses=COMMAND,
)
async def close_position(
    service: Service,
    position_id: PositionId,
    amount: Annotated[
        float | None,
        Query(allow_inf_nan=False, description="All of it where it is left out", examples=[5]),
    ] = None,
    account_id: AccountQuery = None,
) -> SuccessResponse:
    await service.close_position(account_id, position_id, amount)
    return SuccessResponse(message="Closing")


@router.put(
    "/positions/{position_id}/brackets",
    operation_id="editPositionBrackets",
    summary="Not supported yet",
)
async def edit_position_brackets(
    position_id: PositionId, request: EditPositionBracketsRequest, account_id: AccountQuery = None
) -> SuccessResponse:
    raise NotSupportedYet("A bracket on a position")


@router.get(
    "/executions/{symbol}", operation_id="getExecutions", summary="Executions in one symbol"
)
async def get_executions(
    service: Service,
    symbol: Annotated[str, Path(max_length=64, examples=["AAPL"])],
    account_id: AccountQuery = None,
) -> list[Execution]:
    return service.executions(account_id, symbol)


@router.get("/account", operation_id="getAccountInfo", summary="The account")
async def get_account_info(service: Service, account_id: AccountQuery = None) -> AccountMetainfo:
    return service.account(account_id)


@router.get("/leverage/info", operation_id="leverageInfo", summary="Not supported yet")
async def leverage_info(
    symbol: Annotated[str, Query(max_length=64, examples=["AAPL"])],
    order_type: Annotated[OrderType, Query(alias="orderType", examples=[2])],
    side: Annotated[Side, Query(examples=[1])],
) -> LeverageInfo:
    raise NotSupportedYet("Leverage")


@router.put("/leverage/set", operation_id="setLeverage", summary="Not supported yet")
async def set_leverage(params: LeverageSetParams) -> LeverageSetResult:
    raise NotSupportedYet("Leverage")


@router.post("/leverage/preview", operation_id="previewLeverage", summary="Not supported yet")
async def preview_leverage(params: LeverageSetParams) -> LeveragePreviewResult:
    raise NotSupportedYet("Leverage")
