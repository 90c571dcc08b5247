import { indexOfTime } from "../index-of-time.ts";
import type { SessionClock } from "../session-clock.ts";

interface TimedBar {
  timestamp: number;
}

/** The number of bars after the last one whose times are known. */
const FUTURE_MAX = 2_000;

/**
 * Converts between times and the places of bars, also before the first bar and after the last one.
 * A time inside of a bar is at that bar, so that a place of a short bar is found among longer ones.
 */
export class TimeScale {
  readonly #periodMs: number;
  readonly #clock: SessionClock;
  #bars: readonly TimedBar[] = [];
  /** The times of bars after the last one, computed as far as they are needed. */
  #future: TimedBar[] = [];
  #last = Number.NaN;

  constructor(periodMs: number, clock: SessionClock) {
    this.#periodMs = periodMs;
    this.#clock = clock;
  }

  set bars(bars: readonly TimedBar[]) {
    this.#bars = bars;
    const last = bars.at(-1)?.timestamp ?? Number.NaN;
    if (last === this.#last) return;
    this.#last = last;
    this.#future = [];
  }

  /** Return the index of the bar of a time; NaN without bars. */
  indexOf(time: number): number {
    const first = this.#bars[0]?.timestamp;
    if (first === undefined) return Number.NaN;
    if (time < first) return Math.min(-1, Math.round((time - first) / this.#spacingMs()));
    const count = this.#bars.length;
    if (time < this.#last + this.#periodMs) return this.#within(this.#bars, time);
    while (
      this.#future.length < FUTURE_MAX &&
      (this.#future.at(-1)?.timestamp ?? this.#last) < time
    )
      this.#extend();
    return count + Math.max(0, this.#within(this.#future, time));
  }

  /** Return the time of a bar in ms UTC; NaN without bars. */
  timeAt(index: number): number {
    const whole = Math.round(index);
    const first = this.#bars[0]?.timestamp;
    if (first === undefined) return Number.NaN;
    if (whole < 0) return Math.round(first + whole * this.#spacingMs());
    const ahead = Math.min(whole - this.#bars.length, FUTURE_MAX - 1);
    while (this.#future.length <= ahead) this.#extend();
    return (this.#bars[whole] ?? this.#future[ahead])?.timestamp ?? Number.NaN;
  }

  /** Return the last bar that is not after `time`, or the one after a gap without bars. */
  #within(bars: readonly TimedBar[], time: number): number {
    const index = indexOfTime(bars, time);
    const bar = bars[index];
    const isInside = bar === undefined || time < bar.timestamp + this.#periodMs;
    return isInside || index === bars.length - 1 ? index : index + 1;
  }

  #extend(): void {
    const last = this.#future.at(-1)?.timestamp ?? this.#last;
    this.#future.push({ timestamp: this.#clock.nextBar(last, this.#periodMs) });
  }

  /** Return the usual distance of bars, closed hours included, for what is older than all bars. */
  #spacingMs(): number {
    const first = this.#bars[0]?.timestamp ?? 0;
    const count = this.#bars.length;
    return count < 2 ? this.#periodMs : Math.max((this.#last - first) / (count - 1), 1);
  }
}
