"""What a soak found: violations, and figures that are printed and never asserted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.kit.venue.tape import AGGREGATE_OFFSET
from tests.venue_soak.processes import MemorySamples
from tests.venue_soak.subscriber import Bar, Subscriber
from tests.venue_soak.tape_judge import Tape, Verdict, judge, percentile
from trading_api.modules.datafeed.recording.recording_files import symbol_folder
from trading_api.modules.datafeed.recording.recording_reader import SymbolRecording
from trading_api.modules.datafeed.recording.tick_columns import TickFlag

SLOPE_MAX_MIB_PER_MINUTE = 1.0
SLOPE_SECONDS_MIN = 300
"""A shorter run says nothing of the memory's slope."""

QUIET_S = 30.0
"""So long after a fault a trade does not count for the latency without faults."""

MINUTE_MS = 60_000
VOLUME_ERROR_MAX = 1e-6
_SHOWN_MAX = 5


@dataclass
class Report:
    """`violations` are sentences. `figures` are printed."""

    violations: list[str] = field(default_factory=list)
    figures: list[str] = field(default_factory=list)

    def add_trades(
        self, logs: Mapping[str, Tape], client: Subscriber, faults_ms: Sequence[int]
    ) -> None:
        """Compare what the client received with the venue's log, and measure the latency."""
        latencies: list[float] = []
        quiet: list[float] = []
        for symbol, received in client.tapes.items():
            log = logs.get(symbol, Tape())
            verdict = judge(log, received)
            self._add_verdict(f"the client, {symbol}", verdict)
            self.figures.append(f"{symbol}: {len(received)} trades received")
            for number, row in enumerate(verdict.rows):
                if row < 0:
                    continue
                time_ms = log.times_ms[row]
                latency_ms = received.arrived_us[number] / 1_000 - time_ms
                latencies.append(latency_ms)
                if not any(0 <= time_ms - each < QUIET_S * 1_000 for each in faults_ms):
                    quiet.append(latency_ms)
        for name, values in (("all trades", latencies), ("without faults", quiet)):
            percents = (50, 99, 99.9)
            shares = ", ".join(f"p{each:g} {percentile(values, each):.1f}" for each in percents)
            self.figures.append(f"venue to socket in ms, {name}: {shares} of {len(values)}")

    def add_recording(self, logs: Mapping[str, Tape], folder: Path) -> None:
        """Compare the trades in the recording with the venue's log, by the ids of their aggregates,
        which are what ccxt reports."""
        for symbol, log in logs.items():
            if not symbol_folder(folder, symbol).exists():
                continue
            recorded, size = Tape(), 0
            recording = SymbolRecording(symbol_folder(folder, symbol))
            for frame in recording.frames():
                for tick in frame.ticks.ticks():
                    if tick.flags & TickFlag.NUMBER:
                        recorded.add(tick.trade_number + AGGREGATE_OFFSET, tick.venue_ms, 0.0, 0.0)
                size += len(frame.ticks)
            ids = recorded.ids
            expected = [each for each in log.ids if ids and each >= ids[0]]
            if list(ids) != expected:
                missing = len(set(expected) - set(ids))
                repeated = len(ids) - len(set(ids))
                self.violations.append(
                    f"the recording, {symbol}: {missing} trades are missing, {repeated} came twice"
                )
            share = recording.size / max(1, size)
            self.figures.append(f"{symbol}: {size} ticks recorded, {share:.1f} bytes each")

    def add_bars(
        self, symbol: str, streamed: Mapping[int, Bar], history: Sequence[Bar], log: Tape
    ) -> None:
        """Compare closed bars as they were streamed with history, and history with the trades."""
        by_time = {bar["time"]: bar for bar in history}
        closed = sorted(streamed)[:-1]
        different = [each for each in closed if by_time.get(each) != streamed[each]]
        if different:
            self.violations.append(
                f"{symbol}: {len(different)} of {len(closed)} streamed bars differ from history, "
                f"the first at {different[0]}"
            )
        volumes = _minutes(log)
        # The first minute began before the log did.
        wrong = [
            each
            for each in closed
            if each > min(volumes, default=0)
            and abs(by_time[each]["volume"] - volumes.get(each, 0.0)) > VOLUME_ERROR_MAX
        ]
        if wrong:
            self.violations.append(
                f"{symbol}: {len(wrong)} bars have another volume than the venue"
            )
        self.figures.append(f"{symbol}: {len(closed)} closed bars equal history and the trades")

    def add_memory(self, name: str, samples: MemorySamples) -> None:
        if not samples.sizes:
            return
        slope = samples.mib_per_minute()
        first, last = (samples.sizes[each] / 2**20 for each in (0, -1))
        self.figures.append(f"{name}: {first:.0f} to {last:.0f} MiB, {slope:+.2f} MiB per minute")
        length_s = samples.times_s[-1] - samples.times_s[0]
        if length_s >= SLOPE_SECONDS_MIN and slope > SLOPE_MAX_MIB_PER_MINUTE:
            self.violations.append(f"the memory of {name} grows by {slope:.2f} MiB per minute")

    def _add_verdict(self, name: str, verdict: Verdict) -> None:
        if verdict.gaps:
            gaps = verdict.gaps[:_SHOWN_MAX]
            shown = ", ".join(f"{each.count} before {each.time_ms}" for each in gaps)
            self.violations.append(f"{name}: {verdict.missing} trades are missing: {shown}")
        if verdict.unexpected:
            self.violations.append(
                f"{name}: {verdict.unexpected} trades came twice or not in order"
            )


def _minutes(log: Tape) -> dict[int, float]:
    """Return the traded volume of each minute of the log."""
    volumes: dict[int, float] = {}
    for time_ms, quantity in zip(log.times_ms, log.quantities, strict=True):
        minute_ms = time_ms - time_ms % MINUTE_MS
        volumes[minute_ms] = volumes.get(minute_ms, 0.0) + quantity
    return volumes
