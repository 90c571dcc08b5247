"""Positions and their brackets."""

from typing import Any

from trading_api.models.broker.orders import Side
from trading_api.models.common import CamelModel, Number, example


class Position(CamelModel):
    """An open position. Positions are netted, so the `id` is the symbol.

    `qty` is positive, and 0 once the position is closed. `updateTime` is in ms since 1970. `pl` is
    the unrealised profit in the account's currency, left out while there is no quote.
    """

    model_config = example(
        {
            "id": "AAPL",
            "symbol": "AAPL",
            "qty": 10,
            "side": 1,
            "avgPrice": 187.44,
            "updateTime": 1790000000250,
            "pl": -0.2,
        }
    )

    id: str
    symbol: str
    qty: Number
    side: Side
    avg_price: Number
    update_time: int | None = None
    pl: Number | None = None
    take_profit: Number | None = None
    stop_loss: Number | None = None


class PositionPL(CamelModel):
    """The unrealised profit of an open position at the last quote.

    `price` is the one at which the position could be closed: the bid for a long position, the ask
    for a short one. `pl` is in the account's currency. `plPercent` is `pl` in percent of what was
    paid or received for the position, without the leverage.
    """

    model_config = example({"symbol": "AAPL", "pl": -0.2, "plPercent": -0.0107, "price": 187.42})

    symbol: str
    pl: Number
    pl_percent: Number
    price: Number


class Brackets(CamelModel):
    """The brackets that a position shall have. A bracket that is left out is removed.

    `trailingStopPips` replaces `stopLoss`.
    """

    stop_loss: Number | None = None
    take_profit: Number | None = None
    trailing_stop_pips: Number | None = None
    guaranteed_stop: Number | None = None


class EditPositionBracketsRequest(CamelModel):
    """A change of a position's brackets."""

    model_config = example({"brackets": {"stopLoss": 180.5, "takeProfit": 195}})

    brackets: Brackets
    custom_fields: dict[str, Any] | None = None
