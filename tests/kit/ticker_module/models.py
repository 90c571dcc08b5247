"""The module's wire models."""

from pydantic import Field

from trading_api.models.common import Number, SubscriptionModel, WireModel, example


class TickerSubscriptionRequest(SubscriptionModel):
    """The last price of one symbol."""

    symbol: str = Field(examples=["AAPL"])


class Ticker(WireModel):
    """The last price of a symbol."""

    model_config = example({"symbol": "AAPL", "price": 187.43, "time": 1790000040250})

    symbol: str
    price: Number
    time: int = Field(description="ms UTC")
