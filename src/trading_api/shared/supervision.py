"""Work that the application cannot live without."""

import logging
import os
import signal
from collections.abc import Awaitable

log = logging.getLogger(__name__)


async def supervised(part: str, work: Awaitable[None]) -> None:
    """When the work ends by a fault, the process stops as it would on SIGTERM, for whoever
    watches over it to start it anew: better than a server that looks healthy and tells nothing."""
    try:
        await work
    except Exception:
        log.critical("part_failed", exc_info=True, extra={"part": part})
        os.kill(os.getpid(), signal.SIGTERM)
