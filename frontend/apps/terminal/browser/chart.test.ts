// What is drawn on the chart and over it, against a real backend.
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { CHROMIUM_MISSING, chromiumPath, launchChromium } from "./support/chromium.ts";
import { SteppedMarket } from "./support/stepped-market.ts";
import { TerminalPage } from "./support/terminal-page.ts";

let market: SteppedMarket;
let browser: Browser;
let terminal: TerminalPage;

beforeAll(async () => {
  if (chromiumPath === undefined) return;
  [market, browser] = await Promise.all([SteppedMarket.start(), launchChromium()]);
});

beforeEach((context) => {
  if (chromiumPath === undefined) context.skip(CHROMIUM_MISSING);
});

afterEach(() => terminal?.close());

afterAll(async () => {
  await browser?.close();
  await market?.backend.stop();
});

/** Return the heights of the labels in the colour `--muted` on the price axis, which brackets have. */
function labelHeights(): Promise<number[]> {
  return terminal.page.evaluate(() => {
    const probe = document.createElement("span");
    probe.style.color = "var(--muted)";
    document.body.append(probe);
    const wanted = getComputedStyle(probe).color.match(/\d+/g)?.slice(0, 3).map(Number) ?? [];
    probe.remove();
    const canvases = [
      ...document.querySelectorAll<HTMLCanvasElement>(".chart td:last-child canvas"),
    ];
    const rows = new Set<number>();
    for (const canvas of canvases) {
      const context = canvas.getContext("2d");
      if (context === null || canvas.width === 0 || canvas.height < 60) continue;
      const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
      for (let y = 0; y < canvas.height; y += 1) {
        let count = 0;
        for (let x = 0; x < canvas.width; x += 1) {
          const at = (y * canvas.width + x) * 4;
          if (wanted.every((part, n) => Math.abs((data[at + n] ?? 0) - part) < 3)) count += 1;
        }
        // The letters of the axis have the same colour, and only a label fills its row.
        if (count > canvas.width / 2) rows.add(y);
      }
    }
    return [...rows].sort((a, b) => a - b);
  });
}

test("lines outside of the visible prices have no labels", async () => {
  terminal = await TerminalPage.open(browser, market.address, { account: "LABELS" });
  const { bid } = await terminal.quote();
  await terminal.show("Orders");
  const far = { type: "Limit", limit: bid - 0.3, stopLoss: bid / 4 } as const;
  await terminal.fillTicket({ ...far, quantity: 1, takeProfit: bid + 0.1 });
  await terminal.place();
  await expect.poll(() => terminal.orders.count()).toBe(3);
  await terminal.fillTicket({ ...far, quantity: 2 });
  await terminal.place();
  await expect.poll(() => terminal.orders.count()).toBe(5);
  // The take profit is near the market, and both stop losses are far away, at one price. The chart
  // would move their labels apart, into its view.
  await expect.poll(async () => (await labelHeights()).length).toBeGreaterThan(5);
  const heights = await labelHeights();
  expect((heights.at(-1) ?? 0) - (heights[0] ?? 0)).toBeLessThan(40);
});

test("a stop-limit order has a line for each of its prices", async () => {
  terminal = await TerminalPage.open(browser, market.address, { account: "STOP-LIMIT" });
  const { ask } = await terminal.quote();
  await terminal.fillTicket({ type: "Stop limit", quantity: 1, stop: ask + 0.2, limit: ask + 0.4 });
  await terminal.place();
  await terminal.show("Orders");
  await terminal.orders.filter({ hasText: "Working" }).waitFor();
  expect(await terminal.cell(terminal.orders, "stop").innerText()).toBe((ask + 0.2).toFixed(2));
  expect(await terminal.cell(terminal.orders, "limit").innerText()).toBe((ask + 0.4).toFixed(2));
});

test.each([
  { width: 1440, height: 900 },
  { width: 1100, height: 800 },
  { width: 360, height: 740 },
])("notifications do not cover the chart at a width of $width", async (viewport) => {
  terminal = await TerminalPage.open(browser, market.address, { account: "TOASTS", viewport });
  const { page } = terminal;
  if (viewport.width < 761) await page.getByRole("button", { name: "Trade", exact: true }).click();
  await terminal.fillTicket({ quantity: 1 });
  await terminal.place();
  await terminal.toast("Bought 1 AAPL").waitFor();
  if (viewport.width < 761) await page.getByRole("button", { name: "Chart", exact: true }).click();
  const canvas = await page.locator(".chart .canvas").boundingBox();
  const toast = await terminal.toast("Bought 1 AAPL").boundingBox();
  if (canvas === null || toast === null) throw new Error("not visible");
  const isBeside = toast.x + toast.width <= canvas.x || toast.x >= canvas.x + canvas.width;
  expect(isBeside || toast.y + toast.height <= canvas.y).toBe(true);
});
