// A page with four charts.
import type { Browser, Page } from "playwright-core";
import { pageAtRest } from "./page-at-rest.ts";

/** Open a page with four charts, of which so many have the `indicators`. */
export async function openCharts(
  browser: Browser,
  indicators: readonly string[],
  charts = 4,
): Promise<Page> {
  const page = await pageAtRest(browser, { viewport: { width: 1920, height: 1080 } });
  const settings = { types: indicators, charts };
  await page.addInitScript(({ types, charts }) => {
    const set = (name: string, value: unknown) =>
      localStorage.setItem(`trading_api.${name}`, JSON.stringify(value));
    set("charts.grid", "four");
    const shared = types.map((type, index) => ({ id: `${index + 1}`, type }));
    for (let id = 1; id <= charts; id += 1) {
      set(`chart.${id}.indicators`, { shared, symbols: {} });
    }
  }, settings);
  return page;
}

/** Load the terminal of a server, and wait until each chart has its candles. */
export async function load(page: Page, address: string): Promise<void> {
  await page.goto(`${address}/?symbol=BTCUSD`);
  for (let chart = 0; chart < 4; chart += 1)
    await page.locator('.chart .canvas[data-state="ready"]').nth(chart).waitFor();
  await page.waitForTimeout(2_000);
}
