import type { FoundSymbol, QuoteValues, SymbolInfo, TradingClient } from "@trading-api/client";
import { batch, createSignal, type Signal } from "solid-js";
import { persistedSignal } from "./persisted-signal.ts";

/** `turn` counts up with each new price, `moved` is its direction. */
export interface ShownQuote extends QuoteValues {
  turn: number;
  moved: -1 | 0 | 1;
}

const WATCHED_AT_FIRST_MAX = 12;

/** Symbols and their quotes. Quotes are shown at most once a frame, however many come. */
export class Market {
  readonly #client: TradingClient;
  readonly #quotes = new Map<string, Signal<ShownQuote | undefined>>();
  readonly #infos = new Map<string, Promise<SymbolInfo>>();
  readonly #pending = new Map<string, QuoteValues>();
  #isFrameAsked = false;
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

  /** Whoever never chose watches the first of what there is. */
  async start(): Promise<string[]> {
    const found = (await this.search("")).map(({ symbol }) => symbol);
    const remembered = this.watched()?.filter((symbol) => found.includes(symbol));
    this.#setWatched(remembered?.length ? remembered : found.slice(0, WATCHED_AT_FIRST_MAX));
    return found;
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

  /** Until the returned function is called. */
  follow(symbols: string[]): () => void {
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
    if (this.#isFrameAsked) return;
    this.#isFrameAsked = true;
    requestAnimationFrame(() => {
      this.#isFrameAsked = false;
      const pending = [...this.#pending];
      this.#pending.clear();
      batch(() => {
        for (const [symbol, values] of pending) this.#signal(symbol)[1]((was) => next(was, values));
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

function next(was: ShownQuote | undefined, values: QuoteValues): ShownQuote {
  const moved = was === undefined ? 0 : (Math.sign(values.lp - was.lp) as -1 | 0 | 1);
  const turn = (was?.turn ?? 0) + (moved === 0 ? 0 : 1);
  return { ...values, turn, moved: moved === 0 ? (was?.moved ?? 0) : moved };
}
