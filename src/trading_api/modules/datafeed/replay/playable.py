"""The port of a replay to its recording: recorded bars, or recorded ticks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from trading_api.domain.bar import Bar
from trading_api.domain.instrument import Instrument
from trading_api.domain.market_update import VenueTrade
from trading_api.domain.order_book import OrderBook
from trading_api.domain.quote import Quote


class PlayedTrack(Protocol):
    """One symbol, as far as it has been played."""

    @property
    def instrument(self) -> Instrument: ...

    @property
    def trade(self) -> VenueTrade | None:
        """The venue's trade of the newest quote, where it was recorded."""
        ...

    def play(self, step: Any) -> bool:
        """Make the step of a PlayedTick the newest, and return whether it brings a quote."""
        ...

    def bars(
        self, resolution: str, start_ms: int, end_ms: int, count_back: int = 0
    ) -> list[Bar]: ...

    def quote(self) -> Quote: ...

    def quote_history(self, before_ms: int | None = None) -> Iterator[Quote]: ...

    def quotes_since(self, start_ms: int) -> Iterator[Quote]: ...

    def order_book(self, levels: int) -> OrderBook: ...

    def closed_reason(self, now_ms: int) -> str: ...


@dataclass(frozen=True, slots=True)
class PlayedTick:
    """A tick of one symbol, due after `due_ms` of playing time. Without a track, the end of the
    recording."""

    due_ms: int
    time_ms: int
    track: PlayedTrack | None
    step: Any = None


class Playable(Protocol):
    """Recorded symbols that are played together. `resolutions` are those that any symbol has,
    finest first."""

    @property
    def resolutions(self) -> Sequence[str]: ...

    @property
    def start_ms(self) -> int:
        """The instant at which every symbol has begun."""
        ...

    @property
    def end_ms(self) -> int:
        """The instant at which everything has been played."""
        ...

    def content(self) -> Iterator[bytes]:
        """Yield the content of the recording in parts. Equal recordings have equal parts."""
        ...

    def history_end_ms(self) -> int:
        """Return the instant up to which the recording is history, unless the user names one."""
        ...

    def play_from(self, start_ms: int) -> tuple[Sequence[PlayedTrack], Iterator[PlayedTick]]:
        """Return the symbols as they were at `start_ms`, and the ticks after that by time; at the
        same time, in the order of the symbols. The last one is the end of the recording."""
        ...
