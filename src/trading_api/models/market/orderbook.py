from typing import Literal

from pydantic import Field

from trading_api.models.common import Number, WireModel, example


class OrderbookLevel(WireModel):
    price: Number
    volume: Number


class Orderbook(WireModel):
    """The whole top of the book, each time: it replaces what was told before."""

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
