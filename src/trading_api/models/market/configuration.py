from trading_api.models.common import WireModel, example


class Exchange(WireModel):
    value: str
    name: str
    desc: str


class SymbolType(WireModel):
    name: str
    value: str


class DatafeedConfiguration(WireModel):
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
    """`market` is starting, open, closed or silent; the last two say why in `message`."""

    model_config = example({"status": "ok", "market": "open", "message": "", "symbols": 11})

    status: str
    market: str
    message: str
    symbols: int
