"""The configuration and health of the datafeed."""

from trading_api.models.common import WireModel, example


class Exchange(WireModel):
    """An exchange that the symbol search can filter by."""

    value: str
    name: str
    desc: str


class SymbolType(WireModel):
    """A type of symbols that the symbol search can filter by."""

    name: str
    value: str


class DatafeedConfiguration(WireModel):
    """TradingView's configuration of a datafeed."""

    model_config = example(
        {
            "exchanges": [{"value": "NASDAQ", "name": "NASDAQ", "desc": "NASDAQ"}],
            "symbols_types": [{"name": "Stock", "value": "stock"}],
            "supported_resolutions": ["1", "5", "60", "1D"],
            "supports_marks": False,
            "supports_timescale_marks": False,
            "supports_time": True,
        }
    )

    exchanges: list[Exchange]
    symbols_types: list[SymbolType]
    supported_resolutions: list[str]
    supports_marks: bool = False
    supports_timescale_marks: bool = False
    supports_time: bool = True


class DatafeedHealthResponse(WireModel):
    """The state of the market source. `market` is `starting`, `open`, `closed` or `silent`.

    `message` is the reason for `closed` and `silent`. In an `open` market it names the symbols
    that are silent while others trade.
    """

    model_config = example({"status": "ok", "market": "open", "message": "", "symbols": 11})

    status: str
    market: str
    message: str
    symbols: int
