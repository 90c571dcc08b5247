"""A process of few objects that collects frozen garbage once as many objects were frozen again.

Among the objects of all tests, as many again take seconds. Run it as a process:
`python -m trading_api.server.tests.frozen_garbage`."""

import asyncio
import gc
import weakref

from trading_api.server.gc_policy import GcPolicy


class Cycle:
    """Refers to itself, so that only the garbage collector can free it."""

    def __init__(self) -> None:
        self.itself = self


async def main() -> None:
    policy = GcPolicy(frozen_min=10)
    running = asyncio.create_task(policy.run())
    await asyncio.sleep(0)
    cycle = Cycle()
    reference = weakref.ref(cycle)
    gc.collect()
    del cycle
    gc.collect()
    policy.collect_all_if_due()
    assert reference() is not None, "few objects were frozen"
    short_lived = [[number] for number in range(2 * gc.get_freeze_count())]
    gc.collect()
    del short_lived
    policy.collect_all_if_due()
    assert reference() is not None, "most frozen objects were freed without a collection"
    more = [[number] for number in range(gc.get_freeze_count())]
    gc.collect()
    policy.collect_all_if_due()
    assert reference() is None, "as many objects were frozen again"
    assert more
    running.cancel()
    await asyncio.wait([running])
    assert gc.get_freeze_count() == 0


if __name__ == "__main__":
    asyncio.run(main())
