import { fileURLToPath } from "node:url";
import type { Orderbook, TradingClient } from "@trading-api/client";
import type { Locator, Page } from "playwright-core";
import { expect } from "vitest";
import { parseNumber } from "./terminal-page.ts";

/** The program of a backend with hundreds of symbols: the usual ones, then FUND000 to FUND599. */
export const MANY_SYMBOLS = [fileURLToPath(new URL("many_symbols.py", import.meta.url))];

type Levels = Orderbook["asks"];

/** The order book of the page, and that of the server. */
export class BookScreen {
  readonly #page: Page;
  readonly #client: TradingClient;

  constructor(page: Page, client: TradingClient) {
    this.#page = page;
    this.#client = client;
  }

  list(side: "Asks" | "Bids"): Locator {
    return this.#page.getByRole("listbox", { name: new RegExp(`^${side}`) });
  }

  levels(side: "Asks" | "Bids"): Locator {
    return this.list(side).getByRole("option");
  }

  /** Show the book: a narrow window has it in a view, and a phone below the ticket. */
  async show(): Promise<void> {
    await this.#page
      .getByRole("region", { name: /^Order book and trades of/ })
      .scrollIntoViewIfNeeded();
  }

  /** Return the price, size and sum of each level that a side shows, best first. */
  async shown(side: "Asks" | "Bids"): Promise<number[][]> {
    const rows = await this.levels(side).evaluateAll((rows) =>
      rows.map((row) => [...row.querySelectorAll(":scope > span")].map((cell) => cell.textContent)),
    );
    const numbers = rows.map((row) => row.map((text) => parseNumber(text ?? "")));
    return side === "Asks" ? numbers.reverse() : numbers;
  }

  async price(side: "Asks" | "Bids", index: number): Promise<number> {
    return (await this.shown(side))[index]?.[0] ?? Number.NaN;
  }

  /** Wait until the page shows the server's book, with prices grouped by `step` ticks of 0.01. */
  async showsBook(symbol: string, step = 1): Promise<void> {
    await this.show();
    const { asks, bids } = await this.#bookOf(symbol);
    for (const [side, rows] of [
      ["Asks", grouped(asks, step, Math.ceil)],
      ["Bids", grouped(bids.toReversed(), step, Math.floor)],
    ] as const) {
      await expect.poll(async () => (await this.shown(side))[0]).toEqual(rows[0]);
      const found = await this.shown(side);
      expect(found.length).toBeGreaterThan(2);
      expect(found).toEqual(rows.slice(0, found.length));
    }
  }

  async #bookOf(symbol: string): Promise<Orderbook> {
    const { promise, resolve } = Promise.withResolvers<Orderbook>();
    const { unsubscribe } = this.#client.feeds.orderbook({ symbol, depth: 50 }, resolve);
    const book = await promise;
    unsubscribe();
    return book;
  }
}

/** Group levels, best first, by hand. */
function grouped(levels: Levels, step: number, round: (n: number) => number): number[][] {
  const groups = new Map<number, number>();
  for (const { price, volume } of levels) {
    const group = (round(Math.round(price * 100) / step) * step) / 100;
    groups.set(group, (groups.get(group) ?? 0) + volume);
  }
  let total = 0;
  return [...groups].map(([price, size]) => {
    total += size;
    return [price, size, total];
  });
}
