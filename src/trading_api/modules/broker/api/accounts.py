"""/broker/account, /broker/accounts"""

from trading_api.models.broker import AccountMetainfo, DepositRequest, EquityData, ResetRequest
from trading_api.models.common import SuccessResponse
from trading_api.modules.broker.api.parameters import (
    NamedDesk,
    ReadDesk,
    Reader,
    Service,
)
from trading_api.web.json_route import COMMAND_ERRORS, NOT_FOUND_ERROR, StrictJSONRouter

router = StrictJSONRouter(prefix="/broker", tags=["broker"], responses=NOT_FOUND_ERROR)


@router.get("/account", operation_id="getAccountInfo", summary="The account")
async def get_account_info(desk: ReadDesk) -> AccountMetainfo:
    return desk.statements.account(desk.account)


@router.get("/equity", operation_id="getEquity", summary="What the account is worth now")
async def get_equity(desk: ReadDesk) -> EquityData:
    return desk.statements.equity(desk.account)


@router.get(
    "/accounts",
    operation_id="getAccounts",
    summary="The accounts that the caller may use, as far as they are known",
)
async def get_accounts(service: Service, who: Reader) -> list[AccountMetainfo]:
    return service.statements.accounts(who.accounts)


@router.post(
    "/accounts/{account_id}/deposit",
    operation_id="deposit",
    summary="Add paper money to an account",
    responses=COMMAND_ERRORS,
)
async def deposit(desk: NamedDesk, request: DepositRequest) -> SuccessResponse:
    await desk.service.deposit(desk.account, request.amount)
    return SuccessResponse(message="Deposited")


@router.post(
    "/accounts/{account_id}/reset",
    operation_id="resetAccount",
    summary="Cancel the orders, drop the positions and begin anew; the records stay",
    responses=COMMAND_ERRORS,
)
async def reset_account(desk: NamedDesk, request: ResetRequest) -> SuccessResponse:
    await desk.service.reset(desk.account, request.balance)
    return SuccessResponse(message="Reset")
