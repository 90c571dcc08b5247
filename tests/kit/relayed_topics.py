"""Owners and gateways over a bus within one process, and clients that record what they receive."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from contextvars import ContextVar
from functools import partial
from types import SimpleNamespace
from typing import Any, cast

from pydantic import BaseModel

from tests.kit.paper_exchange import PaperExchange
from trading_api.auth.principal import Principal
from trading_api.bus.local import LocalBus, LocalHub
from trading_api.bus.port import Bus
from trading_api.models.broker import BrokerConnectionStatus, ConnectionStatus
from trading_api.modules.broker.journal.journal import Journal
from trading_api.modules.broker.journal.memory import MemoryJournal
from trading_api.modules.broker.ws import BrokerWsRouters
from trading_api.relay.partition_options import PartitionOptions
from trading_api.relay.partitions import topic_partition
from trading_api.relay.remote_topics import RemoteTopics
from trading_api.relay.topic_host import TopicHost
from trading_api.shared.ws.generic_route import WsRouter
from trading_api.streaming.fan_out import FanOut
from trading_api.streaming.frames import texts
from trading_api.streaming.message_format import JSON
from trading_api.streaming.outbox import Outbox
from trading_api.streaming.session import Session
from trading_api.streaming.snapshots import Snapshot, TopicSnapshots
from trading_api.streaming.subscriptions import Subscriptions

SHARDS = 4
NOW_MS = 1_790_000_000_000
FAST = PartitionOptions(
    open_s=5.0,
    request_s=0.5,
    silence_s=0.3,
    grace_s=0.3,
    gap_s=0.01,
    retry_s=0.01,
    retry_max_s=0.1,
)
HEARTBEAT_S = 0.03
LEASE_S = 30.0
NUMBERED_ROUTES = ("executions", "orders", "positions", "notifications")
CONNECTING = BrokerConnectionStatus(
    status=ConnectionStatus.CONNECTING, message="The owner is silent.", timestamp=NOW_MS
)
_subscribing: ContextVar[Client] = ContextVar("subscribing")
partition_of = partial(topic_partition, shards=SHARDS)


class Client:
    """A session whose outbox is read immediately. `first_seq` is by topic the number of the
    account's last event in the state that it received."""

    def __init__(self, gateway: Gateway, name: str) -> None:
        self.name = name
        self.topics: set[str] = set()
        self.subscribed_symbols = 0
        self.format = JSON
        self.messages: list[dict[str, Any]] = []
        self.limits = SimpleNamespace(subscriptions=1_000)
        self.principal = Principal.anonymous("DEMO-ACCOUNT")
        self.first_seq: dict[str, int] = {}
        self.is_disconnected = False
        self.outbox = Outbox(100_000, self._receive, gateway.fan_out.dirty, lambda: None)
        self._gateway = gateway

    @property
    def closed(self) -> bool:
        return self.outbox.is_closed

    async def subscribe(self, route: str, **request: Any) -> Any:
        """Subscribe as a WebSocket message does, and return the reply."""
        _subscribing.set(self)
        router = self._gateway.routers[route]
        payload = router.request_model.model_validate(request)
        return await router.handle_subscribe(payload, cast(Session, self))

    async def follow(self, route: str, **request: Any) -> str:
        """Subscribe and return the topic's name."""
        reply = await self.subscribe(route, **request)
        assert reply.status == "ok", reply
        topic: str = reply.topic
        return topic

    async def resume(self, topic: str, seq: int) -> Any:
        router = self._gateway.routers[topic.partition(":")[0]]
        return await router.resume(
            cast(Any, SimpleNamespace(topic=topic, seq=seq)), cast(Any, self)
        )

    def unsubscribe(self, topic: str) -> None:
        self._gateway.subscriptions.leave(topic, self)

    def disconnect(self) -> None:
        self.is_disconnected = True
        self.outbox.close(send_rest=False)
        self._gateway.subscriptions.release(self)

    def updates(self, topic: str) -> list[dict[str, Any]]:
        """Return the payloads that were received of a topic, each with its fields next to it."""
        self._gateway.fan_out.drain()
        return [each["payload"] for each in self.messages if each["payload"]["topic"] == topic]

    def _receive(self, frames: bytes) -> None:
        self.messages += map(json.loads, texts(frames))


class RecordedSnapshots:
    """Passes snapshots on, and records the number of each state for the client that reads it."""

    def __init__(self, snapshots: TopicSnapshots) -> None:
        self._snapshots = snapshots

    async def state(self, topic: str) -> Snapshot:
        snapshot = await self._snapshots.state(topic)
        suffix = snapshot[0][1]
        assert isinstance(suffix, bytes)
        meta = json.loads(b"{" + suffix[1:-1])
        _subscribing.get().first_seq[topic] = meta.get("seq", 0)
        return snapshot

    async def missed(self, topic: str, seq: int, prev: int | None = None) -> Snapshot:
        return await self._snapshots.missed(topic, seq, prev)


class Gateway:
    """The streaming part of a gateway, with the broker's routes. `shards` are those of the
    deployment, and `options` those of RemoteTopics."""

    def __init__(self, bus: Bus, name: str, shards: int = SHARDS, **options: Any) -> None:
        self.name = name
        self.fan_out, self.subscriptions = FanOut(lambda: NOW_MS), Subscriptions()
        self.changes: list[tuple[str, bool]] = []
        self.topics = RemoteTopics(
            bus,
            name,
            [],
            partial(topic_partition, shards=shards),
            self._close_sessions,
            lambda partition, is_served: self.changes.append((partition, is_served)),
            self._lost_state,
            **{"beat_s": HEARTBEAT_S, "options": FAST, **options},
        )
        self.routers: dict[str, WsRouter[Any, Any]] = {}
        self.add_routers(BrokerWsRouters(self.topics.service))
        self.closed_topics: list[str] = []
        self.clients: list[Client] = []

    def add_routers(self, routers: Sequence[WsRouter[Any, Any]]) -> None:
        for router in routers:
            router.bind(self.fan_out, self.subscriptions)
            self.routers[router.route] = router
        self.topics.attach(routers)
        for router in routers:
            router.snapshots = RecordedSnapshots(router.snapshots)

    def client(self) -> Client:
        self.clients.append(Client(self, f"{self.name}-{len(self.clients)}"))
        return self.clients[-1]

    async def run(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.topics.run())
            tasks.create_task(self.fan_out.run())

    def _close_sessions(self, topic: str) -> None:
        self.closed_topics.append(topic)
        for client in self.clients:
            if topic in client.topics:
                client.disconnect()

    def _lost_state(self, topic: str) -> Sequence[BaseModel]:
        return [CONNECTING] if topic.startswith("broker-connection:") else []


class Owner:
    """A paper exchange whose topics are published to gateways."""

    def __init__(self, bus: Bus, journal: Journal, name: str, **options: Any) -> None:
        self.exchange = PaperExchange(journal)
        self.host = TopicHost(
            bus,
            name,
            BrokerWsRouters(self.exchange.service),
            self.exchange.subscriptions,
            lambda: NOW_MS,
            partition_of,
            **{"heartbeat_s": HEARTBEAT_S, "lease_s": LEASE_S, **options},
        )

    async def run(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.exchange.client.run())
            tasks.create_task(self.host.run())


class Deployment:
    """Starts and stops owners and gateways. Each has a connection to the bus of its own, which
    `wrap` may disturb."""

    def __init__(self, wrap: Any = lambda bus: bus) -> None:
        self.hub, self.journal = LocalHub(), MemoryJournal()
        self._wrap = wrap
        self._epoch = 0
        self._tasks: dict[Owner | Gateway, asyncio.Task[None]] = {}
        self._buses: dict[Owner | Gateway, Bus] = {}

    async def owner(self, **options: Any) -> Owner:
        """Start an owner of all shards, in the next epoch."""
        bus = await self._bus()
        self._epoch += 1
        owner = Owner(bus, self.journal, f"owner-{self._epoch}", **options)
        await owner.exchange.client.start()
        self._run(owner, bus)
        for shard in range(SHARDS):
            await owner.host.claim(f"shard-{shard}", self._epoch)
        return owner

    async def gateway(self, **options: Any) -> Gateway:
        bus = await self._bus()
        gateway = Gateway(bus, f"gateway{len(self._buses)}", **options)
        self._run(gateway, bus)
        await gateway.topics.start()
        return gateway

    async def stop(self, part: Owner | Gateway) -> None:
        """End a part as a killed process ends: it sends nothing more."""
        await self._buses[part].close()
        self._tasks[part].cancel()
        await asyncio.wait([self._tasks.pop(part)])

    def bus_of(self, part: Owner | Gateway) -> Bus:
        return self._buses[part]

    async def close(self) -> None:
        for part in list(self._tasks):
            await self.stop(part)

    async def _bus(self) -> Bus:
        bus: Bus = self._wrap(LocalBus(self.hub))
        await bus.start()
        return bus

    def _run(self, part: Owner | Gateway, bus: Bus) -> None:
        self._buses[part] = bus
        self._tasks[part] = asyncio.create_task(part.run())


@asynccontextmanager
async def deployed(wrap: Any = lambda bus: bus) -> AsyncIterator[Deployment]:
    async with AsyncExitStack() as stack:
        deployment = Deployment(wrap)
        stack.push_async_callback(deployment.close)
        yield deployment
