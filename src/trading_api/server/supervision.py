"""Work that the application cannot live without."""

import logging
import os
import signal
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from types import FrameType

log = logging.getLogger(__name__)


async def supervised(part: str, work: Awaitable[None]) -> None:
    """When the work ends by a fault, the process stops as it would on SIGTERM, for whoever
    watches over it to start it anew: better than a server that looks healthy and tells nothing."""
    try:
        await work
    except Exception:
        log.critical("part_failed", exc_info=True, extra={"part": part})
        os.kill(os.getpid(), signal.SIGTERM)


@contextmanager
def on_stop(call: Callable[[], object]) -> Iterator[None]:
    """Calls as soon as the process is told to stop. A server ends an application's lifespan only
    after the requests that are under way, which is too late for those that take long."""
    if threading.current_thread() is not threading.main_thread():
        yield  # where Python lets nobody handle signals
        return
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def handle(number: int, frame: FrameType | None) -> None:
        call()
        if callable(handler := before[signal.Signals(number)]):
            handler(number, frame)

    for number in before:
        signal.signal(number, handle)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
