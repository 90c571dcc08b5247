"""The registry: topics under their channels, and sessions in their topics."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest
from pydantic import BaseModel

from trading_api.models.market import Trade
from trading_api.streaming.message_format import JSON
from trading_api.streaming.outbox import Outbox
from trading_api.streaming.route_service import TopicUpdate, WsRouteService
from trading_api.streaming.subscriptions import Subscriptions, Topic

AAPL, MSFT = ("bars", "AAPL"), ("bars", "MSFT")


class SessionDouble:
    def __init__(self) -> None:
        self.topics: set[str] = set()
        self.subscribed_symbols = 0
        self.format = JSON
        self.closed = False
        self.outbox = Outbox(16, lambda _: None, [], lambda: None)


class RouteDouble:
    """A route whose service files its topics under the channel AAPL, and raises `error` if set."""

    def __init__(self, subscriptions: Subscriptions) -> None:
        self.service: WsRouteService = self
        self.calls: list[str] = []
        self.error: Exception | None = None
        self.published: list[BaseModel] = []
        self._subscriptions = subscriptions

    async def create_topic(self, topic: str, topic_update: TopicUpdate) -> None:
        self.calls.append(f"create {topic}")
        self._subscriptions.attach(topic, topic_update, [AAPL], stream=self)
        await asyncio.sleep(0)
        if self.error:
            raise self.error

    def remove_topic(self, topic: str) -> None:
        self.calls.append(f"remove {topic}")
        self._subscriptions.detach(topic)

    def topic_state(self, topic: str) -> Sequence[BaseModel]:
        return []

    def update_prefix(self, topic: str) -> bytes:
        return topic.encode()

    def topic_update(self, topic: Topic) -> TopicUpdate:
        return lambda data, **meta: self.published.append(data)


@pytest.fixture
def subscriptions() -> Subscriptions:
    return Subscriptions()


@pytest.fixture
def route(subscriptions: Subscriptions) -> RouteDouble:
    return RouteDouble(subscriptions)


def ignore(data: BaseModel, **meta: int | str) -> None: ...


def trade() -> Trade:
    return Trade(symbol="AAPL", price=1, qty=1, time=1, side=1)


def names(subscriptions: Subscriptions, channel: tuple[str, str]) -> list[str]:
    return [topic.name for topic in subscriptions.topics_of(channel)]


def test_a_topic_is_found_under_each_of_its_channels_until_it_is_detached(
    subscriptions: Subscriptions,
) -> None:
    subscriptions.attach("one", ignore, [AAPL, AAPL], stream="a stream")
    both = subscriptions.attach("both", ignore, [MSFT, AAPL])
    assert names(subscriptions, AAPL) == ["one", "both"], "in the order of attaching"
    assert names(subscriptions, MSFT) == ["both"]
    assert subscriptions.topic("both") is both
    assert set(subscriptions.keys()) == {AAPL, MSFT}

    subscriptions.detach("both")
    subscriptions.detach("both")
    subscriptions.detach("never attached")
    assert names(subscriptions, AAPL) == ["one"]
    assert not subscriptions.topics_of(MSFT)
    assert list(subscriptions.keys()) == [AAPL]
    assert subscriptions.topic("both") is None


def test_attaching_again_replaces_channels_and_stream(subscriptions: Subscriptions) -> None:
    first = subscriptions.attach("one", ignore, [AAPL], stream=1)
    assert subscriptions.attach("one", ignore, [MSFT], stream=2) is first
    assert names(subscriptions, AAPL) == []
    assert names(subscriptions, MSFT) == ["one"]
    assert first.stream == 2


async def test_the_first_session_opens_a_topic_and_the_last_one_closes_it(
    subscriptions: Subscriptions, route: RouteDouble
) -> None:
    first, second = SessionDouble(), SessionDouble()
    topic = await subscriptions.join("one", first, route)
    assert await subscriptions.join("one", second, route) is topic
    assert topic.prefix == b"one"
    assert topic.stream is route
    assert subscriptions.session_counts() == {"one": 2}
    assert names(subscriptions, AAPL) == ["one"]
    topic.publish(trade())
    assert len(route.published) == 1

    subscriptions.leave("one", first)
    assert route.calls == ["create one"]
    subscriptions.release(second)
    assert route.calls == ["create one", "remove one"]
    assert (len(subscriptions), list(subscriptions.keys())) == (0, [])
    topic.publish(trade())
    assert len(route.published) == 1, "a closed topic publishes nothing"


async def test_a_topic_that_fails_to_open_leaves_nothing_behind(
    subscriptions: Subscriptions, route: RouteDouble
) -> None:
    session = SessionDouble()
    route.error = ZeroDivisionError()
    with pytest.raises(ZeroDivisionError):
        await subscriptions.join("one", session, route)
    assert route.calls == ["create one", "remove one"]
    assert session.topics == set()
    assert (len(subscriptions), list(subscriptions.keys())) == (0, [])


async def test_a_session_that_closes_while_its_topic_opens_does_not_join(
    subscriptions: Subscriptions, route: RouteDouble
) -> None:
    session = SessionDouble()
    joining = asyncio.create_task(subscriptions.join("one", session, route))
    await asyncio.sleep(0)
    assert subscriptions.pending_joins() == 1
    session.closed = True
    await joining
    assert route.calls == ["create one", "remove one"]
    assert (session.topics, len(subscriptions)) == (set(), 0)


async def test_a_service_that_never_detaches_leaves_no_topic_behind(
    subscriptions: Subscriptions, route: RouteDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = SessionDouble()
    await subscriptions.join("one", session, route)
    monkeypatch.setattr(route, "remove_topic", lambda topic: None)
    subscriptions.release(session)
    assert (len(subscriptions), list(subscriptions.keys())) == (0, [])
