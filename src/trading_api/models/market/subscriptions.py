"""Payloads of subscriptions to the market."""

from pydantic import Field

from trading_api.models.common import SubscriptionModel, WholeNumber


class BarsSubscriptionRequest(SubscriptionModel):
    """The bars of one symbol at one resolution."""

    symbol: str = Field(examples=["AAPL"])
    resolution: str = Field(examples=["1"])


class QuotesSubscriptionRequest(SubscriptionModel):
    """The quotes of several symbols.

    Every change of `fast_symbols` is sent. Changes of `symbols` are sent at most once in an
    interval of market time.
    """

    symbols: list[str] = Field(examples=[[]])
    fast_symbols: list[str] = Field(examples=[["AAPL", "EURUSD"]])


class TradesSubscriptionRequest(SubscriptionModel):
    """The trades of one symbol."""

    symbol: str = Field(examples=["AAPL"])


class OrderbookSubscriptionRequest(SubscriptionModel):
    """The order book of one symbol. `depth` is the number of levels per side, from 1 to 50."""

    symbol: str = Field(examples=["AAPL"])
    depth: WholeNumber = Field(examples=[10])
