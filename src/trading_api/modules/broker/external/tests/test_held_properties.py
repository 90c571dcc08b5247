"""Held orders under random prices, faults and kills: each is sent once, none closes too much."""

from __future__ import annotations

import pytest

from tests.kit.held_chaos import HeldChaos
from tests.kit.live_setup import LiveSetup

STEPS = 150


@pytest.mark.parametrize("seed", range(12))
async def test_nothing_is_sent_twice_and_no_position_is_closed_too_far(seed: int) -> None:
    live = LiveSetup(holds_orders=True)
    chaos = HeldChaos(live, seed)
    await chaos.run(STEPS)
    await chaos.check()
    assert chaos.exits()
    await live.kill()
