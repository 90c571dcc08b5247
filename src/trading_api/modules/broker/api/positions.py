"""/broker/positions"""

from typing import Annotated

from fastapi import Query

from trading_api.models.broker import EditPositionBracketsRequest, Position
from trading_api.models.common import SuccessResponse
from trading_api.modules.broker.api.parameters import (
    KeyedDesk,
    PositionId,
    ReadDesk,
    TradeDesk,
)
from trading_api.web.json_route import COMMAND_ERRORS, NOT_FOUND_ERROR, StrictJSONRouter

router = StrictJSONRouter(prefix="/broker", tags=["broker"], responses=NOT_FOUND_ERROR)


@router.get("/positions", operation_id="getPositions", summary="Open positions")
async def get_positions(desk: ReadDesk) -> list[Position]:
    return list(desk.statements.positions(desk.account))


@router.delete(
    "/positions/{position_id}",
    operation_id="closePosition",
    summary="Close a position, or a part of it, at the market",
    responses=COMMAND_ERRORS,
)
async def close_position(
    desk: KeyedDesk,
    position_id: PositionId,
    amount: Annotated[
        float | None,
        Query(allow_inf_nan=False, description="All of it where it is left out", examples=[5]),
    ] = None,
) -> SuccessResponse:
    await desk.service.close_position(desk.account, position_id, amount, desk.key)
    return SuccessResponse(message="Closing")


@router.post(
    "/positions/{position_id}/reverse",
    operation_id="reversePosition",
    summary="Turn a position round by one order at the market",
    responses=COMMAND_ERRORS,
)
async def reverse_position(desk: KeyedDesk, position_id: PositionId) -> SuccessResponse:
    await desk.service.reverse_position(desk.account, position_id, desk.key)
    return SuccessResponse(message="Reversing")


@router.put(
    "/positions/{position_id}/brackets",
    operation_id="editPositionBrackets",
    summary="Set what protects a position, in place of all that did",
    responses=COMMAND_ERRORS,
)
async def edit_position_brackets(
    desk: TradeDesk,
    position_id: PositionId,
    request: EditPositionBracketsRequest,
) -> SuccessResponse:
    await desk.service.edit_brackets(desk.account, position_id, request.brackets)
    return SuccessResponse(message="Protected")
