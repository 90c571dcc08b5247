"""The reasons for which the exchange refuses a command."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from trading_api.modules.broker.engine.order import Order


class RejectionCode(StrEnum):
    """The machine-readable reasons for which the exchange refuses a command."""

    ORDER_NOT_FOUND = "order_not_found"
    ORDER_NOT_WORKING = "order_not_working"
    ORDER_TRIGGERED = "order_triggered"
    NOT_MODIFIABLE = "not_modifiable"
    CLIENT_ID_TAKEN = "client_order_id_taken"
    KEY_REUSED = "idempotency_key_reused"
    QUANTITY_NOT_POSITIVE = "quantity_not_positive"
    QUANTITY_TOO_LARGE = "quantity_too_large"
    QUANTITY_OFF_GRID = "quantity_off_grid"
    QUANTITY_BELOW_FILLED = "quantity_below_filled"
    LIMIT_PRICE_MISSING = "limit_price_missing"
    STOP_PRICE_MISSING = "stop_price_missing"
    PRICE_NOT_POSITIVE = "price_not_positive"
    PRICE_TOO_LARGE = "price_too_large"
    PRICE_OFF_TICK = "price_off_tick"
    DURATION_NOT_ALLOWED = "duration_not_allowed"
    EXPIRY_MISSING = "expiry_missing"
    EXPIRY_PAST = "expiry_past"
    BRACKETS_NOT_ALLOWED = "brackets_not_allowed"
    BRACKET_PRICE_WRONG = "bracket_price_wrong"
    NO_PRICE = "no_price"
    POSITION_NOT_FOUND = "position_not_found"
    POSITION_REVERSING = "position_reversing"
    NOT_REDUCING = "not_reducing"
    EXCEEDS_POSITION = "exceeds_position"
    INSUFFICIENT_MARGIN = "insufficient_margin"
    INSUFFICIENT_FUNDS = "insufficient_funds"
    SETTLEMENT_PRICE_WRONG = "settlement_price_wrong"
    AMOUNT_WRONG = "amount_wrong"
    NAME_WRONG = "name_wrong"
    LEVERAGE_WRONG = "leverage_wrong"
    TRADING_HALTED = "trading_halted"


@dataclass(frozen=True, slots=True)
class Rejection:
    """Why a command was refused: a code for programs and a sentence for people."""

    code: RejectionCode
    message: str


def no_price(symbol: str) -> Rejection:
    """Return the rejection of a command that needs a price where there is none yet."""
    return Rejection(RejectionCode.NO_PRICE, f"{symbol} has no price yet; try again in a moment.")


def not_modifiable(message: str) -> Rejection:
    """Return the rejection of a change that the order does not allow."""
    return Rejection(RejectionCode.NOT_MODIFIABLE, message)


def already_triggered(order: Order) -> Rejection:
    """Return the rejection of a change to a stop that has triggered."""
    return Rejection(
        RejectionCode.ORDER_TRIGGERED,
        f"The stop of {order.id} can't be changed: it has triggered.",
    )
