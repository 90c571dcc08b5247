"""The envelopes of the WebSocket's messages."""

from typing import Annotated, Generic, Literal, TypeVar

from pydantic import BaseModel, Field

from trading_api.models.common import NamedLiteral, SubscriptionModel, WireModel, example

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

    status: Annotated[Literal["ok", "error"], NamedLiteral("ReplyStatus")]
    message: str
    topic: Topic


class ResumeRequest(SubscriptionModel):
    """A topic that was followed before, as its updates had it, and the last `seq` heard on it."""

    topic: Topic
    seq: Annotated[int, Field(ge=0, le=2**53 - 1, examples=[7])]


class SubscriptionUpdate(WireModel, Generic[DataT]):
    """One datum of one topic. `seq`, on orders, positions and executions, is the number of the
    account's event that it tells, and `prev` the one told on this topic before: greater than the
    last `seq` you heard, it says that you missed something. `as_of_seq`, on equity, is the last
    event that it counts in. `request_id`, on all four, is the `X-Request-ID` of the command that
    caused it, if that had one."""

    topic: Topic
    payload: DataT
    seq: int | None = None
    prev: int | None = None
    as_of_seq: int | None = None
    request_id: str | None = None
    ts: Instant
