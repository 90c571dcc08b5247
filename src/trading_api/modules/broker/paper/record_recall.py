"""Brings back from the journal what a command refers to and the memory no longer holds."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from trading_api.domain.broker_commands import IdempotencyKey
from trading_api.modules.broker.engine.account import AccountState
from trading_api.modules.broker.engine.checks.rejection import Rejection
from trading_api.modules.broker.engine.commands import (
    CancelOrder,
    Command,
    ModifyOrder,
    PlaceOrder,
    key_of,
)
from trading_api.modules.broker.engine.engine import Duplicate, find_duplicate
from trading_api.modules.broker.journal.history import JournalHistory, RecordQuery, Records
from trading_api.modules.broker.paper.accounts import Accounts


class RecordRecall:
    """Looks up orders that ended, client order ids and idempotency keys.

    Every method raises JournalUnavailable."""

    def __init__(self, accounts: Accounts, history: JournalHistory) -> None:
        self._accounts = accounts
        self._history = history

    async def recall(
        self, requests: Iterable[tuple[str, Command]], with_keys_of: Collection[str] = ()
    ) -> set[str]:
        """Add what the commands refer to to their accounts, for the time until the accounts
        discard it again. Return the accounts that received something.

        Keys are looked up for the accounts `with_keys_of` only. What is recalled stays right only
        while nothing else is committed."""
        queries = self._queries(requests, with_keys_of)
        if not queries:
            return set()
        found = await self._history.find(queries)
        for query, records in zip(queries, found, strict=True):
            account = self._accounts[query.account_id]
            for state in (account.committed, account.engine.state):
                state.recall(records.orders, records.client_ids, records.keys)
        return {query.account_id for query in queries}

    async def branch(self, account_id: str, command: Command) -> AccountState | None:
        """Return a branch of an account's committed state to try the command on, or None if no
        command has opened the account. It is valid until the next await."""
        queries = self._queries([(account_id, command)])
        found = await self._history.find(queries) if queries else []
        state = self._accounts.committed(account_id)
        if state is None:
            return None
        branch = state.branch()
        for records in found:
            branch.recall(records.orders, records.client_ids, records.keys)
        return branch

    async def find_duplicates(
        self, requests: Sequence[tuple[str, IdempotencyKey]]
    ) -> Sequence[Duplicate | Rejection | None]:
        """Return the answer to each command whose key its account has recorded, else None."""
        queries = [
            RecordQuery(account_id, keys=[(key.operation, key.key)]) for account_id, key in requests
        ]
        found = await self._history.find(queries)
        return [_duplicate(key, records) for (_, key), records in zip(requests, found, strict=True)]

    def _queries(
        self, requests: Iterable[tuple[str, Command]], with_keys_of: Collection[str] = ()
    ) -> Sequence[RecordQuery]:
        order_ids: dict[str, list[str]] = {}
        client_ids: dict[str, list[str]] = {}
        keys: dict[str, list[tuple[str, str]]] = {}
        for account_id, command in requests:
            state = self._accounts.committed(account_id)
            if state is None:
                continue
            if isinstance(command, CancelOrder | ModifyOrder):
                if command.order_id not in state.orders:
                    order_ids.setdefault(account_id, []).append(command.order_id)
            elif isinstance(command, PlaceOrder):
                client_id = command.request.client_id
                if client_id and client_id not in state.client_ids:
                    client_ids.setdefault(account_id, []).append(client_id)
            if account_id in with_keys_of and (key := key_of(command)):
                keys.setdefault(account_id, []).append((key.operation, key.key))
        return [
            RecordQuery(
                account_id,
                order_ids.get(account_id, ()),
                client_ids.get(account_id, ()),
                keys.get(account_id, ()),
            )
            for account_id in order_ids | client_ids | keys
        ]


def _duplicate(key: IdempotencyKey, records: Records) -> Duplicate | Rejection | None:
    state = AccountState()
    state.recall([], {}, records.keys)
    return find_duplicate(state, key)
