"""The migrations, held against the tables as they are written down."""

from __future__ import annotations

import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from importlib.resources import files
from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import NullPool, create_engine

from tests.kit.ledger_file import rows
from trading_api.modules.broker.journal.sql.schema_version import upgrade
from trading_api.modules.broker.journal.sql.tables import METADATA
from trading_api.modules.broker.journal.sqlite import database
from trading_api.modules.broker.journal.sqlite.database import VERSION, Database


def migrated(folder: Path) -> Path:
    """Return a database in which all migrations were run, one after the other."""
    path = folder / "migrated.db"
    with create_engine(f"sqlite:///{path}", poolclass=NullPool).connect() as connection:
        upgrade(connection, database.__package__, None, VERSION, path)
        connection.commit()
    return path


def schema(path: Path) -> dict[str, str]:
    with closing(sqlite3.connect(path)) as connection:
        found = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")
        return {name: re.sub(r"\s+", " ", sql) for name, sql in found}


def test_they_give_exactly_the_tables(tmp_path: Path) -> None:
    path = migrated(tmp_path)
    with create_engine(f"sqlite:///{path}", poolclass=NullPool).connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []
    created = Database(f"sqlite:///{tmp_path}/created.db")
    created.open().close()
    created.close()
    assert schema(path) == schema(created.path)
    versions = "SELECT version_num FROM alembic_version"
    assert rows(path, versions) == rows(created.path, versions) == [(VERSION,)]


def test_the_newest_is_the_version_that_the_program_asks_for() -> None:
    config = Config()
    config.set_main_option("script_location", str(files(database.__package__) / "migrations"))
    assert ScriptDirectory.from_config(config).get_heads() == [VERSION]


STARTING = """
import os, sys
from trading_api.modules.broker.journal.sqlite.database import Database
from trading_api.errors import ConfigurationError
gate, opener = os.pipe()
for _ in range(3):
    if os.fork() == 0:
        os.close(opener)
        os.read(gate, 1)
        held = Database(sys.argv[1])
        try: connection, output = held.open(), "opened"
        except ConfigurationError as error: output = str(error)
        os.write(1, f"{output}\\n".encode())  # one write, so that lines do not mix
        sys.stdin.read()
        os._exit(0)
os.close(opener)
"""


def test_of_simultaneous_starts_one_writes_and_the_others_name_the_reason(
    tmp_path: Path,
) -> None:
    """They are copies of one process: a start of Python for each would take most of the time."""
    starting = subprocess.Popen(
        [sys.executable, "-c", STARTING, f"sqlite:///{tmp_path}/trading.db"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with starting:
        assert starting.stdout is not None
        output = [starting.stdout.readline() for _ in range(3)]
    assert sorted("opened" in line for line in output) == [False, False, True]
    assert sum("is written by another process" in line for line in output) == 2
