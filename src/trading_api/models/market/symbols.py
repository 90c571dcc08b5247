"""Symbols: their properties and the search."""

from typing import Annotated, Literal

from trading_api.models.common import NamedLiteral, WireModel, example


class SymbolInfo(WireModel):
    """TradingView's LibrarySymbolInfo. A tick is `minmov / pricescale`.

    `session_holidays` lists days such as 20241129, and `corrections` hours of a day such as
    0930-1300:20241129. Both are empty where they are unknown. `seconds_multipliers` lists the
    numbers of seconds of the resolutions that are served directly, such as 5 for 5S.
    """

    model_config = example(
        {
            "name": "AAPL",
            "ticker": "NASDAQ:AAPL",
            "description": "Apple Inc.",
            "exchange": "NASDAQ",
            "listed_exchange": "NASDAQ",
            "type": "stock",
            "session": "24x7",
            "timezone": "Etc/UTC",
            "session_holidays": "",
            "corrections": "",
            "minmov": 1,
            "pricescale": 100,
            "format": "price",
            "has_intraday": True,
            "has_seconds": True,
            "seconds_multipliers": ["1", "5"],
            "has_daily": True,
            "has_weekly_and_monthly": True,
            "supported_resolutions": ["1S", "5S", "1", "5", "60", "1D"],
            "volume_precision": 0,
            "data_status": "streaming",
            "currency_code": "USD",
        }
    )

    name: str
    ticker: str
    description: str
    exchange: str
    listed_exchange: str
    type: str
    session: str
    timezone: str
    session_holidays: str = ""
    corrections: str = ""
    minmov: int
    pricescale: int
    format: Annotated[Literal["price", "volume"], NamedLiteral("PriceFormat")] = "price"
    has_intraday: bool
    has_seconds: bool
    seconds_multipliers: list[str]
    has_daily: bool
    has_weekly_and_monthly: bool
    supported_resolutions: list[str]
    volume_precision: int
    data_status: Annotated[
        Literal["streaming", "endofday", "delayed_streaming"], NamedLiteral("DataStatus")
    ] = "streaming"
    currency_code: str


class SearchSymbolResultItem(WireModel):
    """A symbol that the search found. `full_name` is `EXCHANGE:SYMBOL`."""

    model_config = example(
        {
            "symbol": "AAPL",
            "full_name": "NASDAQ:AAPL",
            "description": "Apple Inc.",
            "exchange": "NASDAQ",
            "ticker": "NASDAQ:AAPL",
            "type": "stock",
        }
    )

    symbol: str
    full_name: str
    description: str
    exchange: str
    ticker: str
    type: str
