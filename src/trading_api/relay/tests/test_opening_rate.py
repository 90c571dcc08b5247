"""How many topics are opened together after another owner took over many partitions."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace

from tests.kit.echo_route import EchoService
from tests.kit.relayed_topics import FAST, Deployment, Gateway, deployed
from tests.kit.server import until
from trading_api.bus.local import LocalBus, LocalHub
from trading_api.domain.shards import shard_partition
from trading_api.modules.datafeed.ws_generated import BarWsRouter
from trading_api.relay import topic_messages as messages
from trading_api.relay.opening_turns import OPENING_MAX, OpeningTurns
from trading_api.relay.partitions import MARKET, account_partition
from trading_api.relay.topic_host import TopicHost
from trading_api.relay.topic_opener import OpenerLimits
from trading_api.streaming.subscriptions import Subscriptions

SHARDS = 128
ACCOUNTS = [f"ACCOUNT-{number}" for number in range(300)]
# The counting owner publishes no heartbeats but those of a takeover.
PATIENT = replace(FAST, request_s=60.0, silence_s=60.0)
TURNS_OF_THE_LOOP = 5
"""How long an owner takes to open a topic."""


class CountingOwner:
    """Owns all shards, and counts the topics that are being opened."""

    def __init__(self, bus: LocalBus) -> None:
        self.bus = bus
        self.epoch = 0
        self.opened: Counter[tuple[str, str, int]] = Counter()
        self.opening: Counter[str] = Counter()
        self.opening_max: Counter[str] = Counter()

    async def start(self) -> None:
        for shard in range(SHARDS):
            partition = shard_partition(shard)
            await self.bus.serve(messages.topics_subject(partition), self._answer)

    def take_over(self) -> None:
        """Publish the heartbeat of another owner of all shards."""
        self.epoch += 1
        mine = messages.PartitionBeat(self.epoch, {})
        beats = {shard_partition(shard): mine for shard in range(SHARDS)}
        beat = messages.OwnerBeat(f"owner-{self.epoch}", self.epoch, {}, beats)
        self.bus.publish(messages.HEARTBEATS, messages.encode(beat))

    async def _answer(self, message: bytes) -> bytes:
        request = messages.decode_request(message)
        assert isinstance(request, messages.OpenTopic)
        gateway = request.gateway
        self.opening[gateway] += 1
        self.opening_max[gateway] = max(self.opening_max[gateway], self.opening[gateway])
        for _ in range(TURNS_OF_THE_LOOP):
            await asyncio.sleep(0)
        self.opening[gateway] -= 1
        self.opened[gateway, request.topic, self.epoch] += 1
        parts: list[messages.SnapshotPart] = [(b',"ts":1}}', [])]
        opened = messages.TopicOpened(self.epoch, 1, 1, self.epoch, 0, 0, parts)
        return messages.encode(opened)


async def counting(deployment: Deployment) -> CountingOwner:
    owner = CountingOwner(await connected(deployment.hub))
    await owner.start()
    owner.take_over()
    return owner


async def follow_accounts(gateway: Gateway) -> None:
    client = gateway.client()
    for account in ACCOUNTS:
        await client.follow("equity", accountId=account)


async def test_a_gateway_opens_the_topics_of_all_shards_of_an_owner_at_a_bounded_rate() -> None:
    assert len({account_partition(each, SHARDS) for each in ACCOUNTS}) > 100
    async with deployed() as deployment:
        owner = await counting(deployment)
        gateways = [await deployment.gateway(shards=SHARDS, options=PATIENT) for _ in range(3)]
        for gateway in gateways:
            await follow_accounts(gateway)
        first = dict(owner.opened)
        assert len(first) == 3 * len(ACCOUNTS)
        owner.take_over()
        await until(lambda: len(owner.opened) == 2 * len(first))
        assert owner.opening_max == dict.fromkeys((each.name for each in gateways), OPENING_MAX)
        assert set(owner.opened.values()) == {1}


async def test_a_turn_of_one_owner_does_not_wait_for_another() -> None:
    turns = OpeningTurns(opening_max=1)
    async with turns.take(lambda: "slow"), turns.take(lambda: "other"):
        waiting = asyncio.create_task(turns.take(lambda: "slow").__aenter__())
        await asyncio.sleep(0)
        assert not waiting.done()
    await waiting


async def test_a_turn_is_one_of_the_owner_after_the_wait() -> None:
    turns, owner = OpeningTurns(opening_max=1), "former"
    former, successor = turns.take(lambda: "former"), turns.take(lambda: "successor")
    waiting = turns.take(lambda: owner)
    async with successor:
        async with former:
            taking = asyncio.create_task(waiting.__aenter__())
            await asyncio.sleep(0)
            owner = "successor"
        for _ in range(TURNS_OF_THE_LOOP):
            await asyncio.sleep(0)
        assert not taking.done()
    await taking
    assert await waiting.__aexit__(None, None, None) is False


async def test_an_owner_opens_a_bounded_number_and_asks_the_others_to_try_again() -> None:
    bus, service, subscriptions = await connected(LocalHub()), EchoService(), Subscriptions()
    host = TopicHost(
        bus,
        "owner",
        [BarWsRouter(route="bars", service=service)],
        subscriptions,
        lambda: 0,
        lambda topic: MARKET,
        opener_limits=OpenerLimits(opened_at_a_time=2, waiting_max=3),
    )
    await host.claim(MARKET, 1)
    service.gate.clear()
    requests = [
        messages.OpenTopic("gateway", f'bars:{{"symbol":"S{number}"}}', number)
        for number in range(1, 8)
    ]
    subject = messages.topics_subject(MARKET)
    replies = [
        asyncio.create_task(bus.request(subject, messages.encode(each), 5.0)) for each in requests
    ]
    await until(lambda: sum(each.done() for each in replies) == 2)
    assert len(service.created) == 2
    service.gate.set()
    decoded = [messages.decode_reply(each) for each in await asyncio.gather(*replies)]
    kinds = [type(each) for each in decoded]
    assert kinds == [messages.TopicOpened] * 5 + [messages.TopicRejected] * 2
    assert len(subscriptions) == 5
    await bus.close()


async def test_a_topic_that_an_owner_cannot_open_yet_is_opened_later() -> None:
    async with deployed() as deployment:
        owner = await deployment.owner(opener_limits=OpenerLimits(1, 0))
        gateways = [await deployment.gateway() for _ in range(3)]
        await asyncio.gather(*map(follow_accounts, gateways))
        assert len(owner.exchange.subscriptions) == len(ACCOUNTS)


async def connected(hub: LocalHub) -> LocalBus:
    bus = LocalBus(hub)
    await bus.start()
    return bus
