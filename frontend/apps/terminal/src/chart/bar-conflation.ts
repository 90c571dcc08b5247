import type { Bar } from "@trading-api/client";
import type { SharedFrames } from "../shared-frames.ts";

/**
 * Applies the newest value of a bar in each turn of a chart. A bar that closes is never skipped: its
 * last value is applied before the first value of the bar that follows it.
 */
export class BarConflation {
  readonly #apply: (bar: Bar) => void;
  readonly #frames: SharedFrames;
  #pending: Bar | null = null;

  constructor(apply: (bar: Bar) => void, frames: SharedFrames) {
    this.#apply = apply;
    this.#frames = frames;
  }

  push(bar: Bar): void {
    if (this.#pending !== null && this.#pending.time !== bar.time) this.#flush();
    this.#pending = bar;
    this.#frames.requestChart(this.#flush);
  }

  /** Discard the value that was not applied yet. */
  clear(): void {
    this.#pending = null;
  }

  readonly #flush = (): void => {
    const bar = this.#pending;
    this.#pending = null;
    if (bar !== null) this.#apply(bar);
  };
}
