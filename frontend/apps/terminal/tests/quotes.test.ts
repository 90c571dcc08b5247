import type { QuoteData, TradingClient } from "@trading-api/client";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { FLASH_MS, Quotes } from "../src/market/quotes.ts";
import { SharedFrames } from "../src/shared-frames.ts";

/** Quotes whose server and frames are those of the test. */
class Page {
  readonly quotes: Quotes;
  #frame: (() => void) | null = null;
  #receive: (quote: QuoteData) => void = () => {};

  constructor() {
    const feeds = {
      quotes: (_: object, handler: { onData(quote: QuoteData): void }) => {
        this.#receive = handler.onData;
        return { unsubscribe: () => {} };
      },
    };
    const frames = new SharedFrames((callback) => {
      this.#frame = callback;
    });
    this.quotes = new Quotes({ feeds } as unknown as TradingClient, frames);
  }

  get isFrameRequested(): boolean {
    return this.#frame !== null;
  }

  receive(lp: number): void {
    this.#receive({ s: "ok", n: "AAPL", v: { lp } } as unknown as QuoteData);
  }

  frame(): void {
    const callback = this.#frame;
    this.#frame = null;
    callback?.();
  }

  get shown(): { lp: number; flash: number } | undefined {
    const quote = this.quotes.quote("AAPL");
    return quote && { lp: quote.lp, flash: quote.flash };
  }
}

let page: Page;

beforeEach(() => {
  vi.useFakeTimers();
  page = new Page();
  page.quotes.subscribe(["AAPL"]);
  page.receive(10);
  page.frame();
});

afterEach(() => {
  vi.useRealTimers();
});

test("a frame shows the newest of several quotes, with the change since the one before", () => {
  expect(page.shown).toEqual({ lp: 10, flash: 0 });
  page.receive(12);
  page.receive(9);
  page.frame();
  expect(page.shown).toEqual({ lp: 9, flash: -1 });
});

test("a price flashes for a short time, also if it is repeated, and ends within a frame", () => {
  page.receive(11);
  page.frame();
  vi.advanceTimersByTime(FLASH_MS - 1);
  page.receive(11);
  page.frame();
  expect(page.shown).toEqual({ lp: 11, flash: 1 });
  vi.advanceTimersByTime(FLASH_MS);
  expect(page.shown?.flash).toBe(1);
  page.frame();
  expect(page.shown).toEqual({ lp: 11, flash: 0 });
  vi.advanceTimersByTime(10 * FLASH_MS);
  expect(page.isFrameRequested).toBe(false);
});

test("a price that goes on changing flashes on", () => {
  for (let lp = 11; lp < 20; lp += 1) {
    page.receive(lp);
    page.frame();
    expect(page.shown?.flash).toBe(1);
    vi.advanceTimersByTime(FLASH_MS / 2);
  }
});

test("a quote that is not subscribed any more does not come back when its flash ends", async () => {
  const page = new Page();
  const stop = page.quotes.subscribe(["AAPL"]);
  page.receive(10);
  page.frame();
  page.receive(11);
  page.frame();
  stop();
  await Promise.resolve();
  vi.advanceTimersByTime(FLASH_MS);
  page.frame();
  expect(page.shown).toBeUndefined();
});
