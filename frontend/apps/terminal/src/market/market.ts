import type { FoundSymbol, QuoteValues, SymbolInfo, TradingClient } from "@trading-api/client";
import { batch, createSignal, type Signal } from "solid-js";
import { persistedSignal } from "../persisted-signal.ts";

/** A quote with the number of its price changes, and the direction of the last change. */
export interface ShownQuote extends QuoteValues {
  changes: number;
  direction: -1 | 0 | 1;
}

const DEFAULT_WATCHLIST_MAX = 12;
/** The number of symbols that one request for quotes may have. */
const QUOTES_MAX = 500;

/** The symbols, their quotes and the watchlist. Quotes are shown at most once a frame. */
export class Market {
  readonly #client: TradingClient;
  readonly #quotes = new Map<string, Signal<ShownQuote | undefined>>();
  readonly #infos = new Map<string, Promise<SymbolInfo>>();
  readonly #pending = new Map<string, QuoteValues>();
  #isFrameRequested = false;
  readonly watched: Signal<string[] | null>[0];
  readonly #setWatched: (symbols: string[]) => void;

  constructor(client: TradingClient) {
    this.#client = client;
    const [watched, setWatched] = persistedSignal<string[] | null>("watchlist", null);
    this.watched = watched;
    this.#setWatched = (symbols) => void setWatched(symbols);
  }

  search(text: string): Promise<FoundSymbol[]> {
    return this.#client.rest.market.search(text, "", "");
  }

  /**
   * Load the watchlist: the remembered symbols that exist, or else the first ones. Return the
   * `requested` symbol if it exists, or else the first one.
   */
  async start(requested: string): Promise<string | undefined> {
    const found = (await this.search("")).map(({ symbol }) => symbol);
    const remembered = this.watched() ?? [];
    const existing = await this.#existing([...remembered, requested], found);
    const watched = remembered.filter((symbol) => existing.has(symbol));
    this.#setWatched(watched.length > 0 ? watched : found.slice(0, DEFAULT_WATCHLIST_MAX));
    if (!existing.has(requested)) return found[0];
    return found.includes(requested) ? requested : (await this.info(requested)).name;
  }

  /** Return those of `symbols` that exist. A search finds only the first symbols, `found`. */
  async #existing(symbols: string[], found: string[]): Promise<Set<string>> {
    const others = symbols.filter((symbol) => symbol !== "" && !found.includes(symbol));
    if (others.length === 0) return new Set(found);
    const quotes = await this.#client.rest.market.quotes(others.slice(0, QUOTES_MAX));
    const existing = quotes.filter(({ s, v }) => s === "ok" || v.error !== "unknown_symbol");
    return new Set([...found, ...existing.map(({ n }) => n)]);
  }

  watch(symbol: string): void {
    const watched = this.watched() ?? [];
    if (!watched.includes(symbol)) this.#setWatched([...watched, symbol]);
  }

  unwatch(symbol: string): void {
    this.#setWatched((this.watched() ?? []).filter((each) => each !== symbol));
  }

  info(symbol: string): Promise<SymbolInfo> {
    let info = this.#infos.get(symbol);
    if (info === undefined) {
      info = this.#client.rest.market.symbol(symbol);
      info.catch(() => this.#infos.delete(symbol));
      this.#infos.set(symbol, info);
    }
    return info;
  }

  quote(symbol: string): ShownQuote | undefined {
    return this.#signal(symbol)[0]();
  }

  /** Subscribe to the quotes of symbols, until the returned function is called. */
  subscribe(symbols: string[]): () => void {
    if (symbols.length === 0) return () => {};
    const { unsubscribe } = this.#client.feeds.quotes(
      { symbols: [], fast_symbols: symbols },
      {
        onData: (quote) => {
          if (quote.s === "ok") this.#show(quote.n, quote.v);
        },
        onFailed: () => {},
      },
    );
    return unsubscribe;
  }

  #show(symbol: string, values: QuoteValues): void {
    this.#pending.set(symbol, values);
    if (this.#isFrameRequested) return;
    this.#isFrameRequested = true;
    requestAnimationFrame(() => {
      this.#isFrameRequested = false;
      const pending = [...this.#pending];
      this.#pending.clear();
      batch(() => {
        for (const [symbol, values] of pending)
          this.#signal(symbol)[1]((was) => withDirection(was, values));
      });
    });
  }

  #signal(symbol: string): Signal<ShownQuote | undefined> {
    let signal = this.#quotes.get(symbol);
    if (signal === undefined) {
      signal = createSignal<ShownQuote | undefined>(undefined);
      this.#quotes.set(symbol, signal);
    }
    return signal;
  }
}

function withDirection(was: ShownQuote | undefined, values: QuoteValues): ShownQuote {
  const direction = was === undefined ? 0 : (Math.sign(values.lp - was.lp) as -1 | 0 | 1);
  const changes = (was?.changes ?? 0) + (direction === 0 ? 0 : 1);
  return { ...values, changes, direction: direction === 0 ? (was?.direction ?? 0) : direction };
}
