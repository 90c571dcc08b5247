import type { Bar } from "@trading-api/client";

/**
 * Applies the newest value of a bar at most once a frame. A bar that closes is never skipped: its
 * last value is applied before the first value of the bar that follows it.
 */
export class BarConflation {
  readonly #apply: (bar: Bar) => void;
  readonly #requestFrame: (callback: () => void) => void;
  #pending: Bar | null = null;
  #isFrameRequested = false;

  constructor(
    apply: (bar: Bar) => void,
    requestFrame: (callback: () => void) => void = requestAnimationFrame,
  ) {
    this.#apply = apply;
    this.#requestFrame = (callback) => requestFrame(callback);
  }

  push(bar: Bar): void {
    if (this.#pending !== null && this.#pending.time !== bar.time) this.#flush();
    this.#pending = bar;
    if (this.#isFrameRequested) return;
    this.#isFrameRequested = true;
    this.#requestFrame(() => {
      this.#isFrameRequested = false;
      this.#flush();
    });
  }

  /** Discard the value that was not applied yet. */
  clear(): void {
    this.#pending = null;
  }

  #flush(): void {
    const bar = this.#pending;
    this.#pending = null;
    if (bar !== null) this.#apply(bar);
  }
}
