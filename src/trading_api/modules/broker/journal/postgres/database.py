"""The PostgreSQL database behind a ledger: how it is reached, brought up to date and read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import asyncpg
from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.util import greenlet_spawn

from trading_api.domain.shards import MARKET_PARTITION
from trading_api.errors import ConfigurationError
from trading_api.modules.broker.journal.journal import JournalUnavailable
from trading_api.modules.broker.journal.postgres.ownership_table import (
    LOCK_SPACE,
    MIGRATION_LOCK,
    all_partitions,
)
from trading_api.modules.broker.journal.sql.errors import to_journal_unavailable
from trading_api.modules.broker.journal.sql.schema_version import (
    check_version,
    schema_version,
    upgrade,
)

VERSION = "0007"
"""The version of the newest migration."""
CONNECT_TIMEOUT_S = 5.0
CLOSE_TIMEOUT_S = 5.0
COMMIT_TIMEOUT_S = 10.0
LOCK_TIMEOUT_S = 3.0
"""How long the only writer waits at its start for one that has just ended."""
SETTINGS = {
    "synchronous_commit": "on",
    # A machine that has died keeps its locks no longer than this.
    "tcp_keepalives_idle": "5",
    "tcp_keepalives_interval": "2",
    "tcp_keepalives_count": "3",
}


BY_INDEX = {
    # A plan that follows the indexes, however many rows the tables have or seem to have.
    "enable_seqscan": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
    "jit": "off",
}


class PostgresDatabase:
    """A PostgreSQL database whose accounts are spread over `shards` shards.

    Raises ConfigurationError for an address that is not one of PostgreSQL. The methods that return
    SQLAlchemy's connections are called inside `greenlet_spawn`."""

    def __init__(
        self,
        url: str,
        shards: int,
        commit_timeout_s: float = COMMIT_TIMEOUT_S,
        lock_timeout_s: float = LOCK_TIMEOUT_S,
    ) -> None:
        address = _address(url)
        self.shards = shards
        self.commit_timeout_s = commit_timeout_s
        self.lock_timeout_s = lock_timeout_s
        self.path = address.render_as_string()
        """The address without its password, for messages."""
        self.url = address.render_as_string(hide_password=False)

    async def connect(self, purpose: str, **settings: str) -> asyncpg.Connection:
        """Return a new connection, whose session has the purpose as a part of its name. Raises what
        asyncpg and the operating system raise."""
        name = {"application_name": f"trading-api {purpose}"}
        return await asyncpg.connect(
            self.url, timeout=CONNECT_TIMEOUT_S, server_settings=SETTINGS | name | settings
        )

    async def prepare(self) -> None:
        """Create the tables or migrate old ones, and create the partitions. Starts of several
        processes wait for each other. Raises ConfigurationError."""
        await greenlet_spawn(self._prepare)

    def _prepare(self) -> None:
        with self.startup_errors(), self._engine("migration").connect() as connection:
            lock = {"space": LOCK_SPACE, "number": MIGRATION_LOCK}
            with connection.begin():
                connection.execute(text("SELECT pg_advisory_lock(:space, :number)"), lock)
            # The end of the session unlocks it.
            self._migrate(connection)
            with connection.begin():
                self._create_partitions(connection)

    def reading(self) -> Connection:
        """Return a connection whose transaction sees one moment, and whose results are read in
        parts. Raises ConfigurationError if there is no ledger of this version."""
        return self._reading({})

    def recovering(self) -> Connection:
        """Return what `reading` returns, for queries of few accounts. Raises
        ConfigurationError."""
        return self._reading(BY_INDEX)

    def _reading(self, settings: Mapping[str, str]) -> Connection:
        with self.startup_errors():
            connection = self._connection(
                "reading",
                settings,
                isolation_level="REPEATABLE READ",
                stream_results=True,
                max_row_buffer=1_000,
            )
            try:
                check_version(connection, VERSION, self.path)
            except BaseException:
                connection.close()
                raise
        return connection

    def reading_whole(self) -> Connection:
        """Return a connection that reads each result as a whole and at its own moment. Raises
        JournalUnavailable."""
        try:
            return self._connection("history", BY_INDEX, isolation_level="AUTOCOMMIT")
        except DBAPIError as error:
            raise to_journal_unavailable(error) from error

    def writing(self) -> Connection:
        """Return a connection that writes, for a process that owns all shards."""
        return self._engine("pruning", **BY_INDEX).connect()

    def _connection(self, purpose: str, settings: Mapping[str, str], **options: Any) -> Connection:
        engine = self._engine(purpose, default_transaction_read_only="on", **settings)
        return engine.connect().execution_options(**options)

    @contextmanager
    def startup_errors(self) -> Iterator[None]:
        """Turn errors of the database into ConfigurationError."""
        try:
            yield
        except (JournalUnavailable, DBAPIError) as error:
            fault = to_journal_unavailable(error) if isinstance(error, DBAPIError) else error
            raise ConfigurationError(f"{fault.reason}: {self.path} (DATABASE_URL).") from error

    def _engine(self, purpose: str, **settings: str) -> Engine:
        async def connect(*_: object, **__: object) -> asyncpg.Connection:
            try:
                return await self.connect(purpose, **settings)
            except DATABASE_ERRORS as error:
                raise to_journal_unavailable(error) from error

        return create_engine(
            "postgresql+asyncpg://",
            connect_args={"async_creator_fn": connect},
            poolclass=NullPool,
        )

    def _migrate(self, connection: Connection) -> None:
        found = schema_version(connection)
        if found != VERSION:
            assert __package__ is not None
            upgrade(connection, __package__, found, VERSION, self.path)

    def _create_partitions(self, connection: Connection) -> None:
        if not self._check_shards(connection):
            connection.execute(
                text("INSERT INTO ownership (partition) VALUES (:partition)"),
                [{"partition": each} for each in all_partitions(self.shards)],
            )

    def _check_shards(self, connection: Connection) -> bool:
        """Return whether there are partitions. Raise ConfigurationError if their number is not
        that of SHARDS."""
        counted = text("SELECT count(*) FROM ownership WHERE partition <> :market")
        stored = connection.scalar(counted, {"market": MARKET_PARTITION})
        if stored and stored != self.shards:
            raise ConfigurationError(
                f"SHARDS={self.shards}, but the accounts of the ledger {self.path} (DATABASE_URL) "
                f"are spread over {stored} shards, which stay: set SHARDS={stored}."
            )
        return bool(stored)


async def disconnect(connection: asyncpg.Connection, timeout_s: float = CLOSE_TIMEOUT_S) -> None:
    """Close the connection, if the server answers in time, or end it."""
    try:
        await connection.close(timeout=timeout_s)
    except DATABASE_ERRORS:
        connection.terminate()


DATABASE_ERRORS = (
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    OSError,
)
"""The exceptions of asyncpg for an unreachable or unusable database. TimeoutError is an OSError.
InternalClientError is raised between the message that ends a session and the end of its
connection."""


def _address(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise ConfigurationError(_ADDRESS_ERROR) from None
    if parsed.drivername not in ("postgresql", "postgres") or not parsed.database:
        raise ConfigurationError(_ADDRESS_ERROR)
    return parsed


_ADDRESS_ERROR = "DATABASE_URL is postgresql://user:password@host:5432/database."
