"""Executions: the fills of orders."""

from trading_api.models.broker.orders import Side
from trading_api.models.common import CamelModel, Number, example


class Execution(CamelModel):
    """One fill of an order. `time` is in ms since 1970. `id` is unique in the account.

    `netAmount` is the change of cash in the account's currency: realised profit less commission.
    """

    model_config = example(
        {
            "id": "execution-1",
            "symbol": "AAPL",
            "price": 187.44,
            "qty": 10,
            "side": 1,
            "time": 1790000000250,
            "commission": 0,
            "netAmount": 0,
            "orderId": "order-1",
        }
    )

    id: str
    symbol: str
    price: Number
    qty: Number
    side: Side
    time: int
    commission: Number | None = None
    net_amount: Number | None = None
    order_id: str | None = None
