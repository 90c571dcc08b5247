"""Price alerts."""

from typing import Annotated

from pydantic import Field

from trading_api.models.common import CamelModel, Number, Symbol, WireStrEnum, example

MESSAGE_LENGTH_MAX = 500
TIME_MS_MAX = 10**14


class AlertCondition(WireStrEnum):
    """In which direction the price has to cross the alert's price."""

    UP = "up"
    DOWN = "down"
    EITHER = "either"


class AlertFrequency(WireStrEnum):
    """How often an alert fires: once, or each time, at most once a minute."""

    ONCE = "once"
    REPEATING = "repeating"


class AlertStatus(WireStrEnum):
    """`firing` lasts until the notification is stored. `deleted` is sent by updates only."""

    ACTIVE = "active"
    FIRING = "firing"
    FIRED = "fired"
    EXPIRED = "expired"
    DELETED = "deleted"


class AlertDirection(WireStrEnum):
    """The direction in which the price crossed."""

    UP = "up"
    DOWN = "down"


class AlertRequest(CamelModel):
    """What an alert waits for. `expiresMs` is in ms since 1970, in the time of the market.

    `message` is a line of text that the notification repeats.
    """

    model_config = example({"symbol": "AAPL", "condition": "up", "price": 190.5})

    symbol: Symbol
    condition: AlertCondition = Field(examples=["up"])
    price: Annotated[
        Number, Field(json_schema_extra={"exclusiveMinimum": 0, "maximum": 1_000_000_000_000})
    ]
    frequency: AlertFrequency = AlertFrequency.ONCE
    expires_ms: Annotated[int, Field(ge=0, le=TIME_MS_MAX, strict=True)] | None = None
    message: (
        Annotated[str, Field(max_length=MESSAGE_LENGTH_MAX, pattern=r"^[^\x00-\x1f\x7f]*$")] | None
    ) = None


class AlertFiring(CamelModel):
    """One firing of an alert: the quote's time, in ms since 1970, and its price."""

    model_config = example({"time": 1790000040250, "price": 190.52, "direction": "up"})

    time: int
    price: Number
    direction: AlertDirection


class Alert(CamelModel):
    """A price alert of an account. Times are in ms since 1970.

    `firings` counts how often it has fired. `lastFired` is the latest firing.
    """

    model_config = example(
        {
            "id": "alert-1",
            "accountId": "DEMO-ACCOUNT",
            "symbol": "AAPL",
            "condition": "up",
            "price": 190.5,
            "frequency": "once",
            "status": "fired",
            "createdMs": 1790000000250,
            "firings": 1,
            "lastFired": {"time": 1790000040250, "price": 190.52, "direction": "up"},
        }
    )

    id: str
    account_id: str
    symbol: str
    condition: AlertCondition
    price: Number
    frequency: AlertFrequency
    expires_ms: int | None = None
    message: str | None = None
    status: AlertStatus
    created_ms: int
    firings: int
    last_fired: AlertFiring | None = None
