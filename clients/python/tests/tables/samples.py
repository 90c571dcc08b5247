"""Objects of the wire that the tests of tables show."""

from trading_api_client.models import (
    Bar,
    CashLine,
    DurationType,
    Execution,
    OrderDuration,
    OrderStatus,
    OrderType,
    PlacedOrder,
    Side,
)

TIME_MS = 1_790_000_000_250
"""2026-09-21 14:13:20.250 UTC, 10:13:20.250 in New York"""

EXECUTION = Execution(
    id="execution-1",
    symbol="AAPL",
    price=187.44,
    qty=10,
    side=Side.BUY,
    time=TIME_MS,
    commission=0.1,
    netAmount=-0.1,
    orderId="order-1",
)
ORDER = PlacedOrder(
    id="order-1",
    symbol="AAPL",
    type=OrderType.STOP_LIMIT,
    side=Side.SELL,
    qty=10,
    status=OrderStatus.WORKING,
    limitPrice=187.44,
    duration=OrderDuration(type=DurationType.GTC),
    updateTime=TIME_MS,
)
CASH_LINE = CashLine(
    seq=7,
    kind="commission",
    amount=-0.1,
    balance=99_999.9,
    time=TIME_MS,
    symbol="AAPL",
    orderId="order-1",
    executionId="execution-1",
)
BAR = Bar(time=TIME_MS, open=1.5, high=2, low=1, close=1.25, volume=100)
