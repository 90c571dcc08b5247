"""The topics of accounts, as filed in the registry of all subscriptions."""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from pydantic import BaseModel

from trading_api.domain.account_event import AccountEvent
from trading_api.domain.account_kind import AccountKind, account_kind
from trading_api.models.broker import PositionPL
from trading_api.modules.broker.presenters.events import TopicChange
from trading_api.streaming.route_service import TopicUpdate, UpdateMeta
from trading_api.streaming.subscriptions import Subscriptions, Topic
from trading_api.streaming.topics import parse_topic

log = logging.getLogger(__name__)

CONNECTION_ROUTE = "broker-connection"
_CONNECTION_CHANNEL = (CONNECTION_ROUTE,)


@dataclass(slots=True)
class AccountStream:
    """What a topic shows, and how far it has come.

    `symbol` narrows an executions topic. `last_seq` is the number of the last event that was
    published on the topic, or of the account's last event when the topic was opened. `profits`
    are those that a position-pl topic published last, by symbol; only open positions."""

    route: str
    account_id: str
    symbol: str | None
    last_seq: int
    profits: dict[str, PositionPL] = field(default_factory=dict)

    def resume_from(self, seq: int) -> None:
        """Let the next update's `prev` be at most `seq`, the last event that a client received.

        Later events of the account belong to other topics; as `prev` they would look like a
        gap to that client."""
        self.last_seq = min(self.last_seq, seq)


class AccountTopics:
    """Files each topic under its route and account."""

    def __init__(self, subscriptions: Subscriptions) -> None:
        self._subscriptions = subscriptions

    def open(self, name: str, topic_update: TopicUpdate, seq: int) -> None:
        """Publish on a topic from now on. `seq` is the number of the account's last event."""
        route, request = parse_topic(name)
        stream = AccountStream(route, request["accountId"], request.get("symbol"), seq)
        channels: list[tuple[str, ...]] = [(route, stream.account_id)]
        if route == CONNECTION_ROUTE and account_kind(stream.account_id) is AccountKind.PAPER:
            channels.append(_CONNECTION_CHANNEL)
        self._subscriptions.attach(name, topic_update, channels, stream)

    def close(self, name: str) -> None:
        """Stop publishing on a topic. Ignores an unknown topic."""
        self._subscriptions.detach(name)

    def stream(self, name: str) -> AccountStream:
        """Return the stream of an open topic."""
        topic = self._subscriptions.topic(name)
        assert topic is not None, name
        stream: AccountStream = topic.stream
        return stream

    def topics(self, route: str, account_id: str) -> Collection[Topic]:
        """Return the open topics of a route for an account."""
        return self._subscriptions.topics_of((route, account_id))

    def paper_connection_topics(self) -> Collection[Topic]:
        """Return the open topics that show the connection of a paper account."""
        return self._subscriptions.topics_of(_CONNECTION_CHANNEL)


def publish(topics: Collection[Topic], data: BaseModel, meta: UpdateMeta | None = None) -> None:
    """Publish one datum on every topic."""
    for topic in topics:
        log.debug("update", extra={"topic": topic.name})
        topic.publish(data, **(meta or {}))


def publish_change(topics: Collection[Topic], event: AccountEvent, change: TopicChange) -> None:
    """Publish what an event changed; a topic of one symbol receives that symbol's changes only."""
    for topic in topics:
        stream: AccountStream = topic.stream
        if stream.symbol in (None, change.symbol):
            log.debug("update", extra={"topic": topic.name})
            topic.publish(change.data, **event_meta(event, stream.last_seq))
            stream.last_seq = event.seq


def publish_profits(topics: Collection[Topic], profits: Sequence[PositionPL]) -> None:
    """Publish those of an account's profits that differ from the ones published last."""
    for topic in topics:
        stream: AccountStream = topic.stream
        for profit in profits:
            if stream.profits.get(profit.symbol) != profit:
                log.debug("update", extra={"topic": topic.name})
                topic.publish(profit)
        stream.profits = {profit.symbol: profit for profit in profits}


def event_meta(event: AccountEvent, prev: int) -> UpdateMeta:
    """Return the fields next to an event's update, whether it is live or replayed."""
    return {"seq": event.seq, "prev": prev, **request_meta(event)}


def request_meta(event: AccountEvent) -> UpdateMeta:
    """Return the client's name of the request that caused the event, if it has one."""
    return {"request_id": event.request_id} if event.request_id else {}
