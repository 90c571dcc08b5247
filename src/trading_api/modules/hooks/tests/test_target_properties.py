"""Whatever is repeated, reordered or lost: the position ends at the last target that arrived."""

from __future__ import annotations

import asyncio

from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.kit.hooks import NOW_MS, running_hooks, target

TARGETS = st.lists(st.integers(-20, 20), min_size=1, max_size=6)
BATCHES = st.lists(st.lists(st.integers(0, 5), min_size=1, max_size=4), min_size=1, max_size=5)


@settings(max_examples=25, deadline=None)
@given(targets=TARGETS, batches=BATCHES, size=st.sampled_from([1, 7, 1000]))
@example(targets=[-4, 0, -1, 0], batches=[[0], [2], [3]], size=1)
def test_any_sequence_of_target_alerts_ends_at_the_last_target(
    targets: list[int], batches: list[list[int]], size: int
) -> None:
    """A batch arrives together. The market shows `size`, so that orders may fill in parts."""
    asyncio.run(_check(targets, batches, size))


async def _check(targets: list[int], batches: list[list[int]], size: int) -> None:
    alerts = [target(each, NOW_MS + 1000 * number) for number, each in enumerate(targets)]
    async with running_hooks() as hooks:
        hooks.now_ms = NOW_MS + 1000 * len(alerts)
        created, market = await hooks.create(), hooks.exchange.market
        arrived = set()
        for batch in batches:
            numbers = [number % len(alerts) for number in batch]
            arrived.update(numbers)
            market.move("AAPL", "100", "100", size=size)
            await asyncio.gather(*(hooks.send(created, alerts[number]) for number in numbers))
        for _ in range(130 // size + 2):
            market.move("AAPL", "100", "100", size=size)
            await hooks.exchange.broker.market_listener.flush()
        assert await hooks.position() == targets[max(arrived)]
        assert len(await hooks.orders()) <= 2 * len(arrived)
