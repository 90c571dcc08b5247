"""How a database in PostgreSQL is reached, created and migrated."""

from __future__ import annotations

import asyncio
from importlib.resources import files

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import inspect
from sqlalchemy.dialects import registry
from sqlalchemy.util import greenlet_spawn

from tests.kit.postgresql import new_database_url, server
from trading_api.errors import ConfigurationError
from trading_api.modules.broker.journal.journal import JournalUnavailable
from trading_api.modules.broker.journal.postgres import database as database_module
from trading_api.modules.broker.journal.postgres.database import VERSION, PostgresDatabase
from trading_api.modules.broker.journal.postgres.postgres_journal import PostgresJournal
from trading_api.modules.broker.journal.postgres.tests.conftest import SHARDS
from trading_api.modules.broker.journal.postgres.verification import verify_postgres
from trading_api.modules.broker.journal.sql.tables import METADATA

DIALECT = registry.load("postgresql.asyncpg")()
ONLY_HERE = {("accounts", "shard"): "INTEGER"}


def test_the_newest_migration_is_the_version_that_the_program_asks_for() -> None:
    config = Config()
    scripts = files(database_module.__package__) / "migrations"
    config.set_main_option("script_location", str(scripts))
    assert ScriptDirectory.from_config(config).get_heads() == [VERSION]


async def test_the_migrations_give_the_tables_and_indexes_of_sqlite(
    database: PostgresDatabase,
) -> None:
    def compare() -> None:
        with database.reading() as connection:
            found = inspect(connection)
            names = {"alembic_version", "ownership", "owners", *METADATA.tables}
            assert set(found.get_table_names()) == names
            for table in METADATA.sorted_tables:
                columns = {each["name"]: each for each in found.get_columns(table.name)}
                types = {name: each["type"].compile(DIALECT) for name, each in columns.items()}
                expected = {each.name: each.type.compile(DIALECT) for each in table.columns}
                extra = {key[1]: each for key, each in ONLY_HERE.items() if key[0] == table.name}
                assert types == {
                    name: f'{type} COLLATE "C"' if type == "TEXT" else type
                    for name, type in (expected | extra).items()
                }
                for column in table.columns:
                    assert columns[column.name]["nullable"] == column.nullable, column
                key = found.get_pk_constraint(table.name)["constrained_columns"]
                assert key == table.primary_key.columns.keys()
                indexes = {each["name"] for each in found.get_indexes(table.name)}
                assert indexes - {"ix_accounts_shard"} == {each.name for each in table.indexes}

    await greenlet_spawn(compare)


async def test_simultaneous_starts_wait_for_each_other() -> None:
    database = PostgresDatabase(new_database_url(), SHARDS)
    await asyncio.gather(*(database.prepare() for _ in range(4)))
    assert server().psql("SELECT count(*) FROM ownership", database.url) == str(SHARDS + 1)
    assert server().psql("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'") == "0"


async def test_another_number_of_shards_is_refused(database: PostgresDatabase) -> None:
    with pytest.raises(ConfigurationError, match=r"SHARDS=5, but .* over 4 shards.* set SHARDS=4"):
        await PostgresDatabase(database.url, 5).prepare()
    await database.prepare()


@pytest.mark.parametrize(
    ("version", "sentence"), [("9999", "newer than"), ("0000", "starting the server brings it")]
)
async def test_a_ledger_of_another_version_is_refused(
    database: PostgresDatabase, version: str, sentence: str
) -> None:
    server().psql(f"UPDATE alembic_version SET version_num = '{version}'", database.url)
    with pytest.raises(ConfigurationError, match=sentence):
        await verify_postgres(database)
    with pytest.raises(ConfigurationError, match=f"is of version {version}"):
        await database.prepare()


async def test_a_server_that_cannot_be_reached_is_named_without_the_password() -> None:
    database = PostgresDatabase("postgresql://trading:secret@127.0.0.1:1/ledger", SHARDS)
    with pytest.raises(ConfigurationError, match=r"trading:\*\*\*@127\.0\.0\.1:1/ledger") as caught:
        await database.prepare()
    assert "secret" not in str(caught.value)
    journal = PostgresJournal(database)
    with pytest.raises(ConfigurationError):
        await journal.currencies()
    await journal.close()


async def test_a_database_that_does_not_exist_is_named(database: PostgresDatabase) -> None:
    missing = PostgresDatabase(database.url.replace("ledger_", "missing_"), SHARDS)
    with pytest.raises(ConfigurationError, match="does not exist"):
        await missing.prepare()
    with pytest.raises(JournalUnavailable, match="does not exist"):
        await greenlet_spawn(missing.reading_whole)


async def test_a_user_who_may_not_write_is_refused(database: PostgresDatabase) -> None:
    server().psql("REVOKE CREATE ON SCHEMA public FROM PUBLIC", database.url)
    role = "reader"
    if not server().psql(f"SELECT 1 FROM pg_roles WHERE rolname = '{role}'"):
        server().psql(f"CREATE ROLE {role} LOGIN")
    url = database.url.replace("trading@", f"{role}@")
    with pytest.raises(ConfigurationError, match="permission denied"):
        await PostgresDatabase(url, SHARDS).prepare()
