"""Check commands about an account: idempotency keys and amounts of money."""

from __future__ import annotations

from decimal import Decimal

from trading_api.domain.account_kind import AccountKind, account_kind
from trading_api.domain.broker_commands import IdempotencyKey
from trading_api.modules.broker.engine.account import AccountState
from trading_api.modules.broker.engine.checks.account_names import (
    JOINERS,
    has_invisible_characters,
    has_styled_characters,
    looks_live,
    mixes_alphabets,
)
from trading_api.modules.broker.engine.checks.rejection import Rejection, RejectionCode
from trading_api.modules.broker.engine.events import IdempotencyKeyRecorded
from trading_api.modules.broker.engine.money import MONEY_STEP
from trading_api.modules.broker.engine.trading_rules import is_on_grid

AMOUNT_MAX = Decimal("1E12")
BALANCE_MAX = Decimal("1E15")
"""The largest balance that deposits lead to. A double on the wire still holds every cent of it."""

NAME_LENGTH_MAX = 64


def check_same_command(recorded: IdempotencyKeyRecorded, key: IdempotencyKey) -> Rejection | None:
    """Reject a command whose idempotency key was used for a different command."""
    if recorded.fingerprint == key.fingerprint:
        return None
    return Rejection(
        RejectionCode.KEY_REUSED,
        f"The idempotency key {key.key!r} stands for another {key.operation} command.",
    )


def check_not_halted(state: AccountState) -> Rejection | None:
    """Reject what needs a new order while the kill switch is on."""
    switch = state.kill_switch
    if not switch.is_on:
        return None
    reason = f" ({switch.reason})" if switch.reason else ""
    return Rejection(
        RejectionCode.TRADING_HALTED,
        f"Trading is halted in this account{reason}: it only cancels orders and closes positions.",
    )


def is_stored_name(name: str) -> bool:
    """Return whether an account may have had this name under the rules of any version."""
    is_printable = all(each.isprintable() or each in JOINERS for each in name)
    is_short = len(name) <= NAME_LENGTH_MAX and is_printable and name == name.strip()
    return is_short and account_kind(name) is not AccountKind.LIVE


def check_name(name: str, is_id_of_other: bool = False) -> Rejection | None:
    """Reject a name that is too long, that cannot be read as it is written, or that could make
    people mistake the account for a live one or for the other one with this id."""
    if len(name) > NAME_LENGTH_MAX:
        text = f"A name has at most {NAME_LENGTH_MAX} characters."
    elif looks_live(name):
        text = "A name that looks as if it began with LIVE- could be taken for a live account."
    elif is_id_of_other:
        text = f"The name {name!r} is the id of another account."
    elif name != name.strip():
        text = "A name has no space at its ends."
    elif has_invisible_characters(name):
        text = "A name has no character that is invisible or changes the direction of its text."
    elif has_styled_characters(name):
        text = "A name has no bold, circled or other styled forms of ASCII letters or digits."
    elif mixes_alphabets(name):
        text = f"The name {name!r} has letters of two alphabets in a word."
    else:
        return None
    return Rejection(RejectionCode.NAME_WRONG, text)


def check_amount(amount: Decimal) -> Rejection | None:
    """Reject an amount of money that is not positive, too large, or finer than a unit of money."""
    if amount <= AMOUNT_MAX and is_on_grid(amount, MONEY_STEP):
        return None
    return Rejection(
        RejectionCode.AMOUNT_WRONG,
        f"Amount {amount} is not above zero, at most {AMOUNT_MAX:f} and without fractions of "
        f"{MONEY_STEP:f}.",
    )


def check_deposit(state: AccountState, amount: Decimal) -> Rejection | None:
    """Reject a deposit that is not a valid amount, or brings the balance beyond its maximum."""
    if rejection := check_amount(amount):
        return rejection
    if state.balance + amount <= BALANCE_MAX:
        return None
    return Rejection(
        RejectionCode.AMOUNT_WRONG,
        f"Amount {amount} would bring the balance beyond {BALANCE_MAX:f}.",
    )
