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
from trading_api.modules.broker.api.account_context import (
    PreviewAccount,
    ReadAccount,
    TradeAccount,
)
from trading_api.web.json_route import COMMAND_ERRORS, NOT_FOUND_ERROR, StrictJSONRouter

router = StrictJSONRouter(
    prefix="/broker/leverage",
    tags=["broker"],
    responses=NOT_FOUND_ERROR,
)


@router.get("/info", operation_id="leverageInfo", summary="A symbol's leverage and its bounds")
async def leverage_info(
    context: ReadAccount,
    symbol: Annotated[str, Query(max_length=64, examples=["AAPL"])],
    order_type: Annotated[OrderType, Query(alias="orderType", examples=[2])],
    side: Annotated[Side, Query(examples=[1])],
) -> LeverageInfo:
    return context.queries.leverage(context.account_id, symbol)


@router.put(
    "/set", operation_id="setLeverage", summary="Set a symbol's leverage", responses=COMMAND_ERRORS
)
async def set_leverage(context: TradeAccount, params: LeverageSetParams) -> LeverageSetResult:
    return await context.commands.set_leverage(context.account_id, params, context.key)


@router.post(
    "/preview",
    operation_id="previewLeverage",
    summary="Preview a change of leverage",
    responses=COMMAND_ERRORS,
)
async def preview_leverage(
    context: PreviewAccount, params: LeverageSetParams
) -> LeveragePreviewResult:
    return context.commands.preview_leverage(context.account_id, params)
