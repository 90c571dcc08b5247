import type { Bar, DatafeedService, SymbolInfo } from "@trading-api/client";

/** A time after every bar, in seconds. */
const END_OF_TIME_S = 4_102_444_800;
const PAGE_BARS = 600;

/** Reads the history of a symbol and a resolution in pages, from the newest bar on. */
export class BarHistory {
  readonly #datafeed: DatafeedService;
  readonly #symbol: SymbolInfo;
  readonly #resolution: string;
  readonly #pageBars: number;
  #older: Promise<Bar[]> | null = null;
  #isComplete = false;

  constructor(
    datafeed: DatafeedService,
    symbol: SymbolInfo,
    resolution: string,
    pageBars: number = PAGE_BARS,
  ) {
    this.#pageBars = pageBars;
    this.#datafeed = datafeed;
    this.#symbol = symbol;
    this.#resolution = resolution;
  }

  readNewest(): Promise<Bar[]> {
    return this.#read(END_OF_TIME_S, true);
  }

  /** Return the page of bars before a bar. It is read ahead if `readAhead` was called for the bar. */
  readOlder(firstMs: number): Promise<Bar[]> {
    const page = this.readAhead(firstMs);
    this.#older = null;
    return page;
  }

  /** Begin to read the page of bars before a bar, unless it is being read. */
  readAhead(firstMs: number): Promise<Bar[]> {
    if (this.#older !== null) return this.#older;
    if (this.#isComplete) return Promise.resolve([]);
    const page = this.#read(firstMs / 1_000, false).then((bars) => {
      const older = bars.filter(({ time }) => time < firstMs);
      this.#isComplete = older.length === 0;
      return older;
    });
    this.#older = page;
    page.catch(() => {
      // The next scroll tries again.
      if (this.#older === page) this.#older = null;
    });
    return page;
  }

  #read(to: number, firstDataRequest: boolean): Promise<Bar[]> {
    return new Promise((resolve, reject) => {
      // `countBack` decides how many bars before `to` are read, so `from` has no meaning.
      const period = { from: to - 1, to, countBack: this.#pageBars, firstDataRequest };
      this.#datafeed.getBars(this.#symbol, this.#resolution, period, resolve, reject);
    });
  }
}
