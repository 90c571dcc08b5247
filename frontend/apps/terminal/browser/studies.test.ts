// Indicators and drawings on the chart, against a real backend.
import type { Locator } from "playwright-core";
import { expect, test } from "vitest";
import { boxOf, Finger } from "./support/finger.ts";
import { placeAtRest } from "./support/place.ts";
import { inWindow } from "./support/revealing-page.ts";
import { parseNumber, type TerminalPage } from "./support/terminal-page.ts";
import { TerminalTests } from "./support/terminal-tests.ts";
import { PHONE, windowName } from "./support/window.ts";

const tests = TerminalTests.stepped("STUDIES");
let terminal: TerminalPage;

interface RestBar {
  time: number;
  close: number;
}

async function restBars(symbol: string, count: number): Promise<RestBar[]> {
  const to = Math.floor((await tests.server.now()) / 1_000) + 60;
  const query = `symbol=${symbol}&resolution=1&from_time=${to - 1}&to_time=${to}&count_back=${count}`;
  const response = await fetch(`${tests.address}/api/v1/datafeed/bars?${query}`);
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

/** Press a button of a legend, which a window for fingers has in the list of the indicators. */
async function pressAtLegend(type: string, name: string): Promise<void> {
  if (windowName === "desktop") {
    await legend(type).getByRole("button", { name }).click();
    return;
  }
  await openIndicators();
  await dialog().getByRole("button", { name }).click();
  await terminal.page.keyboard.press("Escape");
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
  terminal = await tests.open();
  await openIndicators();
  await add("Simple moving average");
  await add("Relative strength index");
  await terminal.page.keyboard.press("Escape");
  for (const seconds of [0, 7, 60, 130]) {
    await tests.server.advance(seconds);
    const expected = await restAverage("AAPL", 20);
    await expect.poll(() => legendValue("sma")).toBeCloseTo(expected, 2);
  }
  expect(await legendValue("rsi")).toBeGreaterThan(0);
});

test("settings are changed by keys, and stay for other symbols and after a reload", async () => {
  terminal = await tests.open();
  const { page } = terminal;
  await page.getByRole("button", { name: "Indicators", exact: true }).focus();
  await page.keyboard.press("Enter");
  await dialog().waitFor();
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
  terminal = await tests.open();
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
  await pressAtLegend("rsi", "Hide RSI 14");
  await expect.poll(() => legend("rsi").locator(".indicator-value").count()).toBe(0);
  await pressAtLegend("rsi", "Remove RSI 14");
  await pressAtLegend("volume", "Remove Volume 20");
  await expect.poll(() => page.locator(".indicator-legend").count()).toBe(0);
  await openIndicators();
  await dialog().getByRole("button", { name: "Apply Mine" }).click();
  await page.keyboard.press("Escape");
  await expect.poll(async () => (await top("rsi")) < (await top("volume"))).toBe(true);
});

test("a pane keeps the height that a user gave it, with other settings and after a reload", async () => {
  terminal = await tests.open();
  const { page } = terminal;
  await openIndicators();
  await add("Relative strength index");
  await page.keyboard.press("Escape");
  const top = async () => Math.round((await boxOf(legend("rsi"))).y);
  const [before, { x }] = [await top(), await boxOf(legend("rsi"))];
  // The separator is at the top of the pane, a little above the legend.
  const pane = await page.locator(".indicator-pane-legend").evaluate((each) => {
    const { parentElement } = each;
    return (
      (parentElement?.getBoundingClientRect().top ?? 0) +
      Number.parseFloat((each as HTMLElement).style.top)
    );
  });
  const writes: string[] = [];
  await page.exposeFunction("onWrite", (key: string) => writes.push(key));
  await page.evaluate(() => {
    const { setItem } = Storage.prototype;
    Storage.prototype.setItem = function (key, value) {
      if (key.endsWith("pane-heights")) Reflect.get(globalThis, "onWrite")(key);
      setItem.call(this, key, value);
    };
  });
  await page.mouse.move(x + 300, pane - 4);
  await page.mouse.down();
  await page.mouse.move(x + 300, pane - 34, { steps: 3 });
  await page.mouse.move(x + 300, pane - 84, { steps: 3 });
  await expect.poll(top).toBeLessThan(before - 60);
  expect(writes).toEqual([]);
  await page.mouse.up();
  await expect.poll(() => writes.length).toBe(1);
  const after = await top();
  await openIndicators();
  await add("Simple moving average");
  await page.keyboard.press("Escape");
  await legend("sma").waitFor();
  expect(Math.abs((await top()) - after)).toBeLessThanOrEqual(1);
  await page.reload();
  await terminal.isLoaded();
  await expect.poll(async () => Math.abs((await top()) - after)).toBeLessThanOrEqual(1);
});

test("a finger adds an indicator on a phone, and the prices keep most of the chart", async () => {
  terminal = await tests.open(PHONE);
  const { page } = terminal;
  await page.getByRole("button", { name: "Indicators", exact: true }).tap();
  for (const name of ["Relative strength index", "Average true range", "Stochastic oscillator"])
    await dialog()
      .getByRole("button", { name: `Add ${name}` })
      .tap();
  await dialog().getByRole("button", { name: "Close" }).tap();
  const canvas = await boxOf(page.locator(".chart .canvas"));
  const first = await boxOf(legend("rsi"));
  expect(first.y - canvas.y).toBeGreaterThan(canvas.height * 0.4);
  await expect.poll(() => legendValue("stochastic")).toBeGreaterThanOrEqual(0);
});

interface StoredDrawing {
  kind: string;
  points: { time: number; price: number }[];
}

const stored = async (): Promise<StoredDrawing[]> =>
  JSON.parse(
    (await terminal.page.evaluate(() => localStorage.getItem("trading_api.drawings.AAPL"))) ?? "[]",
  );
const firstPoint = async () => (await stored())[0]?.points[0];
const tool = (name: string): Locator =>
  terminal.page.getByRole("toolbar", { name: "Drawing tools" }).getByRole("button", { name });
const handles = (): Locator => terminal.page.locator(".drawing-handle");

/** Return a place of the chart, as parts of its width and height. */
async function placeOf(x: number, y: number): Promise<[number, number]> {
  const box = await boxOf(terminal.page.locator(".chart .canvas"));
  return [box.x + box.width * x, box.y + box.height * y];
}

test("a line is drawn, dragged to outside of the chart, undone, and stays at its time", async () => {
  terminal = await tests.open();
  const { page } = terminal;
  await tool("Trend line").click();
  await terminal.page.locator(".drawing-hint").waitFor();
  await page.mouse.click(...(await placeOf(0.3, 0.3)));
  await page.mouse.click(...(await placeOf(0.6, 0.4)));
  await expect.poll(() => handles().count()).toBe(2);
  const [drawn] = await stored();
  expect(drawn?.kind).toBe("trend");
  // The drag ends where the button is released, also on another part of the page.
  await page.mouse.move(...(await placeOf(0.45, 0.35)));
  await page.mouse.down();
  await page.mouse.move(...(await placeOf(0.4, 0.5)));
  await page.mouse.move(20, 400);
  await page.mouse.up();
  const moved = await firstPoint();
  expect(moved?.time).toBeLessThan(drawn?.points[0]?.time ?? 0);
  await page.mouse.move(...(await placeOf(0.5, 0.2)));
  expect(await firstPoint()).toEqual(moved);
  await page.keyboard.press("ControlOrMeta+z");
  expect(await stored()).toEqual([drawn]);
  await page.keyboard.press("ControlOrMeta+Shift+z");
  expect(await firstPoint()).toEqual(moved);
  await page.keyboard.press("ControlOrMeta+z");
  // The point is at the same time among bars of five minutes, and after a reload.
  const bars = (await restBars("AAPL", 300)).map(({ time }) => time);
  expect(bars).toContain(drawn?.points[0]?.time);
  await page.getByRole("radio", { name: "5m", exact: true }).click();
  await terminal.isLoaded();
  expect(await stored()).toEqual([drawn]);
  await page.reload();
  await terminal.isLoaded();
  await tool("List of drawings").click();
  await dialog().getByRole("button", { name: "Show Trend line 1" }).click();
  const shown = new Date(drawn?.points[0]?.time ?? 0).toISOString().slice(11, 16);
  await page.getByRole("button", { name: `Trend line 1, point 1: 5 Jan ${shown}` }).waitFor();
});

test("two tabs of a browser show and keep each other's drawings", async () => {
  terminal = await tests.open();
  const { page } = terminal;
  const other = inWindow(await page.context().newPage());
  await other.goto(page.url());
  await other.locator('.chart .canvas[data-state="ready"]').waitFor();
  await tool("Horizontal line").click();
  await page.locator(".drawing-hint").waitFor();
  await page.mouse.click(...(await placeOf(0.5, 0.3)));
  await expect.poll(stored).toHaveLength(1);
  await other.getByRole("button", { name: "List of drawings" }).click();
  const list = other.getByRole("dialog");
  await list.getByRole("button", { name: "Show Horizontal line 1" }).waitFor();
  await tool("Horizontal line").click();
  await page.locator(".drawing-hint").waitFor();
  await page.mouse.click(...(await placeOf(0.5, 0.6)));
  await list.getByRole("button", { name: "Delete Horizontal line 1" }).click();
  await expect.poll(stored).toHaveLength(1);
  // Undo brings the second line back neither to this list nor to the first one.
  await page.keyboard.press("ControlOrMeta+z");
  await expect.poll(stored).toEqual([]);
  await list
    .getByRole("button", { name: "Delete Horizontal line 2" })
    .waitFor({ state: "detached" });
});

test("times of drawings are shown and entered in the zone of the chart", async () => {
  terminal = await tests.open({ timezoneId: "Asia/Tokyo" });
  const { page } = terminal;
  await page.getByLabel("Time zone").selectOption("local");
  await tool("List of drawings").click();
  await dialog().getByRole("button", { name: "Add", exact: true }).click();
  const time = dialog().getByLabel("Time 1 (Tokyo)");
  const shown = Date.parse(`${await time.inputValue()}Z`);
  expect(shown).toBe(((await firstPoint())?.time ?? 0) + 9 * 3_600_000);
  await time.fill("2026-01-05T20:00:01");
  await time.blur();
  await expect.poll(async () => (await firstPoint())?.time).toBe(Date.UTC(2026, 0, 5, 11, 0, 1));
});

test("a drawing outside of the prices leaves their range alone until it is chosen in the list", async () => {
  terminal = await tests.open();
  const { page } = terminal;
  await tool("List of drawings").click();
  await dialog().getByRole("combobox").selectOption("horizontal");
  await dialog().getByRole("button", { name: "Add", exact: true }).click();
  await dialog().getByRole("textbox", { name: "Price 1" }).fill("50");
  await dialog().getByRole("button", { name: "Done" }).click();
  await expect.poll(async () => (await firstPoint())?.price).toBe(50);
  const fit = page.locator(".chart > .edge-lines");
  expect([await handles().first().isVisible(), await fit.count()]).toEqual([false, 0]);
  await tool("List of drawings").click();
  await dialog().getByRole("button", { name: "Show Horizontal line 1" }).click();
  await handles().first().waitFor();
  await fit.click();
  await handles().first().waitFor({ state: "hidden" });
});

test("a magnet attracts a line to a price of the bar, and keys draw, move and delete", async () => {
  terminal = await tests.open();
  const { page } = terminal;
  await tool("Magnet off").click();
  await tool("Magnet near prices").click();
  await tool("Horizontal line").click();
  await terminal.page.locator(".drawing-hint").waitFor();
  await page.mouse.click(...(await placeOf(0.5, 0.1)));
  await expect.poll(() => handles().count()).toBe(1);
  const point = await firstPoint();
  const bar = (await restBars("AAPL", 300)).find(({ time }) => time === point?.time);
  expect(Object.values(bar ?? {})).toContain(point?.price);
  await page.keyboard.press("Delete");
  expect(await stored()).toEqual([]);

  await tool("Rectangle").focus();
  await page.keyboard.press("Enter");
  await expect
    .poll(() =>
      handles()
        .first()
        .evaluate((each) => each === document.activeElement),
    )
    .toBe(true);
  const before = await firstPoint();
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("ArrowRight");
  const after = await firstPoint();
  expect((after?.price ?? 0) - (before?.price ?? 0)).toBeCloseTo(0.01, 6);
  expect((after?.time ?? 0) - (before?.time ?? 0)).toBe(60_000);
  await page.getByRole("button", { name: "Edit Rectangle 1" }).press("Enter");
  await terminal.fill("Price 1", "200.5", dialog());
  await page.keyboard.press("Enter");
  expect((await firstPoint())?.price).toBe(200.5);
  await page.getByRole("button", { name: "Lock Rectangle 1" }).press("Enter");
  await page.keyboard.press("Delete");
  expect((await stored()).length).toBe(1);
  await tool("Delete all drawings").press("Enter");
  expect(await stored()).toEqual([]);
});

test("a finger draws, selects, moves and deletes a line, and scrolls the chart elsewhere", async () => {
  terminal = await tests.open(PHONE);
  const { page } = terminal;
  const finger = await Finger.on(terminal);
  const drag = async (from: [number, number], ...places: [number, number][]) => {
    await finger.down(...from);
    for (const place of places) await finger.move(...place);
    await finger.up();
  };
  await page.getByRole("button", { name: "Draw", exact: true }).tap();
  await tool("Trend line").tap();
  await terminal.page.locator(".drawing-hint").waitFor();
  const [from, middle, to] = await Promise.all([
    placeOf(0.2, 0.4),
    placeOf(0.4, 0.43),
    placeOf(0.6, 0.46),
  ]);
  await drag(from, middle, to);
  await expect.poll(() => handles().count()).toBe(2);
  const drawn = await firstPoint();
  // A tap elsewhere ends the selection; the buttons of the line are at the bottom on the left.
  await page.touchscreen.tap(...(await placeOf(0.8, 0.6)));
  await expect.poll(() => handles().count()).toBe(0);
  await drag(middle, await placeOf(0.45, 0.43));
  expect(await firstPoint()).toEqual(drawn);
  // A chart goes on for a while after a fast finger, until it is touched.
  await page.touchscreen.tap(...(await placeOf(0.5, 0.8)));
  await tool("Undo the drawing").waitFor({ state: "hidden" });
  await page.keyboard.press("ControlOrMeta+z");
  await expect.poll(stored).toEqual([]);
  await page.keyboard.press("ControlOrMeta+Shift+z");
  await page.getByRole("button", { name: "Draw", exact: true }).tap();
  await tool("List of drawings").tap();
  await dialog().getByRole("button", { name: "Show Trend line 1" }).tap();
  const handle = await placeAtRest(handles().first());
  await drag(handle, [handle[0] + 10, handle[1] + 40], [handle[0] + 20, handle[1] + 60]);
  await expect.poll(async () => (await firstPoint())?.price).toBeLessThan(drawn?.price ?? 0);
  await page.touchscreen.tap(
    ...(await placeAtRest(page.getByRole("button", { name: "Delete Trend line 1" }))),
  );
  // A tap becomes a click after it has ended.
  await expect.poll(stored).toEqual([]);
});
