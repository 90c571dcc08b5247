import type { Bar, DatafeedService, SymbolInfo } from "@trading-api/client";
import { BarHistory } from "../bar-history.ts";

export interface ComparedSeriesOptions {
  datafeed: DatafeedService;
  /** Identifies the subscription, which is of this series alone. */
  guid: string;
  symbol: SymbolInfo;
  resolution: string;
  onChange(): void;
}

/** The live bars of another symbol, as far back as they were asked for. */
export class ComparedSeries {
  readonly #options: ComparedSeriesOptions;
  #history: BarHistory;
  #bars: Bar[] = [];
  #isReading = false;
  #isStopped = false;

  constructor(options: ComparedSeriesOptions) {
    this.#options = options;
    this.#history = this.#createHistory();
    void this.#load();
  }

  /** The bars, ascending. */
  get bars(): readonly Bar[] {
    return this.#bars;
  }

  stop(): void {
    this.#isStopped = true;
    this.#options.datafeed.unsubscribeBars(this.#options.guid);
  }

  /** Read older bars until there are some at a time or before it, or none is left. */
  async readBackTo(ms: number): Promise<void> {
    if (this.#isReading) return;
    this.#isReading = true;
    const history = this.#history;
    let isFailed = false;
    try {
      for (let first = this.#bars[0]; first !== undefined && first.time > ms; ) {
        const older = await history.readOlder(first.time);
        if (this.#isStopped || history !== this.#history || older.length === 0) break;
        this.#bars = [...older, ...this.#bars];
        first = this.#bars[0];
        this.#options.onChange();
      }
    } catch {
      isFailed = true;
    } finally {
      // Each drawing asks for older bars, so a failed read is repeated only after a while.
      if (isFailed) setTimeout(this.#allowRetry, RETRY_MS);
      else this.#isReading = false;
    }
  }

  /** Let the next drawing read again, and ask for one: a market that stands still has none. */
  readonly #allowRetry = (): void => {
    this.#isReading = false;
    if (!this.#isStopped) this.#options.onChange();
  };

  async #load(): Promise<void> {
    const { datafeed, symbol, resolution, guid, onChange } = this.#options;
    const history = this.#createHistory();
    this.#history = history;
    const isCurrent = () => !this.#isStopped && history === this.#history;
    let bars: Bar[];
    try {
      bars = await history.readNewest();
    } catch {
      if (isCurrent()) setTimeout(() => isCurrent() && void this.#load(), RETRY_MS);
      return;
    }
    if (!isCurrent()) return;
    this.#bars = bars;
    onChange();
    const apply = (bar: Bar) => this.#apply(bar);
    datafeed.subscribeBars(symbol, resolution, apply, guid, () => void this.#load());
  }

  #apply(bar: Bar): void {
    const last = this.#bars.at(-1);
    if (last !== undefined && bar.time < last.time) return;
    if (last?.time === bar.time) this.#bars[this.#bars.length - 1] = bar;
    else this.#bars.push(bar);
    this.#options.onChange();
  }

  #createHistory(): BarHistory {
    const { datafeed, symbol, resolution } = this.#options;
    return new BarHistory(datafeed, symbol, resolution);
  }
}

const RETRY_MS = 1_500;
