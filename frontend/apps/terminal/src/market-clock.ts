/** The least time between two samples whose difference gives the speed of the market. */
const SPAN_MS_MIN = 5_000;

/**
 * The market's time between samples of it. A replay has its own time, which runs at its own speed, and
 * a stepped market stands still. The speed is the reported one, or else estimated from the samples.
 */
export class MarketClock {
  #sample: { localMs: number; marketMs: number } | null = null;
  #base: { localMs: number; marketMs: number } | null = null;
  #estimated = 1;
  #reported: number | null = null;

  /** Add a sample: the market's time at `localMs` of a clock that never goes back. */
  add(marketMs: number, localMs: number): void {
    this.#base ??= { localMs, marketMs };
    const spanMs = localMs - this.#base.localMs;
    if (spanMs >= SPAN_MS_MIN) {
      this.#estimated = Math.max(0, (marketMs - this.#base.marketMs) / spanMs);
      this.#base = { localMs, marketMs };
    }
    this.#sample = { localMs, marketMs };
  }

  /** Set the speed that the server reports; null where it reports none, or while a jump goes on. */
  report(speed: number | null): void {
    this.#reported = speed;
  }

  /** Return the market's time in ms UTC, or null before the first sample. */
  at(localMs: number): number | null {
    if (this.#sample === null) return null;
    const speed = this.#reported ?? this.#estimated;
    return this.#sample.marketMs + (localMs - this.#sample.localMs) * speed;
  }
}
