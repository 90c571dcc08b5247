import type { Feeds } from "./feeds.ts";
import type { Subscription } from "./listener.ts";
import type { Bar } from "./model/market.ts";
import type { MarketRest } from "./rest-client.ts";
import { retry } from "./retry.ts";

export interface BarStreamOptions {
  rest: MarketRest;
  feeds: Feeds;
  symbol: string;
  resolution: string;
  /** The last bar that the chart has; null where it has none. */
  last: Bar | null;
  onBar(bar: Bar): void;
  /** What is missing cannot be had: the chart should load its history again. */
  onResetNeeded(): void;
}

/** After every bar there is, in seconds. */
const FAR_S = 4_102_444_800;
/** Meanwhile the chart stands still. */
const ATTEMPTS_MAX = 5;

/**
 * A chart's live bars: each as new as the one before it or newer, and none left out. Whenever the
 * feed begins or begins anew, what closed since the last bar told is read from history first.
 */
export class BarStream {
  readonly #options: BarStreamOptions;
  readonly #subscription: Subscription;
  #last: Bar | null;
  #buffered: Bar[] | null = [];
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
          if (how === "snapshot") void this.#backfill();
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
      const { rest, symbol, resolution } = this.#options;
      const from = Math.floor(last.time / 1_000);
      const read = () => rest.history(symbol, resolution, { from, to: FAR_S });
      try {
        missed = (await retry(read, () => this.#currentBackfill === backfill, ATTEMPTS_MAX))?.bars;
      } catch {
        if (this.#currentBackfill === backfill) this.#options.onResetNeeded();
      }
    }
    if (this.#currentBackfill !== backfill) return;
    const buffered = this.#buffered ?? [];
    this.#buffered = null;
    for (const bar of mergeBars([...(missed ?? []), ...buffered])) {
      // The older of two tellings of one bar has less of its volume.
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

/** One of each time, ascending: the one with the most volume, of equals the last. */
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
