// Measures the terminal with four charts and five indicators on each while data streams in.
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, beforeEach, test } from "vitest";
import { CHROMIUM_MISSING, chromiumPath, launchChromium } from "../browser/support/chromium.ts";
import { SteppedMarket } from "../browser/support/stepped-market.ts";
import { load, openCharts } from "./four-charts.ts";
import { countFrames, rate } from "./frames.ts";
import { printLine } from "./print.ts";

const FRAMES_MS = 10_000;
/** The quotes a second of a market at its usual speed. */
const QUOTES_PER_S = 44;
const SPEEDS = [1, 5];
const ORDERS = 6;
const INDICATORS = ["sma", "ema", "bollinger", "rsi", "macd"];
/** The whole proof is `MINUTES=20`. */
const MINUTES = Number(process.env.MINUTES ?? 1);
const CHANGES_PER_MINUTE = 25;

let market: SteppedMarket;
let browser: Browser;

beforeAll(async () => {
  if (chromiumPath === undefined) return;
  [market, browser] = await Promise.all([SteppedMarket.start(), launchChromium()]);
});

beforeEach((context) => {
  if (chromiumPath === undefined) context.skip(CHROMIUM_MISSING);
});

afterAll(async () => {
  await browser?.close();
  await market?.backend.stop();
});

test("frames with four charts, and five indicators on none, one and each of them", async () => {
  for (const charts of [0, 1, 4]) await measureFrames(charts, "");
});

test("frames of an account with positions and orders", async () => {
  for (const symbol of ["BTCUSD", "ETHUSD", "AAPL", "MSFT"]) await place({ symbol, type: 2 });
  const { bid } = await bitcoin();
  for (let order = 1; order <= ORDERS; order += 1) {
    const limitPrice = Math.round(bid * (1 - order / 1_000));
    await place({ symbol: "BTCUSD", type: 1, limitPrice });
  }
  for (const charts of [0, 4]) await measureFrames(charts, `, 4 positions and ${ORDERS} orders`);
});

/** Count the frames of four charts, `charts` of which have indicators, at each speed of the market. */
async function measureFrames(charts: number, account: string): Promise<void> {
  const page = await openCharts(browser, INDICATORS, charts);
  await load(page, market.address);
  for (const speed of SPEEDS) {
    await play(speed);
    await page.waitForTimeout(1_000);
    const frames = await page.evaluate(countFrames, FRAMES_MS);
    printLine(
      `frames of four charts with ${charts * INDICATORS.length} indicators${account} and ` +
        `${speed * QUOTES_PER_S} quotes a second: ${rate(frames, FRAMES_MS)}`,
    );
  }
  await page.context().close();
}

async function place(order: { symbol: string; type: number; limitPrice?: number }): Promise<void> {
  await post("broker/orders?account_id=DEMO-ACCOUNT", { ...order, side: 1, qty: 1 });
}

async function bitcoin(): Promise<{ bid: number }> {
  const [quote] = await post<{ v: { bid: number } }[]>("datafeed/quotes", { symbols: ["BTCUSD"] });
  if (quote === undefined) throw new Error("There is no quote of BTCUSD");
  return quote.v;
}

async function post<T>(path: string, body: unknown): Promise<T> {
  const response = await fetch(`${market.address}/api/v1/${path}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(await response.text());
  return response.json() as Promise<T>;
}

/** Let the market go on at a speed. Each quote is also a new value of a bar. */
async function play(speed: number): Promise<void> {
  const response = await fetch(`${market.address}/api/v1/datafeed/replay`, {
    method: "PUT",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ state: "playing", speed }),
  });
  if (!response.ok) throw new Error(await response.text());
}

test("the heap while data streams in and symbols change", async () => {
  await play(1);
  const page = await openCharts(browser, INDICATORS);
  await load(page, market.address);
  const symbols = await page
    .locator("tr[data-symbol]")
    .evaluateAll((rows) => rows.map((row) => row.getAttribute("data-symbol") ?? ""));
  const show = (symbol: string) =>
    page
      .locator(`tr[data-symbol="${symbol}"]`)
      .getByRole("button", { name: new RegExp(`^${symbol}`) })
      .click();
  const debug = await page.context().newCDPSession(page);
  const heapMb = async () => {
    await debug.send("HeapProfiler.collectGarbage");
    return (await debug.send("Runtime.getHeapUsage")).usedSize / 1_000_000;
  };
  // What is loaded on demand, and one series of each symbol, come first.
  for (const symbol of symbols) await show(symbol);
  const heaps = [await heapMb()];
  let changes = 0;
  for (let minute = 0; minute < MINUTES; minute += 1) {
    const until = Date.now() + 60_000;
    for (let change = 0; change < CHANGES_PER_MINUTE; change += 1) {
      await show(symbols[changes % symbols.length] as string);
      changes += 1;
      const left = until - Date.now();
      await page.waitForTimeout(Math.max(0, left / (CHANGES_PER_MINUTE - change)));
    }
    heaps.push(await heapMb());
  }
  printLine(
    `heap after ${MINUTES} minutes and ${changes} symbols on four charts, MB a minute: ` +
      heaps.map((heap) => heap.toFixed(1)).join(" "),
  );
  await page.context().close();
});
