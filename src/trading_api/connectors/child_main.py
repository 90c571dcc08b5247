"""The program of a connector process: `python -m trading_api.connectors.child_main FD TARGET`.

FD is the socket to the server, TARGET is `package.module:function`.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import importlib
import logging
import os
import signal
import socket
import sys
import traceback
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from trading_api.connectors.connector import UNREAD_BYTES_MAX, Connector
from trading_api.connectors.errors import ConnectorError
from trading_api.connectors.frames import Failure, FrameKind, LogRecord

CLEANUP_S = 2.0
"""How long a target may take to close its connections once the server is gone."""
PR_SET_PDEATHSIG = 1
"""From linux/prctl.h: the signal that a process receives when its parent dies."""

_STANDARD_ATTRIBUTES = {*vars(logging.makeLogRecord({})), "message", "asctime", "taskName"}


def main(arguments: list[str]) -> None:
    """Run the target until the server closes the socket."""
    descriptor, target = int(arguments[0]), arguments[1]
    # The server alone ends this process: by closing the socket, or by SIGKILL.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if sys.platform == "linux":
        # A target that blocks its event loop would not notice the closed socket.
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    status = _loop_runner()(_run(socket.socket(fileno=descriptor), target))
    sys.stderr.flush()
    os._exit(status)  # a thread of a client library must not keep the process


def _loop_runner() -> Callable[[Coroutine[Any, Any, int]], int]:
    """Return uvloop's `run` where it is installed, as the server does."""
    try:
        from uvloop import run
    except ImportError:
        return asyncio.run
    return run


async def _run(connection: socket.socket, target: str) -> int:
    connection.setblocking(False)
    loop = asyncio.get_running_loop()
    _, connector = await loop.create_unix_connection(Connector, sock=connection)
    logging.root.handlers[:] = [_LogThroughServer(connector)]
    logging.root.setLevel(logging.INFO)
    logging.captureWarnings(True)
    await connector.wait_configured()
    running = asyncio.ensure_future(_run_target(connector, target))
    closed = asyncio.ensure_future(connector.closed.wait())
    await asyncio.wait((running, closed), return_when=asyncio.FIRST_COMPLETED)
    if connector.overflowed:
        running.cancel()
        print(f"the server left {UNREAD_BYTES_MAX >> 20} MB unread", file=sys.stderr)
        return 1
    if running.done():
        failure = running.result()
        connector.send_frame(FrameKind.ENDING, failure)
        # The server closes the connection once it has read that. If this process closed it first,
        # what it had not read yet would make the system discard what the server had not read.
        await asyncio.wait([closed], timeout=CLEANUP_S)
        return 1 if failure.code else 0
    running.cancel()
    await asyncio.wait([running], timeout=CLEANUP_S)
    return 0


async def _run_target(connector: Connector, target: str) -> Failure:
    """Return how the target ended; the code is empty where it returned."""
    try:
        module, _, function = target.partition(":")
        run: Callable[[Connector], Awaitable[None]] = getattr(
            importlib.import_module(module), function
        )
        await run(connector)
    except ConnectorError as error:
        return Failure(0, error.code, error.text, error.retry_after_s)
    except Exception as error:
        logging.getLogger(__name__).exception("connector_failed", extra={"target": target})
        return Failure(0, "internal", f"{type(error).__name__}: {error}")
    return Failure(0, "", "it has finished")


class _LogThroughServer(logging.Handler):
    """Sends log records to the server, whose own formats and limits then apply."""

    def __init__(self, connector: Connector) -> None:
        super().__init__()
        self._connector = connector
        self._loop = asyncio.get_running_loop()

    def emit(self, record: logging.LogRecord) -> None:
        fields = {
            name: value if isinstance(value, (int, float, str, bool)) else str(value)
            for name, value in vars(record).items()
            if name not in _STANDARD_ATTRIBUTES
        }
        text = "".join(traceback.format_exception(*record.exc_info)) if record.exc_info else ""
        line = LogRecord(record.levelno, record.name, record.getMessage(), fields, text)
        with contextlib.suppress(RuntimeError):  # a thread that logs after the loop was closed
            self._loop.call_soon_threadsafe(self._send, line)

    def _send(self, line: Any) -> None:
        self._connector.send_frame(FrameKind.LOG, line)


if __name__ == "__main__":
    main(sys.argv[1:])
