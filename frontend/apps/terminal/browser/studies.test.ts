// Indicators and drawings on the chart, against a real backend.
import type { Browser, Locator } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { CHROMIUM_MISSING, chromiumPath, launchChromium } from "./support/chromium.ts";
import { SteppedMarket } from "./support/stepped-market.ts";
import { parseNumber, TerminalPage } from "./support/terminal-page.ts";

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

interface RestBar {
  time: number;
  close: number;
}

async function restBars(symbol: string, count: number): Promise<RestBar[]> {
  const to = Math.floor((await market.now()) / 1_000) + 60;
  const query = `symbol=${symbol}&resolution=1&from_time=${to - 1}&to_time=${to}&count_back=${count}`;
  const response = await fetch(`${market.address}/api/v1/datafeed/bars?${query}`);
  return ((await response.json()) as { bars: RestBar[] }).bars.slice(-count);
}

async function restAverage(symbol: string, length: number): Promise<number> {
  const bars = await restBars(symbol, length);
  return bars.reduce((sum, { close }) => sum + close, 0) / length;
}

const dialog = (): Locator => terminal.page.getByRole("dialog");
const legend = (type: string): Locator =>
  terminal.page.locator(`.chart .indicator-legend[data-indicator="${type}"]`);
const legendValue = async (type: string): Promise<number> =>
  parseNumber(await legend(type).locator(".indicator-value").first().innerText());

async function openIndicators(): Promise<void> {
  await terminal.page.getByRole("button", { name: "Indicators", exact: true }).click();
  await dialog().waitFor();
}

async function selectSymbol(symbol: string): Promise<void> {
  await terminal.page.locator("body").press("/");
  await dialog().waitFor();
  await terminal.page.keyboard.type(symbol);
  await dialog().getByRole("option").filter({ hasText: symbol }).first().click();
  await terminal.page.getByRole("region", { name: `Chart of ${symbol}` }).waitFor();
}

const add = (name: string): Promise<void> =>
  dialog()
    .getByRole("button", { name: `Add ${name}`, exact: true })
    .click();

test("an average has the values of the server's bars, with each update and new bar", async () => {
  terminal = await TerminalPage.open(browser, market.address);
  await openIndicators();
  await add("Simple moving average");
  await add("Relative strength index");
  await terminal.page.keyboard.press("Escape");
  for (const seconds of [0, 7, 60, 130]) {
    await market.advance(seconds);
    const expected = await restAverage("AAPL", 20);
    await expect.poll(() => legendValue("sma")).toBeCloseTo(expected, 2);
  }
  expect(await legendValue("rsi")).toBeGreaterThan(0);
});

test("settings are changed by keys, and stay for other symbols and after a reload", async () => {
  terminal = await TerminalPage.open(browser, market.address);
  const { page } = terminal;
  await page.getByRole("button", { name: "Indicators", exact: true }).focus();
  await page.keyboard.press("Enter");
  await page.keyboard.type("simple");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await dialog().getByRole("button", { name: "Settings of SMA 20" }).focus();
  await page.keyboard.press("Enter");
  const length = dialog().getByRole("textbox", { name: "Length" });
  await length.focus();
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.type("50");
  await page.keyboard.press("Enter");
  await dialog().waitFor({ state: "detached" });
  await expect.poll(() => legendValue("sma")).toBeCloseTo(await restAverage("AAPL", 50), 2);
  await page.reload();
  await terminal.isLoaded();
  await expect.poll(() => legend("sma").innerText()).toContain("SMA 50");
  await selectSymbol("MSFT");
  await expect.poll(async () => legendValue("sma")).toBeCloseTo(await restAverage("MSFT", 50), 2);
  // Only MSFT loses its own copy.
  await openIndicators();
  await dialog()
    .getByRole("checkbox", { name: /Only for MSFT/ })
    .check();
  await dialog().getByRole("button", { name: "Remove SMA 50" }).click();
  await page.keyboard.press("Escape");
  await expect.poll(() => legend("sma").count()).toBe(0);
  await selectSymbol("AAPL");
  await expect.poll(() => legend("sma").count()).toBe(1);
});

test("panes are ordered, hidden and removed, and a template brings them back", async () => {
  terminal = await TerminalPage.open(browser, market.address);
  const { page } = terminal;
  await openIndicators();
  await add("Relative strength index");
  await add("Volume and its average");
  await dialog().getByRole("textbox", { name: "Save as" }).fill("Mine");
  await dialog().getByRole("button", { name: "Save", exact: true }).click();
  await page.keyboard.press("Escape");
  const top = async (type: string) => (await legend(type).boundingBox())?.y ?? Number.NaN;
  await expect.poll(async () => (await top("rsi")) < (await top("volume"))).toBe(true);
  await openIndicators();
  await dialog().getByRole("button", { name: "Move RSI 14 down" }).click();
  await page.keyboard.press("Escape");
  await expect.poll(async () => (await top("rsi")) > (await top("volume"))).toBe(true);
  await legend("rsi").getByRole("button", { name: "Hide RSI 14" }).click();
  await expect.poll(() => legend("rsi").locator(".indicator-value").count()).toBe(0);
  await legend("rsi").getByRole("button", { name: "Remove RSI 14" }).click();
  await legend("volume").getByRole("button", { name: "Remove Volume 20" }).click();
  await expect.poll(() => page.locator(".indicator-legend").count()).toBe(0);
  await openIndicators();
  await dialog().getByRole("button", { name: "Apply Mine" }).click();
  await page.keyboard.press("Escape");
  await expect.poll(async () => (await top("rsi")) < (await top("volume"))).toBe(true);
});

test("a finger adds an indicator on a phone, and the prices keep most of the chart", async () => {
  const viewport = { width: 360, height: 740 };
  const phone = { viewport, hasTouch: true, isMobile: true };
  terminal = await TerminalPage.open(browser, market.address, phone);
  const { page } = terminal;
  await page.getByRole("button", { name: "Indicators", exact: true }).tap();
  for (const name of ["Relative strength index", "Average true range", "Stochastic oscillator"])
    await dialog()
      .getByRole("button", { name: `Add ${name}` })
      .tap();
  await dialog().getByRole("button", { name: "Close" }).tap();
  const canvas = await page.locator(".chart .canvas").boundingBox();
  const first = await legend("rsi").boundingBox();
  if (canvas === null || first === null) throw new Error("not visible");
  expect(first.y - canvas.y).toBeGreaterThan(canvas.height * 0.4);
  await expect.poll(() => legendValue("stochastic")).toBeGreaterThanOrEqual(0);
});
