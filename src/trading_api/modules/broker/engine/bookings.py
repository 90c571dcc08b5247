"""The bookings of an account: what its events do to its cash and its positions."""

from __future__ import annotations

from trading_api.domain.booking import Booking, BookingKind
from trading_api.domain.orders import Side
from trading_api.modules.broker.engine.events import (
    AccountOpened,
    AccountReset,
    CashDeposited,
    CashWithdrawn,
    Event,
    OrderFilled,
    PositionSettled,
)
from trading_api.modules.broker.engine.execution import Execution
from trading_api.modules.broker.engine.venue_events import CashAdjusted, PositionAdjusted

BOOKED_EVENTS = frozenset(
    {
        AccountOpened,
        AccountReset,
        CashAdjusted,
        CashDeposited,
        CashWithdrawn,
        OrderFilled,
        PositionAdjusted,
        PositionSettled,
    }
)
"""The classes of events that have a booking."""


def booking(seq: int, event: Event) -> Booking:
    """Return the booking of an event of BOOKED_EVENTS with the number `seq`."""
    match event:
        case OrderFilled():
            return fill_booking(seq, event.execution)
        case AccountOpened():
            return Booking(seq, BookingKind.OPENING, event.at_ms, event.balance)
        case AccountReset():
            return Booking(seq, BookingKind.RESET, event.at_ms, event.balance)
        case CashDeposited() | CashAdjusted():
            return Booking(seq, BookingKind.DEPOSIT, event.at_ms, event.amount)
        case CashWithdrawn():
            return Booking(seq, BookingKind.DEPOSIT, event.at_ms, event.amount.copy_negate())
        case PositionSettled():
            return Booking(
                seq,
                BookingKind.SETTLEMENT,
                event.at_ms,
                symbol=event.symbol,
                price=event.price,
                rate=event.rate,
                realized_pl=event.realized_pl,
            )
        case PositionAdjusted():
            return Booking(
                seq,
                BookingKind.ADJUSTMENT,
                event.at_ms,
                symbol=event.symbol,
                side=Side.BUY if event.quantity > 0 else Side.SELL,
                quantity=abs(event.quantity),
                price=event.price,
                rate=event.rate,
                realized_pl=event.realized_pl,
            )
    raise AssertionError(f"{type(event).__name__} has no booking")


def fill_booking(seq: int, execution: Execution) -> Booking:
    """Return the booking of a fill."""
    return Booking(
        seq,
        BookingKind.FILL,
        execution.time_ms,
        symbol=execution.symbol,
        side=execution.side,
        quantity=execution.quantity,
        price=execution.price,
        rate=execution.rate,
        realized_pl=execution.realized_pl,
        commission=execution.commission,
    )
