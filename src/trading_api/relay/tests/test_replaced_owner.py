"""Answers of an owner that continues after another one took over its partitions."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import httpx
import pytest
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from tests.kit.forwarded_requests import ALL_SHARDS, Owners, owners
from tests.kit.relayed_topics import deployed
from tests.kit.server import until
from trading_api.auth.principal import Principal
from trading_api.bus.local import LocalBus
from trading_api.bus.port import RequestHandler, Unsubscribe
from trading_api.domain.shards import shard_partition
from trading_api.relay import topic_messages as messages
from trading_api.relay.http_message import ForwardedRequest, decode_response, encode_response
from trading_api.relay.owner_requests import OwnerRequests
from trading_api.relay.partition_epochs import PartitionEpochs
from trading_api.relay.request_host import RequestHost
from trading_api.relay.update_frame import UpdateFrame, encode_frame

ORDERS = "/api/v1/broker/orders"
ACCOUNTS = "/api/v1/broker/accounts"
ORDER = {"symbol": "AAPL", "type": 2, "side": 1, "qty": 1}
SHARD = shard_partition(0)
LISTING = ForwardedRequest(
    method="GET",
    scheme="http",
    path=ACCOUNTS,
    root_path="",
    query="",
    headers=(),
    principal=Principal.anonymous("DEMO-ACCOUNT"),
    request_id="1",
    client_request_id="",
    lists_partitions=True,
)


class FormerOwner:
    """An owner's application that answers reads with no orders, and rejects commands."""

    def __init__(self) -> None:
        self.requests = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.requests += 1
        response = JSONResponse([])
        if scope["method"] == "POST":
            response = JSONResponse({"detail": "No.", "code": "margin_insufficient"}, 409)
        await response(scope, receive, send)


async def release_all(host: RequestHost) -> None:
    for shard in ALL_SHARDS:
        await host.release(shard_partition(shard))


async def epochs_of(epoch: int) -> PartitionEpochs:
    """Return what a gateway knows once all partitions had an owner of this epoch."""
    epochs = PartitionEpochs()
    for shard in ALL_SHARDS:
        assert epochs.observe(shard_partition(shard), epoch)
    return epochs


async def both_owners(owning: Owners) -> tuple[FormerOwner, RequestHost, Any, httpx.AsyncClient]:
    """Let two owners serve all shards, of which the former one answers first."""
    former = FormerOwner()
    host = await owning.host(former, epoch=1)
    owner = await owning.start(epoch=2)
    client = await owning.client(epochs=await epochs_of(2))
    return former, host, owner, client


async def test_a_read_is_answered_by_the_present_owner() -> None:
    async with owners() as owning:
        former, host, owner, client = await both_owners(owning)
        await owner.exchange.place("DEMO-ACCOUNT")
        reading = asyncio.create_task(client.get(ORDERS))
        await until(lambda: former.requests >= 2)
        assert not reading.done()
        await release_all(host)
        assert [each["id"] for each in (await reading).json()] == ["order-1"]


async def test_a_command_is_not_rejected_by_a_former_owner_and_is_done_once() -> None:
    async with owners() as owning:
        former, host, owner, client = await both_owners(owning)
        placing = asyncio.create_task(client.post(ORDERS, json=ORDER))
        await until(lambda: former.requests >= 1)
        await release_all(host)
        assert (await placing).json() == {"orderId": "order-1", "seq": 4}
        orders = await owner.exchange.queries.orders("DEMO-ACCOUNT")
        assert [each.id for each in orders] == ["order-1"]


@pytest.mark.parametrize(
    ("method", "body", "code"),
    [("GET", None, "owner_unavailable"), ("POST", ORDER, "outcome_unknown")],
)
async def test_answers_of_a_former_owner_alone_are_no_answer(
    method: str, body: Any, code: str
) -> None:
    async with owners() as owning:
        await owning.host(FormerOwner(), epoch=1)
        client = await owning.client(epochs=await epochs_of(2), total_timeout_s=0.05)
        answer = await client.request(method, ORDERS, json=body)
        assert (answer.status_code, answer.json()["code"]) == (503, code)


async def test_a_gateway_learns_epochs_from_answers() -> None:
    async with owners() as owning:
        new = await owning.start(epoch=2)
        epochs = PartitionEpochs()
        client = await owning.client(epochs=epochs, total_timeout_s=0.05)
        assert (await client.get(ORDERS)).status_code == 200
        await release_all(new.host)
        await owning.host(FormerOwner(), epoch=1)
        assert (await client.get(ORDERS)).status_code == 503


async def test_a_list_is_not_true_for_the_partitions_that_have_another_owner() -> None:
    async with owners() as owning:
        await owning.host(FormerOwner(), shards=[0, 1], epoch=1)
        epochs = PartitionEpochs()
        assert epochs.observe(shard_partition(1), 2)
        requests = OwnerRequests(await owning.bus(LocalBus), 1.0, 1.0, epochs=epochs)
        response = await requests.send(SHARD, LISTING, requests.deadline_s())
        assert list(response.partitions) == [SHARD]


async def test_an_answer_without_epochs_is_read() -> None:
    """The previous version sends none."""

    class PreviousVersion(LocalBus):
        async def serve(self, subject: str, handler: RequestHandler) -> Unsubscribe:
            async def answer(message: bytes) -> bytes:
                response = decode_response(await handler(message))
                return encode_response(replace(response, epochs={}))

            return await super().serve(subject, answer)

    async with owners() as owning:
        await owning.start(bus=await owning.bus(PreviousVersion))
        client = await owning.client(epochs=await epochs_of(2))
        assert (await client.get(ORDERS)).status_code == 200
        assert (await client.get(ACCOUNTS)).status_code == 200


@pytest.mark.parametrize("kind", ["heartbeat", "frame"])
async def test_a_gateway_learns_epochs_from_what_owners_publish(kind: str) -> None:
    epochs = PartitionEpochs()
    async with deployed() as deployment:
        gateway = await deployment.gateway(epochs=epochs)
        bus = deployment.bus_of(gateway)
        if kind == "heartbeat":
            beat = messages.OwnerBeat("new", 5, {}, {SHARD: messages.PartitionBeat(7, {})})
            bus.publish(messages.HEARTBEATS, messages.encode(beat))
        else:
            frame = encode_frame(UpdateFrame("new", SHARD, 7, 1, 1, 0, b""))
            bus.publish(messages.gateway_updates_subject(gateway.name), frame)
        await until(lambda: not gateway.topics.is_lost(SHARD))
        assert not epochs.observe(SHARD, 6)
        assert epochs.observe(SHARD, 7)
