"""Restarts a connector whenever it ends."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from trading_api.connectors.back_off import BackOff
from trading_api.connectors.errors import ConnectorEnded

log = logging.getLogger(__name__)


async def run_again(
    run: Callable[[], Awaitable[None]], on_ended: Callable[[str], None], back_off: BackOff
) -> None:
    """Run a connector until cancelled, and restart it after each end.

    `run` raises ConnectorEnded at an end. `on_ended` receives the reason before each wait of
    `back_off`, which it may reset."""
    while True:
        reason = ""
        try:
            await run()
        except ConnectorEnded as ended:
            reason = ended.reason
        on_ended(reason)
        wait_s = back_off.wait_s()
        log.info("connector_waits", extra={"wait_s": round(wait_s, 3), "reason": reason})
        await asyncio.sleep(wait_s)
