"""The exchange of one account: it takes commands and returns the events that they cause."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import localcontext

from trading_api.domain.broker_commands import IdempotencyKey
from trading_api.modules.broker.engine.account import AccountState
from trading_api.modules.broker.engine.checks.account_checks import (
    check_not_halted,
    check_same_command,
)
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
    NameAccount,
    Notify,
    OpenAccount,
    PlaceOrder,
    ResetAccount,
    ReversePosition,
    SetKillSwitch,
    SetLeverage,
    SettlePosition,
    WithdrawCash,
    key_of,
    time_of,
)
from trading_api.modules.broker.engine.events import (
    ORDER_ID_SEPARATOR,
    Event,
    IdempotencyKeyRecorded,
    OrderCanceled,
    OrderPlaced,
)
from trading_api.modules.broker.engine.exchange_rules import ExchangeRules
from trading_api.modules.broker.engine.handlers.account_handlers import (
    deposit,
    name_account,
    open_account,
    reset,
    set_leverage,
    withdraw,
)
from trading_api.modules.broker.engine.handlers.cancellation_handlers import (
    cancel,
    cancel_many,
    expire,
    set_kill_switch,
)
from trading_api.modules.broker.engine.handlers.notification_handlers import notify
from trading_api.modules.broker.engine.handlers.order_handlers import modify, place
from trading_api.modules.broker.engine.handlers.position_handlers import (
    close,
    edit_brackets,
    reverse,
    settle,
)
from trading_api.modules.broker.engine.liquidation import enforce_maintenance
from trading_api.modules.broker.engine.margin_level import is_margin_ample, watch_margin_level
from trading_api.modules.broker.engine.matching import match as match_orders
from trading_api.modules.broker.engine.money import EXACT
from trading_api.modules.broker.engine.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Duplicate:
    """The answer to a command whose idempotency key was used before for the same command.

    `order_id` is that of the event that recorded the key, and `seq` is the number of that event."""

    order_id: str
    seq: int


Outcome = list[Event] | Duplicate | Rejection


@dataclass(frozen=True, slots=True)
class CommandAnswer:
    """The outcome of a command. If the command was executed, `seq` is the number of the account's
    last event after it."""

    outcome: Outcome
    seq: int = 0


@dataclass(frozen=True, slots=True)
class Preview:
    """What `Engine.apply` would return for a command, and the state that this would lead to."""

    outcome: Outcome
    after: AccountState


class Engine:
    """Apply commands to the state of one account, deterministically and synchronously.

    The first command of an account is OpenAccount."""

    def __init__(self, state: AccountState, rules: ExchangeRules) -> None:
        self._state = state
        self._rules = rules

    @property
    def state(self) -> AccountState:
        """The state after the last command."""
        return self._state

    def apply(self, command: Command) -> Outcome:
        """Change the state by a command, and return the events, the duplicate or the rejection.

        A rejection and a duplicate change nothing."""
        key = key_of(command)
        if key and (answer := find_duplicate(self._state, key)):
            return answer
        transaction = Transaction(self._state, self._rules)
        with localcontext(EXACT):
            rejection = self._handle(transaction, command)
            if key and not rejection:
                transaction.emit(_key_recorded(key, command, transaction.events))
        assert not (rejection and transaction.events), rejection
        return rejection or transaction.events

    def preview(self, command: Command) -> Preview:
        """Return what `apply` would do now, without a change to the state.

        The state of the preview is a branch: it is valid until the engine's state changes."""
        after = self._state.branch()
        return Preview(Engine(after, self._rules).apply(command), after)

    def _handle(self, transaction: Transaction, command: Command) -> Rejection | None:
        assert self._state.is_open != isinstance(command, OpenAccount), command
        rejection: Rejection | None = None
        match command:
            case (
                PlaceOrder() | ModifyOrder() | ReversePosition() | EditBrackets()
            ) if rejection := check_not_halted(self._state):
                pass
            case MatchQuote():
                match_orders(transaction, command.market)
                if not is_margin_ample(self._state, self._rules, command.market.marks):
                    enforce_maintenance(transaction, command.market)
                    watch_margin_level(transaction, command.market)
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
            case WithdrawCash():
                rejection = withdraw(transaction, command)
            case SettlePosition():
                rejection = settle(transaction, command)
            case ResetAccount():
                rejection = reset(transaction, command)
            case NameAccount():
                rejection = name_account(transaction, command)
            case SetKillSwitch():
                set_kill_switch(transaction, command)
            case Notify():
                notify(transaction, command)
            case _:
                open_account(transaction, command)
        return rejection


def find_duplicate(state: AccountState, key: IdempotencyKey) -> Duplicate | Rejection | None:
    """Return the answer to a command whose idempotency key the account has recorded, else None."""
    recorded = state.recorded_keys.get((key.operation, key.key))
    if recorded is None:
        return None
    return check_same_command(recorded.event, key) or Duplicate(
        recorded.event.order_id, recorded.seq
    )


def _key_recorded(
    key: IdempotencyKey, command: Command, events: list[Event]
) -> IdempotencyKeyRecorded:
    if isinstance(command, CancelOrders | SetKillSwitch):
        made = ORDER_ID_SEPARATOR.join(
            event.order.id for event in events if isinstance(event, OrderCanceled)
        )
    else:
        placed = (event.order for event in events if isinstance(event, OrderPlaced))
        made = next((order.id for order in placed if not order.is_bracket), "")
    return IdempotencyKeyRecorded(key.operation, key.key, key.fingerprint, made, time_of(command))
