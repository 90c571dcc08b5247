"""Objects of TradingView's UDF, the datafeed protocol of front ends that poll over HTTP."""

from typing import Annotated, Literal

from pydantic import Field

from trading_api.models.common import NamedLiteral, Number, WireModel, example
from trading_api.models.market.configuration import DatafeedConfiguration
from trading_api.models.market.quotes import QuoteData


class UdfConfiguration(DatafeedConfiguration):
    """The configuration of the UDF datafeed.

    `supports_marks` and `supports_timescale_marks` are false: `/marks` and `/timescale_marks` do
    not exist.
    """

    model_config = example(
        {
            "exchanges": [{"value": "NASDAQ", "name": "NASDAQ", "desc": "NASDAQ"}],
            "symbols_types": [{"name": "Stock", "value": "stock"}],
            "supported_resolutions": ["1", "5", "60", "1D"],
            "supports_marks": False,
            "supports_timescale_marks": False,
            "supports_time": True,
            "supports_search": True,
            "supports_group_request": False,
        }
    )

    supports_search: bool = True
    supports_group_request: bool = False


class UdfError(WireModel):
    """A UDF error. UDF sends it with status 200."""

    model_config = example({"s": "error", "errmsg": "unknown_symbol"})

    s: Literal["error"] = "error"
    errmsg: str = Field(description="One sentence for a person")


class UdfHistory(WireModel):
    """Bars as columns: times (in seconds), opens, highs, lows, closes and volumes.

    `s` is `no_data` for an interval without bars. `nextTime` is then the time of the next older
    bar, in seconds, and left out where no older bar exists.
    """

    model_config = example(
        {
            "s": "ok",
            "t": [1790000040, 1790000100],
            "o": [187.4, 187.43],
            "h": [187.61, 187.5],
            "l": [187.35, 187.4],
            "c": [187.43, 187.48],
            "v": [8120, 7013],
        }
    )

    s: Annotated[Literal["ok", "no_data"], NamedLiteral("HistoryStatus")]
    t: list[int] = Field(description="Ascending, unique")
    o: list[Number]
    h: list[Number]
    l: list[Number]  # noqa: E741, UDF's name
    c: list[Number]
    v: list[Number]
    nextTime: int | None = None


class UdfQuotes(WireModel):
    """Quotes in the form of UDF."""

    model_config = example(
        {"s": "ok", "d": [{"s": "error", "n": "NOPE", "v": {"error": "unknown_symbol"}}]}
    )

    s: Literal["ok"] = "ok"
    d: list[QuoteData]
