"""The list of accounts of several owners, compared with the one of a single exchange."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from random import Random
from typing import Any

import httpx
import pytest

from tests.kit.forwarded_requests import (
    ALL_SHARDS,
    SHARDS,
    CountingBus,
    RunningOwner,
    owners,
)
from tests.kit.signed_tokens import bearer, secured, token
from trading_api.domain.shards import shard_of, shard_partition
from trading_api.modules.broker.queries import account_queries
from trading_api.relay import account_list
from trading_api.settings import Settings

ACCOUNTS = [f"ACCOUNT-{number:02}" for number in range(20)]
DEFAULT = "DEMO-ACCOUNT"


@dataclass
class Listed:
    """Two owners with half of the shards each, and a client of a gateway."""

    owners: list[RunningOwner]
    client: httpx.AsyncClient

    def owner_of(self, account: str) -> RunningOwner:
        return self.owners[shard_of(account, SHARDS) % 2]

    async def list(self, headers: dict[str, str] | None = None, **query: Any) -> list[str]:
        """Return the ids that the gateway lists."""
        answer = await self.client.get(
            "/api/v1/broker/accounts", params=query, headers=headers or {}
        )
        assert answer.status_code == 200, answer.text
        return [each["id"] for each in answer.json()]


@asynccontextmanager
async def listed(settings: Settings | None = None) -> AsyncIterator[Listed]:
    async with owners(settings) as owning:
        both = [await owning.start(ALL_SHARDS[0::2]), await owning.start(ALL_SHARDS[1::2])]
        yield Listed(both, await owning.client())


async def open_all(deployment: Listed) -> None:
    for account in ACCOUNTS:
        await deployment.owner_of(account).exchange.place(account)


async def test_all_accounts_are_listed_sorted() -> None:
    async with listed() as deployment:
        assert await deployment.list() == [DEFAULT]
        await open_all(deployment)
        assert await deployment.list() == [*ACCOUNTS, DEFAULT]
        await deployment.owner_of(DEFAULT).exchange.place(DEFAULT)
        assert await deployment.list() == [*ACCOUNTS, DEFAULT]


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 20, 21, 22])
async def test_pages_have_no_gap_and_no_repetition(limit: int) -> None:
    async with listed() as deployment:
        await open_all(deployment)
        seen: list[str] = []
        while page := await deployment.list(limit=limit, after=seen[-1] if seen else ""):
            assert len(page) == min(limit, 21 - len(seen))
            seen += page
        assert seen == [*ACCOUNTS, DEFAULT]


async def test_a_caller_sees_the_accounts_of_the_token() -> None:
    async with listed(secured()) as deployment:
        for granted in ((), ("A",), ("A", "B", "C", "D", "E", "F"), ("OWN", "ACCOUNT-01")):
            headers = bearer(token(accounts=granted))
            assert await deployment.list(headers) == sorted(granted)
            assert await deployment.list(headers, limit=2) == sorted(granted)[:2]
            assert await deployment.list(headers, after="B") == [
                each for each in sorted(granted) if each > "B"
            ]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"limit": 0}, 422),
        ({"limit": "x"}, 422),
        ({"after": "x" * 65}, 422),
        ({"limit": " 2 "}, 200),
    ],
)
async def test_parameters_are_checked_by_an_owner(query: dict[str, Any], status: int) -> None:
    async with listed() as deployment:
        answer = await deployment.client.get("/api/v1/broker/accounts", params=query)
        assert answer.status_code == status


async def test_the_list_is_complete_after_shards_moved() -> None:
    async with listed() as deployment:
        await open_all(deployment)
        for shard in ALL_SHARDS[0::2]:
            moved, gone = deployment.owners[1], deployment.owners[0]
            await gone.host.release(shard_partition(shard))
            await gone.exchange.broker.release_shard(shard)
            await moved.exchange.broker.load_shard(shard)
            await moved.host.claim(shard_partition(shard), 2)
        # The accounts of these shards are not in the journal of their new owner.
        assert await deployment.list() == [
            each for each in ACCOUNTS if shard_of(each, SHARDS) % 2
        ] + [DEFAULT]


async def test_without_one_owner_there_is_no_list() -> None:
    async with owners() as owning:
        await owning.start([0, 1, 2])
        client = await owning.client(total_timeout_s=0.05)
        answer = await client.get("/api/v1/broker/accounts")
        assert (answer.status_code, answer.json()["code"]) == (503, "owner_unavailable")


async def test_each_owner_is_asked_once() -> None:
    async with owners() as owning:
        for shards in (ALL_SHARDS[0::2], ALL_SHARDS[1::2]):
            await owning.start(shards)
        bus = await owning.bus(CountingBus)
        client = await owning.client(bus)
        for asked in (2, 4):
            assert len((await client.get("/api/v1/broker/accounts")).json()) == 1
            assert bus.requests == asked


def test_an_owner_that_lists_more_than_its_shards_hides_no_account() -> None:
    random = Random(11)
    for _ in range(200):
        names = [str(each) for each in sorted(random.sample(range(100, 200), 12))]
        limit = random.randint(1, 14)
        answers = []
        for shard in ALL_SHARDS:
            own = [each for each in names if shard_of(each, SHARDS) == shard]
            foreign = random.sample(names, random.randint(0, 5))
            shown = sorted({*own, *foreign})[:limit]
            answers.append(({shard_partition(shard)}, [{"id": each} for each in shown]))
        merged = account_list.merge_accounts(answers, limit, SHARDS)
        assert [each["id"] for each in merged] == names[:limit]


def test_the_default_limit_is_the_one_of_the_endpoint() -> None:
    assert account_list.ACCOUNTS_MAX == account_queries.ACCOUNTS_MAX
