"""Alpaca's assets, clock and calendar."""

from pydantic import Field

from trading_api.models.alpaca.fields import AlpacaDocument


class AlpacaAsset(AlpacaDocument):
    """An instrument that can be traded."""

    id: str
    asset_class: str = Field(serialization_alias="class")
    exchange: str
    symbol: str
    name: str
    status: str = "active"
    tradable: bool = True
    marginable: bool
    shortable: bool
    easy_to_borrow: bool
    fractionable: bool
    maintenance_margin_requirement: float
    margin_requirement_long: str
    margin_requirement_short: str
    min_order_size: str
    min_trade_increment: str
    price_increment: str
    attributes: list[str] = Field(default_factory=list)


class AlpacaClock(AlpacaDocument):
    """Whether the market is open, and when it opens and closes next."""

    timestamp: str
    is_open: bool
    next_open: str
    next_close: str


class CalendarDay(AlpacaDocument):
    """One trading day, with times of the exchange: `09:30`, and `0930` of a session."""

    date: str
    open: str
    close: str
    session_open: str
    session_close: str
    settlement_date: str
