"""Deployments with several processes lose nothing while their processes fail: CHAOS_S seconds each.

`make chaos` prints the figures. The short run of test_judge.py is part of every test run."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from tests.chaos.runner import run
from tests.kit.deployment import Deployment
from tests.kit.deployment_layouts import cluster, workers

CHAOS_S = float(os.environ.get("CHAOS_S", "0"))
pytestmark = pytest.mark.skipif(not CHAOS_S, reason="takes a minute and all processors: CHAOS_S=60")


@pytest.mark.parametrize("layout", [partial(workers, count=2), cluster], ids=["workers", "cluster"])
async def test_nothing_is_lost_or_repeated_while_processes_fail(
    tmp_path: Path, layout: Callable[[Path], Deployment]
) -> None:
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    report = await run(layout(tmp_path), CHAOS_S, seed)
    assert report.violations == []
