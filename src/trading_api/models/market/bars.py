"""Bars."""

from pydantic import Field

from trading_api.models.common import Number, WireModel, example

_BAR = {
    "time": 1790000040000,
    "open": 187.4,
    "high": 187.61,
    "low": 187.35,
    "close": 187.43,
    "volume": 8120,
}


class Bar(WireModel):
    """Open, high, low, close and volume of the interval from `time`, in ms since 1970."""

    model_config = example(_BAR)

    time: int
    open: Number
    high: Number
    low: Number
    close: Number
    volume: Number


class GetBarsResponse(WireModel):
    """Bars of a symbol. `no_data` is true only where no older bars exist.

    `next_time` is the time of the next older bar, in ms since 1970, where the requested interval
    has no bars.
    """

    model_config = example({"bars": [_BAR], "no_data": False})

    bars: list[Bar] = Field(description="Ascending by time, unique")
    no_data: bool
    next_time: int | None = None
