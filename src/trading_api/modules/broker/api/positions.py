"""/broker/positions"""

from typing import Annotated

from fastapi import Query

from trading_api.models.broker import EditPositionBracketsRequest, Position
from trading_api.models.common import SuccessResponse
from trading_api.modules.broker.api.account_context import (
    PositionId,
    ReadAccount,
    TradeAccount,
)
from trading_api.modules.broker.mapping import (
    to_close_position,
    to_edit_brackets,
    to_reverse_position,
)
from trading_api.web.json_route import COMMAND_ERRORS, NOT_FOUND_ERROR, StrictJSONRouter

router = StrictJSONRouter(prefix="/broker", tags=["broker"], responses=NOT_FOUND_ERROR)


@router.get("/positions", operation_id="getPositions", summary="Open positions")
async def get_positions(context: ReadAccount) -> list[Position]:
    return list(context.queries.positions(context.account_id))


@router.delete(
    "/positions/{position_id}",
    operation_id="closePosition",
    summary="Close a position, or a part of it, at the market",
    responses=COMMAND_ERRORS,
)
async def close_position(
    context: TradeAccount,
    position_id: PositionId,
    amount: Annotated[
        float | None,
        Query(allow_inf_nan=False, description="All of it where it is left out", examples=[5]),
    ] = None,
) -> SuccessResponse:
    command = to_close_position(position_id, amount, context.key)
    await context.broker.submit(context.account_id, *command)
    return SuccessResponse(message="Closing")


@router.post(
    "/positions/{position_id}/reverse",
    operation_id="reversePosition",
    summary="Reverse a position by one market order",
    responses=COMMAND_ERRORS,
)
async def reverse_position(context: TradeAccount, position_id: PositionId) -> SuccessResponse:
    command = to_reverse_position(position_id, context.key)
    await context.broker.submit(context.account_id, *command)
    return SuccessResponse(message="Reversing")


@router.put(
    "/positions/{position_id}/brackets",
    operation_id="editPositionBrackets",
    summary="Replace the brackets of a position",
    responses=COMMAND_ERRORS,
)
async def edit_position_brackets(
    context: TradeAccount,
    position_id: PositionId,
    request: EditPositionBracketsRequest,
) -> SuccessResponse:
    command = to_edit_brackets(position_id, request.brackets, context.key)
    await context.broker.submit(context.account_id, *command)
    return SuccessResponse(message="Protected")
