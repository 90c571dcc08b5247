"""Small connectors for tests."""

from __future__ import annotations

import asyncio
import logging
import os
import time
from pathlib import Path
from typing import Literal

from msgspec import Struct

from trading_api.connectors.connector import Connector
from trading_api.connectors.errors import ConnectorError

log = logging.getLogger(__name__)
HERE = __name__


class Greeting(Struct, frozen=True):
    name: str
    secret: str = ""
    count: int = 0


class Hello(Struct, frozen=True, tag=True):
    text: str
    number: int = 0


class Ready(Struct, frozen=True, tag=True):
    pid: int


class Ask(Struct, frozen=True):
    what: Literal["double", "fail", "crash", "wait", "leak", "log"]
    number: int = 0


Message = Hello | Ready


async def answering(connector: Connector) -> None:
    """Answer each kind of Ask, until the server ends."""
    greeting = connector.configure(Greeting)

    async def answer(ask: Ask) -> int:
        if ask.what == "fail":
            raise ConnectorError("rate_limited", "Too many requests.", retry_after_s=7.5)
        if ask.what == "leak":
            raise ConnectorError("rejected", f"the key {greeting.secret} is not valid")
        if ask.what == "crash":
            raise KeyError("a fault of the target")
        if ask.what == "wait":
            await asyncio.Event().wait()
        if ask.what == "log":
            log.warning("a %s event", greeting.secret, extra={"key": greeting.secret, "n": 1})
        connector.publish(Hello("before the answer", ask.number))
        return ask.number * 2

    connector.handle("ask", Ask, answer)
    connector.on_message(Hello, lambda hello: connector.publish(Hello(hello.text.upper())))
    connector.publish(Hello(f"{greeting.name} in {Path.cwd()}"))
    connector.publish(Ready(os.getpid()))
    await connector.closed.wait()


async def counting(connector: Connector) -> None:
    """Publish numbers, and then finish."""
    for number in range(connector.configure(Greeting).count):
        connector.publish(Hello("", number))


async def flooding(connector: Connector) -> None:
    """Publish faster than any server reads, without end."""
    connector.publish(Ready(os.getpid()))
    while not connector.closed.is_set():
        for _ in range(100):
            connector.publish(Hello("x" * 10_000))
        await asyncio.sleep(0)


async def waiting_flood(connector: Connector) -> None:
    """Publish as fast as the server reads, in the end far more than may be unread."""
    for number in range(3_000):
        connector.publish(Hello("x" * 10_000, number))
        await connector.drain()


async def blocking(connector: Connector) -> None:
    """Block the event loop, as a client library with a fault."""
    connector.publish(Ready(os.getpid()))
    await asyncio.sleep(0)
    time.sleep(3600)  # noqa: ASYNC251, that is the fault


async def failing(connector: Connector) -> None:
    raise ConnectorError("authentication", f"wrong: {connector.configure(Greeting).secret}")


async def crashing(_: Connector) -> None:
    os._exit(3)


async def printing(connector: Connector) -> None:
    print("a library prints", connector.configure(Greeting).secret, flush=True)
    os._exit(4)
