"""Alpaca's positions."""

from typing import Any

from trading_api.models.alpaca.fields import AlpacaDocument


class AlpacaPosition(AlpacaDocument):
    """An open position. `qty`, `market_value` and `cost_basis` of a short one are negative."""

    asset_id: str
    symbol: str
    exchange: str
    asset_class: str
    asset_marginable: bool
    qty: str
    qty_available: str
    avg_entry_price: str
    side: str
    market_value: str | None
    cost_basis: str
    unrealized_pl: str | None
    unrealized_plpc: str | None
    unrealized_intraday_pl: str | None
    unrealized_intraday_plpc: str | None
    current_price: str | None
    lastday_price: str | None
    change_today: str | None


class ClosedPosition(AlpacaDocument):
    """One position of a closing of all: the order that closes it, or why there is none."""

    symbol: str
    status: int
    order_id: str | None = None
    body: dict[str, Any]
