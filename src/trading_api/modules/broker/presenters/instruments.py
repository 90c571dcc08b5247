"""What a terminal's order form may offer."""

from __future__ import annotations

from decimal import Decimal

from trading_api.domain.instrument import Instrument
from trading_api.models.broker import (
    DurationInfo,
    DurationType,
    InstrumentInfo,
    OrderType,
    QuantityRange,
)

_IMMEDIATE_ORDER_TYPES = [OrderType.LIMIT, OrderType.MARKET]

DURATIONS = [
    DurationInfo(
        name="Good till canceled",
        value=DurationType.GTC,
        default=True,
        supported_order_types=list(OrderType),
    ),
    DurationInfo(name="Day", value=DurationType.DAY, supported_order_types=list(OrderType)),
    DurationInfo(
        name="Good till date",
        value=DurationType.GTD,
        has_date_picker=True,
        has_time_picker=True,
        supported_order_types=list(OrderType),
    ),
    DurationInfo(
        name="Immediate or cancel",
        value=DurationType.IOC,
        supported_order_types=_IMMEDIATE_ORDER_TYPES,
    ),
    DurationInfo(
        name="Fill or kill", value=DurationType.FOK, supported_order_types=_IMMEDIATE_ORDER_TYPES
    ),
]


def to_instrument_info(
    instrument: Instrument, leverage: Decimal, rate: Decimal | None
) -> InstrumentInfo:
    """Return what an order form needs of an instrument.

    `rate` is the value of one unit of the instrument's currency in the account's, or None while
    it is unknown."""
    pip = instrument.pip_size
    step = float(instrument.quantity_step)
    return InstrumentInfo(
        qty=QuantityRange(min=step, max=float(instrument.quantity_max), step=step, default=step),
        pip_size=float(pip),
        pip_value=None if rate is None else float(pip * rate),
        min_tick=float(instrument.tick_size),
        description=instrument.description,
        currency=instrument.currency,
        leverage=f"{leverage.normalize():f}:1",
        allowed_order_types=list(OrderType),
        allowed_durations=list(DurationType),
    )
