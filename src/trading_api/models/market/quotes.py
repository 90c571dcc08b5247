"""Quotes."""

from typing import Annotated, Literal

from pydantic import Field

from trading_api.models.common import NamedLiteral, Number, Symbol, WireModel, example


class QuoteValues(WireModel):
    """The values of a quote. `ch` and `chp` (percent) compare `lp` with the previous close."""

    lp: Number
    ask: Number
    bid: Number
    spread: Number
    open_price: Number
    high_price: Number
    low_price: Number
    prev_close_price: Number
    volume: Number
    ch: Number
    chp: Number
    short_name: str
    exchange: str
    description: str
    original_name: str


class QuoteError(WireModel):
    """The reason why a symbol has no quote."""

    error: str


class QuoteData(WireModel):
    """The quote of a symbol. `n` is the name as the client spelled it.

    `v` is the error where `s` is `error`.
    """

    model_config = example(
        {
            "s": "ok",
            "n": "AAPL",
            "v": {
                "lp": 187.43,
                "ask": 187.44,
                "bid": 187.42,
                "spread": 0.02,
                "open_price": 186.9,
                "high_price": 188.1,
                "low_price": 186.55,
                "prev_close_price": 186.9,
                "volume": 51230400,
                "ch": 0.53,
                "chp": 0.2836,
                "short_name": "AAPL",
                "exchange": "NASDAQ",
                "description": "Apple Inc.",
                "original_name": "NASDAQ:AAPL",
            },
        }
    )

    s: Annotated[Literal["ok", "error"], NamedLiteral("QuoteStatus")]
    n: str
    v: QuoteValues | QuoteError


class GetQuotesRequest(WireModel):
    """The symbols whose quotes are requested."""

    model_config = example({"symbols": ["AAPL", "EURUSD"]})

    symbols: Annotated[list[Symbol], Field(max_length=500)]
