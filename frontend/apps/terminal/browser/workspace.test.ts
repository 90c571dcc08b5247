// The arrangement of the screen: several charts, sizes of panes, layouts, keys, narrow windows.
import type { Browser, Locator } from "playwright-core";
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

const widthOf = async (locator: Locator) => Math.round((await locator.boundingBox())?.width ?? 0);

test("the edge of a pane is moved by mouse and keys, remembered, and reset", async () => {
  terminal = await TerminalPage.open(browser, market.address);
  const { page } = terminal;
  const watchlist = page.getByRole("region", { name: "Watchlist" });
  const edge = page.getByRole("separator", { name: "Size of: Watchlist" });
  const before = await widthOf(watchlist);
  const box = await edge.boundingBox();
  if (box === null) throw new Error("no edge");
  await page.mouse.move(box.x + 4, box.y + 300);
  await page.mouse.down();
  await page.mouse.move(box.x + 54, box.y + 300, { steps: 5 });
  await page.mouse.up();
  await expect.poll(() => widthOf(watchlist)).toBe(before + 50);
  await edge.press("ArrowLeft");
  await expect.poll(() => widthOf(watchlist)).toBe(before + 34);
  expect(await edge.getAttribute("aria-valuenow")).toBe(String(before + 34));
  await page.reload();
  await terminal.isLoaded();
  expect(await widthOf(watchlist)).toBe(before + 34);
  await edge.press("Enter");
  await watchlist.waitFor({ state: "hidden" });
  await edge.press("Enter");
  await edge.dblclick();
  await expect.poll(() => widthOf(watchlist)).toBe(before);
  await edge.press("End");
  await expect.poll(() => widthOf(watchlist)).toBe(1440 * 0.4);
});
