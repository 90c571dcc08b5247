"""/broker/account, /broker/accounts"""

from fastapi import APIRouter

from trading_api.models.broker import AccountMetainfo, DepositRequest, EquityData, ResetRequest
from trading_api.models.common import SuccessResponse
from trading_api.modules.broker.api.parameters import (
    WITHOUT_KEY,
    AccountPath,
    AccountQuery,
    Reading,
    Service,
)
from trading_api.shared.api.wire_route import COMMAND, NOT_FOUND, WireRoute

router = APIRouter(prefix="/broker", tags=["broker"], route_class=WireRoute, responses=NOT_FOUND)


@router.get("/account", operation_id="getAccountInfo", summary="The account")
async def get_account_info(statements: Reading, account_id: AccountQuery = None) -> AccountMetainfo:
    return statements.account(account_id)


@router.get("/equity", operation_id="getEquity", summary="What the account is worth now")
async def get_equity(statements: Reading, account_id: AccountQuery = None) -> EquityData:
    return statements.equity(account_id)


@router.get(
    "/accounts",
    operation_id="getAccounts",
    summary="The default account, and those that were used",
)
async def get_accounts(statements: Reading) -> list[AccountMetainfo]:
    return statements.accounts()


@router.post(
    "/accounts/{account_id}/deposit",
    operation_id="deposit",
    summary="Add paper money to an account",
    responses=COMMAND,
    dependencies=WITHOUT_KEY,
)
async def deposit(
    service: Service, account_id: AccountPath, request: DepositRequest
) -> SuccessResponse:
    await service.deposit(account_id, request.amount)
    return SuccessResponse(message="Deposited")


@router.post(
    "/accounts/{account_id}/reset",
    operation_id="resetAccount",
    summary="Cancel the orders, drop the positions and begin anew; the records stay",
    responses=COMMAND,
    dependencies=WITHOUT_KEY,
)
async def reset_account(
    service: Service, account_id: AccountPath, request: ResetRequest
) -> SuccessResponse:
    await service.reset(account_id, request.balance)
    return SuccessResponse(message="Reset")
