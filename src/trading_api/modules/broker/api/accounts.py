"""/broker/account, /broker/accounts"""

from trading_api.models.broker import AccountMetainfo, DepositRequest, EquityData, ResetRequest
from trading_api.models.common import SuccessResponse
from trading_api.modules.broker.api.parameters import (
    WITHOUT_KEY,
    ReadAccount,
    Reader,
    Reading,
    Service,
    TradeNamedAccount,
)
from trading_api.shared.api.wire_route import COMMAND, NOT_FOUND, WireRouter

router = WireRouter(prefix="/broker", tags=["broker"], responses=NOT_FOUND)


@router.get("/account", operation_id="getAccountInfo", summary="The account")
async def get_account_info(statements: Reading, account: ReadAccount) -> AccountMetainfo:
    return statements.account(account)


@router.get("/equity", operation_id="getEquity", summary="What the account is worth now")
async def get_equity(statements: Reading, account: ReadAccount) -> EquityData:
    return statements.equity(account)


@router.get(
    "/accounts",
    operation_id="getAccounts",
    summary="The accounts that the caller may use, as far as they are known",
)
async def get_accounts(statements: Reading, who: Reader) -> list[AccountMetainfo]:
    return statements.accounts(who.accounts)


@router.post(
    "/accounts/{account_id}/deposit",
    operation_id="deposit",
    summary="Add paper money to an account",
    responses=COMMAND,
    dependencies=WITHOUT_KEY,
)
async def deposit(
    service: Service, account: TradeNamedAccount, request: DepositRequest
) -> SuccessResponse:
    await service.deposit(account, request.amount)
    return SuccessResponse(message="Deposited")


@router.post(
    "/accounts/{account_id}/reset",
    operation_id="resetAccount",
    summary="Cancel the orders, drop the positions and begin anew; the records stay",
    responses=COMMAND,
    dependencies=WITHOUT_KEY,
)
async def reset_account(
    service: Service, account: TradeNamedAccount, request: ResetRequest
) -> SuccessResponse:
    await service.reset(account, request.balance)
    return SuccessResponse(message="Reset")
