from pydantic import Field

from trading_api.models.common import SubscriptionModel, WholeNumber


class BarsSubscriptionRequest(SubscriptionModel):
    symbol: str = Field(examples=["AAPL"])
    resolution: str = Field(examples=["1"])


class QuotesSubscriptionRequest(SubscriptionModel):
    """`fast_symbols` are told of every change, the other `symbols` at most once in an
    interval of the market's time."""

    symbols: list[str] = Field(examples=[[]])
    fast_symbols: list[str] = Field(examples=[["AAPL", "EURUSD"]])


class TradesSubscriptionRequest(SubscriptionModel):
    symbol: str = Field(examples=["AAPL"])


class OrderbookSubscriptionRequest(SubscriptionModel):
    """`depth` is the number of levels a side, from 1 to 50."""

    symbol: str = Field(examples=["AAPL"])
    depth: WholeNumber = Field(examples=[10])
