"""Instruments as Alpaca's documents of assets."""

from __future__ import annotations

from decimal import Decimal

from trading_api.domain.account_snapshot import AccountSnapshot
from trading_api.domain.broker_features import BrokerFeatures
from trading_api.domain.decimal_text import decimal_text
from trading_api.domain.instrument import Instrument
from trading_api.models.alpaca.market import AlpacaAsset
from trading_api.modules.alpaca.assets import (
    asset_class,
    display_symbol,
    exchange_name,
    is_fractionable,
)
from trading_api.modules.alpaca.formats import rounded_text
from trading_api.modules.alpaca.ids import asset_uuid

HUNDRED = Decimal(100)


def to_asset(
    instrument: Instrument, snapshot: AccountSnapshot, features: BrokerFeatures
) -> AlpacaAsset:
    """Return the document of an instrument, as the account may trade it."""
    leverage = snapshot.leverage(instrument.symbol)
    requirement = HUNDRED / leverage
    return AlpacaAsset(
        id=str(asset_uuid(instrument.symbol)),
        asset_class=asset_class(instrument),
        exchange=exchange_name(instrument),
        symbol=display_symbol(instrument),
        name=instrument.description or instrument.symbol,
        marginable=features.has_leverage,
        shortable=features.sells_short,
        easy_to_borrow=features.sells_short,
        fractionable=is_fractionable(instrument),
        maintenance_margin_requirement=float(round(requirement, 4)),
        margin_requirement_long=rounded_text(requirement, 4),
        margin_requirement_short=rounded_text(requirement, 4),
        min_order_size=decimal_text(instrument.quantity_step),
        min_trade_increment=decimal_text(instrument.quantity_step),
        price_increment=decimal_text(instrument.tick_size),
    )
