"""What an account can be asked to do. `touch` is None while its market gives no price to trade
on (closed, silent, or the conversion unknown): then nothing triggers or fills."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from trading_api.modules.broker.engine.order import OrderType, Side
from trading_api.modules.broker.engine.touch import Touch
from trading_api.modules.broker.engine.trading_rules import TradingRules


@dataclass(frozen=True, slots=True)
class OpenAccount:
    account_id: str
    currency: str
    balance: Decimal
    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceOrder:
    """Prices that the type does not use are ignored: terminals leave them in the ticket."""

    symbol: str
    side: Side
    type: OrderType
    quantity: Decimal
    limit_price: Decimal | None = None
    stop_price: Decimal | None = None
    reduce_only: bool = False
    rules: TradingRules
    touch: Touch | None
    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ModifyOrder:
    """Repeats the whole order; symbol, side and type must be the order's own."""

    order_id: str
    symbol: str
    side: Side
    type: OrderType
    quantity: Decimal
    limit_price: Decimal | None = None
    stop_price: Decimal | None = None
    rules: TradingRules
    touch: Touch | None
    at_ms: int


@dataclass(frozen=True, slots=True)
class CancelOrder:
    order_id: str
    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosePosition:
    """Without a quantity: all that working closing orders leave of it."""

    symbol: str
    quantity: Decimal | None = None
    rules: TradingRules
    touch: Touch | None
    at_ms: int


@dataclass(frozen=True, slots=True)
class MatchQuote:
    touch: Touch
    at_ms: int


Command = OpenAccount | PlaceOrder | ModifyOrder | CancelOrder | ClosePosition | MatchQuote
