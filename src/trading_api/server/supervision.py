"""Supervision of background tasks, and the hook for signals that stop the process."""

import logging
import os
import signal
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from types import FrameType

log = logging.getLogger(__name__)

_STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


async def supervised(part: str, work: Awaitable[None]) -> None:
    """Await background work; if it fails, stop the process as SIGTERM would.

    The service manager then restarts it. A server that runs on without one of its parts would
    look healthy and send no updates.
    """
    try:
        await work
    except Exception:
        log.critical("part_failed", exc_info=True, extra={"part": part})
        os.kill(os.getpid(), signal.SIGTERM)


@contextmanager
def on_stop(call: Callable[[], object]) -> Iterator[None]:
    """Call `call` as soon as the process receives SIGINT, SIGTERM or SIGHUP, inside the context.

    uvicorn ends the lifespan only after the requests in flight, which is too late for those that
    wait for the application. It does not handle SIGHUP, which a terminal sends when it closes: the
    server then stops as by SIGTERM, unless SIGHUP is ignored, as under nohup.
    """
    if threading.current_thread() is not threading.main_thread():
        yield  # Python handles signals in the main thread only.
        return
    before = {number: signal.getsignal(number) for number in _STOP_SIGNALS}
    if before[signal.SIGHUP] is signal.SIG_IGN:
        del before[signal.SIGHUP]

    def handle(number: int, frame: FrameType | None) -> None:
        call()
        if number == signal.SIGHUP:
            number = signal.SIGTERM
        if callable(handler := before[signal.Signals(number)]):
            handler(number, frame)

    for number in before:
        signal.signal(number, handle)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
