"""Thousands of WebSocket clients in one process written in C, controlled by this module."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from benchmarks.native import compiled

ANSWER_S = 60.0


@dataclass(frozen=True, slots=True)
class ClientStats:
    """What the clients received since the last reset, and the age of updates on arrival."""

    replies: int
    updates: int
    bytes: int
    p50_us: int
    p99_us: int
    max_us: int
    cpu_s: float


class LoadClient:
    def __init__(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._commands, self._answers = process.stdin, process.stdout
        self.count = 0

    @classmethod
    @asynccontextmanager
    async def running(
        cls, reply_mark: str, update_mark: str, head: str = ""
    ) -> AsyncIterator[LoadClient]:
        """Start the process. The marks are texts that occur once in each reply and each update.
        Without marks each frame counts as both. `head` is added to the head of each handshake."""
        process = await asyncio.create_subprocess_exec(
            *(await compiled("load_client"), reply_mark, update_mark, head),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        client = cls(process)
        try:
            yield client
        finally:
            client._commands.close()
            await process.wait()

    async def open(self, port: int, count: int, at_once: int = 200) -> None:
        await self._ask(f"open {port} {count} {at_once}")
        self.count += count

    async def send(self, client: int, text: str) -> None:
        """Send a text frame, in which \\r and \\n are escapes."""
        self._commands.write(f"send {client} {text}\n".encode())
        await self._commands.drain()

    async def send_binary(self, client: int, data: bytes) -> None:
        self._commands.write(f"binary {client} {data.hex()}\n".encode())
        await self._commands.drain()

    async def wait_for_replies(self, count: int) -> None:
        """Wait until this many replies were received in total."""
        await self._ask(f"await replies {count} {ANSWER_S}")

    async def wait_for_updates(self, count: int) -> None:
        """Wait until this many updates were received in total."""
        await self._ask(f"await updates {count} {ANSWER_S}")

    async def stall(self, client: int) -> None:
        """Stop reading from this client's socket."""
        await self._ask(f"stall {client}")

    async def tolerate_closes(self) -> None:
        """Do not fail from now on when the server closes a client."""
        await self._ask("tolerate")

    async def nap(self, nap_us: int) -> None:
        """Sleep this long after each poll of the sockets.

        With 0 each frame wakes the process, which costs the server CPU.
        """
        await self._ask(f"nap {nap_us}")

    async def reset(self) -> None:
        await self._ask("reset")

    async def stats(self) -> ClientStats:
        numbers = (await self._ask("stats")).split()
        replies, updates, size, p50_us, p99_us, max_us = map(int, numbers[:-1])
        return ClientStats(replies, updates, size, p50_us, p99_us, max_us, float(numbers[-1]))

    async def _ask(self, command: str) -> str:
        self._commands.write(f"{command}\n".encode())
        await self._commands.drain()
        answer = (await self._answers.readline()).decode().strip()
        if not answer or answer.startswith("error"):
            raise RuntimeError(f"load client: {command}: {answer or 'it ended'}")
        return answer
