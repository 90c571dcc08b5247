"""What a command would do if it were submitted now."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from trading_api.domain.account_snapshot import OrderView
from trading_api.domain.instrument import Instrument


@dataclass(frozen=True, slots=True)
class OrderPreview:
    """The effect of placing or modifying an order at the present prices.

    `order` is the order as the command would leave it, and `filled_quantity` what would fill
    immediately. Money is in `currency`, the account's. `commission` covers the immediate fills
    and, at the order's own price, the rest. `position_quantity` is the position once the whole
    order is filled."""

    instrument: Instrument
    currency: str
    order: OrderView
    filled_quantity: Decimal
    commission: Decimal
    margin_required: Decimal
    free_margin: Decimal
    position_quantity: Decimal


@dataclass(frozen=True, slots=True)
class LeveragePreview:
    """The effect of another leverage. Money is in `currency`, the account's.

    `rejection` says why the leverage cannot be set, and is empty if it can."""

    symbol: str
    currency: str
    margin_before: Decimal
    margin_after: Decimal
    free_margin_after: Decimal
    rejection: str = ""
