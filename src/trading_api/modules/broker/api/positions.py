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
    commands = context.commands
    return await commands.close_position(context.account_id, position_id, amount, context.key)


@router.post(
    "/positions/{position_id}/reverse",
    operation_id="reversePosition",
    summary="Reverse a position by one market order",
    responses=COMMAND_ERRORS,
)
async def reverse_position(context: TradeAccount, position_id: PositionId) -> SuccessResponse:
    return await context.commands.reverse_position(context.account_id, position_id, context.key)


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
    commands, brackets = context.commands, request.brackets
    return await commands.edit_brackets(context.account_id, position_id, brackets, context.key)
