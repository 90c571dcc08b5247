import asyncio
import gc
import weakref
from collections.abc import AsyncIterator

import pytest

from trading_api.server.gc_policy import LongLived


class Knot:
    """Garbage as soon as nobody else holds it, but for whoever looks for it."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture
async def long_lived() -> AsyncIterator[LongLived]:
    kept = LongLived(aside_min=10)
    running = asyncio.create_task(kept.run())
    await asyncio.sleep(0)
    yield kept
    running.cancel()
    await asyncio.wait([running])
    assert gc.get_freeze_count() == 0


async def test_what_outlived_a_full_collection_is_not_gone_through_by_the_next(
    long_lived: LongLived,
) -> None:
    knots = [Knot() for _ in range(100)]
    gc.collect()
    assert not any(isinstance(each, Knot) for each in gc.get_objects())
    assert len(knots) == 100


async def test_what_was_put_aside_and_died_is_found_once_as_much_again_was_put_aside(
    long_lived: LongLived,
) -> None:
    knot = Knot()
    gone = weakref.ref(knot)
    gc.collect()
    del knot
    gc.collect()
    long_lived.go_through_all_if_due()
    assert gone() is not None, "little was put aside"
    short_lived = [[number] for number in range(2 * gc.get_freeze_count())]
    gc.collect()
    del short_lived
    long_lived.go_through_all_if_due()
    assert gone() is not None, "most of it is gone without anyone looking for it"
    more = [[number] for number in range(gc.get_freeze_count())]
    gc.collect()
    long_lived.go_through_all_if_due()
    assert gone() is None
    assert more
