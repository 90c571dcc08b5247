"""Refuses to serve with more than one process.

Each process would run an exchange and a market of its own behind the one port, and a client would
reach another one with each connection. The lock of the ledger file refuses them too, but not where
`DATABASE_URL=memory:` or the broker is not enabled.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest

from trading_api.errors import ConfigurationError

# Of uvicorn and gunicorn, of click's options of uvicorn, and of granian.
_VARIABLES = ("WEB_CONCURRENCY", "UVICORN_WORKERS", "GRANIAN_WORKERS")
_OPTION = re.compile(r"(?:--workers|-w)(?:=?(\d+))?")


def check_process_count(environment: Mapping[str, str], command: Sequence[str]) -> None:
    """Raises ConfigurationError where the environment or the command asks for more processes.

    `command` is the command line that started this process, or its parent.
    """
    for source, count in _requests(environment, command):
        if count > 1:
            raise ConfigurationError(
                f"{source} would start {count} exchanges behind one port, each with accounts and "
                "a market of its own: serve with one process, or by "
                "`trading-api serve --workers`."
            )


def _requests(environment: Mapping[str, str], command: Sequence[str]) -> Iterator[tuple[str, int]]:
    for name in _VARIABLES:
        value = environment.get(name, "").strip()
        if value.isdecimal():
            yield f"{name}={value}", int(value)
    yield from _options(command)
    yield from _options(environment.get("GUNICORN_CMD_ARGS", "").split())


def _options(command: Sequence[str]) -> Iterator[tuple[str, int]]:
    for word, following in zip_longest(command, command[1:], fillvalue=""):
        if found := _OPTION.fullmatch(word):
            value = found[1] or following
            if value.isdecimal():
                yield f"{word} {value}" if found[1] is None else word, int(value)
