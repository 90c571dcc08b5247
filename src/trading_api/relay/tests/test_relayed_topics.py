"""Topics from the service of an owner to the clients of gateways."""

from __future__ import annotations

import asyncio
import json
from functools import partial

from tests.kit.paper_exchange import A
from tests.kit.relayed_checks import (
    FAR,
    assert_unbroken,
    check,
    count,
    follow_all,
    follow_embedded,
    published_since,
    start_owner,
    state_of,
    statuses,
    trade,
)
from tests.kit.relayed_topics import Client, deployed
from tests.kit.server import until
from trading_api.domain.market_status import MarketState
from trading_api.relay import topic_messages as messages


async def test_a_client_receives_state_and_updates() -> None:
    async with deployed() as deployment:
        owner, gateway = await start_owner(deployment), await deployment.gateway()
        await trade(owner, 3)
        client = gateway.client()
        topics = await follow_all(client)
        await trade(owner, 6)
        await check(client, owner, topics)
        equity = client.updates(topics["equity"])[-1]["payload"]
        assert [equity] == await state_of(owner.exchange, topics["equity"])
        assert statuses(client, topics["broker-connection"]) == [1]
        owner.exchange.market.become(MarketState.STALE)
        await until(lambda: len(statuses(client, topics["broker-connection"])) == 2)


async def test_messages_are_those_of_one_process() -> None:
    async with deployed() as deployment:
        owner, gateway = await start_owner(deployment), await deployment.gateway()
        client = gateway.client()
        topics = await follow_all(client)
        embedded = await follow_embedded(owner)
        await trade(owner, 3)
        await check(client, owner, topics)
        await until(lambda: len(client.messages) == len(embedded.received()))
        for route, topic in topics.items():
            mine = [each for each in client.messages if each["payload"]["topic"] == topic]
            assert mine == embedded.received(topic), route


async def test_a_rejected_topic_has_the_reply_of_the_service() -> None:
    async with deployed() as deployment:
        owner, gateway = await start_owner(deployment), await deployment.gateway()
        reply = await gateway.client().subscribe("executions", accountId=A, symbol="NONE")
        assert reply.status == "error"
        assert reply.message.startswith("There is no symbol 'NONE'")
        await until(lambda: not len(owner.exchange.subscriptions))
        assert not len(gateway.subscriptions)


async def test_a_heartbeat_names_the_streams_of_one_gateway_to_this_one_alone() -> None:
    async with deployed() as deployment:
        owner = await start_owner(deployment)
        gateways = [await deployment.gateway(), await deployment.gateway()]
        seen: dict[str, set[str]] = {}
        audiences = [messages.SHARED_AUDIENCE, *(gateway.name for gateway in gateways)]

        def note(audience: str, message: bytes) -> None:
            for beat in messages.decode_owner_beat(message).partitions.values():
                seen.setdefault(audience, set()).update(beat.streams)

        for audience in audiences:
            subject = messages.heartbeats_subject(audience)
            await deployment.bus_of(owner).subscribe(subject, partial(note, audience))
        for gateway in gateways:
            await gateway.client().follow("orders", accountId=A)
        await until(lambda: len(seen) == len(audiences))
        assert seen == {each: set() if each == "*" else {each} for each in audiences}


async def test_a_topic_is_open_from_its_first_client_to_its_last() -> None:
    async with deployed() as deployment:
        owner = await start_owner(deployment)
        gateways = [await deployment.gateway(), await deployment.gateway()]
        clients = [gateways[0].client(), gateways[0].client(), gateways[1].client()]
        for client in clients:
            topic = await client.follow("orders", accountId=A)
        assert owner.exchange.subscriptions.session_counts() == {topic: 2}, "two gateways"
        clients[0].unsubscribe(topic)
        clients[2].disconnect()
        await until(lambda: owner.exchange.subscriptions.session_counts() == {topic: 1})
        clients[1].unsubscribe(topic)
        await until(lambda: not len(owner.exchange.subscriptions))
        assert await clients[1].follow("orders", accountId=A) == topic
        assert owner.exchange.subscriptions.session_counts() == {topic: 1}


async def test_clients_that_join_while_updates_flow_miss_nothing() -> None:
    async with deployed() as deployment:
        owner = await start_owner(deployment)
        gateways = [await deployment.gateway(), await deployment.gateway()]
        trading = asyncio.create_task(trade(owner, 60))
        joined: list[tuple[Client, dict[str, str]]] = []
        for number in range(12):
            client = gateways[number % 2].client()
            joined.append((client, await follow_all(client)))
            await trade(owner, 1)
        await trading
        await trade(owner, 3)
        for client, topics in joined:
            await check(client, owner, topics)


async def test_a_client_resumes_at_another_gateway() -> None:
    async with deployed() as deployment:
        owner = await start_owner(deployment)
        gateways = [await deployment.gateway(), await deployment.gateway()]
        client = gateways[0].client()
        topics = await follow_all(client)
        await trade(owner, 4)
        await check(client, owner, topics)
        before = [each for each in client.updates(topics["orders"]) if "prev" in each]
        client.disconnect()
        await trade(owner, 4)
        again = gateways[1].client()
        assert (await again.resume(topics["orders"], before[-1]["seq"])).status == "ok"
        await trade(owner, 4)
        again.first_seq[topics["orders"]] = before[-1]["seq"]
        expected = await published_since(owner.exchange, topics["orders"], before[-1]["seq"])
        await until(lambda: count(again, topics["orders"]) >= len(expected))
        assert await assert_unbroken(again, owner.exchange, topics["orders"])
        refused = await gateways[1].client().resume(topics["orders"], 10_000)
        assert refused.message == "Too much was missed; subscribe anew"


async def test_a_state_longer_than_a_message_of_the_bus_arrives() -> None:
    async with deployed() as deployment:
        owner, gateway = await start_owner(deployment), await deployment.gateway()
        await owner.exchange.client.deposit(A, 1_000_000_000.0)
        # As long as an id can be, so that half as many orders are enough.
        longest = "\N{GRINNING FACE}" * 60
        for first in range(0, 2_500, 100):
            ids = [f"{number}{longest}" for number in range(first, first + 100)]
            await asyncio.gather(*(owner.exchange.place(**FAR, clientOrderId=id) for id in ids))
        client = gateway.client()
        topic = await client.follow("orders", accountId=A)
        updates = client.updates(topic)
        assert len(updates) == 2_500
        state = [json.dumps(each["payload"], ensure_ascii=False).encode() for each in updates]
        assert sum(map(len, state)) > messages.REPLY_BYTES_MAX
