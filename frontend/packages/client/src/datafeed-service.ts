import { BarStream } from "./bar-stream.ts";
import type { Feeds } from "./feeds.ts";
import type { Subscription } from "./listener.ts";
import type { Bar, FoundSymbol, Orderbook, QuoteData } from "./model/market.ts";
import type { MarketRest, Rest } from "./rest-client.ts";
import type {
  Datafeed,
  HistoryMetadata,
  LibraryConfiguration,
  LibrarySymbol,
  OnError,
  PeriodParams,
  ResolvedSymbol,
} from "./tradingview/datafeed.ts";

export interface DatafeedOptions {
  rest: MarketRest;
  feeds: Feeds;
  /** The REST API of the accounts, for a broker that is built on this datafeed. */
  backend?: Rest;
  /** The number of order book levels on each side, from 1 to 50. */
  depth?: number;
}

/** TradingView's datafeed API over the backend. History uses REST, and live data the socket. */
export class DatafeedService implements Datafeed {
  readonly #rest: MarketRest;
  readonly feeds: Feeds;
  readonly backend: Rest | null;
  readonly #depth: number;
  readonly #lastBars = new Map<string, Bar>();
  readonly #bars = new Map<string, BarStream>();
  readonly #quotes = new Map<string, Subscription>();
  readonly #books = new Map<string, Subscription>();
  #booksCreated = 0;

  constructor({ rest, feeds, backend, depth = 20 }: DatafeedOptions) {
    this.#rest = rest;
    this.feeds = feeds;
    this.backend = backend ?? null;
    this.#depth = depth;
  }

  // Symbols

  onReady(callback: (configuration: LibraryConfiguration) => void): void {
    // TradingView has no callback for a failure, so this retries until the backend answers.
    const read = (): void =>
      void this.#rest.configuration().then(
        (found) => callback(found as LibraryConfiguration),
        () => setTimeout(read, READY_RETRY_MS),
      );
    read();
  }

  searchSymbols(
    userInput: string,
    exchange: string,
    symbolType: string,
    onResult: (found: FoundSymbol[]) => void,
  ): void {
    this.#rest.search(userInput, exchange, symbolType).then(onResult, () => onResult([]));
  }

  resolveSymbol(
    symbolName: string,
    onResolve: (symbol: LibrarySymbol) => void,
    onError: OnError,
  ): void {
    this.#rest
      .symbol(symbolName)
      .then((found) => onResolve(found as LibrarySymbol), failureHandler(onError));
  }

  getServerTime(callback: (unixTime: number) => void): void {
    // The chart works without the server's time.
    this.#rest.time().then(callback, () => {});
  }

  // Bars

  getBars(
    symbol: ResolvedSymbol,
    resolution: string,
    period: PeriodParams,
    onResult: (bars: Bar[], meta: HistoryMetadata) => void,
    onError: OnError,
  ): void {
    const { from, to, countBack, firstDataRequest } = period;
    this.#rest.history(symbolName(symbol), resolution, { from, to, countBack }).then((history) => {
      const { bars, noData, nextTime } = history;
      const series = seriesKey(symbol, resolution);
      const last = bars.at(-1);
      if (last && firstDataRequest) this.#lastBars.set(series, last);
      else if (last) this.#remember(series, last);
      onResult(bars, nextTime === undefined ? { noData } : { noData, nextTime });
    }, failureHandler(onError));
  }

  subscribeBars(
    symbol: ResolvedSymbol,
    resolution: string,
    onTick: (bar: Bar) => void,
    listenerGuid: string,
    onResetCacheNeeded: () => void,
  ): void {
    this.unsubscribeBars(listenerGuid);
    const series = seriesKey(symbol, resolution);
    const stream = new BarStream({
      rest: this.#rest,
      feeds: this.feeds,
      symbol: symbolName(symbol),
      resolution,
      last: this.#lastBars.get(series) ?? null,
      onBar: (bar) => {
        this.#remember(series, bar);
        onTick(bar);
      },
      onResetNeeded: onResetCacheNeeded,
    });
    this.#bars.set(listenerGuid, stream);
  }

  unsubscribeBars(listenerGuid: string): void {
    this.#bars.get(listenerGuid)?.stop();
    this.#bars.delete(listenerGuid);
  }

  /** Store the newest bar of a series. A chart that shows it again requests only what follows. */
  #remember(series: string, bar: Bar): void {
    const known = this.#lastBars.get(series);
    if (known === undefined || bar.time >= known.time) this.#lastBars.set(series, bar);
  }

  // Quotes

  getQuotes(symbols: string[], onData: (quotes: QuoteData[]) => void, onError: OnError): void {
    this.#rest.quotes(symbols).then(onData, failureHandler(onError));
  }

  subscribeQuotes(
    symbols: string[],
    fastSymbols: string[],
    onData: (quotes: QuoteData[]) => void,
    listenerGuid: string,
  ): void {
    this.unsubscribeQuotes(listenerGuid);
    const subscription = this.feeds.quotes(
      { symbols, fast_symbols: fastSymbols },
      {
        onData: (quote) => onData([quote]),
        onFailed: ({ message: error }) =>
          onData([...symbols, ...fastSymbols].map((n) => ({ s: "error", n, v: { error } }))),
      },
    );
    this.#quotes.set(listenerGuid, subscription);
  }

  unsubscribeQuotes(listenerGuid: string): void {
    this.#quotes.get(listenerGuid)?.unsubscribe();
    this.#quotes.delete(listenerGuid);
  }

  // Depth

  subscribeDepth(symbol: string, callback: (depth: Orderbook) => void): string {
    this.#booksCreated += 1;
    const uid = `depth-${this.#booksCreated}`;
    const subscription = { symbol, depth: this.#depth };
    // Not every symbol has an order book, so a rejection is not reported.
    const listener = { onData: callback, onFailed: () => {} };
    this.#books.set(uid, this.feeds.orderbook(subscription, listener));
    return uid;
  }

  unsubscribeDepth(subscriberUid: string): void {
    this.#books.get(subscriberUid)?.unsubscribe();
    this.#books.delete(subscriberUid);
  }
}

const READY_RETRY_MS = 1_000;

const symbolName = ({ ticker, name }: ResolvedSymbol): string => ticker ?? name;

const seriesKey = (symbol: ResolvedSymbol, resolution: string): string =>
  JSON.stringify([symbolName(symbol), resolution]);

const failureHandler =
  (onError: OnError) =>
  (error: unknown): void =>
    onError(error instanceof Error ? error.message : String(error));
