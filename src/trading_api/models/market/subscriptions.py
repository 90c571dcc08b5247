from pydantic import Field

from trading_api.models.common import SubscriptionModel


class BarsSubscriptionRequest(SubscriptionModel):
    symbol: str = Field(examples=["AAPL"])
    resolution: str = Field(examples=["1"])


class QuotesSubscriptionRequest(SubscriptionModel):
    """`fast_symbols` are told of every change, `symbols` may be told less often."""

    symbols: list[str] = Field(examples=[[]])
    fast_symbols: list[str] = Field(examples=[["AAPL", "EURUSD"]])
