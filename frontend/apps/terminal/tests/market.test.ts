import type { SymbolInfo, TradingClient } from "@trading-api/client";
import { beforeEach, expect, test, vi } from "vitest";
import { Market } from "../src/market/market.ts";
import { SharedFrames } from "../src/shared-frames.ts";
import { memoryStorage } from "./support/memory-storage.ts";

beforeEach(() => vi.stubGlobal("localStorage", memoryStorage()));

/** A market whose server has AAPL and MSFT, and the paths that it reads, in their order. */
function openMarket(): { market: Market; read: string[] } {
  const read: string[] = [];
  const answer = <T>(path: string, value: T): Promise<T> => {
    read.push(path);
    return Promise.resolve(value);
  };
  const rest = {
    market: {
      search: () => answer("search", [{ symbol: "AAPL" }, { symbol: "MSFT" }]),
      symbol: (name: string) => {
        const info = answer(`resolve ${name}`, { name } as SymbolInfo);
        return name === "NOSUCH" ? info.then(() => Promise.reject(new Error("unknown"))) : info;
      },
      quotes: ([name]: string[]) =>
        answer(`quotes ${name}`, [{ s: "error", n: name, v: { error: "unknown_symbol" } }]),
    },
  };
  const market = new Market({ rest } as unknown as TradingClient, new SharedFrames(() => {}));
  return { market, read };
}

test("the requested symbol is read before the search answers, and once", async () => {
  const { market, read } = openMarket();
  const started = market.start("MSFT");
  expect(read).toEqual(["resolve MSFT", "search"]);
  expect(await started).toBe("MSFT");
  expect((await market.info("MSFT")).name).toBe("MSFT");
  expect(read).toEqual(["resolve MSFT", "search"]);
});

test("without a symbol, or with an unknown one, the first one is chosen", async () => {
  const first = openMarket();
  expect(await first.market.start("")).toBe("AAPL");
  expect(first.read).toEqual(["search"]);
  const { market, read } = openMarket();
  expect(await market.start("NOSUCH")).toBe("AAPL");
  expect(read).toEqual(["resolve NOSUCH", "search", "quotes NOSUCH"]);
});
