"""`trading-api serve --workers N`: a core process, N gateways behind one socket, and their bus."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import logging.config
import os
import signal
import socket
import sys
import time
from collections.abc import Mapping

from trading_api.bus.bus_server import BusServer
from trading_api.errors import ConfigurationError
from trading_api.modules.broker.journal.factory import is_postgresql
from trading_api.observability.logs import log_config
from trading_api.roles.child_process import (
    RESTART_MAX_S,
    RESTART_MIN_S,
    STABLE_S,
    ChildProcess,
    InvalidConfiguration,
)
from trading_api.roles.scalable_settings import check_scalable
from trading_api.server.bound_socket import bound_socket
from trading_api.settings import Settings, check_exposure

log = logging.getLogger(__name__)

STOP_MARGIN_S = 5.0
"""What a process gets to stop beyond the grace period of its clients."""
LISTENING_FD = "TRADING_API_LISTENING_FD"
"""The variable by which a gateway inherits the socket that all gateways share."""


class Supervisor:
    """Starts the processes of one machine, restarts those that end, and stops them in order.

    The gateways stop first, while the core still answers the requests in progress."""

    def __init__(self, settings: Settings, workers: int, environment: Mapping[str, str]) -> None:
        check_exposure(settings)
        check_scalable(settings, "core")
        self._settings = settings
        self._workers = workers
        self._environment = dict(environment)
        if not is_postgresql(settings.database_url):
            self._environment["SHARDS"] = "1"
        self._stop_requested = asyncio.Event()

    async def run(self) -> int:
        """Run until a signal arrives, and return the exit status. Raises ConfigurationError."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) is not signal.SIG_IGN:
                loop.add_signal_handler(number, self._stop_requested.set)
        with contextlib.closing(listening_socket(self._settings)) as listening:
            bus = None if self._settings.bus_url else BusServer()
            try:
                if bus is None:
                    return await self._run_processes(listening)
                await bus.start()
                self._environment["BUS_URL"] = bus.url
                async with asyncio.TaskGroup() as tasks:
                    keeping = tasks.create_task(keep_running(bus))
                    try:
                        return await self._run_processes(listening)
                    finally:
                        keeping.cancel()
            finally:
                if bus is not None:
                    await bus.stop()

    async def _run_processes(self, listening: socket.socket) -> int:
        core, gateways = self._core(), self._gateways(listening)
        running = [asyncio.create_task(child.run()) for child in (core, *gateways)]
        stopping = asyncio.create_task(self._stop_requested.wait())
        ended, _ = await asyncio.wait([*running, stopping], return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        grace_s = self._settings.shutdown_grace_s + STOP_MARGIN_S
        await asyncio.gather(*(child.stop(grace_s) for child in gateways))
        await core.stop(grace_s)
        for task in running:
            task.cancel()
        await asyncio.wait(running)
        failures = [task.exception() for task in ended if task is not stopping]
        if any(isinstance(failure, InvalidConfiguration) for failure in failures):
            return 2
        return next((1 for failure in failures if failure is not None), 0)

    def _core(self) -> ChildProcess:
        environment = self._environment | {"PORT": "0", "HOST": "127.0.0.1"}
        return ChildProcess("core", _command("core"), environment)

    def _gateways(self, listening: socket.socket) -> list[ChildProcess]:
        environment = self._environment | {LISTENING_FD: str(listening.fileno())}
        return [
            ChildProcess(
                f"gateway-{number}", _command("gateway"), environment, [listening.fileno()]
            )
            for number in range(1, self._workers + 1)
        ]


def listening_socket(settings: Settings) -> socket.socket:
    """Return a socket that listens on the address of the settings, and that child processes
    inherit. Raises ConfigurationError."""
    listening = bound_socket(settings, settings.handshakes_max)
    listening.set_inheritable(True)
    return listening


def run_supervisor(settings: Settings, workers: int) -> int:
    """Run the deployment until it is stopped, and return the exit status."""
    logging.config.dictConfig(
        log_config(settings.log_level, settings.log_format, settings.log_lines_per_s, "supervisor")
    )
    return asyncio.run(_run(settings, workers))


async def _run(settings: Settings, workers: int) -> int:
    return await Supervisor(settings, workers, os.environ).run()


async def keep_running(bus: BusServer, stable_s: float = STABLE_S) -> None:
    """Start the bus again whenever it has ended, and when that failed, until cancelled."""
    wait_s, started_s = RESTART_MIN_S, time.monotonic()
    while True:
        await bus.wait()
        if time.monotonic() - started_s > stable_s:
            wait_s = RESTART_MIN_S
        log.error("process_ended", extra={"child": "bus", "wait_s": wait_s})
        await asyncio.sleep(wait_s)
        wait_s, started_s = min(2 * wait_s, RESTART_MAX_S), time.monotonic()
        try:
            await bus.start()
        except ConfigurationError as error:
            # It ran before, so this may pass: a slow machine, or another process on its port.
            log.error("bus_not_started", extra={"reason": str(error)})


def _command(role: str) -> list[str]:
    return [sys.executable, "-m", "trading_api", role]
