"""The faults that a run injects, each a function with a name. A seed chooses their order and the
process that each one hits."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import orjson

from tests.chaos.recording import Recording
from tests.chaos.unread_client import unread_close
from tests.kit.deployment import POLL_S, Deployment, DeploymentError
from tests.kit.deployment_layouts import terminate_sessions, unlocked_broker

PAUSED_S = 5.0
RESTART_DELAY_S = 0.5
"""How long a service manager takes to start a process again."""
CLAIM_S_MAX = 10.0
CLOSED_AS_SLOW = b'"ended":"1013 Too slow'
"""What a process logs once it has closed the session of a client that does not read."""
END_NOTICED_S = 2.0
"""By then a process has noticed that another one may own what it owned."""
RESTART_PAUSE_S = 1.0
"""The time between two processes of a rolling restart."""


@dataclass(frozen=True, slots=True)
class Target:
    """What a fault is injected into. `choice` chooses the process, and `recording` is that of the
    load's clients."""

    deployment: Deployment
    choice: random.Random
    recording: Recording


Inject = Callable[[Target], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault, and the prefix of the processes without which it cannot be injected."""

    name: str
    process: str
    inject: Inject


async def kill(prefix: str, target: Target) -> None:
    """Kill a process with SIGKILL, and have it started again."""
    deployment, name = target.deployment, _choose(prefix, target)
    await deployment.kill(name)
    await asyncio.sleep(RESTART_DELAY_S)
    await deployment.start_again(name)


async def pause(prefix: str, target: Target) -> None:
    """Halt a process with SIGSTOP for PAUSED_S, after which it may end itself."""
    deployment, name = target.deployment, _choose(prefix, target)
    pid = deployment.process(name).pid
    deployment.signal(name, signal.SIGSTOP)
    await asyncio.sleep(PAUSED_S)
    if deployment.process(name).pid == pid:
        deployment.signal(name, signal.SIGCONT)
    await _start_ended(deployment)


async def end_sessions(target: Target) -> None:
    """Terminate every session of the ledger at PostgreSQL."""
    await asyncio.to_thread(terminate_sessions, target.deployment)
    await _start_ended(target.deployment)


async def restart_postgresql(target: Target) -> None:
    """Stop PostgreSQL in immediate mode, as a crash, and start it again."""
    deployment = target.deployment
    deployment.signal("postgresql", signal.SIGQUIT)
    await deployment.processes["postgresql"].ended()
    await deployment.start_again("postgresql")
    await _start_ended(deployment)


async def partition_gateway(target: Target) -> None:
    """Let no byte pass between one gateway and the bus for PAUSED_S."""
    proxy = target.deployment.proxies[_choose("gateway", target)]
    proxy.interrupt()
    await asyncio.sleep(PAUSED_S)
    proxy.restore()


async def unread_client(target: Target) -> None:
    """Connect a client that reads nothing, and record how it is closed."""
    base_url = target.choice.choice(target.deployment.base_urls)
    logs = [process.log_path for process in target.deployment.processes.values()]
    before = _count(CLOSED_AS_SLOW, logs)
    accounts = sorted({each.account_id for each in target.recording.clients.values()})
    close = await unread_close(base_url, accounts, lambda: _count(CLOSED_AS_SLOW, logs) > before)
    target.recording.unread_closes.append(close)


async def own_without_lock(target: Target) -> None:
    """Run a broker that claims what others own, without the locks of the partitions, as if two
    owners had them. The others have to end themselves before they answer or write."""
    deployment = target.deployment
    logs = [deployment.processes[name].log_path for name in deployment.names("broker")]
    broker = unlocked_broker(deployment)
    fenced = _count(b'"event":"fenced"', logs)
    broker.start()
    try:
        await broker.ready()
        await _has_claimed(broker.log_path)
        await _start_ended(deployment)
    finally:
        if broker.pid is not None:
            os.kill(broker.pid, signal.SIGKILL)
        await broker.ended()
    await _start_ended(deployment)
    if _count(b'"event":"fenced"', logs) == fenced:
        raise DeploymentError("no broker noticed that its partitions have another owner")


async def rolling_restart(target: Target) -> None:
    """Stop each process with SIGTERM and start it again, one after the other."""
    deployment = target.deployment
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
    Fault("two owners without the lock", "broker", own_without_lock),
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


def _choose(prefix: str, target: Target) -> str:
    """Return the process whose fault clients notice: of gateways the one with the most connections,
    because clients that lost theirs are all at another one; of markets the one that leads."""
    deployment = target.deployment
    names = deployment.names(prefix)
    match prefix:
        case "gateway":
            return max(names, key=deployment.connections)
        case "market":
            return max(names, key=lambda name: _market_epoch(deployment.processes[name].log_path))
        case _:
            return target.choice.choice(names)


def _count(text: bytes, logs: Sequence[Path]) -> int:
    return sum(path.read_bytes().count(text) for path in logs)


async def _has_claimed(log_path: Path) -> None:
    """Wait until a process has claimed a partition, as its log says."""
    end_s = time.monotonic() + CLAIM_S_MAX
    while b'"partition_claimed"' not in log_path.read_bytes():
        if time.monotonic() > end_s:
            raise DeploymentError(f"nothing was claimed: see {log_path}")
        await asyncio.sleep(POLL_S)


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
