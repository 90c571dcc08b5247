"""The changes of an account, in the order of its events."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from trading_api_client.models import Execution, Notification, PlacedOrder, Position
from trading_api_client.stream.channels import Update
from trading_api_client.stream.stream import CallbackSubscription, Stream, Subscription
from trading_api_client.stream.stream_client import StreamClient

CHANNEL_ORDER = ("executions", "orders", "positions", "notifications")
"""The order in which the server publishes the updates of one event."""

AccountData: TypeAlias = Execution | PlacedOrder | Position | Notification


@dataclass(frozen=True, slots=True)
class AccountUpdate:
    """A change of an account: an execution, or the new state of an order or a position.

    `seq` is the number of the event, or None for a part of the first state. `request_id` is the
    `X-Request-ID` of the command that caused it, if the client sent one."""

    channel: str
    data: AccountData
    seq: int | None
    request_id: str | None = None


class _OrderedByEvent(Subscription[Any]):
    """Buffers updates while a topic is not synchronized, and then reports them in the order of the
    events. Topics resume one after another."""

    def __init__(self, streams: StreamClient) -> None:
        super().__init__(streams)
        # The buffer is bounded by the number of updates that the server replays.
        self._held: list[Update[Any]] = []

    def on_update(self, update: Update[Any]) -> None:
        if self._is_in_order():
            self.report(_of_account(update))
        else:
            self._held.append(update)

    def on_synchronized(self) -> None:
        super().on_synchronized()
        if self._is_in_order():
            held, self._held = sorted(self._held, key=_event_order), []
            for update in held:
                self.report(_of_account(update))

    def _is_in_order(self) -> bool:
        return self._unsynchronized <= 0 and all(
            topic.status == "synchronized" for topic in self._topics
        )


class AccountStream(_OrderedByEvent, Stream[AccountUpdate]):
    """An asynchronous iterator of an account's changes, in the order of its events."""

    def __init__(self, streams: StreamClient, buffer: int) -> None:
        Stream.__init__(self, streams, None, buffer)
        self._held = []


class AccountCallback(_OrderedByEvent, CallbackSubscription[AccountUpdate]):
    """Calls a function with an account's changes, in the order of its events."""

    def __init__(self, streams: StreamClient, callback: Callable[[AccountUpdate], object]) -> None:
        CallbackSubscription.__init__(self, streams, callback)
        self._held = []


def _of_account(update: Update[Any]) -> Update[AccountUpdate]:
    channel = update.topic.partition(":")[0]
    data = AccountUpdate(channel, update.data, update.seq, update.request_id)
    return Update(topic=update.topic, data=data, ts=update.ts, seq=update.seq)


def _event_order(update: Update[Any]) -> tuple[int, int]:
    channel = update.topic.partition(":")[0]
    return (update.seq or 0, CHANNEL_ORDER.index(channel))
