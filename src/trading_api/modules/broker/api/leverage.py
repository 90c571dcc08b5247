"""/broker/leverage"""

from typing import Annotated

from fastapi import Query

from trading_api.models.broker import (
    LeverageInfo,
    LeveragePreviewResult,
    LeverageSetParams,
    LeverageSetResult,
    OrderType,
    Side,
)
from trading_api.modules.broker.api.parameters import (
    PreviewDesk,
    ReadDesk,
    TradeDesk,
)
from trading_api.web.json_route import COMMAND_ERRORS, NOT_FOUND_ERROR, StrictJSONRouter

router = StrictJSONRouter(
    prefix="/broker/leverage",
    tags=["broker"],
    responses=NOT_FOUND_ERROR,
)


@router.get("/info", operation_id="leverageInfo", summary="A symbol's leverage and its bounds")
async def leverage_info(
    desk: ReadDesk,
    symbol: Annotated[str, Query(max_length=64, examples=["AAPL"])],
    order_type: Annotated[OrderType, Query(alias="orderType", examples=[2])],
    side: Annotated[Side, Query(examples=[1])],
) -> LeverageInfo:
    return desk.statements.leverage(desk.account, symbol)


@router.put(
    "/set", operation_id="setLeverage", summary="Set a symbol's leverage", responses=COMMAND_ERRORS
)
async def set_leverage(desk: TradeDesk, params: LeverageSetParams) -> LeverageSetResult:
    await desk.service.set_leverage(desk.account, params)
    return LeverageSetResult(leverage=params.leverage)


@router.post(
    "/preview",
    operation_id="previewLeverage",
    summary="What another leverage would change",
    responses=COMMAND_ERRORS,
)
async def preview_leverage(desk: PreviewDesk, params: LeverageSetParams) -> LeveragePreviewResult:
    return desk.service.preview_leverage(desk.account, params)
