"""Start the modules, keep the background tasks running, and stop them in order."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from trading_api.server.gc_policy import GcPolicy
from trading_api.server.supervision import on_stop, supervised
from trading_api.shared.module_interface import Module

log = logging.getLogger(__name__)

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]
BackgroundTask = Callable[[], Coroutine[Any, Any, None]]
BackgroundTasks = Mapping[str, BackgroundTask]


def create_lifespan(
    modules: Sequence[Module],
    background: BackgroundTasks,
    stops: Sequence[Callable[[], None]],
    description: Mapping[str, object],
) -> Lifespan:
    """Return the application's lifespan.

    It awaits the start of every module before the first request. Then it runs the modules and
    the `background` tasks until the server stops. If one of them fails, the process is
    stopped. The `stops` are called in order as soon as the process receives a signal to stop, while
    requests may still be running. `description` holds the fields of the log event `started`.
    """

    def stop() -> None:
        for each in stops:
            each()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        # FastAPI builds a router's routes on first use, which would cost that request 30 ms.
        for _ in iter_route_contexts(app.routes):
            pass
        gc_policy = GcPolicy()
        with gc_policy.paused():
            await _start(modules)
        work = {module.name: module.run() for module in modules}
        work |= {name: run() for name, run in background.items()}
        work |= {"garbage": gc_policy.run()}
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


async def _start(modules: Sequence[Module]) -> None:
    """Start the modules in order. If one fails, those before it release what they opened."""
    for number, module in enumerate(modules):
        try:
            await module.start()
        except BaseException:
            for started in reversed(modules[:number]):
                await _release(started)
            raise


async def _release(module: Module) -> None:
    """Begin and end the module's work, whose end releases what its start opened."""
    running = asyncio.create_task(module.run())
    await asyncio.sleep(0)
    running.cancel()
    await asyncio.wait([running])
