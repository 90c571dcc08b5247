"""/broker/account, /broker/accounts"""

from typing import Annotated

from fastapi import Query

from trading_api.models.broker import (
    AccountMetainfo,
    AccountRequest,
    DepositRequest,
    EquityData,
    ResetRequest,
    SettlementRequest,
    WithdrawalRequest,
)
from trading_api.models.common import SuccessResponse
from trading_api.modules.broker.api.account_context import (
    NamedAccount,
    OperatorAccount,
    PathTradeAccount,
    ReadAccount,
    Reader,
    Service,
)
from trading_api.modules.broker.queries.account_queries import ACCOUNTS_MAX
from trading_api.web.json_route import COMMAND_ERRORS, NOT_FOUND_ERROR, StrictJSONRouter

router = StrictJSONRouter(prefix="/broker", tags=["broker"], responses=NOT_FOUND_ERROR)


@router.get("/account", operation_id="getAccountInfo", summary="The account")
async def get_account_info(context: ReadAccount) -> AccountMetainfo:
    return context.queries.account(context.account_id)


@router.get("/equity", operation_id="getEquity", summary="The account's balance, equity and margin")
async def get_equity(context: ReadAccount) -> EquityData:
    return context.queries.equity(context.account_id)


@router.get(
    "/accounts",
    operation_id="getAccounts",
    summary="The accounts that the caller can use",
)
async def get_accounts(
    service: Service,
    who: Reader,
    limit: Annotated[
        int, Query(ge=1, le=ACCOUNTS_MAX, description="How many at the most")
    ] = ACCOUNTS_MAX,
    after: Annotated[
        str, Query(max_length=64, description="The last account that is known already")
    ] = "",
) -> list[AccountMetainfo]:
    return await service.queries.accounts(who.usable_accounts, limit, after)


@router.put(
    "/accounts/{account_id}",
    operation_id="putAccount",
    summary="Create a paper account, or give one a name",
    responses=COMMAND_ERRORS,
)
async def put_account(context: NamedAccount, request: AccountRequest) -> SuccessResponse:
    return await context.commands.name_account(
        context.account_id, request.name, context.key, context.known_ids
    )


@router.post(
    "/accounts/{account_id}/deposit",
    operation_id="deposit",
    summary="Deposit cash",
    responses=COMMAND_ERRORS,
)
async def deposit(context: PathTradeAccount, request: DepositRequest) -> SuccessResponse:
    return await context.commands.deposit(context.account_id, request.amount, context.key)


@router.post(
    "/accounts/{account_id}/withdraw",
    operation_id="withdraw",
    summary="Withdraw cash that the account's balance and free margin cover",
    responses=COMMAND_ERRORS,
)
async def withdraw(context: PathTradeAccount, request: WithdrawalRequest) -> SuccessResponse:
    return await context.commands.withdraw(context.account_id, request.amount, context.key)


@router.post(
    "/accounts/{account_id}/settle",
    operation_id="settlePosition",
    summary="Settle a position at a stated price without a trade, as an operator",
    responses=COMMAND_ERRORS,
)
async def settle_position(context: OperatorAccount, request: SettlementRequest) -> SuccessResponse:
    return await context.commands.settle_position(context.account_id, request, context.key)


@router.post(
    "/accounts/{account_id}/reset",
    operation_id="resetAccount",
    summary="Cancel the orders, remove the positions and set the balance; the records stay",
    responses=COMMAND_ERRORS,
)
async def reset_account(context: PathTradeAccount, request: ResetRequest) -> SuccessResponse:
    return await context.commands.reset_account(context.account_id, request.balance, context.key)
