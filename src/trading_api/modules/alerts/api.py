"""/alerts: price alerts over REST."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Header, Path, Query, Request

from trading_api.auth.principal import Scope
from trading_api.models.alerts import Alert, AlertRequest
from trading_api.models.common import SuccessResponse
from trading_api.modules.alerts.service import AlertService
from trading_api.web.json_route import COMMAND_ERRORS, NOT_FOUND_ERROR, StrictJSONRouter
from trading_api.web.security import AccountRequirement, security_dependency

router = StrictJSONRouter(prefix="/alerts", tags=["alerts"], responses=NOT_FOUND_ERROR)

_AccountId = Annotated[
    str | None,
    Query(
        description="The caller's default account where it is left out",
        examples=["DEMO-ACCOUNT"],
    ),
]
_IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        description="Identifies the request: a repetition is not executed again; another request "
        "with the same key returns 409",
    ),
]
AlertId = Annotated[str, Path(max_length=64, examples=["alert-1"])]


@dataclass(frozen=True, slots=True)
class AlertsContext:
    """The alerts of an account that the caller may read or change. `key` is the request's
    Idempotency-Key."""

    service: AlertService
    account_id: str
    key: str | None = None


class _AlertsRequirement(AccountRequirement):
    def context(
        self, request: Request, account_id: str | None, key: str | None = None
    ) -> AlertsContext:
        """Return the context of the caller's account. Raises what `authorized_account` raises."""
        account = self.authorized_account(request, account_id)
        return AlertsContext(request.app.state.services["alerts"], account, key)


class _WithoutKey(_AlertsRequirement):
    async def __call__(self, request: Request, account_id: _AccountId = None) -> AlertsContext:
        return self.context(request, account_id)


class _WithKey(_AlertsRequirement):
    async def __call__(
        self, request: Request, account_id: _AccountId = None, key: _IdempotencyKey = None
    ) -> AlertsContext:
        return self.context(request, account_id, key)


ReadAlerts = Annotated[AlertsContext, security_dependency(_WithoutKey(Scope.ACCOUNT_READ))]
WriteAlerts = Annotated[AlertsContext, security_dependency(_WithKey(Scope.ACCOUNT_TRADE))]


@router.get("", operation_id="getAlerts", summary="The alerts of the account")
async def get_alerts(context: ReadAlerts) -> list[Alert]:
    return await context.service.alerts(context.account_id)


@router.post(
    "",
    operation_id="createAlert",
    summary="Create an alert",
    responses=COMMAND_ERRORS,
)
async def create_alert(context: WriteAlerts, request: AlertRequest) -> Alert:
    return await context.service.create(context.account_id, request, context.key)


@router.get("/{alert_id}", operation_id="getAlert", summary="One alert")
async def get_alert(context: ReadAlerts, alert_id: AlertId) -> Alert:
    return await context.service.alert(context.account_id, alert_id)


@router.put(
    "/{alert_id}",
    operation_id="changeAlert",
    summary="Replace what an alert waits for; it is active again",
    responses=COMMAND_ERRORS,
)
async def change_alert(context: WriteAlerts, alert_id: AlertId, request: AlertRequest) -> Alert:
    return await context.service.change(context.account_id, alert_id, request, context.key)


@router.delete(
    "/{alert_id}",
    operation_id="deleteAlert",
    summary="Delete an alert; one that was deleted stays deleted",
    responses=COMMAND_ERRORS,
)
async def delete_alert(context: WriteAlerts, alert_id: AlertId) -> SuccessResponse:
    await context.service.delete(context.account_id, alert_id)
    return SuccessResponse(message="Deleted")
