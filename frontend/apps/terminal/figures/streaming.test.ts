// Measures the terminal with four charts and five indicators on each while data streams in.
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, beforeEach, test } from "vitest";
import { Backend } from "../browser/support/backend.ts";
import { CHROMIUM_MISSING, chromiumPath, launchChromium } from "../browser/support/chromium.ts";
import { countFrames, floodOf, load, openCharts, rate, UPDATES_PER_S } from "./four-charts.ts";
import { printLine } from "./print.ts";

const FRAMES_MS = 10_000;
const INDICATORS = ["sma", "ema", "bollinger", "rsi", "macd"];
/** The whole proof is `MINUTES=20`. */
const MINUTES = Number(process.env.MINUTES ?? 1);
const CHANGES_PER_MINUTE = 25;

let backend: Backend;
let browser: Browser;

beforeAll(async () => {
  if (chromiumPath === undefined) return;
  [backend, browser] = await Promise.all([Backend.start(), launchChromium()]);
});

beforeEach((context) => {
  if (chromiumPath === undefined) context.skip(CHROMIUM_MISSING);
});

afterAll(async () => {
  await browser?.close();
  await backend?.stop();
});

test("frames with four charts and five indicators on each", async () => {
  const { context, page } = await openCharts(browser, INDICATORS);
  const flood = await floodOf(page);
  await load(page, backend);
  const idle = await page.evaluate(countFrames, FRAMES_MS / 2);
  printLine(`frames of four charts, usual market: ${rate(idle, FRAMES_MS / 2)}`);
  flood.start();
  await page.waitForTimeout(1_000);
  const busy = await page.evaluate(countFrames, FRAMES_MS);
  flood.stop();
  printLine(
    `frames of four charts with ${INDICATORS.length} indicators each, ${UPDATES_PER_S} quotes and ` +
      `${UPDATES_PER_S} values of bars a second: ${rate(busy, FRAMES_MS)}`,
  );
  await context.close();
});

test("the heap while data streams in and symbols change", async () => {
  const { context, page } = await openCharts(browser, INDICATORS);
  await load(page, backend);
  const symbols = await page
    .locator("tr[data-symbol]")
    .evaluateAll((rows) => rows.map((row) => row.getAttribute("data-symbol") ?? ""));
  const show = (symbol: string) =>
    page
      .locator(`tr[data-symbol="${symbol}"]`)
      .getByRole("button", { name: new RegExp(`^${symbol}`) })
      .click();
  const debug = await context.newCDPSession(page);
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
  await context.close();
});
