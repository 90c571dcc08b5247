"""/broker/positions"""

from typing import Annotated

from fastapi import APIRouter, Query

from trading_api.models.broker import EditPositionBracketsRequest, Position
from trading_api.models.common import SuccessResponse
from trading_api.modules.broker.api.parameters import (
    WITHOUT_KEY,
    IdempotencyKey,
    PositionId,
    ReadAccount,
    Reading,
    Service,
    TradeAccount,
)
from trading_api.shared.api.wire_route import COMMAND, NOT_FOUND, WireRoute

router = APIRouter(prefix="/broker", tags=["broker"], route_class=WireRoute, responses=NOT_FOUND)


@router.get("/positions", operation_id="getPositions", summary="Open positions")
async def get_positions(statements: Reading, account: ReadAccount) -> list[Position]:
    return list(statements.positions(account))


@router.delete(
    "/positions/{position_id}",
    operation_id="closePosition",
    summary="Close a position, or a part of it, at the market",
    responses=COMMAND,
)
async def close_position(
    service: Service,
    account: TradeAccount,
    position_id: PositionId,
    amount: Annotated[
        float | None,
        Query(allow_inf_nan=False, description="All of it where it is left out", examples=[5]),
    ] = None,
    key: IdempotencyKey = None,
) -> SuccessResponse:
    await service.close_position(account, position_id, amount, key)
    return SuccessResponse(message="Closing")


@router.post(
    "/positions/{position_id}/reverse",
    operation_id="reversePosition",
    summary="Turn a position round by one order at the market",
    responses=COMMAND,
)
async def reverse_position(
    service: Service,
    account: TradeAccount,
    position_id: PositionId,
    key: IdempotencyKey = None,
) -> SuccessResponse:
    await service.reverse_position(account, position_id, key)
    return SuccessResponse(message="Reversing")


@router.put(
    "/positions/{position_id}/brackets",
    operation_id="editPositionBrackets",
    summary="Set what protects a position, in place of all that did",
    responses=COMMAND,
    dependencies=WITHOUT_KEY,
)
async def edit_position_brackets(
    service: Service,
    account: TradeAccount,
    position_id: PositionId,
    request: EditPositionBracketsRequest,
) -> SuccessResponse:
    await service.edit_brackets(account, position_id, request.brackets)
    return SuccessResponse(message="Protected")
