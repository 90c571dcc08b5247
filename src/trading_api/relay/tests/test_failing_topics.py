"""Topics that an owner cannot open again, and updates that it cannot encode."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from dataclasses import replace
from typing import Any, cast

from tests.kit.echo_route import SequencedEchoService, bar
from tests.kit.relayed_topics import FAST, NOW_MS, Client, Gateway, deployed
from tests.kit.scripted_owner import TOPIC, scripted
from tests.kit.server import until
from trading_api.errors import Unavailable
from trading_api.models.market import Bar
from trading_api.modules.datafeed.ws_generated import BarWsRouter
from trading_api.relay import topic_messages as messages
from trading_api.relay.partition_options import PartitionOptions
from trading_api.relay.partitions import MARKET
from trading_api.relay.remote_topic import RemoteTopic
from trading_api.relay.topic_host import TopicHost
from trading_api.relay.topic_resync import TopicResync, retry_pause_s
from trading_api.streaming.subscriptions import Subscriptions, Topic

FAILED = messages.TopicRejected(500, "The topic could not be opened; try again", "topic_not_opened")
# The scripted owner sends no heartbeats.
PATIENT = replace(FAST, silence_s=60.0)
FAULTY = Bar.model_construct(**bar(2).model_dump() | {"time": object()})
FILLS = 'fills:{"resolution":"1","symbol":"AAPL"}'


async def test_the_sessions_of_a_topic_that_cannot_be_opened_again_are_closed() -> None:
    async with deployed() as deployment:
        owner, gateway = await scripted(deployment, options=PATIENT)
        owner.script = [lambda: owner.opened(1)]
        client = gateway.client()
        await client.follow("orders", accountId="ACCOUNT-A")
        owner.script = [lambda: FAILED] * FAST.attempts_max
        owner.take_over(2)
        await until(lambda: client.is_disconnected)
        assert len(owner.requests) == 1 + FAST.attempts_max
        assert gateway.closed_topics == [TOPIC]
        await until(lambda: not len(gateway.subscriptions))


async def test_a_topic_that_is_opened_again_late_continues() -> None:
    async with deployed() as deployment:
        owner, gateway = await scripted(deployment, options=PATIENT)
        owner.script = [lambda: owner.opened(1)]
        client = gateway.client()
        await client.follow("orders", accountId="ACCOUNT-A")
        for epoch in (2, 3):
            failing = [lambda: FAILED] * (FAST.attempts_max - 1)
            owner.script = [*failing, lambda: owner.opened(2, epoch=epoch)]  # noqa: B023
            owner.take_over(epoch)
            await until(lambda: len(client.updates(TOPIC)) == epoch)  # noqa: B023
            assert not owner.script
        assert not client.is_disconnected


def test_the_pauses_between_attempts_double_up_to_a_limit() -> None:
    pauses = [retry_pause_s(failures, PartitionOptions()) for failures in range(1, 9)]
    assert pauses == [0.25, 0.5, 1.0, 2.0, 4.0, 5.0, 5.0, 5.0]


async def test_a_topic_that_fails_holds_up_no_other_one() -> None:
    stale = [RemoteTopic(str(n), n, cast(Any, None), Topic(str(n))) for n in range(100)]
    others_when_failed: list[int] = []

    async def reopen(topic: RemoteTopic) -> None:
        if topic.number == 1:
            others_when_failed.append(len(stale) - 1)
            raise Unavailable("No.", "topic_not_opened")
        await asyncio.sleep(0)
        stale.remove(topic)

    await TopicResync(lambda: list(stale), reopen, stale.remove, nullcontext, FAST).run()
    assert stale == []
    assert others_when_failed == [99, *[0] * (FAST.attempts_max - 1)]


@asynccontextmanager
async def following_fills() -> AsyncIterator[tuple[SequencedEchoService, Gateway, Client]]:
    """Yield the service of an owner, and a client of a gateway that follows its topic."""
    async with deployed() as deployment:
        gateway = await deployment.gateway()
        remote = gateway.topics.service
        gateway.add_routers(
            [BarWsRouter(route="fills", service=remote, sequencer=remote, resumes=True)]
        )
        service = SequencedEchoService()
        router = BarWsRouter(route="fills", service=service, sequencer=service, resumes=True)
        bus = deployment.bus_of(gateway)
        host = TopicHost(
            bus, "owner", [router], Subscriptions(), lambda: NOW_MS, lambda topic: MARKET
        )
        running = asyncio.create_task(host.run())
        await host.claim(MARKET, 1)
        client = gateway.client()
        assert await client.follow("fills", symbol="AAPL", resolution="1") == FILLS
        yield service, gateway, client
        running.cancel()


def numbers(client: Client) -> list[int]:
    return [each["seq"] for each in client.updates(FILLS) if "prev" in each]


async def test_an_update_that_could_not_be_encoded_is_read_again() -> None:
    async with following_fills() as (service, gateway, client):
        service.record(FILLS, bar(1))
        await until(lambda: numbers(client) == [1])
        service.record(FILLS, FAULTY)
        faulty = service.events.pop()[1]
        service.events.append((FILLS, faulty._replace(data=bar(2))))
        service.record(FILLS, bar(3))
        await until(lambda: numbers(client) == [1, 2, 3])
        assert [each.get("prev") for each in client.updates(FILLS)] == [0, 1, 2]
        assert gateway.topics.breaks == 0


async def test_clients_do_not_continue_after_an_update_that_can_never_be_encoded() -> None:
    async with following_fills() as (service, gateway, client):
        service.record(FILLS, bar(1))
        service.record(FILLS, FAULTY)
        service.record(FILLS, bar(3))
        await until(lambda: client.is_disconnected)
        assert numbers(client) == [1]
        assert gateway.closed_topics == [FILLS]
