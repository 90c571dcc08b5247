"""Requests in flight are counted until the last one is answered."""

import asyncio

from trading_api.web.middleware.access_log import InFlightRequests


async def test_waiting_ends_once_the_last_request_is_answered() -> None:
    in_flight = InFlightRequests()
    await in_flight.wait_idle()
    with in_flight:
        waiting = asyncio.create_task(in_flight.wait_idle())
        with in_flight:
            await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert not waiting.done()
    await waiting
