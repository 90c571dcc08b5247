"""One fill of one order."""

from __future__ import annotations

from decimal import Decimal

from msgspec import Struct

from trading_api.domain.orders import Side


class Execution(Struct, frozen=True, gc=False):
    """One fill of an order, at `price` in the currency of the instrument.

    `realized_pl` and `commission` are in the account's currency, converted at `rate`."""

    id: str
    order_id: str
    symbol: str
    side: Side
    price: Decimal
    quantity: Decimal
    time_ms: int
    realized_pl: Decimal
    commission: Decimal
    rate: Decimal
