import type { Bar } from "@trading-api/client";

/** The bars that wait at most, on a page that is hidden and has no frames. More are applied at once. */
const WAITING_MAX = 100;

/**
 * Collects the newest value of each bar until they are applied together. A bar that closes is never
 * skipped: its last value is applied before the bar that follows it.
 */
export class BarConflation {
  readonly #apply: (bar: Bar) => void;
  #waiting: Bar[] = [];

  constructor(apply: (bar: Bar) => void) {
    this.#apply = apply;
  }

  push(bar: Bar): void {
    if (this.#waiting.at(-1)?.time === bar.time) this.#waiting.pop();
    else if (this.#waiting.length >= WAITING_MAX) this.flush();
    this.#waiting.push(bar);
  }

  /** Apply the bars, and return whether there were some. */
  flush(): boolean {
    const bars = this.#waiting;
    this.#waiting = [];
    for (const bar of bars) this.#apply(bar);
    return bars.length > 0;
  }

  /** Discard the values that were not applied yet. */
  clear(): void {
    this.#waiting = [];
  }
}
