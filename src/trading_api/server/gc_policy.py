"""When Python's garbage collector runs.

A collection of all objects takes more than a second with 10,000 connections, and blocks the event
loop meanwhile.
"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

FROZEN_MIN = 500_000
CHECK_INTERVAL_S = 1.0


class GcPolicy:
    """Keeps the collector off while the modules start, and adds a generation once they run.

    Objects that survive a collection of Python's oldest generation are frozen (`gc.freeze`), so
    that the next one only looks at newer objects, whatever the number of connections. All objects
    are collected once as many were frozen since the last time as there were then, and at least
    `frozen_min`. Python itself collects all of them whenever there are a quarter more, and counts
    updates in flight as survivors: under load that is every few seconds.
    """

    def __init__(self, frozen_min: int = FROZEN_MIN) -> None:
        self._frozen_min = frozen_min
        self._frozen_since = 0
        self._frozen_then = 0
        self._is_full_collection = False

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Turn the collector off inside the context, and freeze all objects at its end.

        What the modules load is no garbage, and looking for some takes longer than loading it.
        """
        was_enabled = gc.isenabled()
        gc.disable()
        try:
            yield
            gc.freeze()
        finally:
            if was_enabled:
                gc.enable()

    async def run(self) -> None:
        """Apply the policy until cancelled, then unfreeze all objects."""
        self._freeze_all()
        gc.callbacks.append(self._on_collection)
        try:
            while True:
                await asyncio.sleep(CHECK_INTERVAL_S)
                self.collect_all_if_due()
        finally:
            gc.callbacks.remove(self._on_collection)
            gc.unfreeze()

    def collect_all_if_due(self) -> None:
        """Collect all objects, frozen ones too, once enough were frozen."""
        limit = max(self._frozen_min, self._frozen_then)
        if self._frozen_since > limit:
            # Objects that were freed since do not count. Counting takes a twentieth of the time
            # of a collection.
            self._frozen_since = gc.get_freeze_count() - self._frozen_then
        if self._frozen_since > limit:
            gc.unfreeze()
            self._is_full_collection = True
            gc.collect()
            self._is_full_collection = False
            self._freeze_all()

    def _freeze_all(self) -> None:
        gc.freeze()
        self._frozen_then = gc.get_freeze_count()
        self._frozen_since = 0

    def _on_collection(self, phase: Literal["start", "stop"], info: dict[str, int]) -> None:
        if phase == "stop" and info["generation"] == 2 and not self._is_full_collection:
            self._frozen_since += len(gc.get_objects(generation=2))
            gc.freeze()
