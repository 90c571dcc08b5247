"""A PostgreSQL of one's own, and the ledger's tests on it: `make postgres`."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg
from sqlalchemy import URL, Connection, Engine, NullPool, create_engine

from trading_api.modules.broker.journal.sqlite.database import Database, check_version, migrate

FOLDER = "POSTGRESQL_FOLDER"
"""The variable that names the folder of the server's socket, where there is one."""
UNPRIVILEGED_USER = 65534
ROOT = Path(__file__).resolve().parents[2]
TESTS = (
    "src/trading_api/modules/broker/journal/tests/test_journal.py",
    "tests/kit/ledger_on_postgresql.py",
)


def main() -> int:
    programs = _programs()
    if programs is None:
        print("Skipped: there is no PostgreSQL (on Debian and Ubuntu: apt install postgresql).")
        return 0
    with _running(programs) as folder:
        tests = [str(ROOT / name) for name in TESTS]
        command = [sys.executable, "-m", "pytest", *tests]
        return subprocess.run(command, env=os.environ | {FOLDER: folder}, check=False).returncode


def _programs() -> Path | None:
    """The newest; Debian keeps them off the path."""
    if initdb := shutil.which("initdb"):
        return Path(initdb).parent
    there_are = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    return max(there_are, key=lambda path: int(path.parent.name), default=None)


@contextmanager
def _running(programs: Path) -> Iterator[str]:
    """A server that only a socket in the folder reaches. It does not run as root, so an
    unprivileged user runs it."""
    with TemporaryDirectory(prefix="postgresql") as folder:
        user: dict[str, Any] = {}
        if os.geteuid() == 0:
            os.chown(folder, UNPRIVILEGED_USER, UNPRIVILEGED_USER)
            user = {"user": UNPRIVILEGED_USER, "group": UNPRIVILEGED_USER, "extra_groups": []}

        def run(program: str, *arguments: str) -> None:
            command = [str(programs / program), "--pgdata=data", *arguments]
            subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL, **user)

        run("initdb", "--username=trading", "--auth=trust", "--encoding=UTF8", "--no-locale")
        server = f"--options=-k {folder} -c listen_addresses= -c fsync=off"
        run("pg_ctl", "--wait", "--log=log", server, "start")
        try:
            yield folder
        finally:
            run("pg_ctl", "--wait", "--mode=immediate", "stop")


class PostgresqlDatabase(Database):
    """As much of a `Database` as the journal needs; a folder's name is the database's."""

    def __init__(self, folder: Path) -> None:
        self.path = folder
        self.name = "ledger_" + sha256(str(folder).encode()).hexdigest()[:20]
        self._socket = os.environ[FOLDER]

    def open(self) -> Connection:
        with psycopg.connect(self._address("postgres"), autocommit=True) as server:
            known = server.execute("SELECT 1 FROM pg_database WHERE datname = %s", (self.name,))
            if not known.fetchone():
                server.execute(f"CREATE DATABASE {self.name}".encode())
        return self._open_connection(self.engine(), migrate)

    def reading(self) -> Connection:
        engine = self.engine(isolation_level="REPEATABLE READ")
        return self._open_connection(engine, check_version)

    def close(self) -> None:
        pass

    def file_id(self) -> None:
        return None

    def engine(self, **options: Any) -> Engine:
        """Rows are tuples, so parameters are marked by their place."""
        address = URL.create("postgresql+psycopg", "trading", host=self._socket, database=self.name)
        return create_engine(address, poolclass=NullPool, paramstyle="format", **options)

    def _address(self, name: str) -> str:
        return f"host={self._socket} user=trading dbname={name}"


if __name__ == "__main__":
    sys.exit(main())
