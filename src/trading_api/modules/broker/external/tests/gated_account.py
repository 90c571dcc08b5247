"""An account whose position, orders and money a test of the risk gate states."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tests.kit.manual_market import ManualMarket, instrument
from tests.kit.venue_account import VenueAccount, VenueEvent, VenueOrder, VenuePosition
from trading_api.domain.broker_commands import (
    ClosePositionCommand,
    ModifyOrderCommand,
    OrderInstruction,
    PlaceOrderCommand,
)
from trading_api.domain.orders import OrderStatus, OrderType, Side
from trading_api.modules.broker.external.risk_gate import RiskLimits, RiskView

ACCOUNT, SYMBOL = "LIVE-1", "AAPL"
NOW_MS = 1_000_000
BUY, SELL = Side.BUY, Side.SELL
LIMITS = RiskLimits(
    order_value_max=Decimal(1_000),
    position_value_max=Decimal(2_000),
    daily_loss_max=Decimal(100),
    orders_per_minute=3,
    price_distance_percent=Decimal(5),
)


class GatedAccount:
    """An account at a venue, with a market of AAPL at 99 to 100."""

    def __init__(self) -> None:
        self.market = ManualMarket(instrument(SYMBOL), instrument("SAP", currency="EUR"))
        self.market.move(SYMBOL, "99", "100")
        self.market.move("SAP", "99", "100")
        self.account = VenueAccount(ACCOUNT, self.market)
        self._apply(balance=Decimal(100_000))

    def hold(self, quantity: int | Decimal, average: int = 100, symbol: str = SYMBOL) -> None:
        """State the position in a symbol."""
        position = VenuePosition(symbol, Decimal(quantity), Decimal(average), NOW_MS)
        self._apply(position=position)

    def work(self, side: Side, quantity: int | Decimal, id: str = "order-1", **more: Any) -> None:
        """Add an order that waits at the venue."""
        fields: dict[str, Any] = {"type": OrderType.LIMIT, "limit_price": Decimal(100)} | more
        order = VenueOrder(
            id=id,
            symbol=SYMBOL,
            side=side,
            quantity=Decimal(quantity),
            status=OrderStatus.WORKING,
            placed_ms=NOW_MS,
            updated_ms=NOW_MS,
            **fields,
        )
        self._apply(order=order)

    def view(self, **more: Any) -> RiskView:
        """Return what the gate sees."""
        return RiskView(self.account, self.market, **more)

    def _apply(self, **changes: Any) -> None:
        seq = self.account.seq + 1
        self.account.evolve(VenueEvent(ACCOUNT, seq, "orderPlaced", NOW_MS, **changes))


def place(side: Side, quantity: int | Decimal, **more: Any) -> PlaceOrderCommand:
    """Return the command of a market order, or of a limit or stop order at the given price."""
    return PlaceOrderCommand(instruction(side, quantity, **more))


def modify(id: str, side: Side, quantity: int, **more: Any) -> ModifyOrderCommand:
    return ModifyOrderCommand(id, instruction(side, quantity, **more))


def close(quantity: int | None = None) -> ClosePositionCommand:
    return ClosePositionCommand(SYMBOL, None if quantity is None else Decimal(quantity))


def instruction(
    side: Side,
    quantity: int | Decimal,
    limit: str | int | None = None,
    stop: str | int | None = None,
    symbol: str = SYMBOL,
) -> OrderInstruction:
    has_limit, has_stop = limit is not None, stop is not None
    types = {
        (False, False): OrderType.MARKET,
        (True, False): OrderType.LIMIT,
        (False, True): OrderType.STOP,
        (True, True): OrderType.STOP_LIMIT,
    }
    return OrderInstruction(
        symbol,
        side,
        types[has_limit, has_stop],
        Decimal(quantity),
        limit_price=None if limit is None else Decimal(limit),
        stop_price=None if stop is None else Decimal(stop),
    )
