"""Leverage of a symbol."""

from typing import Annotated

from trading_api.models.broker.orders import OrderType, Side
from trading_api.models.common import CamelModel, CommandSeq, Number, NumberOnly, Symbol, example


class LeverageInfo(CamelModel):
    """The leverage of a symbol and the range that it can be set to."""

    model_config = example({"title": "AAPL", "leverage": 1, "min": 1, "max": 1, "step": 1})

    title: str
    leverage: Number
    min: Number
    max: Number
    step: Number


class LeverageSetParams(CamelModel):
    """The leverage to set or preview for a symbol."""

    model_config = example({"symbol": "AAPL", "orderType": 2, "side": 1, "leverage": 5})

    symbol: Symbol
    order_type: Annotated[OrderType, NumberOnly]
    side: Annotated[Side, NumberOnly]
    leverage: Number


class LeverageSetResult(CamelModel):
    """The leverage that is now in effect."""

    model_config = example({"leverage": 5, "seq": 2})

    leverage: Number
    seq: CommandSeq


class LeveragePreviewResult(CamelModel):
    """What a change of leverage would mean, in sentences for the user."""

    model_config = example({"infos": ["5:1"]})

    infos: list[str] | None = None
    warnings: list[str] | None = None
    errors: list[str] | None = None
