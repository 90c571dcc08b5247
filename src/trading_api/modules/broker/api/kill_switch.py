"""/broker/kill-switch"""

from trading_api.models.broker import KillSwitchParams, KillSwitchResult, KillSwitchState
from trading_api.modules.broker.api.account_context import ReadAccount, UrgentTradeAccount
from trading_api.web.json_route import COMMAND_ERRORS, NOT_FOUND_ERROR, StrictJSONRouter

router = StrictJSONRouter(prefix="/broker/kill-switch", tags=["broker"], responses=NOT_FOUND_ERROR)


@router.get("", operation_id="getKillSwitch", summary="Whether the account is halted")
async def get_kill_switch(context: ReadAccount) -> KillSwitchState:
    return context.queries.kill_switch(context.account_id)


@router.put(
    "",
    operation_id="setKillSwitch",
    summary="Cancel every order and refuse new ones, or let the account trade again",
    responses=COMMAND_ERRORS,
)
async def set_kill_switch(
    context: UrgentTradeAccount, params: KillSwitchParams
) -> KillSwitchResult:
    return await context.commands.set_kill_switch(context.account_id, params, context.key)
