"""When Python looks for garbage, of which a collection of all objects takes a second and more with
10,000 connections, and nothing else happens meanwhile."""

from __future__ import annotations

import asyncio
import gc
from typing import Literal

ASIDE_MIN = 500_000
LOOK_S = 1.0


class LongLived:
    """A generation beyond Python's own three. What outlives a collection of the third is put aside
    (`gc.freeze`), so that the next goes through what is new alone, however many connections there
    are; and all is gone through again once as much was put aside as there was. Python by itself
    does that whenever there is a quarter more, and counts what lives for an update's way through
    the fan-out: every few seconds under load."""

    def __init__(self, aside_min: int = ASIDE_MIN) -> None:
        self._aside_min = aside_min
        self._aside = 0
        self._alive = 0
        self._is_going_through = False

    async def run(self) -> None:
        """Until cancelled."""
        self._put_all_aside()
        gc.callbacks.append(self._collected)
        try:
            while True:
                await asyncio.sleep(LOOK_S)
                self.go_through_all_if_due()
        finally:
            gc.callbacks.remove(self._collected)
            gc.unfreeze()

    def go_through_all_if_due(self) -> None:
        most = max(self._aside_min, self._alive)
        if self._aside > most:
            # Without what died by itself since; to count takes a twentieth of going through.
            self._aside = gc.get_freeze_count() - self._alive
        if self._aside > most:
            gc.unfreeze()
            self._is_going_through = True
            gc.collect()
            self._is_going_through = False
            self._put_all_aside()

    def _put_all_aside(self) -> None:
        gc.freeze()
        self._alive = gc.get_freeze_count()
        self._aside = 0

    def _collected(self, phase: Literal["start", "stop"], info: dict[str, int]) -> None:
        if phase == "stop" and info["generation"] == 2 and not self._is_going_through:
            self._aside += len(gc.get_objects(generation=2))
            gc.freeze()
