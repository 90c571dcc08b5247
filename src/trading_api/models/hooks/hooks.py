"""Hooks: webhook addresses at which TradingView alerts trade in one account."""

from typing import Annotated

from pydantic import Field

from trading_api.models.common import CamelModel, Number, Symbol, example

SYMBOLS_MAX = 100
ALIASES_MAX = 20
NAME_LENGTH_MAX = 100
ORDERS_PER_MINUTE_MAX = 300
ALERT_AGE_S_MAX = 3_600
TIME_MS_MAX = 10**14

Alias = Annotated[
    str, Field(min_length=1, max_length=64, pattern=r"^[^\x00-\x1f\x7f]*$", examples=["AAPL.US"])
]


class HookSymbol(CamelModel):
    """A symbol that a hook may trade, and its aliases: other tickers that alerts use for it."""

    model_config = example({"symbol": "AAPL", "aliases": ["BATS:AAPL"]})

    symbol: Symbol
    aliases: Annotated[list[Alias], Field(max_length=ALIASES_MAX)] = Field(default=[])


class HookRequest(CamelModel):
    """The limits of a new hook. `expiresMs` is in ms since 1970; the default is 90 days from now.

    `maxQuantity` limits the quantity of an order, and the size of a target position, long or
    short. An alert that is older than `maxAgeS` seconds is refused.
    """

    model_config = example(
        {
            "name": "Breakout",
            "symbols": [{"symbol": "AAPL", "aliases": ["BATS:AAPL"]}],
            "maxQuantity": 100,
        }
    )

    name: (
        Annotated[str, Field(max_length=NAME_LENGTH_MAX, pattern=r"^[^\x00-\x1f\x7f]*$")] | None
    ) = None
    symbols: Annotated[list[HookSymbol], Field(min_length=1, max_length=SYMBOLS_MAX)] = Field(
        examples=[[{"symbol": "AAPL"}]]
    )
    max_quantity: Annotated[
        Number, Field(json_schema_extra={"exclusiveMinimum": 0, "maximum": 1_000_000_000_000})
    ] = Field(examples=[100])
    orders_per_minute: Annotated[int, Field(ge=1, le=ORDERS_PER_MINUTE_MAX, strict=True)] = 10
    max_age_s: Annotated[int, Field(ge=1, le=ALERT_AGE_S_MAX, strict=True)] = 60
    expires_ms: Annotated[int, Field(ge=0, le=TIME_MS_MAX, strict=True)] | None = None


class HookDescription(CamelModel):
    """A hook of an account. Its secret is not stored and cannot be read again.

    TradingView sends alerts to `path`, below the address of the server.
    """

    model_config = example(
        {
            "id": "hook-3f9c2b7a10de4c55",
            "accountId": "DEMO-ACCOUNT",
            "path": "/api/v1/hooks/tradingview/hook-3f9c2b7a10de4c55",
            "name": "Breakout",
            "symbols": [{"symbol": "AAPL", "aliases": ["BATS:AAPL"]}],
            "maxQuantity": 100,
            "ordersPerMinute": 10,
            "maxAgeS": 60,
            "createdMs": 1790000000250,
            "expiresMs": 1797776000250,
        }
    )

    id: str
    account_id: str
    path: str
    name: str | None = None
    symbols: list[HookSymbol]
    max_quantity: Number
    orders_per_minute: int
    max_age_s: int
    created_ms: int
    expires_ms: int


class CreatedHook(CamelModel):
    """A new hook with its secret, which is sent this once."""

    model_config = example(
        {
            "secret": "pZ7v0m4Jq3rYt1cXbN5sKf8aLw2eHu6gDi9oTzRxQyM",
            "hook": {
                "id": "hook-3f9c2b7a10de4c55",
                "accountId": "DEMO-ACCOUNT",
                "path": "/api/v1/hooks/tradingview/hook-3f9c2b7a10de4c55",
                "symbols": [{"symbol": "AAPL", "aliases": []}],
                "maxQuantity": 100,
                "ordersPerMinute": 10,
                "maxAgeS": 60,
                "createdMs": 1790000000250,
                "expiresMs": 1797776000250,
            },
        }
    )

    secret: str
    hook: HookDescription
