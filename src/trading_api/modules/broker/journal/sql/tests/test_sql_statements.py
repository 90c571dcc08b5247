"""The SQL of the ledger, for SQLite and PostgreSQL."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from sqlalchemy.dialects import registry

from tests.kit.ledger_streams import trading
from trading_api.modules.broker.journal.sql.sql_statements import SqlStatements

STREAM = trading("A", 60)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "var" / "trading.db"


def test_every_statement_is_sql_that_postgresql_takes_too() -> None:
    ours, theirs = (
        SqlStatements(registry.load(name)()) for name in ("sqlite.pysqlite", "postgresql.asyncpg")
    )
    for name, statement in vars(ours).items():
        assert re.sub(r"\$\d+", "?", getattr(theirs, name)) == statement
