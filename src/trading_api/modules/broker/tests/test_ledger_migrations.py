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
from sqlalchemy import create_engine

from trading_api.modules.broker.ledger import database
from trading_api.modules.broker.ledger.database import VERSION, Database
from trading_api.modules.broker.ledger.tables import METADATA


def migrated(folder: Path) -> Path:
    held = Database(f"sqlite:///{folder}/migrated.db")
    held.open().close()
    held.close()
    return held.path


def schema(path: Path) -> dict[str, str]:
    with closing(sqlite3.connect(path)) as connection:
        found = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")
        return {name: re.sub(r"\s+", " ", sql) for name, sql in found}


def test_they_give_exactly_the_tables(tmp_path: Path) -> None:
    path = migrated(tmp_path)
    with create_engine(f"sqlite:///{path}").connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []
    engine = create_engine(f"sqlite:///{tmp_path}/written_down.db")
    METADATA.create_all(engine)
    found = schema(path)
    del found["alembic_version"]
    assert found == schema(tmp_path / "written_down.db")


def test_the_newest_is_the_version_that_the_program_asks_for() -> None:
    config = Config()
    config.set_main_option("script_location", str(files(database.__package__) / "migrations"))
    assert ScriptDirectory.from_config(config).get_heads() == [VERSION]


def test_of_many_that_start_at_once_one_writes_and_the_others_say_so(tmp_path: Path) -> None:
    start = (
        "import sys; from trading_api.modules.broker.ledger.database import Database\n"
        "from trading_api.shared.errors import ConfigurationError\n"
        "held = Database(sys.argv[1]); sys.stdin.readline()\n"
        "try: connection = held.open()\n"
        "except ConfigurationError as error: print(error)\n"
        "else: print('opened')\n"
        "sys.stdout.flush(); sys.stdin.readline()"
    )
    url = f"sqlite:///{tmp_path}/trading.db"
    starting = [
        subprocess.Popen(
            [sys.executable, "-c", start, url],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    for process in starting:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    said = []
    for process in starting:
        assert process.stdout is not None
        said.append(process.stdout.readline())
    for process in starting:
        process.communicate("\n")
    assert sorted("opened" in line for line in said) == [False, False, True]
    assert sum("is written by another process" in line for line in said) == 2
