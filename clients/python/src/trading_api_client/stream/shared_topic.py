"""A topic that several listeners share."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable, Mapping
from typing import Any, Generic, Literal, Protocol, TypeVar

from trading_api_client.errors import TradingApiError
from trading_api_client.stream.channels import Channel, Update
from trading_api_client.stream.sequence_tracker import SequenceTracker
from trading_api_client.topics import topic_of

T = TypeVar("T")

Status = Literal["unsubscribed", "subscribing", "resuming", "confirmed", "synchronized"]


class TopicListener(Protocol[T]):
    """The receiver of a topic's reports. Its methods must not raise."""

    def on_update(self, update: Update[T]) -> None: ...

    def on_synchronized(self) -> None:
        """Called after the present state or the missed updates have been reported."""

    def on_failed(self, error: TradingApiError) -> None:
        """Called when the topic has ended because of an error."""


class SharedTopic(Generic[T]):
    """A subscription with its listeners, its present state and its sequence numbers.

    `status` is that on the present connection. Updates that arrive while it is `subscribing` belong
    to an earlier subscription. It is `synchronized` once the state or the missed updates have
    arrived. `floor` is an event of the account before the subscription. A topic without updates so
    far resumes from there. `on_change` is called after each change."""

    def __init__(
        self,
        channel: Channel[T],
        subscription: Mapping[str, Any],
        floor: int | None,
        on_change: Callable[[SharedTopic[Any]], None],
    ) -> None:
        self.channel = channel
        self.subscription = subscription
        self.topic = topic_of(channel.name, subscription)
        self.floor = floor
        self.status: Status = "unsubscribed"
        self.was_confirmed = False
        self.snapshots = 0
        self.resumed_from: int | None = None
        """The number of the last resume. A second one from there would not help."""
        self.sequence: SequenceTracker[T] = SequenceTracker()
        self._listeners: dict[TopicListener[T], bool] = {}
        """Whether each listener has received the state; later updates follow it."""
        self._state: dict[Hashable, Update[T]] = {}
        self._on_change = on_change

    @property
    def account_id(self) -> str | None:
        """The account of the topic, or None."""
        return self.subscription.get("accountId")

    @property
    def has_listeners(self) -> bool:
        return bool(self._listeners)

    @property
    def resumable_seq(self) -> int | None:
        """The event from which the server can replay the missed updates, or None."""
        if not self.channel.is_resumable or not self.was_confirmed:
            return None
        seq = self.floor if self.sequence.last_seq is None else self.sequence.last_seq
        return None if seq == self.resumed_from else seq

    def add(self, listener: TopicListener[T]) -> None:
        """Add a listener. It first receives the present state, which the server sends only once."""
        self._listeners[listener] = is_started = not self._state and not self._is_synchronized
        if not is_started:
            asyncio.get_running_loop().call_soon(self._start, listener)

    def remove(self, listener: TopicListener[T]) -> bool:
        """Remove a listener. Return whether it was there."""
        return self._listeners.pop(listener, None) is not None

    def begin_subscribe(self) -> None:
        """Wait for a state, and stop waiting for missing updates.

        The buffered updates after them are reported only if the topic has no state. Otherwise the
        next state contains them."""
        self.status = "subscribing"
        if self.sequence.last_seq is not None:
            self.floor = self.sequence.last_seq
        self._reset_sequence()

    def begin_resume(self, seq: int) -> None:
        """Wait for the updates after event `seq`."""
        self.status = "resuming"
        self.resumed_from = seq
        self.sequence.last_seq = seq
        self.sequence.start_replay()

    def confirm(self) -> None:
        """Record the server's reply. The state or the missed updates follow."""
        is_replay = self.status == "resuming"
        self.status = "confirmed"
        self.was_confirmed = True
        if is_replay:
            self._report(self.sequence.finish_replay())
            return
        self.snapshots += 1
        self._reset_sequence()
        self._state.clear()
        self.resumed_from = None

    def synchronize(self) -> None:
        """Record that the state or the missed updates have arrived."""
        self.status = "synchronized"
        for listener in self._started():
            listener.on_synchronized()
        self._on_change(self)

    def reset(self) -> None:
        """Record that the connection ended."""
        self.status = "unsubscribed"
        self.resumed_from = None

    def accept(self, update: Update[T]) -> bool:
        """Report an update. Return False if an update before it is missing."""
        updates = self.sequence.accept(update)
        if updates is not None:
            self._report(updates)
        return updates is not None

    def fail(self, error: TradingApiError) -> None:
        """Remove all listeners because of an error."""
        listeners = list(self._listeners)
        self._listeners.clear()
        for listener in listeners:
            listener.on_failed(error)
        self._on_change(self)

    @property
    def _is_synchronized(self) -> bool:
        return self.status == "synchronized"

    def _started(self) -> list[TopicListener[T]]:
        return [listener for listener, is_started in self._listeners.items() if is_started]

    def _start(self, listener: TopicListener[T]) -> None:
        if listener not in self._listeners:
            return
        self._listeners[listener] = True
        for update in list(self._state.values()):
            listener.on_update(update)
        if self._is_synchronized:
            listener.on_synchronized()

    def _reset_sequence(self) -> None:
        buffered = self.sequence.reset()
        if self.channel.state_key is None:
            self._report(buffered)

    def _report(self, updates: list[Update[T]]) -> None:
        for update in updates:
            self._update_state(update)
            for listener in self._started():
                if listener in self._listeners:
                    listener.on_update(update)
        if updates:
            self._on_change(self)

    def _update_state(self, update: Update[T]) -> None:
        if self.channel.state_key is None:
            return
        key = self.channel.state_key(update.data)
        if self.channel.is_removed(update.data):
            self._state.pop(key, None)
        else:
            self._state[key] = update
