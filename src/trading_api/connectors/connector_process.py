"""The server's side of a connector: its process, and the messages from and to it."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
import os
import socket
import sys
import time
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Callable, Collection, Mapping
from typing import Any, TypeVar, cast

import msgspec
from msgspec import Struct

from trading_api.connectors.errors import ConnectorEnded, ConnectorError
from trading_api.connectors.frames import (
    ALIVE,
    Failure,
    FrameKind,
    FrameReader,
    LogRecord,
    Request,
    Result,
    encode_frame,
    encode_value,
)

T = TypeVar("T")

STOP_S = 3.0
"""How long a connector may take to end once its socket is closed. Then it is killed."""
STALLED_S = 60.0
"""How long a connector may leave the question unanswered whether it is alive. Then it is killed:
what a stopped process does not report would be missing without a sign. The import of a large
library takes a part of it."""
ALIVE_INTERVAL_S = 5.0
MESSAGES_PER_TURN = 100
"""So many frames are delivered before other work of the event loop gets its turn."""
OUTPUT_BYTES_MAX = 2_000
"""The end of what the process writes to stdout and stderr is kept, to explain why it ended."""

_INHERITED = frozenset(
    {
        *("HOME", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "PATH", "TMPDIR", "TZ", "VIRTUAL_ENV"),
        *("PYTHONDONTWRITEBYTECODE", "PYTHONPATH", "SSL_CERT_DIR", "SSL_CERT_FILE"),
        *("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"),
    }
)
"""The environment of a connector. The server's own may hold secrets, which every process of the
same user can read in /proc."""

log = logging.getLogger(__name__)


class _NoParams(Struct, frozen=True):
    """The parameters of a request that has none."""


class ConnectorProcess:
    """Runs `target` ("package.module:function", an async function of a Connector) in a process of
    its own, and exchanges messages with it over a socket pair.

    `configuration` goes over the socket, so that secrets are in no command line or environment.
    `message_type` is a Struct, or a union of tagged ones: what the target publishes. `secrets` are
    texts that are replaced in everything that the process logs, prints or answers as an error.

    A process that does not answer for `stalled_s` is killed.

    The process runs in a session of its own, so that Ctrl+C reaches the server alone, and it ends
    with the server, however that ends."""

    def __init__(
        self,
        target: str,
        configuration: Struct,
        message_type: Any,
        secrets: Collection[str] = (),
        environment: Mapping[str, str] | None = None,
        stalled_s: float = STALLED_S,
    ) -> None:
        self._target = target
        self._configuration = configuration
        self._decoder = msgspec.msgpack.Decoder(message_type)
        self._secrets = [each for each in secrets if each]
        self._stalled_s = stalled_s
        self._environment = os.environ if environment is None else environment
        self._connection: _Connection | None = None
        self._process: Process | None = None

    @property
    def pid(self) -> int | None:
        """The id of the running process, or None."""
        return self._process.pid if self._process and self._connection else None

    async def run(self, on_message: Callable[[Any], None]) -> None:
        """Start the process, and call `on_message` with each message that it publishes, until
        cancelled; then the process is ended. Raises ConnectorEnded when the process ends, and what
        `on_message` raises. It can run again afterwards."""
        assert self._connection is None, "it is running"
        ours, theirs = socket.socketpair()
        try:
            process = await self._start(theirs)
        except BaseException:
            ours.close()
            raise
        finally:
            theirs.close()
        output = _Output(process)
        connection = _Connection(self._decoder, on_message, self._redact)
        self._process = process
        try:
            loop = asyncio.get_running_loop()
            await loop.create_unix_connection(lambda: connection, sock=ours)
            connection.write(encode_frame(FrameKind.CONFIGURATION, self._configuration))
            self._connection = connection
            log.info("connector_started", extra={"target": self._target, "pid": process.pid})
            watch = asyncio.create_task(self._kill_when_stalled(connection, process))
            try:
                await connection.ended
            finally:
                watch.cancel()
        finally:
            self._connection = None
            connection.close()
            await _end(process)
            await output.finish()
            connection.fail_requests(ConnectorEnded(self._reason(connection, process, output)))
        if connection.fault is not None:
            raise connection.fault
        ending = connection.ending
        code = ending.code if ending else ""
        raise ConnectorEnded(self._reason(connection, process, output), code)

    async def request(
        self, method: str, params: Struct, result_type: type[T], timeout_s: float
    ) -> T:
        """Return what the target's handler of the method returns. Raises ConnectorError with the
        handler's code, ConnectorEnded if the process ends first or does not run, and TimeoutError;
        after the last two it is unknown whether the request was carried out. One that the process
        has not begun when the time is over is never begun."""
        if self._connection is None:
            raise ConnectorEnded("The connector does not run.")
        async with asyncio.timeout(timeout_s):
            deadline_s = time.monotonic() + timeout_s
            value = await self._connection.request(method, params, deadline_s)
        return msgspec.msgpack.decode(value, type=result_type)

    def send(self, message: Struct) -> None:
        """Send a message one way. It is dropped while the process does not run."""
        if self._connection is not None:
            self._connection.write(encode_frame(FrameKind.MESSAGE, message))

    async def _start(self, theirs: socket.socket) -> Process:
        # -P: a file in the working directory must not replace a module of the same name.
        program = (sys.executable, "-P", "-m", "trading_api.connectors.child_main")
        return await asyncio.create_subprocess_exec(
            *program,
            str(theirs.fileno()),
            self._target,
            pass_fds=(theirs.fileno(),),
            env={name: text for name, text in self._environment.items() if name in _INHERITED},
            stdin=DEVNULL,
            stdout=PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
        )

    async def _kill_when_stalled(self, connection: _Connection, process: Process) -> None:
        while True:
            try:
                async with asyncio.timeout(self._stalled_s):
                    await connection.request(ALIVE, _NoParams(), time.monotonic() + self._stalled_s)
            except TimeoutError:
                log.error("connector_stalled", extra={"pid": process.pid})
                process.kill()
                return
            await asyncio.sleep(ALIVE_INTERVAL_S)

    def _reason(self, connection: _Connection, process: Process, output: _Output) -> str:
        if connection.ending is not None:
            return self._redact(connection.ending.text)
        reason = f"The connector ended with status {process.returncode}"
        return self._redact(f"{reason}: {output.last_line}" if output.last_line else f"{reason}.")

    def _redact(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, "[secret]")
        return text


class _Connection(asyncio.Protocol):
    """Receives the frames of one process. `ended` is done when the process closed its side, or when
    a frame could not be handled: then `fault` is the exception."""

    def __init__(
        self,
        decoder: msgspec.msgpack.Decoder[Any],
        on_message: Callable[[Any], None],
        redact: Callable[[str], str],
    ) -> None:
        loop = asyncio.get_running_loop()
        self.ended: asyncio.Future[None] = loop.create_future()
        self.ending: Failure | None = None
        self.fault: Exception | None = None
        self._decoder, self._on_message, self._redact = decoder, on_message, redact
        self._transport: asyncio.Transport | None = None
        self._reader = FrameReader()
        self._is_lost = False
        self._is_scheduled = False
        self._ids = itertools.count(1)
        self._requests: dict[int, asyncio.Future[bytes]] = {}

    async def request(self, method: str, params: Struct, deadline_s: float) -> bytes:
        number = next(self._ids)
        future: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._requests[number] = future
        request = Request(number, method, encode_value(params), deadline_s)
        self.write(encode_frame(FrameKind.REQUEST, request))
        try:
            return await future
        finally:
            del self._requests[number]

    def write(self, frame: bytes) -> None:
        if self._transport is not None:
            self._transport.write(frame)

    def close(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    def fail_requests(self, error: Exception) -> None:
        for future in self._requests.values():
            if not future.done():
                future.set_exception(error)

    # asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports do not inherit from asyncio's.
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._reader.feed(data)
        if not self._is_scheduled:
            self._deliver()

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self._is_lost = True
        if not self._is_scheduled:
            self._finish()

    def _deliver(self) -> None:
        """Handle MESSAGES_PER_TURN frames. While more wait, nothing is read from the socket."""
        self._is_scheduled = False
        try:
            for kind, body in itertools.islice(self._reader.frames(), MESSAGES_PER_TURN):
                self._handle(kind, body)
                if self.ended.done():
                    return
        except Exception as error:  # noqa: BLE001, `run` raises it
            self.fault = error
            self._finish()
            return
        if self._reader.has_frame():
            self._is_scheduled = True
            asyncio.get_running_loop().call_soon(self._deliver)
            if self._transport is not None:
                self._transport.pause_reading()
        elif self._is_lost:
            self._finish()
        elif self._transport is not None:
            self._transport.resume_reading()

    def _handle(self, kind: FrameKind, body: bytes) -> None:
        if kind is FrameKind.MESSAGE:
            self._on_message(self._decoder.decode(body))
        elif kind is FrameKind.RESULT:
            result = msgspec.msgpack.decode(body, type=Result)
            if (future := self._requests.get(result.id)) and not future.done():
                future.set_result(bytes(result.value))
        elif kind is FrameKind.FAILURE:
            failure = msgspec.msgpack.decode(body, type=Failure)
            if (future := self._requests.get(failure.id)) and not future.done():
                text = self._redact(failure.text)
                future.set_exception(ConnectorError(failure.code, text, failure.retry_after_s))
        elif kind is FrameKind.LOG:
            self._log(msgspec.msgpack.decode(body, type=LogRecord))
        elif kind is FrameKind.ENDING:
            self.ending = msgspec.msgpack.decode(body, type=Failure)
            self._finish()

    def _log(self, record: LogRecord) -> None:
        fields = {
            name: self._redact(value) if isinstance(value, str) else value
            for name, value in record.fields.items()
        }
        if record.traceback:
            fields["child_traceback"] = self._redact(record.traceback)
        event = self._redact(record.event)
        logging.getLogger(record.logger).log(record.level, "%s", event, extra=fields)

    def _finish(self) -> None:
        if not self.ended.done():
            self.ended.set_result(None)


class _Output:
    """Reads what a process prints, and keeps the end of it."""

    def __init__(self, process: Process) -> None:
        assert process.stdout is not None
        self._stream = process.stdout
        self._text = b""
        self._task = asyncio.create_task(self._read())

    @property
    def last_line(self) -> str:
        lines = self._text.decode(errors="replace").strip().splitlines()
        return lines[-1].strip() if lines else ""

    async def finish(self) -> None:
        """Return once everything was read. A process that the target itself started may keep the
        pipe open; it is not waited for."""
        await asyncio.wait([self._task], timeout=1)
        self._task.cancel()

    async def _read(self) -> None:
        while data := await self._stream.read(4096):
            self._text = (self._text + data)[-OUTPUT_BYTES_MAX:]


async def _end(process: Process) -> None:
    """Wait for the process, whose socket is closed, and kill it if it does not end."""
    try:
        async with asyncio.timeout(STOP_S):
            await process.wait()
    except BaseException as error:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        if not isinstance(error, TimeoutError):
            raise
        log.warning("connector_killed", extra={"pid": process.pid})
        await process.wait()
