/** The least time between two samples whose difference gives the speed of the market. */
const SPAN_MS_MIN = 5_000;

interface Sample {
  readonly localMs: number;
  readonly marketMs: number;
}

/**
 * The market's time between samples of it. A replay has its own time, which runs at its own speed, and
 * a stepped market stands still. A reported speed holds at once. Later samples correct one that the
 * market does not reach.
 */
export class MarketClock {
  #sample: Sample | null = null;
  /** The sample since which the speed is estimated. */
  #base: Sample | null = null;
  #speed = 1;
  #reported: number | undefined;
  #onSample: () => void = () => {};

  /** Call `listener` after each sample. */
  onSample(listener: () => void): void {
    this.#onSample = listener;
  }

  /**
   * Add a sample: the market's time at `localMs` of a clock that never goes back, and the speed that
   * the server reports with it. Without one, the last report holds.
   */
  add(marketMs: number, localMs: number, reported = this.#reported): void {
    const sample = { localMs, marketMs };
    if (reported !== undefined && reported !== this.#reported) {
      this.#reported = this.#speed = reported;
      this.#base = sample;
    }
    this.#base ??= sample;
    const spanMs = localMs - this.#base.localMs;
    // A market that is paused is moved, and does not run.
    if (spanMs >= SPAN_MS_MIN && reported !== 0) {
      this.#speed = Math.max(0, (marketMs - this.#base.marketMs) / spanMs);
      this.#base = sample;
    }
    this.#sample = sample;
    this.#onSample();
  }

  /** Return the market's time in ms UTC, or null before the first sample. */
  at(localMs: number): number | null {
    if (this.#sample === null) return null;
    return this.#sample.marketMs + (localMs - this.#sample.localMs) * this.#speed;
  }
}
