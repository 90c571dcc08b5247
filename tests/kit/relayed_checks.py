"""What the clients of gateways have to receive, compared with the exchange itself."""

from __future__ import annotations

import json
from typing import Any, cast

from pydantic import BaseModel

from tests.kit.paper_exchange import A, PaperExchange
from tests.kit.relayed_topics import NOW_MS, NUMBERED_ROUTES, Client, Deployment, Owner
from tests.kit.server import until
from trading_api.modules.broker.service import BrokerService
from trading_api.modules.broker.ws import BrokerWsRouters
from trading_api.streaming.fan_out import FanOut
from trading_api.streaming.frames import texts
from trading_api.streaming.message_format import JSON
from trading_api.streaming.outbox import Outbox
from trading_api.streaming.subscriptions import Subscriptions
from trading_api.streaming.update_encoding import encode_model

FAR: dict[str, Any] = {"type": 1, "limitPrice": 1.0}


async def follow_all(client: Client, account: str = A) -> dict[str, str]:
    routes = (*NUMBERED_ROUTES, "equity", "account", "position-pl", "broker-connection")
    return {route: await client.follow(route, accountId=account) for route in routes}


async def trade(owner: Owner, count: int) -> None:
    for number in range(count):
        await owner.exchange.place(**({} if number % 3 else FAR))


async def settle(client: Client, owner: Owner, topics: dict[str, str]) -> None:
    """Wait until a client has the last event of its account."""
    exchange = owner.exchange
    await exchange.client.flush()
    seq = exchange.broker.snapshot(A).seq
    await until(
        lambda: any(each.get("as_of_seq", 0) >= seq for each in client.updates(topics["equity"]))
    )


async def check(client: Client, owner: Owner, topics: dict[str, str]) -> None:
    await settle(client, owner, topics)
    for route in NUMBERED_ROUTES:
        expected = await published_since(
            owner.exchange, topics[route], client.first_seq[topics[route]]
        )
        await until(lambda: count(client, topics[route]) >= len(expected))  # noqa: B023
        assert await assert_unbroken(client, owner.exchange, topics[route])


def count(client: Client, topic: str) -> int:
    return sum("prev" in each for each in client.updates(topic))


def statuses(client: Client, topic: str) -> list[int]:
    return [each["payload"]["status"] for each in client.updates(topic)]


async def start_owner(deployment: Deployment, **options: Any) -> Owner:
    owner = await deployment.owner(**options)
    owner.exchange.market.move("AAPL", "99", "100")
    return owner


class Embedded:
    """A client of a second service over the same exchange, without a bus."""

    def __init__(self, exchange: PaperExchange) -> None:
        self.fan_out, self.subscriptions = FanOut(lambda: NOW_MS), Subscriptions()
        self.service = BrokerService(
            exchange.broker, exchange.market, self.subscriptions, "USD", lambda: 42
        )
        self.topics: set[str] = set()
        self.subscribed_symbols = 0
        self.format = JSON
        self.closed = False
        self._frames = bytearray()
        self.outbox = Outbox(100_000, self._frames.extend, self.fan_out.dirty, lambda: None)

    async def follow(self, route: str, account: str) -> None:
        routers = {router.route: router for router in BrokerWsRouters(self.service)}
        router = routers[route]
        router.bind(self.fan_out, self.subscriptions)
        name = router.topic_builder(router.request_model.model_validate({"accountId": account}))
        topic = await self.subscriptions.join(name, self, router)
        for data, meta in await router.snapshots.state(name):
            self.fan_out.post(router, topic, data, meta, self)

    def received(self, topic: str | None = None) -> list[dict[str, Any]]:
        """Return the messages, of all topics or of one."""
        self.fan_out.drain()
        messages = map(json.loads, texts(bytes(self._frames)))
        return [each for each in messages if topic in (None, each["payload"]["topic"])]


async def follow_embedded(owner: Owner, account: str = "ACCOUNT-A") -> Embedded:
    embedded = Embedded(owner.exchange)
    for route in (*NUMBERED_ROUTES, "equity", "account", "position-pl", "broker-connection"):
        await embedded.follow(route, account)
    return embedded


def ignore(data: BaseModel, **meta: int | str) -> None: ...


async def published_since(
    exchange: PaperExchange, topic: str, seq: int
) -> list[tuple[int, dict[str, Any]]]:
    """Return every update of a topic after an event, as a service of its own reads it."""
    service = BrokerService(
        exchange.broker, exchange.market, Subscriptions(), "USD", lambda: NOW_MS
    )
    await service.create_topic(topic, ignore)
    updates = await service.replay_since(topic, seq)
    assert updates is not None
    return [(int(each.meta["seq"]), without_profit(to_wire(each.data))) for each in updates]


def without_profit(data: dict[str, Any]) -> dict[str, Any]:
    """Return the wire fields of a datum but for a position's profit, which follows the price."""
    return {name: value for name, value in data.items() if name != "pl"}


async def assert_unbroken(client: Client, exchange: PaperExchange, topic: str) -> int:
    """Assert that a client received everything of a numbered topic after its state, in order and
    one time. Return how many updates that were."""
    received = [each for each in client.updates(topic) if "prev" in each]
    last = client.first_seq[topic]
    for each in received:
        assert each["prev"] <= last <= each["seq"], (client.name, topic, each, last)
        last = each["seq"]
    expected = await published_since(exchange, topic, client.first_seq[topic])
    found = [(each["seq"], without_profit(each["payload"])) for each in received]
    assert [seq for seq, _ in found] == [seq for seq, _ in expected], client.name
    for one, other in zip(found, expected, strict=True):
        assert one == other, (client.name, topic)
    return len(received)


async def state_of(exchange: PaperExchange, topic: str) -> list[dict[str, Any]]:
    """Return the state of a topic, as a service of its own reads it."""
    service = BrokerService(
        exchange.broker, exchange.market, Subscriptions(), "USD", lambda: NOW_MS
    )
    await service.create_topic(topic, ignore)
    return [to_wire(each) for each in service.topic_state(topic)]


def to_wire(data: BaseModel) -> dict[str, Any]:
    return cast(dict[str, Any], json.loads(encode_model(data)))
