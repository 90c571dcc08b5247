"""The updates of a topic that a client has missed."""

from __future__ import annotations

from trading_api.domain.ports.broker import Broker
from trading_api.modules.broker.presenters.events import topic_changes
from trading_api.modules.broker.presenters.notifications import NotificationPresenter
from trading_api.modules.broker.publishing.account_topics import AccountStream, event_meta
from trading_api.streaming.route_service import SequencedUpdate

MISSED_UPDATES_MAX = 1_000
MISSED_EVENTS_MAX = 5_000
"""The events of an account that are searched for the updates of a topic."""
PAGE_EVENTS = 1_000


async def missed_updates(
    broker: Broker,
    notifications: NotificationPresenter,
    stream: AccountStream,
    seq: int,
    prev: int,
) -> list[SequencedUpdate] | None:
    """Return what was published on a topic after event `seq`, up to the moment of the return.

    `prev` is that of the first update: the last one that the client has. None if more than
    MISSED_UPDATES_MAX updates or MISSED_EVENTS_MAX events were missed, if some events were removed,
    or if the account has no event `seq`. Raises Unavailable."""
    account_id = stream.account_id
    updates: list[SequencedUpdate] = []
    since = seq
    while since < (last := broker.snapshot(account_id).seq):
        if last - seq > MISSED_EVENTS_MAX:
            return None
        page = min(last - since, PAGE_EVENTS)
        events = await broker.events(account_id, since, page)
        if len(events) < page:
            return None  # some were removed
        for event in events:
            account = broker.snapshot(account_id)
            for change in topic_changes(stream.route, account, event, notifications):
                if stream.symbol in (None, change.symbol):
                    updates.append(SequencedUpdate(change.data, event_meta(event, prev)))
                    prev = event.seq
        if len(updates) > MISSED_UPDATES_MAX:
            return None
        since += page
    return updates if since == last else None
