// Four charts, and the frames of their page.
import type { Browser, BrowserContext, Page } from "playwright-core";

/** Open a page with four charts, each of which has the `indicators`. */
export async function openCharts(
  browser: Browser,
  indicators: readonly string[],
): Promise<{ context: BrowserContext; page: Page }> {
  const context = await browser.newContext({ viewport: { width: 1920, height: 1080 } });
  const page = await context.newPage();
  await page.addInitScript((types) => {
    const set = (name: string, value: unknown) =>
      localStorage.setItem(`trading_api.${name}`, JSON.stringify(value));
    set("charts.grid", "four");
    const shared = types.map((type, index) => ({ id: `${index + 1}`, type }));
    for (const id of [1, 2, 3, 4]) set(`chart.${id}.indicators`, { shared, symbols: {} });
  }, indicators);
  return { context, page };
}

/** Load the terminal of a server, and wait until each chart has its candles. */
export async function load(page: Page, address: string): Promise<void> {
  await page.goto(`${address}/?symbol=BTCUSD`);
  for (let chart = 0; chart < 4; chart += 1)
    await page.locator('.chart .canvas[data-state="ready"]').nth(chart).waitFor();
  await page.waitForTimeout(2_000);
}

export interface Frames {
  frames: number;
  longestFrame: number;
  longestTask: number;
}

export const rate = ({ frames, longestFrame, longestTask }: Frames, ms: number): string =>
  `${((frames / ms) * 1_000).toFixed(1)} a second, the longest ${longestFrame.toFixed(0)} ms, ` +
  `the longest task ${longestTask === 0 ? "below 50" : longestTask.toFixed(0)} ms`;

/** Count the frames of a page. A task is counted from 50 ms on. */
export function countFrames(ms: number): Promise<Frames> {
  let longestTask = 0;
  const observer = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) longestTask = Math.max(longestTask, duration);
  });
  observer.observe({ type: "longtask" });
  return new Promise((resolve) => {
    const began = performance.now();
    let [frames, longestFrame, last] = [0, 0, began];
    const count = (now: number) => {
      frames += 1;
      longestFrame = Math.max(longestFrame, now - last);
      last = now;
      if (now - began < ms) {
        requestAnimationFrame(count);
        return;
      }
      observer.disconnect();
      resolve({ frames, longestFrame, longestTask });
    };
    requestAnimationFrame(count);
  });
}
