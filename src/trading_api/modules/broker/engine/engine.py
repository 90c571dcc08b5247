"""One account's exchange: a command in, the facts it causes out."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import localcontext

from trading_api.domain.broker_commands import IdempotencyKey
from trading_api.modules.broker.engine.account import AccountState
from trading_api.modules.broker.engine.checks.account_checks import check_same_command
from trading_api.modules.broker.engine.checks.rejection import Rejection
from trading_api.modules.broker.engine.commands import (
    CancelOrder,
    CancelOrders,
    ClosePosition,
    Command,
    DepositCash,
    EditBrackets,
    ExpireOrders,
    MatchQuote,
    ModifyOrder,
    OpenAccount,
    PlaceOrder,
    ResetAccount,
    ReversePosition,
    SetLeverage,
    time_of,
)
from trading_api.modules.broker.engine.events import Event, IdempotencyKeyRecorded, OrderPlaced
from trading_api.modules.broker.engine.exchange_rules import ExchangeRules
from trading_api.modules.broker.engine.handlers.account_handlers import (
    deposit,
    open_account,
    reset,
    set_leverage,
)
from trading_api.modules.broker.engine.handlers.cancellation import cancel, cancel_many, expire
from trading_api.modules.broker.engine.handlers.liquidation import enforce_maintenance
from trading_api.modules.broker.engine.handlers.order_handlers import modify, place
from trading_api.modules.broker.engine.handlers.position_handlers import (
    close,
    edit_brackets,
    reverse,
)
from trading_api.modules.broker.engine.matching import match as match_orders
from trading_api.modules.broker.engine.money import EXACT
from trading_api.modules.broker.engine.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Duplicate:
    """The command of this key was done before; `order_id` is what it made then."""

    order_id: str


Outcome = list[Event] | Duplicate | Rejection


class Engine:
    """Deterministic and synchronous. `apply` changes the state it was given; a rejection
    changes nothing. `OpenAccount` comes first."""

    def __init__(self, state: AccountState, rules: ExchangeRules) -> None:
        self._state = state
        self._rules = rules

    @property
    def state(self) -> AccountState:
        return self._state

    def apply(self, command: Command) -> Outcome:
        key = getattr(command, "key", None)
        if key and (answer := find_duplicate(self._state, key)):
            return answer
        transaction = Transaction(self._state, self._rules)
        with localcontext(EXACT):
            rejection = self._handle(transaction, command)
            if key and not rejection:
                transaction.emit(_key_recorded(key, transaction.events, time_of(command)))
        assert not (rejection and transaction.events), rejection
        return rejection or transaction.events

    def preview(self, command: Command) -> Outcome:
        """What `apply` would return now; the state stays as it is."""
        return Engine(self._state.branch(), self._rules).apply(command)

    def _handle(self, transaction: Transaction, command: Command) -> Rejection | None:
        assert self._state.is_open != isinstance(command, OpenAccount), command
        rejection: Rejection | None = None
        match command:
            case MatchQuote():
                match_orders(transaction, command.market)
                enforce_maintenance(transaction, command.market)
            case PlaceOrder():
                rejection = place(transaction, command)
            case CancelOrder():
                rejection = cancel(transaction, command)
            case ModifyOrder():
                rejection = modify(transaction, command)
            case ClosePosition():
                rejection = close(transaction, command)
            case ReversePosition():
                rejection = reverse(transaction, command)
            case EditBrackets():
                rejection = edit_brackets(transaction, command)
            case CancelOrders():
                cancel_many(transaction, command)
            case ExpireOrders():
                expire(transaction, command)
            case SetLeverage():
                rejection = set_leverage(transaction, command)
            case DepositCash():
                rejection = deposit(transaction, command)
            case ResetAccount():
                rejection = reset(transaction, command)
            case _:
                open_account(transaction, command)
        return rejection


def find_duplicate(state: AccountState, key: IdempotencyKey) -> Duplicate | Rejection | None:
    """The answer to a command whose key the account knows."""
    recorded_keys = state.recorded_keys.get((key.operation, key.key))
    if recorded_keys is None:
        return None
    return check_same_command(recorded_keys, key) or Duplicate(recorded_keys.order_id)


def _key_recorded(key: IdempotencyKey, events: list[Event], at_ms: int) -> IdempotencyKeyRecorded:
    placed = (event.order for event in events if isinstance(event, OrderPlaced))
    made = next((order.id for order in placed if not order.is_bracket), "")
    return IdempotencyKeyRecorded(key.operation, key.key, key.fingerprint, made, at_ms)
