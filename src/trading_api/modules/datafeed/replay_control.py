"""The commands that play, pause and move a market, and what clients are shown of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from trading_api.errors import Conflict, Invalid
from trading_api.models.market import ReplayState
from trading_api.models.market.replay import JUMP_MS_MAX
from trading_api.modules.datafeed.market.playing_clock import PlayingClock, PlayState
from trading_api.modules.datafeed.market.ports import MarketSource

_LIVE = "The market is live: it follows the clock on the wall."


class ReplayControl:
    """Controls the clock of a market, if it has one. Without a clock the market is live, and every
    command raises Conflict."""

    def __init__(self, source: MarketSource, clock: PlayingClock | None) -> None:
        self._source = source
        self._clock = clock

    def listen(self, listener: Callable[[], None]) -> None:
        """Call the listener when `state` changed, but not for the ticks of a market that is played,
        which change only the time."""
        if self._clock is not None:
            self._clock.listen(lambda _: listener())

    @property
    def is_jumping(self) -> bool:
        """Whether a jump is under way."""
        return self._clock is not None and self._clock.is_jumping

    def state(self) -> ReplayState:
        clock, now_ms = self._clock, self._source.now_ms
        if clock is None:
            return ReplayState(
                source="live",
                state="live",
                controllable=False,
                reason=_LIVE,
                speed=1.0,
                now_ms=now_ms,
            )
        playing = clock.playing
        return ReplayState(
            source="replay" if clock.source.is_recording else "simulator",
            state=playing.state.value,
            controllable=not clock.refusal,
            reason=clock.refusal or None,
            speed=playing.speed,
            now_ms=now_ms,
            start_ms=clock.source.start_ms,
            end_ms=clock.source.end_ms,
            jump_to_ms=playing.jump_to_ms,
        )

    def set(self, state: str | None, speed: float | None) -> ReplayState:
        """Play, pause, or set the speed. Raises Conflict."""
        is_playing = None if state is None else PlayState(state) is PlayState.PLAYING
        self._required().set(is_playing=is_playing, speed=speed)
        return self.state()

    async def jump(self, by_ms: int | None, to_ms: int | None) -> ReplayState:
        """Make every tick up to an instant, and return what the market does after at most
        JUMP_ANSWER_S. Raises Conflict, Invalid and Unavailable."""
        clock = self._required()
        await clock.jump(lambda now_ms: _target(clock, now_ms, by_ms, to_ms))
        return self.state()

    def _required(self) -> PlayingClock:
        if self._clock is None:
            raise Conflict(_LIVE, "replay_not_controllable")
        return self._clock


def _target(clock: PlayingClock, now_ms: int, by_ms: int | None, to_ms: int | None) -> int:
    """Return the instant to move to. Raises Conflict and Invalid."""
    following, end_ms = clock.source.next_tick, clock.source.end_ms
    if following is None:
        raise Conflict("The recording has ended.", "replay_ended")
    if to_ms is None:
        to_ms = max(now_ms + (by_ms or 0), following[1])
        return to_ms if end_ms is None else min(to_ms, end_ms)
    if to_ms < now_ms:
        raise Invalid(f"The market is at {_utc(now_ms)}, and never goes back.", "clock_is_later")
    if end_ms is not None and to_ms > end_ms:
        raise Invalid(f"The recording ends at {_utc(end_ms)}.", "jump_too_far")
    if to_ms > now_ms + JUMP_MS_MAX:
        raise Invalid("A jump is at most 366 days long.", "jump_too_far")
    return to_ms


def _utc(instant_ms: int) -> str:
    return f"{datetime.fromtimestamp(instant_ms // 1_000, UTC):%Y-%m-%d %H:%M:%S} UTC"
