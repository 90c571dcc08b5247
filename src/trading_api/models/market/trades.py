from typing import Annotated, Literal

from pydantic import Field

from trading_api.models.common import NamedLiteral, Number, WireModel, example

AggressorSide = Annotated[Literal[1, -1], NamedLiteral("AggressorSide", "BUY", "SELL")]


class Trade(WireModel):
    """What changed hands at one price. `side` is the aggressor's (1 bought, -1 sold): at the ask
    a buyer, at the bid a seller, between them whoever moved the price last; left out where that
    is not known."""

    model_config = example(
        {"symbol": "AAPL", "price": 187.43, "qty": 120, "time": 1790000040250, "side": 1}
    )

    symbol: str
    price: Number
    qty: Number
    time: int = Field(description="ms UTC")
    side: AggressorSide | None = None
