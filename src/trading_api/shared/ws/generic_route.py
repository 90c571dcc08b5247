"""A route of the WebSocket: all of it but the typed handlers, which are generated."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Hashable, Sequence
from typing import Any, ClassVar, Generic, TypeVar

import orjson
from fastws import OperationRouter
from pydantic import BaseModel

from trading_api.errors import ApiError, Conflict
from trading_api.models.ws import ResumeRequest, SubscriptionResponse
from trading_api.shared.ws.router_interface import (
    Beside,
    NumberedService,
    TopicUpdate,
    UpdatesQueue,
    WsRouteInterface,
    WsRouteService,
    parse_topic,
)
from trading_api.shared.ws.subscription_model import check_subscription_model
from trading_api.streaming.fan_out import FanOut
from trading_api.streaming.session import Session

log = logging.getLogger(__name__)

RequestT = TypeVar("RequestT", bound=BaseModel)
DataT = TypeVar("DataT", bound=BaseModel)

First = Sequence[tuple[Sequence[BaseModel], Beside]]
"""What a client hears first, and what stands beside each part."""
Begin = Callable[[], Awaitable[First]]

UPDATES_QUEUE_SIZE = 1024
TOPIC_LENGTH_MAX = 8192


class WsRouter(OperationRouter, WsRouteInterface, Generic[RequestT, DataT]):
    """`R.subscribe`, `R.unsubscribe` and `R.update` of one route R. Subclasses are generated
    (WS-ROUTER-GENERATION.md) and add the handlers of those three names."""

    request_model: ClassVar[type[BaseModel]]
    subscribe: Callable[..., Any]
    unsubscribe: Callable[..., Any]
    update: Callable[..., Any]

    def __init__(
        self,
        *,
        route: str,
        service: WsRouteService,
        conflation_key: Callable[[DataT], Hashable | None] = lambda data: None,
        numbers: NumberedService | None = None,
        resumes: bool = False,
        tags: list[str] | None = None,
    ) -> None:
        super().__init__(prefix=f"{route}.", tags=list(tags or []))
        check_subscription_model(self.request_model)
        self.route = route
        self.service = service
        # Full: whoever posts drains it on the spot (FanOut.post).
        self.updates_queue = UpdatesQueue(maxsize=UPDATES_QUEUE_SIZE)
        self.conflation_key = conflation_key
        self._numbers = numbers
        self._fan_out: FanOut | None = None
        self.send("subscribe", reply="subscribe.response")(self.subscribe)
        self.send("unsubscribe", reply="unsubscribe.response")(self.unsubscribe)
        if resumes:
            self.send("resume", reply="resume.response")(self.resume)
        self.recv("update")(self.update)

    def bind(self, fan_out: FanOut) -> None:
        fan_out.attach(self.updates_queue)
        self._fan_out = fan_out

    def heading(self, topic: str) -> bytes:
        name = orjson.dumps(topic)
        return b'{"type":"%b.update","payload":{"topic":%b,"payload":' % (
            self.route.encode(),
            name,
        )

    def encode(self, data: BaseModel) -> bytes:
        # What model_dump_json calls, which would make text of the bytes.
        return data.__pydantic_serializer__.to_json(data, by_alias=True, exclude_none=True)

    async def handle_subscribe(self, payload: RequestT, client: Session) -> SubscriptionResponse:
        topic = self.topic_builder(payload)
        if topic in client.topics:
            return _ok("Already subscribed", topic)
        return await self._open(topic, client, self._state(topic), "Subscribed")

    async def _open(
        self, topic: str, client: Session, begin: Begin, done: str
    ) -> SubscriptionResponse:
        if len(client.topics) >= client.limits.subscriptions:
            most = client.limits.subscriptions
            return _error(f"A connection holds at most {most} subscriptions", topic)
        if len(topic) > TOPIC_LENGTH_MAX:
            # Every update carries it. Cut short, so that the reply does not.
            return _error(
                f"A topic is at most {TOPIC_LENGTH_MAX} characters long; subscribe to less at once",
                topic[:TOPIC_LENGTH_MAX],
            )
        try:
            assert client.principal is not None, "only `auth` is taken from who is not known"
            client.principal.authorize_subscription(parse_topic(topic)[1])
            await self._join(topic, client, begin)
        except ApiError as refusal:
            return _error(refusal.detail, topic)
        except Exception:
            log.exception("topic_not_opened", extra={"topic": topic})
            return _error("The topic could not be opened; try again", topic)
        return _ok(done, topic)

    async def resume(self, payload: ResumeRequest, client: Session) -> SubscriptionResponse:
        """Follow a topic again: what it was told since, then its changes."""
        topic = payload.topic
        if not self._is_own(topic):
            return _error(f"No topic of {self.route}: send it as an update had it", topic[:200])
        if topic in client.topics:
            return _error("Subscribed to it already", topic)
        return await self._open(topic, client, self._missed(topic, payload.seq), "Resumed")

    def handle_unsubscribe(self, payload: RequestT, client: Session) -> SubscriptionResponse:
        topic = self.topic_builder(payload)
        if topic not in client.topics:
            return _error("Not subscribed to this topic", topic)
        self._bound().topics.leave(topic, client)
        return _ok("Unsubscribed", topic)

    async def _join(self, topic: str, client: Session, begin: Begin) -> None:
        fan_out = self._bound()
        await fan_out.topics.join(topic, client, self, self._updates_of(topic))
        if topic not in client.topics:
            return
        try:
            first = await begin()
        except BaseException:
            fan_out.topics.leave(topic, client)
            raise
        # Nothing is awaited from here on: what is posted next follows what the client hears first.
        for data, beside in first:
            fan_out.post(self, topic, data, beside, client)

    def _state(self, topic: str) -> Begin:
        async def state() -> First:
            numbers = self._numbers.topic_numbers(topic) if self._numbers else {}
            return [(self.service.topic_state(topic), numbers)]

        return state

    def _missed(self, topic: str, seq: int) -> Begin:
        async def missed() -> First:
            assert self._numbers is not None, "a route that resumes is numbered"
            told = await self._numbers.topic_missed(topic, seq)
            if told is None:
                raise Conflict("Too much was missed; subscribe anew", "not_resumable")
            return [((), {}), *(((each.data,), each.beside) for each in told)]

        return missed

    def _is_own(self, topic: str) -> bool:
        """Whether a subscription makes this topic."""
        route, _, params = topic.partition(":")
        try:
            request = self.request_model.model_validate_json(params)
        except ValueError:
            return False
        return route == self.route and self.topic_builder(request) == topic

    def _updates_of(self, topic: str) -> TopicUpdate:
        fan_out = self._bound()
        return lambda data, **beside: fan_out.post(self, topic, (data,), beside)

    def _bound(self) -> FanOut:
        assert self._fan_out is not None, "include the router in a FastWSAdapter first"
        return self._fan_out


def _ok(message: str, topic: str) -> SubscriptionResponse:
    return SubscriptionResponse(status="ok", message=message, topic=topic)


def _error(message: str, topic: str) -> SubscriptionResponse:
    return SubscriptionResponse(status="error", message=message, topic=topic)
