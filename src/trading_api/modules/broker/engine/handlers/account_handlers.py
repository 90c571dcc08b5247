"""Handle the commands that open, name, fund, empty and reset an account, and set its leverage."""

from __future__ import annotations

from trading_api.modules.broker.engine.cancellation import cancel_orders
from trading_api.modules.broker.engine.checks.account_checks import (
    check_amount,
    check_deposit,
    check_name,
)
from trading_api.modules.broker.engine.checks.margin_checks import check_leverage, check_withdrawal
from trading_api.modules.broker.engine.checks.rejection import Rejection
from trading_api.modules.broker.engine.commands import (
    DepositCash,
    NameAccount,
    OpenAccount,
    ResetAccount,
    SetLeverage,
    WithdrawCash,
)
from trading_api.modules.broker.engine.events import (
    AccountNamed,
    AccountOpened,
    AccountReset,
    CashDeposited,
    CashWithdrawn,
    LeverageSet,
)
from trading_api.modules.broker.engine.position import Position
from trading_api.modules.broker.engine.transaction import Transaction

RESET = "The account was reset."


def open_account(transaction: Transaction, command: OpenAccount) -> None:
    """Open the account with its first balance."""
    transaction.emit(
        AccountOpened(command.account_id, command.currency, command.balance, command.at_ms)
    )


def name_account(transaction: Transaction, command: NameAccount) -> Rejection | None:
    """Give the account a name, unless it has this one."""
    name = command.name
    if name is None or name == transaction.state.name:
        return None
    rejection = check_name(name, command.is_id_of_other)
    if rejection is None:
        transaction.emit(AccountNamed(name, command.at_ms))
    return rejection


def deposit(transaction: Transaction, command: DepositCash) -> Rejection | None:
    """Add an amount to the balance."""
    if rejection := check_deposit(transaction.state, command.amount):
        return rejection
    balance = transaction.state.balance + command.amount
    transaction.emit(CashDeposited(command.amount, balance, command.at_ms))
    return None


def withdraw(transaction: Transaction, command: WithdrawCash) -> Rejection | None:
    """Take an amount from the balance, if the free margin covers it."""
    state = transaction.state
    if rejection := check_withdrawal(state, transaction.rules, command.amount, command.marks):
        return rejection
    balance = state.balance - command.amount
    transaction.emit(CashWithdrawn(command.amount, balance, command.at_ms))
    return None


def reset(transaction: Transaction, command: ResetAccount) -> Rejection | None:
    """Cancel all orders, end all positions without an execution, and set a new balance."""
    if rejection := check_amount(command.balance):
        return rejection
    cancel_orders(transaction, transaction.state.live_orders(), command.at_ms, RESET)
    state = transaction.state
    amount = command.balance - state.balance
    ended = tuple(Position(symbol, updated_ms=command.at_ms) for symbol in state.positions)
    sides = tuple(position.side for position in state.positions.values())
    transaction.emit(AccountReset(amount, command.balance, ended, command.at_ms, sides))
    return None


def set_leverage(transaction: Transaction, command: SetLeverage) -> Rejection | None:
    """Set the leverage of a symbol."""
    market = command.market
    rejection = check_leverage(transaction.state, transaction.rules, command.leverage, market)
    if rejection is None:
        transaction.emit(LeverageSet(market.symbol, command.leverage, market.at_ms))
    return rejection
