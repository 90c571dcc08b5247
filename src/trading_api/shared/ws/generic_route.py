"""A route of the WebSocket: all of it but the typed handlers, which are generated."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Hashable, Sequence
from functools import partial
from typing import Any, ClassVar, Generic, TypeAlias, TypeVar, get_args, get_origin

import orjson
from fastws import OperationRouter
from pydantic import BaseModel

from trading_api.errors import ApiError
from trading_api.models.ws import ResumeRequest, SubscriptionResponse
from trading_api.shared.ws.router_interface import WsRouteInterface
from trading_api.shared.ws.subscription_model import check_subscription_model
from trading_api.streaming.fan_out import UpdateDelivery, UpdatesQueue
from trading_api.streaming.route_service import (
    ResumableService,
    TopicUpdate,
    UpdateMeta,
    WsRouteService,
)
from trading_api.streaming.row_encoding import pack_model
from trading_api.streaming.session import Session
from trading_api.streaming.snapshots import ServiceSnapshots, Snapshot, TopicSnapshots
from trading_api.streaming.subscriptions import Subscriptions, Topic
from trading_api.streaming.topics import parse_topic
from trading_api.streaming.update_encoding import encode_model

log = logging.getLogger(__name__)

RequestT = TypeVar("RequestT", bound=BaseModel)
DataT = TypeVar("DataT", bound=BaseModel)

SnapshotLoader: TypeAlias = Callable[[str], Awaitable[Snapshot]]

UPDATES_QUEUE_SIZE = 1024
TOPIC_LENGTH_MAX = 8192


class WsRouter(OperationRouter, WsRouteInterface, Generic[RequestT, DataT]):
    """The operations `R.subscribe`, `R.unsubscribe` and `R.update` of one route R, and
    `R.resume` where `resumes`.

    Subclasses are generated (WS-ROUTER-GENERATION.md) and add the typed handlers of the first
    three. `sequencer` is the service of a route whose updates are numbered. `symbol_count` returns
    how many symbols a request names: each counts towards the limit of subscriptions. `position`
    returns from where the sequencer replays a route without numbers: for example, a bar's time.

    `snapshots` provides what a client receives first. A process that receives encoded data from
    another one replaces it, `encode`, `pack` and `conflation_key`."""

    request_model: ClassVar[type[BaseModel]]
    """The first argument of `WsRouter[Request, Data]`, unless a subclass names another."""
    data_model: ClassVar[type[BaseModel]]
    """The second argument of `WsRouter[Request, Data]`."""
    subscribe: Callable[..., Any]
    unsubscribe: Callable[..., Any]
    update: Callable[..., Any]

    def __init__(
        self,
        *,
        route: str,
        service: WsRouteService,
        conflation_key: Callable[[DataT], Hashable | None] = lambda data: None,
        sequencer: ResumableService | None = None,
        resumes: bool = False,
        position: Callable[[DataT], int] | None = None,
        symbol_count: Callable[[RequestT], int] = lambda request: 1,
        tags: list[str] | None = None,
    ) -> None:
        super().__init__(tags=list(tags or []))
        check_subscription_model(self.request_model)
        self.route = route
        self.service = service
        # Full: the publisher drains it first (FanOut.post).
        self.updates_queue = UpdatesQueue(maxsize=UPDATES_QUEUE_SIZE)
        self.encode: Callable[[Any], bytes] = encode_model
        self.pack: Callable[[Any], bytes] = pack_model
        self.conflation_key: Callable[[Any], Hashable | None] = conflation_key
        self.snapshots: TopicSnapshots = ServiceSnapshots(service, sequencer)
        self.replays = resumes or position is not None
        self._position = position
        self._sequencer = sequencer
        self._symbol_count = symbol_count
        self._bound: tuple[UpdateDelivery, Subscriptions] | None = None
        requests = [self.subscribe, self.unsubscribe, *([self.resume] if resumes else [])]
        for name, handler in zip(("subscribe", "unsubscribe", "resume"), requests, strict=False):
            self.send(f"{route}.{name}", reply=f"{route}.{name}.response")(handler)
        self.recv(f"{route}.update")(self.update)

    def __init_subclass__(cls) -> None:
        for base in cls.__dict__.get("__orig_bases__", ()):
            if get_origin(base) is WsRouter:
                request_model, cls.data_model = get_args(base)
                if "request_model" not in cls.__dict__:
                    cls.request_model = request_model

    def bind(self, delivery: UpdateDelivery, subscriptions: Subscriptions) -> None:
        """Connect the route to what delivers its updates and what registers its topics."""
        delivery.add_queue(self.updates_queue)
        self._bound = delivery, subscriptions

    # Operations

    async def handle_subscribe(self, payload: RequestT, client: Session) -> SubscriptionResponse:
        """Join the client to the topic of this request, and send it the topic's state."""
        topic = self.topic_builder(payload)
        if topic in client.topics:
            return _ok("Already subscribed", topic).numbered(self._number(topic))
        symbols = self._symbol_count(payload)
        return await self._subscribe(topic, client, self.snapshots.state, "Subscribed", symbols)

    def handle_unsubscribe(self, payload: RequestT, client: Session) -> SubscriptionResponse:
        """Remove the client from the topic of this request."""
        topic = self.topic_builder(payload)
        if topic not in client.topics:
            return _error("Not subscribed to this topic", topic)
        self.subscriptions.leave(topic, client)
        return _ok("Unsubscribed", topic)

    async def resume(self, payload: ResumeRequest, client: Session) -> SubscriptionResponse:
        """Follow a topic again: the updates that were missed, then new ones."""
        topic = payload.topic
        if not self._is_own(topic):
            return _error(f"No topic of {self.route}: send it as an update had it", topic[:200])
        if topic in client.topics:
            return _error("Subscribed to it already", topic)
        load_missed = partial(self.snapshots.missed, seq=payload.seq)
        return await self._subscribe(topic, client, load_missed, "Resumed")

    async def _subscribe(
        self, topic: str, client: Session, load: SnapshotLoader, done: str, symbols: int = 1
    ) -> SubscriptionResponse:
        most = client.limits.subscriptions
        if client.subscribed_symbols + symbols > most:
            return _error(
                f"A connection holds at most {most} subscriptions, one for each symbol",
                topic[:TOPIC_LENGTH_MAX],
            )
        if len(topic) > TOPIC_LENGTH_MAX:
            # Every update contains the topic. The reply contains as much of it as is allowed.
            return _error(
                f"A topic is at most {TOPIC_LENGTH_MAX} characters long; subscribe to less at once",
                topic[:TOPIC_LENGTH_MAX],
            )
        try:
            assert client.principal is not None, "an unauthenticated client may only send `auth`"
            client.principal.authorize_subscription(parse_topic(topic)[1])
            await self._join(topic, client, load, symbols)
        except ApiError as rejection:
            return _error(rejection.detail, topic)
        except Exception:
            log.exception("topic_not_opened", extra={"topic": topic})
            return _error("The topic could not be opened; try again", topic)
        return _ok(done, topic).numbered(self._number(topic))

    def _number(self, topic: str) -> int | None:
        """Return the topic's number, None once it is closed."""
        entry = self.subscriptions.topic(topic)
        return None if entry is None else entry.number

    async def _join(self, name: str, client: Session, load: SnapshotLoader, symbols: int) -> None:
        topic = await self.subscriptions.join(name, client, self, symbols)
        if name not in client.topics:
            return
        try:
            snapshot = await load(name)
        except BaseException:
            if name in client.topics:
                self.subscriptions.leave(name, client)
            raise
        # No await from here on, so that what is published next follows the snapshot.
        for data, meta in snapshot:
            self.delivery.post(self, topic, data, meta, client)

    def _is_own(self, topic: str) -> bool:
        """Return whether a subscription to this route makes exactly this topic."""
        route, _, params = topic.partition(":")
        try:
            request = self.request_model.model_validate_json(params)
        except ValueError:
            return False
        return route == self.route and self.topic_builder(request) == topic

    # Updates

    def topic_update(self, topic: Topic) -> TopicUpdate:
        post = self.delivery.post
        return lambda data, **meta: post(self, topic, (data,), meta)

    def update_prefix(self, topic: str) -> bytes:
        name = orjson.dumps(topic)
        return b'{"type":"%b.update","payload":{"topic":%b,"payload":' % (
            self.route.encode(),
            name,
        )

    def position_of(self, data: Sequence[Any], meta: UpdateMeta) -> int:
        """Return from where to replay what follows these data. 0 for a route without replay."""
        if self._position is not None:
            return self._position(data[-1]) if data else 0
        return int(meta.get("seq", 0)) if self.replays else 0

    @property
    def is_numbered(self) -> bool:
        """Whether the route's updates have a `seq` from which it replays."""
        return self.replays and self._position is None

    def present_position(self, topic: str) -> int:
        """Return the position of an open topic's present state, if the route is numbered. Raises
        ApiError."""
        assert self._sequencer is not None, "a numbered route has a sequencer"
        return self.position_of((), self._sequencer.sequence(topic))

    @property
    def delivery(self) -> UpdateDelivery:
        assert self._bound is not None, "include the router in a FastWSAdapter first"
        return self._bound[0]

    @property
    def subscriptions(self) -> Subscriptions:
        assert self._bound is not None, "include the router in a FastWSAdapter first"
        return self._bound[1]


def _ok(message: str, topic: str) -> SubscriptionResponse:
    return SubscriptionResponse(status="ok", message=message, topic=topic)


def _error(message: str, topic: str) -> SubscriptionResponse:
    return SubscriptionResponse(status="error", message=message, topic=topic)
