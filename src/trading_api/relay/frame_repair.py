"""Requests the frames of a stream that are missing."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TypeAlias

from trading_api.relay.stream_receiver import StreamReceiver
from trading_api.relay.update_frame import UpdateFrame, decode_frame

MISSED_ATTEMPTS = 2

FramesRequest: TypeAlias = Callable[[int, int, int], Awaitable[list[bytes] | None]]
"""Returns frames of a stream from the first to the last number, an empty list where the owner does
not keep the first one any longer, or None where it does not answer."""


class FrameRepair:
    """Fills the gaps of a receiver, or leaves them out if the frames cannot be had.

    A frame may be late: it is requested after `gap_s`. `changed` waits until a frame came."""

    def __init__(
        self,
        receiver: StreamReceiver,
        request: FramesRequest,
        deliver: Callable[[UpdateFrame], None],
        changed: Callable[[], Awaitable[None]],
        gap_s: float,
    ) -> None:
        self._receiver = receiver
        self._request = request
        self._deliver = deliver
        self._changed = changed
        self._gap_s = gap_s

    async def run(self) -> None:
        """Return once no frame is missing."""
        receiver, attempts = self._receiver, 0
        with suppress(TimeoutError):
            async with asyncio.timeout(self._gap_s):
                while receiver.gap is not None:
                    await self._changed()
        while (gap := receiver.gap) is not None and receiver.key is not None:
            key = receiver.key
            frames = await self._request(key[1], *gap)
            if receiver.key != key:
                continue
            for message in frames or ():
                self._deliver(decode_frame(message))
            if receiver.gap == gap:
                attempts += 1
                if frames == [] or attempts == MISSED_ATTEMPTS:
                    receiver.leave_out_gap()
            else:
                attempts = 0
