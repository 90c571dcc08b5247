"""Topics from the service of an owner to the clients of a gateway."""

from __future__ import annotations

from typing import Any

from tests.kit.paper_exchange import A
from tests.kit.relayed_topics import (
    NUMBERED_ROUTES,
    Client,
    Owner,
    assert_unbroken,
    deployed,
    state_of,
)
from tests.kit.server import until

FAR: dict[str, Any] = {"type": 1, "limitPrice": 1.0}


async def follow_all(client: Client, account: str = A) -> dict[str, str]:
    routes = (*NUMBERED_ROUTES, "equity", "position-pl", "broker-connection")
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


async def test_a_client_receives_state_and_updates() -> None:
    async with deployed() as deployment:
        owner, gateway = await deployment.owner(), await deployment.gateway()
        owner.exchange.market.move("AAPL", "99", "100")
        await trade(owner, 3)
        client = gateway.client()
        topics = await follow_all(client)
        await trade(owner, 6)
        await settle(client, owner, topics)
        for route in NUMBERED_ROUTES:
            assert await assert_unbroken(client, owner.exchange, topics[route])
        equity = client.updates(topics["equity"])[-1]["payload"]
        assert [equity] == await state_of(owner.exchange, topics["equity"])
        assert client.updates(topics["broker-connection"])[-1]["payload"]["status"] == 1
