"""The channels of the WebSocket, and their states and conflation keys."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import msgspec

from trading_api_client.models import (
    AccountState,
    Alert,
    AlertStatus,
    Bar,
    BrokerConnectionStatus,
    EquityData,
    Execution,
    Notification,
    Orderbook,
    OrderStatus,
    PlacedOrder,
    Position,
    PositionPL,
    QuoteData,
    ReplayState,
    Trade,
)

T = TypeVar("T")


class Update(msgspec.Struct, Generic[T], frozen=True, kw_only=True):
    """An update of a topic: its data and its numbers.

    `seq` is the number of the account's event, and `prev` that of the previous update of the topic.
    `as_of_seq` is the last event that the data includes. `ts` is the time at which the server made
    the update, in ms since 1970."""

    topic: str
    data: T = msgspec.field(name="payload")
    ts: int
    seq: int | None = None
    prev: int | None = None
    as_of_seq: int | None = None
    request_id: str | None = None


def _latest(_: Any) -> str:
    return ""


def _never(_: Any) -> bool:
    return False


class Channel(Generic[T]):
    """One kind of live data.

    The latest update under each `state_key` is the present state, unless `is_removed`. None means
    that the channel has no state. Of the unread updates with one `conflation_key`, only the last
    counts. None means that every update counts."""

    def __init__(
        self,
        name: str,
        data_type: type[T],
        *,
        state_key: Callable[[T], Hashable] | None = _latest,
        is_removed: Callable[[T], bool] = _never,
        conflation_key: Callable[[T], Hashable] | None = None,
        is_resumable: bool = False,
    ) -> None:
        self.name = name
        self.data_type = data_type
        self.state_key = state_key
        self.is_removed = is_removed
        self.conflation_key = conflation_key
        self.is_resumable = is_resumable
        self._decoder = msgspec.json.Decoder(Update[data_type])  # type: ignore[valid-type]

    def decode(self, payload: msgspec.Raw) -> Update[T]:
        """Return the update in a message. Raises msgspec.DecodeError."""
        update: Update[T] = self._decoder.decode(payload)
        return update

    def __repr__(self) -> str:
        return f"Channel({self.name!r})"


def _is_ended(order: PlacedOrder) -> bool:
    return order.status not in (OrderStatus.PLACING, OrderStatus.INACTIVE, OrderStatus.WORKING)


BARS = Channel("bars", Bar, conflation_key=lambda bar: bar.time)
QUOTES = Channel(
    "quotes", QuoteData, state_key=lambda quote: quote.n, conflation_key=lambda quote: quote.n
)
TRADES = Channel("trades", Trade)
ORDER_BOOK = Channel("orderbook", Orderbook, conflation_key=_latest)
REPLAY = Channel("replay", ReplayState, conflation_key=_latest)
ORDERS = Channel(
    "orders",
    PlacedOrder,
    state_key=lambda order: order.id,
    is_removed=_is_ended,
    is_resumable=True,
)
POSITIONS = Channel(
    "positions",
    Position,
    state_key=lambda position: position.id,
    is_removed=lambda position: position.qty == 0,
    is_resumable=True,
)
EXECUTIONS = Channel("executions", Execution, state_key=None, is_resumable=True)
NOTIFICATIONS = Channel("notifications", Notification, state_key=None, is_resumable=True)
POSITION_PROFITS = Channel(
    "position-pl",
    PositionPL,
    state_key=lambda profit: profit.symbol,
    conflation_key=lambda profit: profit.symbol,
)
EQUITY = Channel("equity", EquityData, conflation_key=_latest)
ACCOUNT_STATE = Channel("account", AccountState, conflation_key=_latest)
BROKER_CONNECTION = Channel("broker-connection", BrokerConnectionStatus, conflation_key=_latest)
ALERTS = Channel(
    "alerts",
    Alert,
    state_key=lambda alert: alert.id,
    is_removed=lambda alert: alert.status is AlertStatus.DELETED,
    conflation_key=lambda alert: alert.id,
)

CHANNELS: dict[str, Channel[Any]] = {
    channel.name: channel
    for channel in (
        BARS,
        QUOTES,
        TRADES,
        ORDER_BOOK,
        REPLAY,
        ORDERS,
        POSITIONS,
        EXECUTIONS,
        NOTIFICATIONS,
        POSITION_PROFITS,
        EQUITY,
        ACCOUNT_STATE,
        BROKER_CONNECTION,
        ALERTS,
    )
}


@dataclass(frozen=True, slots=True)
class Reconnection:
    """A topic that continues after an outage.

    If `is_replayed` is true, no update was missed. Otherwise the server has sent the present state,
    and the updates in between were not reported."""

    channel: str
    topic: str
    is_replayed: bool
