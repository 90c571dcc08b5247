"""Start the parts of a process, keep the background tasks running, and stop them in order."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from typing import Any, Protocol

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from trading_api.server.gc_policy import GcPolicy
from trading_api.server.supervision import on_stop, supervised

log = logging.getLogger(__name__)

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]
BackgroundTask = Callable[[], Coroutine[Any, Any, None]]
BackgroundTasks = Mapping[str, BackgroundTask]


class Part(Protocol):
    """What a lifespan starts and runs: a module, or another part of the process."""

    @property
    def name(self) -> str: ...

    async def start(self) -> None:
        """Prepare the part. Awaited before the first request is served."""
        ...

    async def run(self) -> None:
        """Work until cancelled, then release what `start` opened."""
        ...


def create_lifespan(
    parts: Sequence[Part],
    background: BackgroundTasks,
    stops: Sequence[Callable[[], None]],
    description: Mapping[str, object],
    gc_policy: GcPolicy | None,
) -> Lifespan:
    """Return the application's lifespan.

    It awaits the start of every part before the first request. Then it runs the parts and the
    `background` tasks until the server stops. If one of them fails, the process is
    stopped. The `stops` are called in order as soon as the process receives a signal to stop, while
    requests may still be running. `description` holds the fields of the log event `started`.
    A `gc_policy` changes the collector of the whole process, so only a process that serves this
    application alone has one.
    """

    def stop() -> None:
        for each in stops:
            each()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        # FastAPI builds a router's routes on first use, which would cost that request 30 ms.
        for _ in iter_route_contexts(app.routes):
            pass
        with gc_policy.paused() if gc_policy else nullcontext():
            await _start(parts)
        work = {part.name: part.run() for part in parts}
        work |= {name: run() for name, run in background.items()}
        if gc_policy:
            work["garbage"] = gc_policy.run()
        log.info("started", extra=description)
        async with asyncio.TaskGroup() as tasks:
            running = [tasks.create_task(supervised(*part)) for part in work.items()]
            loop = asyncio.get_running_loop()
            with on_stop(lambda: loop.call_soon_threadsafe(stop)):
                yield
            for task in running:
                task.cancel()

    return lifespan


async def nothing_to_do() -> None:
    """A background task that ends immediately."""


async def _start(parts: Sequence[Part]) -> None:
    """Start the parts in order. If one fails, those before it release what they opened."""
    for number, part in enumerate(parts):
        try:
            await part.start()
        except BaseException:
            for started in reversed(parts[:number]):
                await _release(started)
            raise


async def _release(part: Part) -> None:
    """Begin and end the part's work, whose end releases what its start opened."""
    running = asyncio.create_task(part.run())
    await asyncio.sleep(0)
    running.cancel()
    await asyncio.wait([running])
