"""The list of accounts, put together from the answers of all owners."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any, TypeAlias

import orjson
from pydantic import TypeAdapter
from starlette.datastructures import QueryParams

from trading_api.domain.shards import shard_partition
from trading_api.relay.http_message import ForwardedRequest, ForwardedResponse
from trading_api.relay.owner_requests import OwnerRequests
from trading_api.relay.partitions import account_partition

ACCOUNTS_MAX = 10_000
"""How many accounts one answer has at the most, as the endpoint limits it."""
CONCURRENT_MAX = 8

_limits: TypeAdapter[int] = TypeAdapter(int)
Answers: TypeAlias = Sequence[tuple[Collection[str], list[dict[str, Any]]]]
"""The partitions that each answer is true for, and its accounts."""


class AccountList:
    """Answers `GET /broker/accounts` by asking the owners of all shards that matter.

    An account is taken from the answer of its own shard's owner, as only that one knows it."""

    def __init__(self, requests: OwnerRequests, shards: int) -> None:
        self._requests = requests
        self._shards = shards
        # The first of the partitions that had the same owner as this one when it was last asked.
        self._groups: dict[str, str] = {}

    async def get(self, request: ForwardedRequest) -> ForwardedResponse:
        """Return the accounts sorted by id, or the first response of an owner that is not a
        success. Raises Unavailable."""
        deadline_s = self._requests.deadline_s()
        accounts = request.principal.accounts
        partitions = self._partitions_of(accounts, request)
        answers: list[tuple[Collection[str], list[dict[str, Any]]]] = []
        while partitions:
            asked = list(self._representatives(partitions, is_grouped=accounts is None))
            responses = await self._ask_all(asked, request, deadline_s)
            for partition, response in zip(asked, responses, strict=True):
                if response.status != 200:
                    return response
                covered = {partition}
                if accounts is None:
                    covered |= partitions & set(response.partitions)
                    self._remember(covered)
                answers.append((covered, orjson.loads(response.body)))
                partitions -= covered
        merged = merge_accounts(answers, _limit(request), self._shards)
        return _with_body(response, orjson.dumps(merged))

    def _partitions_of(
        self, accounts: Collection[str] | None, request: ForwardedRequest
    ) -> set[str]:
        """Return the partitions that may have accounts for the answer, at least one."""
        if accounts is None:
            return {shard_partition(each) for each in range(self._shards)}
        after = QueryParams(request.query).get("after", "")
        partitions = {account_partition(each, self._shards) for each in accounts if each > after}
        return partitions or {shard_partition(0)}

    def _representatives(self, partitions: set[str], *, is_grouped: bool) -> Iterator[str]:
        """Yield one partition of each owner that is known, and one of all others."""
        if not is_grouped:
            yield from islice(sorted(partitions), CONCURRENT_MAX)
            return
        by_group = {self._groups.get(each, ""): each for each in sorted(partitions)}
        yield from islice(by_group.values(), CONCURRENT_MAX)

    async def _ask_all(
        self, partitions: Sequence[str], request: ForwardedRequest, deadline_s: float
    ) -> list[ForwardedResponse]:
        try:
            async with asyncio.TaskGroup() as tasks:
                asking = [
                    tasks.create_task(
                        self._requests.send(each, self._asked(request, each), deadline_s)
                    )
                    for each in partitions
                ]
        except ExceptionGroup as errors:
            raise errors.exceptions[0] from None
        return [each.result() for each in asking]

    def _asked(self, request: ForwardedRequest, partition: str) -> ForwardedRequest:
        """Return the request about the accounts of one partition alone, where they are listed."""
        principal = request.principal
        if principal.accounts is not None:
            accounts = frozenset(filter(self._belongs_to(partition), principal.accounts))
            principal = replace(principal, accounts=accounts)
        return replace(request, principal=principal, lists_partitions=True)

    def _belongs_to(self, partition: str) -> Callable[[str], bool]:
        return lambda account: account_partition(account, self._shards) == partition

    def _remember(self, covered: set[str]) -> None:
        name = min(covered)
        self._groups.update(dict.fromkeys(covered, name))


def merge_accounts(answers: Answers, limit: int, shards: int) -> list[dict[str, Any]]:
    """Return the first accounts of all answers.

    An answer that is full is true up to its last account. All of its accounts are in the answers
    of their own owners too, so that there are enough up to there."""
    last: str | None = None
    known: dict[str, dict[str, Any]] = {}
    for partitions, accounts in answers:
        if len(accounts) >= limit:
            last = min(last or accounts[-1]["id"], accounts[-1]["id"])
        for account in accounts:
            if account_partition(account["id"], shards) in partitions:
                known[account["id"]] = account
    ids = sorted(each for each in known if last is None or each <= last)
    return [known[each] for each in ids[:limit]]


def _limit(request: ForwardedRequest) -> int:
    text = QueryParams(request.query).get("limit")
    return ACCOUNTS_MAX if text is None else _limits.validate_python(text)


def _with_body(response: ForwardedResponse, body: bytes) -> ForwardedResponse:
    others = [(name, value) for name, value in response.headers if name != "content-length"]
    headers = [*others, ("content-length", str(len(body)))]
    return replace(response, headers=headers, size=len(body), body=body)
