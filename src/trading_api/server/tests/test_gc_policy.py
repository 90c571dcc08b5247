"""The garbage collector's policy: paused at the start, an additional generation afterwards."""

import asyncio
import gc
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI

from trading_api.server.gc_policy import GcPolicy
from trading_api.server.lifespan import create_lifespan
from trading_api.server.tests import frozen_garbage
from trading_api.server.tests.frozen_garbage import Cycle


@pytest.fixture(scope="module", autouse=True)
def imports_frozen_again() -> Iterator[None]:
    """Exclude what all tests imported from collections again, as conftest.py did."""
    yield
    gc.freeze()


@pytest.fixture
async def running_policy() -> AsyncIterator[GcPolicy]:
    policy = GcPolicy(frozen_min=10)
    running = asyncio.create_task(policy.run())
    await asyncio.sleep(0)
    yield policy
    running.cancel()
    await asyncio.wait([running])
    assert gc.get_freeze_count() == 0


async def test_survivors_of_a_full_collection_are_not_looked_at_by_the_next(
    running_policy: GcPolicy,
) -> None:
    cycles = [Cycle() for _ in range(100)]
    gc.collect()
    assert not any(isinstance(each, Cycle) for each in gc.get_objects())
    assert len(cycles) == 100


def test_frozen_garbage_is_collected_once_as_many_objects_were_frozen_again() -> None:
    subprocess.run([sys.executable, "-m", frozen_garbage.__name__], check=True)


@pytest.mark.parametrize("is_enabled", [True, False])
def test_collection_resumes_as_before_after_the_pause(is_enabled: bool) -> None:
    policy = GcPolicy()
    if not is_enabled:
        gc.disable()
    try:
        with policy.paused():
            assert not gc.isenabled()
        assert gc.isenabled() == is_enabled
        with pytest.raises(ValueError, match="a fault"), policy.paused():
            raise ValueError("a fault")
        assert gc.isenabled() == is_enabled
        assert gc.get_freeze_count() > 0
    finally:
        gc.enable()
        gc.unfreeze()


async def test_a_policy_of_the_garbage_collector_holds_while_the_application_runs() -> None:
    callbacks = list(gc.callbacks)
    policy = GcPolicy()
    async with create_lifespan([], {}, [], {}, policy)(FastAPI()):
        await asyncio.sleep(0)
        assert [each for each in gc.callbacks if each not in callbacks] == [policy._on_collection]
    assert gc.callbacks == callbacks


def test_the_application_that_servers_import_has_a_policy(tmp_path: Path) -> None:
    environment = os.environ | {"DATABASE_URL": "memory:"}
    command = [sys.executable, "-m", "trading_api.server.tests.served_policy"]
    subprocess.run(command, check=True, env=environment, cwd=tmp_path)


async def test_an_application_without_a_policy_leaves_the_garbage_collector_as_it_is() -> None:
    callbacks = list(gc.callbacks)
    async with create_lifespan([], {}, [], {}, None)(FastAPI()):
        await asyncio.sleep(0)
        assert gc.callbacks == callbacks
