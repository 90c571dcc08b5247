"""What a terminal's ticket may offer."""

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
from trading_api.modules.broker.paper.prices import pip_size

_AT_ONCE = [OrderType.LIMIT, OrderType.MARKET]

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
        name="Immediate or cancel", value=DurationType.IOC, supported_order_types=_AT_ONCE
    ),
    DurationInfo(name="Fill or kill", value=DurationType.FOK, supported_order_types=_AT_ONCE),
]


def instrument_info(
    instrument: Instrument, leverage: Decimal, rate: Decimal | None
) -> InstrumentInfo:
    """`rate` is what one unit of the instrument's currency is worth, None while that is unknown."""
    pip = pip_size(instrument)
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
