"""The topics of the broker that somebody follows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import BaseModel

from trading_api.shared.ws.router_interface import TopicUpdate, parse_topic


@dataclass(frozen=True, slots=True)
class FollowedTopic:
    """`symbol` narrows an executions topic."""

    route: str
    account_id: str
    symbol: str | None
    topic_update: TopicUpdate


class FollowedTopics:
    def __init__(self) -> None:
        self._by_name: dict[str, FollowedTopic] = {}
        self._by_account: dict[tuple[str, str], dict[str, FollowedTopic]] = {}

    def __getitem__(self, name: str) -> FollowedTopic:
        return self._by_name[name]

    def add(self, name: str, topic_update: TopicUpdate) -> None:
        route, request = parse_topic(name)
        topic = FollowedTopic(route, request["accountId"], request.get("symbol"), topic_update)
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

    def tell(self, route: str, account_id: str, data: BaseModel, symbol: str | None = None) -> None:
        for topic in self._by_account.get((route, account_id), {}).values():
            if topic.symbol in (None, symbol):
                topic.topic_update(data)
