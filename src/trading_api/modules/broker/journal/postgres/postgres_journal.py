"""The journal in a PostgreSQL database that several processes share."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Collection, Mapping, Sequence
from typing import TypeVar

import asyncpg
from sqlalchemy import Connection
from sqlalchemy.dialects import registry

from trading_api.domain.shards import shard_of
from trading_api.modules.broker.engine.account_image import AccountImage
from trading_api.modules.broker.journal.journal import (
    DuplicateKey,
    FencedOut,
    JournalConflict,
    JournalEntry,
    RecoveryStep,
)
from trading_api.modules.broker.journal.postgres.append_statement import append_statement
from trading_api.modules.broker.journal.postgres.commit_connection import (
    LAST_EVENTS,
    RECORDED_KEYS,
    TAILS,
    CommitConnection,
)
from trading_api.modules.broker.journal.postgres.database import PostgresDatabase
from trading_api.modules.broker.journal.postgres.event_loop_thread import EventLoopThread
from trading_api.modules.broker.journal.postgres.fence import Fence
from trading_api.modules.broker.journal.postgres.gateway_keys import GatewayKeyRemoval
from trading_api.modules.broker.journal.postgres.postgres_history import PostgresHistory
from trading_api.modules.broker.journal.postgres.tail_cache import TailCache
from trading_api.modules.broker.journal.sql.batch import AccountTail, Batch
from trading_api.modules.broker.journal.sql.history_reader import HistoryReader
from trading_api.modules.broker.journal.sql.opened_cursor import opened_cursor
from trading_api.modules.broker.journal.sql.recovery_cursor import EntryCursor, RecoveryCursor
from trading_api.modules.broker.journal.sql.sql_statements import SqlStatements

Result = TypeVar("Result")


class PostgresJournal:
    """A Journal that opens its database with the first call.

    An append is one statement, which writes only while `fence` names the present epoch of each
    shard that it touches. Without a fence the journal is the only writer: it takes all shards, or
    does not open while another process has one."""

    def __init__(self, database: PostgresDatabase, fence: Fence | None = None) -> None:
        self._database = database
        self._is_sole_owner = fence is None
        self._fence = Fence() if fence is None else fence
        self._commits = CommitConnection(database, self._is_sole_owner)
        self._tails = TailCache()
        self._thread = EventLoopThread("ledger-reading")
        self._reading: Connection | None = None
        self._opening = asyncio.Lock()
        self._is_open = False
        self._is_closed = False
        # One statement at a time runs over the connection that commits.
        self._commit_lock = asyncio.Lock()
        self._appends: set[asyncio.Task[None]] = set()
        self._gateway_keys = GatewayKeyRemoval(database)
        self.history = PostgresHistory(database, self._run_reading)

    async def append(
        self, entries: Sequence[JournalEntry], images: Sequence[AccountImage] = ()
    ) -> None:
        """Write the entries in one transaction. Raises JournalConflict, DuplicateKey,
        JournalUnavailable, FencedOut and CommitUnknown."""
        # A caller that is cancelled does not interrupt the commit.
        task = asyncio.create_task(self._append(entries, images))
        self._appends.add(task)
        task.add_done_callback(self._appends.discard)
        await asyncio.shield(task)

    async def currencies(self) -> Mapping[str, str]:
        """Return one account for each currency. Raises ConfigurationError."""
        await self._open()
        async with self._commit_lock:
            rows = await self._commits.fetch(
                "SELECT currency, min(account_id) FROM accounts GROUP BY currency"
            )
        return dict(map(tuple, rows))

    async def recover(
        self, shards: Collection[int] | None = None, *, with_idle: bool = True
    ) -> AsyncGenerator[RecoveryStep, None]:
        """Yield the snapshots, and the entries after them. Raises ConfigurationError."""
        await self._open()
        run = self._thread.run
        database = self._database

        def open_cursor() -> RecoveryCursor:
            connection = database.recovering()
            return RecoveryCursor(connection, database.path, shards, with_idle=with_idle)

        async with opened_cursor(run, open_cursor) as cursor:
            yield await run(cursor.next)
            while (step := await run(cursor.next)).items:
                yield step

    async def recover_accounts(
        self, account_ids: Collection[str]
    ) -> Sequence[AccountImage | JournalEntry]:
        """Return the images of accounts and the entries after them. Raises JournalUnavailable."""
        return await self._run_reading(lambda reader: reader.recovered(account_ids))

    async def remove_gateway_keys(self, before_ms: int, limit: int) -> int:
        """Remove keys in one transaction. Raises JournalUnavailable."""
        await self._open()
        return await self._gateway_keys.remove(before_ms, limit)

    def forget(self, account_ids: Collection[str]) -> None:
        """Keep the tails of these accounts in memory no longer."""
        self._tails.forget(self._shards_of(account_ids))

    async def load(self) -> AsyncGenerator[JournalEntry, None]:
        """Yield the entries as they are at the first step. Raises ConfigurationError."""
        await self._open()
        run = self._thread.run
        async with opened_cursor(run, lambda: EntryCursor(self._database)) as cursor:
            while entries := await run(cursor.next):
                for entry in entries:
                    yield entry

    async def read(self, account_id: str, since: int, limit: int) -> Sequence[JournalEntry]:
        """Return at most `limit` entries of an account after `since`. Raises JournalUnavailable."""
        return await self._run_reading(lambda reader: reader.entries(account_id, since, limit))

    async def close(self) -> None:
        """Wait for running work, then disconnect. May be called again."""
        if self._is_closed:
            return
        self._is_closed = True
        if self._appends:
            await asyncio.wait(self._appends)
        await self._gateway_keys.close()
        await self.history.close()
        await self._thread.run(self._close_reading)
        await self._thread.close()
        await self._commits.close()

    async def _open(self) -> None:
        if not self._is_open:
            async with self._opening:
                await self._open_once()

    async def _open_once(self) -> None:
        if self._is_open:
            return
        await self._database.prepare()
        if self._is_sole_owner:
            await self._commits.take_all(self._fence)
        self._is_open = True

    async def _append(
        self, entries: Sequence[JournalEntry], images: Sequence[AccountImage]
    ) -> None:
        await self._open()
        if entries or images:
            async with self._commit_lock:
                await self._commit(entries, images)

    async def _commit(
        self, entries: Sequence[JournalEntry], images: Sequence[AccountImage]
    ) -> None:
        ids = {each.account_id for each in entries} | {each.account_id for each in images}
        shards = self._shards_of(ids)
        epochs = self._epochs(shards)
        self._tails.begin(epochs)
        batch = Batch(await self._known_tails(shards))
        for entry in entries:
            batch.add(entry)
        for image in images:
            batch.add_image(image)
        try:
            is_ours = await self._commits.append(append_statement(batch, shards, epochs))
        except asyncpg.UniqueViolationError:
            await self._check_sequence(entries)
            await self._check_keys(entries)
            raise
        except BaseException:
            self._tails.clear()
            raise
        if not is_ours:
            self._tails.clear()
            raise FencedOut(f"Another process owns some of {sorted(epochs)}, the shards of a batch")
        self._tails.update(batch.tails.values(), shards)

    def _shards_of(self, account_ids: Collection[str]) -> dict[str, int]:
        count = self._database.shards
        return {account_id: shard_of(account_id, count) for account_id in account_ids}

    def _epochs(self, shards: Mapping[str, int]) -> dict[int, int]:
        """Return the epochs of the shards. Raises FencedOut."""
        missing = set(shards.values()) - self._fence.epochs.keys()
        if missing:
            raise FencedOut(f"This process does not own {sorted(missing)}, the shards of a batch")
        return {shard: self._fence.epochs[shard] for shard in set(shards.values())}

    async def _known_tails(self, shards: Mapping[str, int]) -> dict[str, AccountTail]:
        known = self._tails.known(shards)
        if unknown := [account_id for account_id in shards if account_id not in known]:
            rows = await self._commits.fetch(TAILS, unknown)
            found = [AccountTail.of(row) for row in rows]
            self._tails.update(found, shards)
            known |= {tail.account_id: tail for tail in found}
        return known

    async def _check_sequence(self, entries: Sequence[JournalEntry]) -> None:
        """Raise JournalConflict if the database has more of an account than this process knows."""
        first = {entry.account_id: entry for entry in reversed(entries)}
        rows = await self._commits.fetch(LAST_EVENTS, list(first))
        last = {row["account_id"]: row["seq"] for row in rows}
        for account_id, entry in first.items():
            expected = last.get(account_id, 0) + 1
            if entry.seq != expected:
                raise JournalConflict(entry, expected)

    async def _check_keys(self, entries: Sequence[JournalEntry]) -> None:
        """Raise DuplicateKey if the database has any of the keys that the entries record."""
        keys = [(each.account_id, *each.key) for each in entries if each.key is not None]
        if not keys:
            return
        rows = await self._commits.fetch(RECORDED_KEYS, *zip(*keys, strict=True))
        if rows:
            raise DuplicateKey({row["account_id"] for row in rows})

    async def _run_reading(self, job: Callable[[HistoryReader], Result]) -> Result:
        await self._open()

        def read() -> Result:
            if self._reading is None:
                self._reading = self._database.reading_whole()
            return job(HistoryReader(self._reading, _STATEMENTS))

        return await self._thread.run(read)

    def _close_reading(self) -> None:
        if self._reading is not None:
            self._reading.close()


_STATEMENTS = SqlStatements(registry.load("postgresql.asyncpg")())
