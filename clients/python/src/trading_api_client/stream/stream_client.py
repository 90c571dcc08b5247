"""All subscriptions of a client over one connection."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from ssl import SSLContext
from typing import Any, TypeVar

import msgspec

from trading_api_client.errors import ConnectionFailed, Refused, TradingApiError
from trading_api_client.stream.channels import CHANNELS, Channel, Reconnection, Update
from trading_api_client.stream.outage_log import OutageLog
from trading_api_client.stream.reconnecting_socket import (
    ReconnectingSocket,
    SocketState,
    StreamOptions,
)
from trading_api_client.stream.request_queue import PendingRequest, Reply, RequestQueue
from trading_api_client.stream.shared_topic import SharedTopic, TopicListener
from trading_api_client.token_source import TokenSource

T = TypeVar("T")

log = logging.getLogger("trading_api_client")

NO_ANSWER = "The server does not answer"
SUBSCRIBE_AGAIN_S = 1.0
REFUSED_STATUS = 422
_MALFORMED = re.compile(r"1003 (Could not validate|No matching type|Could not decode)")


class Message(msgspec.Struct, frozen=True):
    """A message of the server, whose payload its type determines."""

    type: str
    payload: msgspec.Raw


class StreamClient:
    """All subscriptions of a client over one connection.

    It connects for the first subscription, and connects again after a loss with all topics. It
    closes the connection some time after the last subscription ended."""

    def __init__(
        self,
        url: str,
        tokens: TokenSource,
        options: StreamOptions,
        tls: SSLContext | None = None,
    ) -> None:
        self.options = options
        self.topics: dict[str, SharedTopic[Any]] = {}
        self.outage = OutageLog(url)
        self._socket = ReconnectingSocket(url, tokens, options, self, tls, self.outage)
        self._requests = RequestQueue(options.reply_timeout_s, self._on_reply_timeout)
        self._messages = msgspec.json.Decoder(Message)
        self._replies = msgspec.json.Decoder(Reply)
        self._on_reconnected: list[Callable[[Reconnection], object]] = []
        self._on_change: list[Callable[[SharedTopic[Any]], None]] = []
        self._is_closed = False
        self._idle_timer: asyncio.TimerHandle | None = None
        self._retry_timer: asyncio.TimerHandle | None = None
        self._disconnecting: asyncio.Task[None] | None = None

    @property
    def state(self) -> SocketState:
        return self._socket.state

    def on_state(self, listener: Callable[[SocketState], object]) -> Callable[[], None]:
        """Call the listener with every later state, until the returned function is called."""
        return self._socket.on_state(listener)

    def on_reconnected(self, listener: Callable[[Reconnection], object]) -> Callable[[], None]:
        """Call the listener for each topic that continues after an outage."""
        self._on_reconnected.append(listener)
        return lambda: self._on_reconnected.remove(listener)

    def on_change(self, listener: Callable[[SharedTopic[Any]], None]) -> Callable[[], None]:
        """Call the listener after each change of a topic, until the returned function is called."""
        self._on_change.append(listener)
        return lambda: self._on_change.remove(listener)

    def subscribe(
        self,
        channel: Channel[T],
        subscription: Mapping[str, Any],
        listener: TopicListener[T],
        floor: int | None = None,
    ) -> SharedTopic[T]:
        """Send the listener the topic's present state, and then every change.

        `floor` is an event of the account before now. Raises TypeError for a subscription without a
        canonical topic, and ConnectionFailed after `close()`."""
        if self._is_closed:
            raise ConnectionFailed("The client was closed")
        topic = SharedTopic(channel, subscription, floor, self._topic_changed)
        topic = self.topics.setdefault(topic.topic, topic)
        topic.add(listener)
        self._cancel_idle_timer()
        if self._socket.is_connected:
            if topic.status == "unsubscribed":
                self._subscribe_or_resume(topic)
        else:
            self._socket.open()
        return topic

    def unsubscribe(self, topic: SharedTopic[T], listener: TopicListener[T]) -> None:
        """Remove the listener. The last one of a topic ends its subscription."""
        is_unused = topic.remove(listener) and not topic.has_listeners
        if not is_unused or self.topics.get(topic.topic) is not topic:
            return
        del self.topics[topic.topic]
        if self._socket.is_connected:
            self._unsubscribe(topic)
        self._start_idle_timer()

    def reconnect_now(self) -> None:
        """Connect immediately instead of after the delay."""
        self._socket.reconnect_now()

    async def close(self) -> None:
        """End every subscription and the connection."""
        self._is_closed = True
        topics = list(self.topics.values())
        self.topics.clear()
        self._cancel_idle_timer()
        if self._retry_timer is not None:
            self._retry_timer.cancel()
        await self._socket.close()
        for topic in topics:
            topic.fail(ConnectionFailed("The client was closed"))

    # The reports of the connection

    def on_open(self) -> None:
        for topic in list(self.topics.values()):
            if topic.status == "unsubscribed":
                self._subscribe_or_resume(topic)

    def on_message(self, frame: bytes) -> None:
        try:
            self._handle(frame)
        except msgspec.DecodeError:
            # A newer server may send unknown messages. The other messages stay valid.
            log.exception("message_invalid")

    def _handle(self, frame: bytes) -> None:
        message = self._messages.decode(frame)
        channel_name, _, kind = message.type.rpartition(".")
        if kind == "update":
            if channel := CHANNELS.get(channel_name):
                self._on_update(channel.decode(message.payload))
        elif kind == "response":
            request = self._requests.take_answered(message.type)
            if request is not None:
                request.on_reply(self._replies.decode(message.payload))

    def on_disconnected(self, reason: str) -> None:
        first = self._requests.first
        self._requests.clear()
        for topic in self.topics.values():
            topic.reset()
        if first is not None and first.topic is not None and _MALFORMED.match(reason):
            # The server replies in order, so it closed the connection over the first request.
            self._fail_topic(first.topic, Refused("invalid_request", reason, REFUSED_STATUS))

    def on_unauthorized(self, refused: Refused) -> None:
        for topic in list(self.topics.values()):
            self._fail_topic(topic, refused)

    def is_needed(self) -> bool:
        return bool(self.topics)

    # Topics

    def _subscribe_or_resume(self, topic: SharedTopic[Any]) -> None:
        seq = topic.resumable_seq
        if seq is None:
            self._subscribe(topic)
        else:
            self._resume(topic, seq)

    def _subscribe(self, topic: SharedTopic[Any]) -> None:
        was_confirmed = topic.was_confirmed
        topic.begin_subscribe()

        def on_reply(reply: Reply) -> None:
            if reply.status == "ok":
                self._confirm(topic, is_first=not was_confirmed)
            elif reply.is_temporary:
                self._subscribe_later(topic)
            else:
                error = Refused("subscription_refused", reply.message, REFUSED_STATUS)
                self._fail_topic(topic, error)

        self._request(f"{topic.channel.name}.subscribe", topic, topic.subscription, on_reply)

    def _resume(self, topic: SharedTopic[Any], seq: int) -> None:
        topic.begin_resume(seq)

        def on_reply(reply: Reply) -> None:
            if reply.status == "ok":
                self._confirm(topic, is_first=False)
            elif reply.is_temporary:
                self._subscribe_later(topic)
            else:
                self._subscribe(topic)

        payload = {"topic": topic.topic, "seq": seq}
        self._request(f"{topic.channel.name}.resume", topic, payload, on_reply)

    def _confirm(self, topic: SharedTopic[Any], is_first: bool) -> None:
        is_replayed = topic.status == "resuming"
        topic.confirm()
        if not is_first:
            reconnection = Reconnection(topic.channel.name, topic.topic, is_replayed)
            for listener in list(self._on_reconnected):
                listener(reconnection)

        def on_reply(reply: Reply) -> None:
            if topic.status == "confirmed":
                topic.synchronize()

        # The server answers a repeated subscription without a second state, and after the state or
        # the replay that it has begun to send.
        self._request(f"{topic.channel.name}.subscribe", topic, topic.subscription, on_reply)

    def _subscribe_later(self, topic: SharedTopic[Any]) -> None:
        """Request a topic again after some time, because its owner does not respond now."""
        topic.reset()
        if self._retry_timer is not None:
            self._retry_timer.cancel()
        loop = asyncio.get_running_loop()
        self._retry_timer = loop.call_later(SUBSCRIBE_AGAIN_S, self._retry_subscriptions)

    def _retry_subscriptions(self) -> None:
        if self._socket.is_connected:
            self.on_open()

    def _unsubscribe(self, topic: SharedTopic[Any]) -> None:
        type_ = f"{topic.channel.name}.unsubscribe"
        self._request(type_, None, topic.subscription, lambda reply: None)

    def _fail_topic(self, topic: SharedTopic[Any], error: TradingApiError) -> None:
        if self.topics.get(topic.topic) is topic:
            del self.topics[topic.topic]
        topic.fail(error)
        self._start_idle_timer()

    def _topic_changed(self, topic: SharedTopic[Any]) -> None:
        for listener in list(self._on_change):
            listener(topic)

    # Messages

    def _request(
        self,
        type_: str,
        topic: SharedTopic[Any] | None,
        payload: Mapping[str, Any],
        on_reply: Callable[[Reply], None],
    ) -> None:
        def if_current(reply: Reply) -> None:
            if topic is None or self.topics.get(topic.topic) is topic:
                on_reply(reply)

        self._requests.add(PendingRequest(type_, topic, if_current))
        self._socket.send({"type": type_, "payload": payload})

    def _on_update(self, update: Update[Any]) -> None:
        topic = self.topics.get(update.topic)
        # Before the reply an update belongs to an earlier subscription. The state follows it.
        if topic is None or topic.status == "subscribing" or topic.accept(update):
            return
        # The server resumes and sends the state only for a topic that is not subscribed.
        seq = topic.resumable_seq
        self._unsubscribe(topic)
        if seq is None:
            self._subscribe(topic)
        else:
            self._resume(topic, seq)

    def _on_reply_timeout(self) -> None:
        """Replace the connection: a server that does not reply counts as lost."""
        self._socket.fail(NO_ANSWER)

    # An unused connection

    def _start_idle_timer(self) -> None:
        self._cancel_idle_timer()
        if self.topics or self._is_closed:
            return
        self.outage.given_up()
        loop = asyncio.get_running_loop()
        self._idle_timer = loop.call_later(self.options.idle_timeout_s, self._disconnect)

    def _cancel_idle_timer(self) -> None:
        if self._idle_timer is not None:
            self._idle_timer.cancel()
            self._idle_timer = None

    def _disconnect(self) -> None:
        if not self.topics and not self._is_closed:
            self._disconnecting = asyncio.create_task(self._close_unused())

    async def _close_unused(self) -> None:
        await self._socket.disconnect()
        with suppress(ConnectionFailed):
            if self.topics:  # a subscription came while the connection was closed
                self._socket.open()
