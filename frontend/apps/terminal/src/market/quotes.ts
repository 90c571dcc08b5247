import type { QuoteData, QuoteValues, TradingClient } from "@trading-api/client";
import { batch, createSignal, type Signal, untrack } from "solid-js";
import type { SharedFrames } from "../shared-frames.ts";

/** A quote, and for a short time after its price changed the direction of the change. */
export interface ShownQuote extends QuoteValues {
  flash: -1 | 0 | 1;
}

export const FLASH_MS = 250;

/** The symbols of one subscription. The server limits the length of its name. */
const CHUNK = { symbols: 100, characters: 6_000 };

/** The quotes of the subscribed symbols, of which each frame shows the newest. */
export class Quotes {
  readonly #client: TradingClient;
  readonly #frames: SharedFrames;
  readonly #quotes = new Map<string, Signal<ShownQuote | undefined>>();
  readonly #unknown = createSignal<ReadonlySet<string>>(new Set());
  readonly #pending = new Map<string, QuoteValues>();
  /** The symbols whose prices flash, with the times in ms at which that ends. */
  readonly #flashes = new Map<string, number>();
  #flashTimer: ReturnType<typeof setTimeout> | undefined;
  readonly #subscribers = new Map<string, number>();

  constructor(client: TradingClient, frames: SharedFrames) {
    this.#client = client;
    this.#frames = frames;
  }

  /** Return the quote of a symbol: undefined unless it is subscribed and its quote arrived. */
  quote(symbol: string): ShownQuote | undefined {
    return this.#signal(symbol)[0]();
  }

  /** Return whether the server does not have a symbol. */
  isUnknown(symbol: string): boolean {
    return this.#unknown[0]().has(symbol);
  }

  /**
   * Subscribe to the quotes of symbols, until the returned function is called. `fast` ones receive
   * every change, and `slow` ones a change now and then.
   */
  subscribe(fast: readonly string[], slow: readonly string[] = []): () => void {
    const symbols = [...fast, ...slow].filter((symbol) => symbol !== "");
    for (const symbol of symbols) this.#count(symbol, 1);
    const stops = [
      ...chunksOf(fast).map((chunk) => this.#open({ symbols: [], fast_symbols: chunk })),
      ...chunksOf(slow).map((chunk) => this.#open({ symbols: chunk, fast_symbols: [] })),
    ];
    return () => {
      for (const stop of stops) stop();
      for (const symbol of symbols) this.#count(symbol, -1);
      // Another subscription may begin in the same turn. Otherwise an old quote must not stay.
      queueMicrotask(() => this.#forget(symbols));
    };
  }

  #open(subscription: { symbols: string[]; fast_symbols: string[] }): () => void {
    const { unsubscribe } = this.#client.feeds.quotes(subscription, {
      onData: (quote) => this.#receive(quote),
      // The server rejects symbols of which it has none.
      onFailed: () =>
        void this.#findUnknown([...subscription.fast_symbols, ...subscription.symbols]),
    });
    return unsubscribe;
  }

  async #findUnknown(symbols: string[]): Promise<void> {
    const quotes = await this.#client.rest.market.quotes(symbols).catch(() => []);
    for (const quote of quotes) if (quote.s === "error") this.#receive(quote);
  }

  #receive(quote: QuoteData): void {
    const isUnknown = quote.s === "error" && quote.v.error === "unknown_symbol";
    const [unknown, setUnknown] = this.#unknown;
    if (isUnknown !== unknown().has(quote.n)) {
      const others = [...unknown()].filter((symbol) => symbol !== quote.n);
      setUnknown(new Set(isUnknown ? [...others, quote.n] : others));
    }
    if (quote.s === "ok") this.#show(quote.n, quote.v);
  }

  #show(symbol: string, values: QuoteValues): void {
    this.#pending.set(symbol, values);
    this.#frames.requestTexts("panels", this.#update);
  }

  readonly #update = (): void => batch(() => this.#showPending(performance.now()));

  #showPending(nowMs: number): void {
    // A flash ends in an update of the quotes too, so that no other frame has to draw it.
    for (const [symbol, endMs] of this.#flashes) {
      if (endMs > nowMs) continue;
      this.#flashes.delete(symbol);
      this.#signal(symbol)[1]((was) => was && { ...was, flash: 0 });
    }
    for (const [symbol, values] of this.#pending) {
      const [shown, show] = this.#signal(symbol);
      const was = untrack(shown);
      const change = Math.sign(values.lp - (was?.lp ?? values.lp)) as ShownQuote["flash"];
      if (change !== 0) this.#flashes.set(symbol, nowMs + FLASH_MS);
      show({ ...values, flash: change || (was?.flash ?? 0) });
    }
    this.#pending.clear();
    clearTimeout(this.#flashTimer);
    if (this.#flashes.size > 0) {
      this.#flashTimer = setTimeout(
        () => this.#frames.requestTexts("panels", this.#update),
        FLASH_MS,
      );
    }
  }

  #count(symbol: string, change: 1 | -1): void {
    this.#subscribers.set(symbol, (this.#subscribers.get(symbol) ?? 0) + change);
  }

  #forget(symbols: readonly string[]): void {
    batch(() => {
      for (const symbol of symbols) {
        if ((this.#subscribers.get(symbol) ?? 0) > 0) continue;
        this.#subscribers.delete(symbol);
        this.#pending.delete(symbol);
        this.#flashes.delete(symbol);
        this.#quotes.get(symbol)?.[1](undefined);
      }
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

/** Divide symbols into those of one subscription each. */
export function chunksOf(symbols: readonly string[]): string[][] {
  const chunks: string[][] = [];
  let characters = 0;
  for (const symbol of symbols) {
    if (symbol === "") continue;
    const last = chunks.at(-1);
    characters += symbol.length + 3;
    if (last && last.length < CHUNK.symbols && characters <= CHUNK.characters) last.push(symbol);
    else {
      chunks.push([symbol]);
      characters = symbol.length + 3;
    }
  }
  return chunks;
}
