import type { Feeds } from "./feeds.ts";
import type { Subscription } from "./listener.ts";
import type { Bar } from "./model/market.ts";
import type { MarketRest } from "./rest-client.ts";
import { retry } from "./retry.ts";
import { hasUpdates } from "./socket-options.ts";

export interface BarStreamOptions {
  rest: MarketRest;
  feeds: Feeds;
  symbol: string;
  resolution: string;
  /** The last bar of the chart; null if it has none. */
  last: Bar | null;
  onBar(bar: Bar): void;
  /** Called when missing bars cannot be read. The chart should load its history again. */
  onResetNeeded(): void;
}

/** A time after every bar, in seconds. */
const END_OF_TIME_S = 4_102_444_800;
/** The number of attempts to read missed bars. The chart does not move meanwhile. */
const ATTEMPTS_MAX = 5;

/**
 * The live bars of a chart, in ascending order and without gaps. Whenever the subscription starts,
 * or reconnects without a replay, the stream first reads the bars since the last one from history.
 */
export class BarStream {
  readonly #options: BarStreamOptions;
  readonly #subscription: Subscription;
  #last: Bar | null;
  /** The live bars that wait for a backfill; null while none is running. */
  #buffered: Bar[] | null = [];
  /** Identifies the newest backfill; null if there is none or the stream was stopped. */
  #currentBackfill: object | null = null;

  constructor(options: BarStreamOptions) {
    this.#options = options;
    this.#last = options.last;
    const { symbol, resolution } = options;
    this.#subscription = options.feeds.bars(
      { symbol, resolution },
      {
        onData: (bar) => (this.#buffered ? this.#buffered.push(bar) : this.#emit(bar)),
        onReconnected: (how) => {
          // A backfill that the outage interrupted has to run again.
          if (how === "snapshot" || this.#buffered !== null) void this.#backfill();
        },
        onFailed: () => options.onResetNeeded(),
      },
    );
    this.#subscription.confirmed.then(
      () => this.#backfill(),
      () => {},
    );
  }

  stop(): void {
    this.#currentBackfill = null;
    this.#subscription.unsubscribe();
  }

  async #backfill(): Promise<void> {
    const backfill = {};
    this.#currentBackfill = backfill;
    const last = this.#last;
    this.#buffered ??= [];
    let missed: Bar[] | undefined = [];
    if (last !== null) {
      const { rest, feeds, symbol, resolution } = this.#options;
      const from = Math.floor(last.time / 1_000);
      const read = () => rest.history(symbol, resolution, { from, to: END_OF_TIME_S });
      try {
        missed = (await retry(read, () => this.#currentBackfill === backfill, ATTEMPTS_MAX))?.bars;
      } catch {
        if (this.#currentBackfill !== backfill) return;
        // The reconnection starts another backfill, and the live bars wait for it.
        if (!hasUpdates(feeds.connection.state)) return;
        this.#options.onResetNeeded();
      }
    }
    if (this.#currentBackfill !== backfill) return;
    const buffered = this.#buffered ?? [];
    this.#buffered = null;
    for (const bar of mergeBars([...(missed ?? []), ...buffered])) {
      // Of two versions of one bar the older one has less volume.
      const isStale = bar.time === this.#last?.time && bar.volume < this.#last.volume;
      if (!isStale) this.#emit(bar);
    }
  }

  #emit(bar: Bar): void {
    if (this.#last !== null && (bar.time < this.#last.time || isSame(bar, this.#last))) return;
    this.#last = bar;
    this.#options.onBar(bar);
  }
}

/** Return one bar of each time, ascending: the one with the most volume, or the last of equals. */
function mergeBars(bars: Bar[]): Bar[] {
  const byTime = new Map<number, Bar>();
  for (const bar of bars) {
    const other = byTime.get(bar.time);
    if (other === undefined || bar.volume >= other.volume) byTime.set(bar.time, bar);
  }
  return [...byTime.values()].sort((a, b) => a.time - b.time);
}

const isSame = (a: Bar, b: Bar): boolean =>
  a.time === b.time &&
  a.open === b.open &&
  a.high === b.high &&
  a.low === b.low &&
  a.close === b.close &&
  a.volume === b.volume;
