"""The topics of the broker that somebody follows."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import BaseModel

from trading_api.modules.broker.journal.ports import JournalEntry
from trading_api.shared.ws.router_interface import TopicUpdate, UpdateMeta, parse_topic

log = logging.getLogger(__name__)


@dataclass(slots=True)
class FollowedTopic:
    """`symbol` narrows an executions topic; `told_seq` is the number of the last event told, or of
    a later one that was there before anyone followed it."""

    route: str
    account_id: str
    symbol: str | None
    topic_update: TopicUpdate
    told_seq: int

    def resumed_from(self, seq: int) -> None:
        """The last that someone heard who has heard all. What the account did since was told on
        other topics, and as the next one's `prev` it would look like a gap."""
        self.told_seq = min(self.told_seq, seq)


class FollowedTopics:
    def __init__(self) -> None:
        self._by_name: dict[str, FollowedTopic] = {}
        self._by_account: dict[tuple[str, str], dict[str, FollowedTopic]] = {}

    def __getitem__(self, name: str) -> FollowedTopic:
        return self._by_name[name]

    def add(self, name: str, topic_update: TopicUpdate, seq: int) -> None:
        """`seq` is the account's last event."""
        route, request = parse_topic(name)
        symbol = request.get("symbol")
        topic = FollowedTopic(route, request["accountId"], symbol, topic_update, seq)
        self._by_name[name] = topic
        self._by_account.setdefault((route, topic.account_id), {})[name] = topic

    def remove(self, name: str) -> None:
        topic = self._by_name.pop(name, None)
        if topic is None:
            return
        key = (topic.route, topic.account_id)
        del self._by_account[key][name]
        if not self._by_account[key]:
            del self._by_account[key]

    def is_followed(self, route: str, account_id: str) -> bool:
        return (route, account_id) in self._by_account

    def accounts(self, route: str) -> Iterator[str]:
        """Accounts that someone follows on a route."""
        return iter([account_id for name, account_id in self._by_account if name == route])

    def tell(self, route: str, account_id: str, data: BaseModel, **meta: int | str) -> None:
        for name, topic in self._by_account.get((route, account_id), {}).items():
            log.debug("update", extra={"topic": name})
            topic.topic_update(data, **meta)

    def tell_event(self, route: str, entry: JournalEntry, data: BaseModel, symbol: str) -> None:
        """`symbol` for those that follow one symbol alone."""
        for name, topic in self._by_account.get((route, entry.account_id), {}).items():
            if topic.symbol in (None, symbol):
                log.debug("update", extra={"topic": name})
                topic.topic_update(data, **update_meta(entry, topic.told_seq))
                topic.told_seq = entry.seq


def update_meta(entry: JournalEntry, prev: int) -> UpdateMeta:
    """The meta fields of an event's update, live or missed."""
    return {"seq": entry.seq, "prev": prev, **cause(entry)}


def cause(entry: JournalEntry) -> UpdateMeta:
    return {"request_id": entry.request_id} if entry.request_id else {}
