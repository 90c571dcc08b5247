"""What orders leave to the garbage collector, whose pauses grow with the objects it tracks."""

from __future__ import annotations

import gc

from tests.kit.paper_exchange import LIMIT, running

ORDERS = 100


async def test_the_garbage_collector_tracks_nothing_of_a_resting_order() -> None:
    async with running() as exchange:
        exchange.market.move("AAPL", "99", "100")
        await exchange.place(type=LIMIT, limitPrice=1.0)
        gc.collect()
        before = len(gc.get_objects())
        for _ in range(ORDERS):
            await exchange.place(type=LIMIT, limitPrice=1.0)
        gc.collect()
        assert len(gc.get_objects()) - before < ORDERS / 2
