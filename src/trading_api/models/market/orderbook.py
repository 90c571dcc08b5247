"""The order book."""

from typing import Literal

from pydantic import Field

from trading_api.models.common import Number, WireModel, example


class OrderbookLevel(WireModel):
    """The volume that is offered at one price."""

    price: Number
    volume: Number


class Orderbook(WireModel):
    """The best levels of the order book. Each update replaces the previous one."""

    model_config = example(
        {
            "snapshot": True,
            "asks": [{"price": 187.44, "volume": 300}, {"price": 187.46, "volume": 220}],
            "bids": [{"price": 187.4, "volume": 180}, {"price": 187.42, "volume": 410}],
        }
    )

    snapshot: Literal[True] = True
    asks: list[OrderbookLevel] = Field(description="Ascending by price: the best is the first")
    bids: list[OrderbookLevel] = Field(description="Ascending by price: the best is the last")
