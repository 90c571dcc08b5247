"""Publishes what an account's broker committed to the account's topics."""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import suppress

from pydantic import BaseModel

from trading_api.domain.account_event import AccountEvent
from trading_api.domain.account_snapshot import AccountSnapshot
from trading_api.domain.broker_connection import BrokerConnection
from trading_api.domain.ports.broker import Broker
from trading_api.errors import Unavailable
from trading_api.modules.broker.presenters.accounts import (
    to_account_state,
    to_connection_status,
    to_equity,
    to_position_pls,
)
from trading_api.modules.broker.presenters.events import ROUTES, topic_changes
from trading_api.modules.broker.presenters.notifications import NotificationPresenter
from trading_api.modules.broker.publishing.account_topics import (
    CONNECTION_ROUTE,
    AccountTopics,
    publish,
    publish_change,
    publish_profits,
    request_meta,
)
from trading_api.streaming.route_service import UpdateMeta

_CHANGES_EQUITY = {
    "accountReset",
    "cashAdjusted",
    "cashDeposited",
    "cashWithdrawn",
    "leverageSet",
    "orderFilled",
    "positionAdjusted",
    "positionSettled",
}
_CHANGES_MARGIN = {"orderCanceled", "orderModified", "orderPlaced", "orderRejected"}


class EventPublisher:
    """A BrokerListener that turns events, valuations and connections into topic updates."""

    def __init__(
        self,
        broker: Broker,
        topics: AccountTopics,
        notifications: NotificationPresenter,
        clock_ms: Callable[[], int],
    ) -> None:
        self._broker = broker
        self._topics = topics
        self._notifications = notifications
        self._clock_ms = clock_ms

    def on_event(self, event: AccountEvent) -> None:
        """Publish execution, order, position, notification, profit, equity, account: a terminal
        redraws each from the one before it."""
        account: AccountSnapshot | None = None
        for route in ROUTES:
            if topics := self._topics.topics(route, event.account_id):
                account = account or self._broker.snapshot(event.account_id)
                for change in topic_changes(route, account, event, self._notifications):
                    publish_change(topics, event, change)
        if event.position is not None or event.closed_positions:
            self._publish_profits(event.account_id)
        if _changes_equity(event):
            self._publish_money(event.account_id, event)
        elif event.type == "killSwitchSet":
            self._publish("account", to_account_state, event.account_id, event)

    def on_valuation(self, account_id: str) -> None:
        """Publish the account's profits and money at the new prices."""
        self._publish_profits(account_id)
        self._publish_money(account_id)

    def on_new_day(self, account_id: str) -> None:
        """Publish the account's money, of which nothing was realized today."""
        with suppress(Unavailable):  # its shard has just moved away
            self._publish("account", to_account_state, account_id, None)

    def on_connection(
        self, account_ids: Collection[str] | None, connection: BrokerConnection
    ) -> None:
        """Publish the state of the connection to the accounts' venue."""
        message = to_connection_status(connection, self._clock_ms())
        if account_ids is None:
            publish(self._topics.paper_connection_topics(), message)
            return
        for account_id in account_ids:
            publish(self._topics.topics(CONNECTION_ROUTE, account_id), message)

    def _publish_profits(self, account_id: str) -> None:
        if topics := self._topics.topics("position-pl", account_id):
            publish_profits(topics, to_position_pls(self._broker.snapshot(account_id)))

    def _publish_money(self, account_id: str, cause: AccountEvent | None = None) -> None:
        self._publish("equity", to_equity, account_id, cause)
        self._publish("account", to_account_state, account_id, cause)

    def _publish(
        self,
        route: str,
        present: Callable[[AccountSnapshot], BaseModel],
        account_id: str,
        cause: AccountEvent | None,
    ) -> None:
        if topics := self._topics.topics(route, account_id):
            account = self._broker.snapshot(account_id)
            meta: UpdateMeta = {"as_of_seq": account.seq}
            if cause is not None:
                meta = {**meta, **request_meta(cause)}
            publish(topics, present(account), meta)


def _changes_equity(event: AccountEvent) -> bool:
    """Return whether the event changes the equity, or the margin that is used of it."""
    if event.type in _CHANGES_EQUITY:
        return True
    order = event.order
    return event.type in _CHANGES_MARGIN and order is not None and not order.reduce_only
