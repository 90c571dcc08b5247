import type {
  DatafeedConfiguration,
  FoundSymbol,
  SearchPage,
  SymbolInfo,
  TradingClient,
} from "@trading-api/client";
import { type Accessor, createMemo, createRoot } from "solid-js";
import { sharedSignal } from "../persisted-signal.ts";
import type { SharedFrames } from "../shared-frames.ts";
import { texts } from "../texts/texts.ts";
import { Quotes, type ShownQuote } from "./quotes.ts";
import {
  addSymbol,
  createList,
  currentList,
  parseSymbols,
  parseWatchlists,
  type Watchlist,
  type Watchlists,
} from "./watchlists.ts";

const DEFAULT_WATCHLIST_MAX = 12;

/** The symbols, their quotes and the watchlists. */
export class Market {
  readonly #client: TradingClient;
  readonly #quotes: Quotes;
  readonly #infos = new Map<string, Promise<SymbolInfo>>();
  readonly #watchlists: Accessor<Watchlists | null>;
  readonly #store: (lists: Watchlists) => void;

  constructor(client: TradingClient, frames: SharedFrames) {
    this.#client = client;
    this.#quotes = new Quotes(client, frames);
    const [stored, store] = sharedSignal<unknown>("watchlists", null);
    this.#store = store;
    this.#watchlists = createRoot(() =>
      createMemo(() => parseWatchlists(stored()) ?? storedByEarlierVersion()),
    );
  }

  /** The watchlists. Without stored ones they are null until the first symbols are known. */
  get watchlists(): Watchlists | null {
    return this.#watchlists();
  }

  /** The chosen watchlist, or null. It keeps symbols that the server does not have. */
  get watchlist(): Watchlist | null {
    const all = this.watchlists;
    return all && currentList(all);
  }

  /** Change the watchlists and store them. */
  change(change: (all: Watchlists) => Watchlists): void {
    const all = this.watchlists;
    if (all !== null) this.#store(change(all));
  }

  /** Add a symbol to the chosen watchlist. */
  watch(symbol: string): void {
    this.change((all) => addSymbol(all, symbol));
  }

  search(text: string, exchange = "", type = "", page?: SearchPage): Promise<FoundSymbol[]> {
    return this.#client.rest.market.search(text, exchange, type, page);
  }

  configuration(): Promise<DatafeedConfiguration> {
    return this.#client.rest.market.configuration();
  }

  /** Return the `requested` symbol if it exists, or else the first one. */
  async start(requested: string): Promise<string | undefined> {
    // The chart needs it next, and reads it again if this fails.
    if (requested !== "") this.info(requested).catch(() => {});
    const found = (await this.search("")).map(({ symbol }) => symbol);
    await this.#chooseUsableList(found);
    if (found.includes(requested)) return requested;
    return (await this.#exists(requested)) ? (await this.info(requested)).name : found[0];
  }

  /**
   * Choose a list with symbols of this server, which may not be the one of the last visit, if the
   * present list has none. Create it if there is no such list.
   */
  async #chooseUsableList(found: readonly string[]): Promise<void> {
    const symbols = found.slice(0, DEFAULT_WATCHLIST_MAX);
    const all = this.watchlists;
    if (all === null) {
      this.#store({ lists: [{ name: texts.watchlist.title, symbols }], current: 0 });
      return;
    }
    const present = currentList(all).symbols;
    const isUsable = (list: readonly string[]) => list.some((symbol) => found.includes(symbol));
    if (present.length === 0 || isUsable(present) || symbols.length === 0) return;
    const quotes = await this.#client.rest.market.quotes([...present]);
    if (quotes.some((quote) => quote.s === "ok" || quote.v.error !== "unknown_symbol")) return;
    const other = all.lists.findIndex(({ symbols }) => isUsable(symbols));
    if (other >= 0) this.#store({ ...all, current: other });
    else this.#store(createList(all, texts.watchlist.title, symbols));
  }

  /** Return whether a symbol exists that a search, which finds only the first ones, did not find. */
  async #exists(symbol: string): Promise<boolean> {
    if (symbol === "") return false;
    const [quote] = await this.#client.rest.market.quotes([symbol]);
    return quote !== undefined && (quote.s === "ok" || quote.v.error !== "unknown_symbol");
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
    return this.#quotes.quote(symbol);
  }

  /** Return whether the server does not have a symbol. */
  isUnknown(symbol: string): boolean {
    return this.#quotes.isUnknown(symbol);
  }

  /**
   * Subscribe to the quotes of symbols, until the returned function is called. Those of `slow` ones
   * arrive only now and then.
   */
  subscribe(symbols: readonly string[], slow: readonly string[] = []): () => void {
    return this.#quotes.subscribe(symbols, slow);
  }
}

/** Return the one watchlist that earlier versions stored, or null. */
function storedByEarlierVersion(): Watchlists | null {
  try {
    const symbols = parseSymbols(JSON.parse(localStorage.getItem("trading_api.watchlist") ?? ""));
    if (symbols.length === 0) return null;
    return { lists: [{ name: texts.watchlist.title, symbols }], current: 0 };
  } catch {
    return null;
  }
}
