"""The envelopes of the WebSocket's messages."""

from typing import Annotated, Generic, Literal, TypeVar

from pydantic import BaseModel, Field

from trading_api.models.common import WireModel, example

DataT = TypeVar("DataT", bound=BaseModel)
Topic = Annotated[str, Field(examples=['bars:{"resolution":"1","symbol":"AAPL"}'])]


Instant = Annotated[
    int, Field(description="ms since 1970 when it was made", examples=[1_790_000_040_250])
]


class SubscriptionResponse(WireModel):
    """The reply to a subscribe or an unsubscribe."""

    model_config = example(
        {
            "status": "ok",
            "message": "Subscribed",
            "topic": 'bars:{"resolution":"1","symbol":"AAPL"}',
        }
    )

    status: Literal["ok", "error"]
    message: str
    topic: Topic


class SubscriptionUpdate(WireModel, Generic[DataT]):
    """One datum of one topic."""

    topic: Topic
    payload: DataT
    ts: Instant
