// Measures the first load of the terminal in a browser without a cache.
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, test } from "vitest";
import { Backend } from "../browser/support/backend.ts";
import { CHROMIUM_MISSING, chromiumPath, launchChromium } from "../browser/support/chromium.ts";
import { pageAtRest } from "./page-at-rest.ts";
import { print, printLine } from "./print.ts";

const LOADS = 7;
/** The dialogs of orders are loaded last, 2 s after the account. */
const LATE_PARTS_MS = 3_000;

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

test("the first candles on a cold cache, and what is loaded for them", async () => {
  const delays: number[] = [];
  const tasks: number[] = [];
  let bytes = { candles: 0, screen: 0 };
  for (let load = 0; load < LOADS; load += 1) {
    const page = await pageAtRest(browser);
    await page.addInitScript(recordLoading);
    await page.goto(backend.address);
    delays.push(await page.evaluate(() => (globalThis as unknown as Loading).candlesMs));
    await page.locator(".watchlist").waitFor();
    bytes = {
      candles: await page.evaluate(
        transferredBytes,
        await page.evaluate(() => (globalThis as unknown as Loading).readyMs),
      ),
      screen: await page.evaluate(transferredBytes, Number.POSITIVE_INFINITY),
    };
    await page.waitForTimeout(LATE_PARTS_MS);
    tasks.push(await longestTask(page));
    await page.context().close();
  }
  print("first candles", delays, `${LOADS} loads without a cache, from the navigation`);
  print("the longest task of a load", tasks, "on the main thread");
  printLine(
    `scripts and styles, as sent: ${(bytes.candles / 1_000).toFixed(0)} KB for the first candles, ` +
      `${(bytes.screen / 1_000).toFixed(0)} KB for the whole screen`,
  );
});

interface Loading {
  candlesMs: Promise<number>;
  /** The beginning of the frame at which the candles were loaded. */
  readyMs: number;
  tasks: number[];
}

/** Record long tasks, and when the candles were drawn, in ms since the navigation. */
function recordLoading(): void {
  const tasks: number[] = [];
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) tasks.push(duration);
  }).observe({ type: "longtask", buffered: true });
  const candlesMs = new Promise<number>((resolve) => {
    const look = (frameMs: number) => {
      if (document.querySelector('.chart .canvas[data-state="ready"]') === null) {
        requestAnimationFrame(look);
        return;
      }
      Object.assign(globalThis, { readyMs: frameMs });
      // The chart draws at the next frame.
      requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.now())));
    };
    requestAnimationFrame(look);
  });
  Object.assign(globalThis, { candlesMs, tasks });
}

const longestTask = (page: Page): Promise<number> =>
  page.evaluate(() => Math.max(0, ...(globalThis as unknown as Loading).tasks));

/** Return the bytes of the scripts and styles that were requested before a time of the page. */
function transferredBytes(beforeMs: number): number {
  const entries = performance.getEntriesByType("resource") as PerformanceResourceTiming[];
  const isCode = ({ name }: PerformanceEntry) => /\.(js|css)$/.test(name);
  return entries
    .filter((entry) => isCode(entry) && entry.startTime < beforeMs)
    .reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0);
}
