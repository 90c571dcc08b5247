import type { Equity } from "@trading-api/client";
import type { MarketClock } from "../market-clock.ts";

type Reported = Pick<Equity, "equity" | "deposited" | "seq">;

/**
 * The equity at a time, in ms UTC of market time. `deposited` is what was paid in since the opening
 * of the account or its last reset, and `seq` is the number of its last event.
 */
export interface CurvePoint extends Required<Reported> {
  time: number;
}

const POINTS_MAX = 5_000;
const SECOND_MS = 1_000;
/** How long a report waits for the market's time, which a market that is moved reports after it. */
const WAIT_MS = 250;

/** The equity that was reported since the page was loaded, with one point a second. */
export class SessionCurve {
  #points: CurvePoint[] = [];
  readonly #listeners = new Set<() => void>();
  readonly #clock: MarketClock;
  #newest: Reported | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(clock: MarketClock) {
    this.#clock = clock;
    clock.onSample(this.#addNewest);
  }

  /** The points, ascending in time. The last one changes with each report. */
  get points(): readonly CurvePoint[] {
    return this.#points;
  }

  /** Add a report at the market's time, once that is known. */
  report(equity: Reported): void {
    this.#newest = equity;
    this.#timer ??= setTimeout(this.#addNewest, WAIT_MS);
  }

  readonly #addNewest = (): void => {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const ms = this.#clock.at(performance.now());
    if (ms !== null && this.#newest !== null) this.add(ms, this.#newest);
  };

  /** Add an equity at a time. One of the same second, or of an earlier one, replaces the last value. */
  add(ms: number, { equity, deposited, seq }: Reported): void {
    if (deposited === undefined || seq === undefined) return; // a server of an earlier version
    const time = Math.floor(ms / SECOND_MS) * SECOND_MS;
    const last = this.#points.at(-1);
    if (last !== undefined && time <= last.time) Object.assign(last, { equity, deposited, seq });
    else this.#points.push({ time, equity, deposited, seq });
    if (this.#points.length > POINTS_MAX) this.#points = this.#points.slice(-POINTS_MAX / 2);
    for (const listener of this.#listeners) listener();
  }

  /** Call `listener` with every change, until the returned function is called. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
