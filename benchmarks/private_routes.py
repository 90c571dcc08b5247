"""Server CPU per delivered update of accounts with one subscriber each."""

from __future__ import annotations

import json

from benchmarks import peers
from benchmarks.report import Figure, spread

ACCOUNTS = 1_000
ROUTES = ("executions", "orders", "positions", "equity")
ROUNDS = 10
TURNS = 5


async def measure() -> list[Figure]:
    """Publish a fill to each account in each round, by the routers without the broker."""
    async with peers.TradingApi.serving() as peer:
        for client in await peer.open(ACCOUNTS):
            payload = {"accountId": f"ACCOUNT-{client}"}
            for route in ROUTES:
                message = {"type": f"{route}.subscribe", "payload": payload}
                await peer.send(client, json.dumps(message))
        await peer.subscribed()
        deliveries = ACCOUNTS * len(ROUTES)
        await peer.cpu_us(deliveries, range(ACCOUNTS), 1, kind="accounts")
        turns = [
            await peer.cpu_us(deliveries * ROUNDS, range(ACCOUNTS), ROUNDS, kind="accounts")
            for _ in range(TURNS)
        ]
    return spread("private_routes", "trading_api", turns, "us CPU / update")
