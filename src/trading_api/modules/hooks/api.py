"""The endpoints of /hooks: management of hooks, and the address of TradingView alerts."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Path, Query, Request
from starlette.responses import JSONResponse

from trading_api.auth.principal import Principal, Scope
from trading_api.errors import Invalid
from trading_api.models.common import SuccessResponse
from trading_api.models.hooks import (
    AlertDelivery,
    CreatedHook,
    DeliveryResult,
    HookDescription,
    HookRequest,
    alert_body_schema,
)
from trading_api.modules.hooks.alert_message import read_message
from trading_api.modules.hooks.delivery import AlertRefused
from trading_api.modules.hooks.mapping import to_alert_delivery
from trading_api.modules.hooks.service import HookService
from trading_api.web.json_route import COMMAND_ERRORS, NOT_FOUND_ERROR, StrictJSONRouter
from trading_api.web.security import AccountRequirement, security_dependency

router = StrictJSONRouter(prefix="/hooks", tags=["hooks"], responses=NOT_FOUND_ERROR)

_AccountId = Annotated[
    str | None,
    Query(
        description="The caller's default account where it is left out",
        examples=["DEMO-ACCOUNT"],
    ),
]
HookId = Annotated[str, Path(max_length=64, examples=["hook-3f9c2b7a10de4c55"])]
Before = Annotated[
    int | None,
    Query(ge=1, le=2**53 - 1, description="Only deliveries with a lower number"),
]
Limit = Annotated[int, Query(ge=1, le=1000, description="The most deliveries to return")]


@dataclass(frozen=True, slots=True)
class HooksContext:
    """The hooks of an account that the caller may read or change."""

    service: HookService
    account_id: str
    principal: Principal


class _HooksRequirement(AccountRequirement):
    async def __call__(self, request: Request, account_id: _AccountId = None) -> HooksContext:
        if "idempotency-key" in request.headers:
            raise Invalid(
                "An Idempotency-Key is not taken: a secret is sent only once.",
                "idempotency_key_not_taken",
            )
        account = self.authorized_account(request, account_id)
        principal: Principal = request.scope["state"]["principal"]
        return HooksContext(request.app.state.services["hooks"], account, principal)


ReadHooks = Annotated[HooksContext, security_dependency(_HooksRequirement(Scope.ACCOUNT_READ))]
WriteHooks = Annotated[HooksContext, security_dependency(_HooksRequirement(Scope.ACCOUNT_TRADE))]


@router.post(
    "/tradingview/{hook_id}",
    operation_id="receiveTradingViewAlert",
    response_model=AlertDelivery,
    summary="Execute a TradingView alert; a repeated alert has no effect",
    responses={
        202: {"model": AlertDelivery, "description": "The broker has not answered yet"},
        **COMMAND_ERRORS,
    },
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": alert_body_schema()}},
        }
    },
)
async def receive_tradingview_alert(
    request: Request, hook_id: HookId
) -> AlertDelivery | JSONResponse:
    service: HookService = request.app.state.services["hooks"]
    depth_max = request.app.state.settings.json_depth_max
    message = read_message(await request.body(), depth_max)
    address = request.client.host if request.client else ""
    hook = await service.receiver.authenticate(hook_id, message, address)
    # For the access log, which names the caller.
    request.scope.setdefault("state", {})["principal"] = hook.principal(())
    delivery = await service.receiver.receive(hook, message)
    if delivery.refusal is not None:
        raise AlertRefused(delivery.refusal)
    answer = to_alert_delivery(delivery)
    if delivery.result is DeliveryResult.PENDING:
        return JSONResponse(answer.model_dump(mode="json", exclude_none=True), status_code=202)
    return answer


@router.get("", operation_id="getHooks", summary="List the hooks of an account")
async def get_hooks(context: ReadHooks) -> list[HookDescription]:
    return await context.service.hooks(context.account_id)


@router.post(
    "",
    operation_id="createHook",
    summary="Create a hook; only this response contains its secret",
    responses=COMMAND_ERRORS,
)
async def create_hook(context: WriteHooks, request: HookRequest) -> CreatedHook:
    return await context.service.create(context.principal, context.account_id, request)


@router.get("/{hook_id}", operation_id="getHook", summary="Read a hook")
async def get_hook(context: ReadHooks, hook_id: HookId) -> HookDescription:
    return await context.service.hook(context.account_id, hook_id)


@router.delete(
    "/{hook_id}",
    operation_id="deleteHook",
    summary="Delete a hook and its deliveries",
    responses=COMMAND_ERRORS,
)
async def delete_hook(context: WriteHooks, hook_id: HookId) -> SuccessResponse:
    await context.service.delete(context.account_id, hook_id)
    return SuccessResponse(message="Deleted")


@router.get(
    "/{hook_id}/deliveries",
    operation_id="getHookDeliveries",
    summary="List the alerts that a hook received, with their results, the newest first",
)
async def get_hook_deliveries(
    context: ReadHooks, hook_id: HookId, before: Before = None, limit: Limit = 100
) -> list[AlertDelivery]:
    return await context.service.deliveries(context.account_id, hook_id, before, limit)
