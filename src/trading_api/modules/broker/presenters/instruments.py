"""What a terminal's order form may offer."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from trading_api.domain import orders as domain
from trading_api.domain.broker_features import BrokerFeatures
from trading_api.domain.instrument import Instrument
from trading_api.domain.orders import Duration
from trading_api.models.broker import (
    BrokerConfiguration,
    BrokerFlags,
    DurationInfo,
    DurationType,
    InstrumentInfo,
    OrderType,
    QuantityRange,
)

_IMMEDIATE_ORDER_TYPES = [OrderType.LIMIT, OrderType.MARKET]

_DURATIONS = [
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


def to_configuration(features: BrokerFeatures, currency: str) -> BrokerConfiguration:
    """Return what a terminal may offer where an account has these features."""
    durations = [
        each.model_copy(update={"supported_order_types": types})
        for each in _DURATIONS
        if Duration(each.value) in features.durations
        and (types := _supported(each.supported_order_types, features))
    ]
    return BrokerConfiguration(
        config_flags=_flags(features),
        durations=durations,
        currency=currency,
        margin_warning_levels=[float(each) for each in features.margin_warning_levels],
    )


def to_instrument_info(
    instrument: Instrument, leverage: Decimal, rate: Decimal | None, features: BrokerFeatures
) -> InstrumentInfo:
    """Return what an order form needs of an instrument in an account with these features.

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
        allowed_order_types=_supported(OrderType, features),
        allowed_durations=[each for each in DurationType if Duration(each) in features.durations],
    )


def _supported(types: Iterable[OrderType], features: BrokerFeatures) -> list[OrderType]:
    return [each for each in types if domain.OrderType(each) in features.order_types]


def _flags(features: BrokerFeatures) -> BrokerFlags:
    types = features.order_types
    return BrokerFlags(
        support_order_brackets=features.has_order_brackets,
        support_position_brackets=features.has_position_brackets,
        support_market_brackets=features.has_order_brackets,
        support_modify_order_price=features.modifies_orders,
        support_modify_brackets=features.has_position_brackets,
        support_modify_duration=features.modifies_durations,
        support_modify_trailing_stop=features.has_trailing_stops,
        support_edit_amount=features.modifies_orders,
        support_reverse_position=features.sells_short,
        support_native_reverse_position=features.sells_short,
        support_market_orders=domain.OrderType.MARKET in types,
        support_limit_orders=domain.OrderType.LIMIT in types,
        support_stop_orders=domain.OrderType.STOP in types,
        support_stop_limit_orders=domain.OrderType.STOP_LIMIT in types,
        support_trailing_stop=features.has_trailing_stops,
        support_leverage=features.has_leverage,
        support_margin=features.has_leverage,
    )
