"""The faults that a run injects, each a function with a name. A seed chooses their order and the
process that each one hits."""

from __future__ import annotations

import asyncio
import random
import signal
import socket
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import orjson
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from tests.chaos.trader import SYMBOLS
from tests.kit.deployment import POLL_S, Deployment, DeploymentError
from tests.kit.deployment_layouts import terminate_sessions

PAUSED_S = 5.0
RESTART_DELAY_S = 0.5
"""How long a service manager takes to start a process again."""
UNREAD_S = 8.0
RECEIVE_BUFFER_BYTES = 4096
END_NOTICED_S = 2.0
"""By then a process has noticed that another one may own what it owned."""
RESTART_PAUSE_S = 1.0
"""The time between two processes of a rolling restart."""

Inject = Callable[[Deployment, random.Random], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault, and the prefix of the processes without which it cannot be injected."""

    name: str
    process: str
    inject: Inject


async def kill(prefix: str, deployment: Deployment, choice: random.Random) -> None:
    """Kill a process with SIGKILL, and have it started again."""
    name = _choose(prefix, deployment, choice)
    await deployment.kill(name)
    await asyncio.sleep(RESTART_DELAY_S)
    await deployment.start_again(name)


async def pause(prefix: str, deployment: Deployment, choice: random.Random) -> None:
    """Halt a process with SIGSTOP for PAUSED_S, after which it may end itself."""
    name = _choose(prefix, deployment, choice)
    pid = deployment.process(name).pid
    deployment.signal(name, signal.SIGSTOP)
    await asyncio.sleep(PAUSED_S)
    if deployment.process(name).pid == pid:
        deployment.signal(name, signal.SIGCONT)
    await _start_ended(deployment)


async def end_sessions(deployment: Deployment, choice: random.Random) -> None:
    """Terminate every session of the ledger at PostgreSQL."""
    await asyncio.to_thread(terminate_sessions, deployment)
    await _start_ended(deployment)


async def restart_postgresql(deployment: Deployment, choice: random.Random) -> None:
    """Stop PostgreSQL in immediate mode, as a crash, and start it again."""
    deployment.signal("postgresql", signal.SIGQUIT)
    await deployment.processes["postgresql"].ended()
    await deployment.start_again("postgresql")
    await _start_ended(deployment)


async def partition_gateway(deployment: Deployment, choice: random.Random) -> None:
    """Let no byte pass between one gateway and the bus for PAUSED_S."""
    proxy = deployment.proxies[_choose("gateway", deployment, choice)]
    proxy.interrupt()
    await asyncio.sleep(PAUSED_S)
    proxy.restore()


async def unread_client(deployment: Deployment, choice: random.Random) -> None:
    """Connect a client that subscribes to the market and reads nothing for UNREAD_S."""
    address = choice.choice(deployment.base_urls).replace("http", "ws", 1) + "/api/v1/ws"
    try:
        async with connect(address, close_timeout=1, ping_interval=None, max_queue=1) as client:
            connection = client.transport.get_extra_info("socket")
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
            for depth in range(1, 51):
                for symbol in SYMBOLS:
                    payload = {"symbol": symbol, "depth": depth}
                    message = {"type": "orderbook.subscribe", "payload": payload}
                    await client.send(orjson.dumps(message).decode())
                await asyncio.sleep(0.05)
            client.transport.pause_reading()
            await asyncio.sleep(UNREAD_S)
            client.transport.abort()
    except (OSError, WebSocketException):
        pass


async def rolling_restart(deployment: Deployment, choice: random.Random) -> None:
    """Stop each process with SIGTERM and start it again, one after the other."""
    children = list(deployment.children)
    for name in children or [n for n in deployment.processes if n != "postgresql"]:
        if name in deployment.processes:
            await deployment.stop(name)
        else:
            pid = deployment.process(name).pid
            deployment.signal(name, signal.SIGTERM)
            while deployment.process(name).pid == pid:  # noqa: ASYNC110, the kernel sends no event
                await asyncio.sleep(POLL_S)
        await deployment.start_again(name)
        await asyncio.sleep(RESTART_PAUSE_S)


FAULTS = [
    *(
        Fault(f"{verb} {role}", role, partial(function, role))
        for verb, function in (("kill", kill), ("pause", pause))
        for role in ("server", "core", "broker", "market", "gateway", "bus")
    ),
    Fault("PostgreSQL sessions end", "postgresql", end_sessions),
    Fault("PostgreSQL restarts", "postgresql", restart_postgresql),
    Fault("partition gateway", "broker", partition_gateway),
    Fault("client does not read", "", unread_client),
    Fault("rolling restart", "", rolling_restart),
]


def schedule(deployment: Deployment, seed: int, names: list[str]) -> Iterator[Fault]:
    """Yield the deployment's faults without end: all of them in an order of the seed, then again
    in another. `names` restricts them; an empty list means all."""
    possible = [
        fault
        for fault in FAULTS
        if deployment.names(fault.process) and (not names or fault.name in names)
    ]
    if not possible:
        raise DeploymentError(f"this deployment has none of the faults {names}")
    choice = random.Random(seed)
    while True:
        yield from choice.sample(possible, len(possible))


def _choose(prefix: str, deployment: Deployment, choice: random.Random) -> str:
    """Return the process whose fault clients notice: of gateways the one with the most connections,
    because clients that lost theirs are all at another one; of markets the one that leads."""
    names = deployment.names(prefix)
    match prefix:
        case "gateway":
            return max(names, key=deployment.connections)
        case "market":
            return max(names, key=lambda name: _market_epoch(deployment.processes[name].log_path))
        case _:
            return choice.choice(names)


def _market_epoch(log_path: Path) -> int:
    """Return the last epoch in which a process claimed the market, as its log says."""
    lines = (line for line in log_path.read_bytes().splitlines() if b'"partition_claimed"' in line)
    return max((int(orjson.loads(line)["epoch"]) for line in lines), default=0)


async def _start_ended(deployment: Deployment) -> None:
    """Start again what ends by itself, as a service manager does: a process whose ownership is in
    doubt exits."""
    end_s = time.monotonic() + END_NOTICED_S
    while time.monotonic() < end_s:
        await asyncio.sleep(RESTART_DELAY_S)
        ended = [name for name, process in deployment.processes.items() if process.pid is None]
        await asyncio.gather(*map(deployment.start_again, ended))
