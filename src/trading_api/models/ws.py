"""The payloads that all WebSocket routes share: replies, updates, resuming and commands."""

from typing import Annotated, ClassVar, Generic, Literal, Self, TypeAlias, TypeVar

from pydantic import BaseModel, Field, PrivateAttr

from trading_api.models.common import (
    CamelModel,
    NamedLiteral,
    SubscriptionModel,
    WireModel,
    example,
)

DataT = TypeVar("DataT", bound=BaseModel)
Topic = Annotated[str, Field(examples=['bars:{"resolution":"1","symbol":"AAPL"}'])]


Instant = Annotated[
    int,
    Field(description="When the update was made, in ms since 1970", examples=[1_790_000_040_250]),
]


class SubscriptionResponse(WireModel):
    """The reply to a subscription, its end or a resumption.

    In MessagePack, an ok reply to a subscription or a resumption also has `topicId`, the integer
    that names the topic in its updates.
    """

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
    _topic_number: int | None = PrivateAttr(default=None)

    @property
    def topic_number(self) -> int | None:
        """The number that names the topic in MessagePack. It is no field of the reply in JSON."""
        return self._topic_number

    def numbered(self, number: int | None) -> Self:
        """Set the topic's number, and return the reply."""
        self._topic_number = number
        return self


class ResumeRequest(SubscriptionModel):
    """Subscribes to a topic again from the last `seq` that the client received on it."""

    topic: Topic
    seq: Annotated[int, Field(ge=0, le=2**53 - 1, examples=[7])]


class SubscriptionUpdate(WireModel, Generic[DataT]):
    """One update of a topic.

    * `seq` is the number of the account's event that caused it: on orders, positions, executions.
    * `prev` is the previous `seq` on this topic. Where it is greater than the last `seq` that the
      client received, updates are missing.
    * `as_of_seq` is the last event that is included: on equity.
    * `request_id` is the `X-Request-ID` of the command that caused it, where the client sent one.
    """

    topic: Topic
    payload: DataT
    seq: int | None = None
    prev: int | None = None
    as_of_seq: int | None = None
    request_id: str | None = None
    ts: Instant


CommandId: TypeAlias = (
    Annotated[str, Field(min_length=1, max_length=64, strict=True, examples=["1"])]
    | Annotated[int, Field(ge=1 - 2**53, le=2**53 - 1, strict=True)]
)
"""Names a command within a session; the caller chooses it."""


IdempotencyKeyText = Annotated[
    str, Field(pattern=r"^[!-~]([ -~]{0,253}[!-~])?$", examples=["my-key-1"])
]


class CommandPayload(CamelModel):
    """What every command over the socket has: the account, and the caller's id of the command.

    The reply has the same `id`. `key` is the idempotency key, which REST takes as the header
    `Idempotency-Key`, so it consists of what a header can carry: printable ASCII.
    """

    rest_body: ClassVar[str] = ""
    """The field that is the whole body in REST, which does not name it."""

    account_id: str = Field(examples=["DEMO-ACCOUNT"])
    id: CommandId
    key: IdempotencyKeyText | None = None


class CommandReply(CamelModel):
    """The reply to a command. `code` and `message` of an error are those of REST.

    `retryAfter` is when to try again, in seconds, where the caller has to wait. `seq` is the number
    of the account's last event after a command that changes the account.
    """

    status: Annotated[Literal["ok", "error"], NamedLiteral("ReplyStatus")]
    id: CommandId
    message: str = Field(examples=["Done"])
    code: str | None = None
    retry_after: int | None = None
    seq: int | None = None
