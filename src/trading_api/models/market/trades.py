"""Trades of the market."""

from typing import Annotated, Literal

from pydantic import Field

from trading_api.models.common import NamedLiteral, Number, WireModel, example

AggressorSide = Annotated[Literal[1, -1], NamedLiteral("AggressorSide", "BUY", "SELL")]


class Trade(WireModel):
    """A trade of the market. `side` is the aggressor's: 1 bought, -1 sold.

    A trade at the ask has a buying aggressor, one at the bid a selling one. Between them the
    direction of the last price change decides. `side` is left out where it is unknown.
    """

    model_config = example(
        {"symbol": "AAPL", "price": 187.43, "qty": 120, "time": 1790000040250, "side": 1}
    )

    symbol: str
    price: Number
    qty: Number
    time: int = Field(description="ms UTC")
    side: AggressorSide | None = None
