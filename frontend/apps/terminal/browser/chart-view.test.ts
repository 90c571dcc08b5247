// How a chart shows its series: types, scales, comparisons, dates, zones, sessions and pictures.
import type { Locator, Page } from "playwright-core";
import { expect, test } from "vitest";
import { type Opening, parseNumber, type TerminalPage } from "./support/terminal-page.ts";
import { TerminalTests } from "./support/terminal-tests.ts";

const SLOW = { timeout: 10_000 };

const tests = TerminalTests.stepped("VIEW");
let terminal: TerminalPage;
let page: Page;

interface WireBar {
  time: number;
  open: number;
  high: number;
  low: number;
  close: number;
}

async function open(options: Opening = {}): Promise<void> {
  terminal = await tests.open(options);
  page = terminal.page;
  await typeSwitch().waitFor();
}

const typeSwitch = () => page.getByRole("combobox", { name: "Chart type" });
const scale = (name: string) => page.getByRole("radio", { name, exact: true });
const button = (name: string) => page.getByRole("button", { name, exact: true });
const legend = () => page.getByTestId("legend");
const period = () => page.getByTestId("period").innerText();
const canvas = () => page.locator(".chart .canvas");

/** Return bars of the history up to now, ascending. */
async function history(symbol: string, resolution: string, count: number): Promise<WireBar[]> {
  const now = (await tests.server.now()) / 1_000;
  const query = new URLSearchParams({
    ...{ symbol, resolution, count_back: String(count) },
    ...{ from_time: String(now), to_time: String(now + 1) },
  });
  const response = await fetch(`${tests.address}/api/v1/datafeed/bars?${query}`);
  if (!response.ok) throw new Error(await response.text());
  return (await response.json()).bars;
}

async function limitPrices(): Promise<number[]> {
  const orders = await tests.get<{ limitPrice: number }[]>("orders");
  return orders.map(({ limitPrice }) => limitPrice);
}

async function placeLimit(quantity: number, limit: number): Promise<Locator> {
  await terminal.fillTicket({ type: "Limit", quantity, limit });
  await terminal.place();
  await terminal.view("Chart");
  const handle = page.getByRole("slider", { name: `Limit buy ${quantity}`, exact: true });
  const far = page.getByRole("button", { name: "below the visible prices: show" });
  await handle.or(far).first().waitFor();
  if (await far.isVisible()) await far.click();
  await handle.waitFor();
  return handle;
}

const heightOf = (handle: Locator) =>
  handle.evaluate(
    (element) => (element.closest(".price-line") ?? element).getBoundingClientRect().y,
  );

test("each type looks different, keeps the true prices in the legend, and is remembered", async () => {
  await open();
  const pictures = new Set<string>();
  for (const type of ["candles", "hollow", "bars", "line", "area", "heikinAshi"]) {
    await typeSwitch().selectOption(type);
    await expect
      .poll(async () => pictures.has((await canvas().screenshot()).toString("base64")))
      .toBe(false);
    pictures.add((await canvas().screenshot()).toString("base64"));
  }
  await legend().getByText("Heikin-Ashi").waitFor();
  await tests.server.advance(70);
  const last = (await history("AAPL", "1", 1)).at(-1);
  if (last === undefined) throw new Error("no bars");
  const [o, h, l, c] = [last.open, last.high, last.low, last.close].map((price) =>
    price.toFixed(2),
  );
  await expect
    .poll(() => legend().innerText())
    .toMatch(new RegExp(`O\\s+${o}\\s+H\\s+${h}\\s+L\\s+${l}\\s+C\\s+${c}`));
  await page.reload();
  await terminal.isLoaded();
  await legend().getByText("Heikin-Ashi").waitFor();
  expect(await typeSwitch().inputValue()).toBe("heikinAshi");
  expect(await canvas().getAttribute("aria-label")).toBe("Heikin-Ashi of AAPL, resolution 1");
});

test("lines stay at their prices on each scale, and are dragged to the price they show", async () => {
  await open();
  await button("All").click();
  await expect.poll(period).toBe("Jan 2007 to Jan 2026");
  const { bid } = await terminal.quote();
  const prices = [bid - 1, bid - 40, bid - 80].map((price) => Number(price.toFixed(2)));
  const handles: Locator[] = [];
  for (const [index, price] of prices.entries()) handles.push(await placeLimit(index + 1, price));
  const [first] = handles as [Locator, Locator, Locator];
  for (const { name, real } of [
    { name: "Linear", real: (price: number) => price },
    { name: "Log", real: Math.log },
    { name: "%", real: (price: number) => price },
  ]) {
    await scale(name).click();
    expect(await scale(name).getAttribute("aria-checked")).toBe("true");
    // The heights are whole pixels, so that two of them place the third within one.
    await expect
      .poll(async () => {
        const [a, b, c] = (await Promise.all(handles.map(heightOf))) as [number, number, number];
        const [first, second, third] = prices.map(real) as [number, number, number];
        return Math.abs(b - a - ((c - a) * (first - second)) / (first - third));
      }, SLOW)
      .toBeLessThanOrEqual(1);
    // This line is among the candles, so that moving it does not change the range of prices.
    const box = await first.boundingBox();
    if (box === null) throw new Error("no line");
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move(x, y + 20, { steps: 3 });
    const moved = Number(await first.getAttribute("aria-valuenow"));
    const dropped = await heightOf(first);
    await page.mouse.up();
    await expect.poll(limitPrices, SLOW).toContain(moved);
    expect(moved).toBeLessThan(prices[0] ?? 0);
    await expect.poll(async () => Math.abs((await heightOf(first)) - dropped)).toBeLessThan(2);
    prices[0] = moved;
  }
});

test("a comparison shows the live change since the first visible bar, and is removed", async () => {
  await open();
  await button("Compare").click();
  await page.getByRole("dialog").getByRole("searchbox").fill("micro");
  await expect.poll(() => page.getByRole("dialog").getByRole("listitem").count()).toBe(1);
  await page.getByRole("dialog").getByRole("button", { name: "MSFT" }).press("Enter");
  await page.getByRole("dialog").getByRole("searchbox").fill("btc");
  await page.getByRole("dialog").getByRole("button", { name: "BTCUSD" }).click();
  await page.keyboard.press("Escape");
  expect(await scale("%").getAttribute("aria-checked")).toBe("true");
  const shown = async (symbol: string) =>
    (await page.locator(`[data-compared="${symbol}"] [data-value]`).innerText()).trim();
  const expected = async (symbol: string) => {
    const from = /(\d\d:\d\d) to/.exec(await period())?.[1] ?? "";
    const bars = await history(symbol, "1", 200);
    const first = bars.findLast(({ time }) => new Date(time).toISOString().slice(11, 16) === from);
    return ((bars.at(-1)?.close ?? 0) / (first?.close ?? 1) - 1) * 100;
  };
  for (let step = 0; step < 2; step += 1) {
    for (const symbol of ["MSFT", "BTCUSD"]) {
      await expect
        .poll(async () => parseNumber((await shown(symbol)).replace("%", "")), SLOW)
        .toBeCloseTo(await expected(symbol), 1);
    }
    await tests.server.advance(90);
  }
  await page.reload();
  await terminal.isLoaded();
  await expect.poll(() => shown("BTCUSD"), SLOW).toMatch(/%$/);
  await button("Remove MSFT from the comparison").click();
  await button("Remove BTCUSD from the comparison").press("Enter");
  await expect.poll(() => scale("Linear").getAttribute("aria-checked")).toBe("true");
});

test("the legend has no price of one symbol under the name of another", async () => {
  let answer = () => {};
  const isAsked = new Promise<void>((resolve) => {
    answer = resolve;
  });
  terminal = await tests.open({ isLoaded: false });
  page = terminal.page;
  await page.route("**/datafeed/resolve/EURUSD", async (route) => {
    await isAsked;
    await route.continue();
  });
  await page.reload();
  await terminal.isLoaded();
  await terminal.view("Watch");
  await page.locator('tr[data-symbol="EURUSD"] button.row').click();
  await terminal.view("Chart");
  const prices = () => legend().locator(".ohlc").innerText();
  await expect.poll(() => legend().locator("strong").innerText()).toBe("EURUSD");
  expect(await prices()).toBe("");
  answer();
  const [last] = (await history("EURUSD", "1", 1)) as [WireBar];
  await expect.poll(prices, SLOW).toContain(last.close.toFixed(5));
});

test("the mark of an indicator has the decimals of a symbol that is chosen later", async () => {
  await open();
  // A mark is drawn on a canvas.
  await page.addInitScript(() => {
    const texts: string[] = [];
    Object.assign(globalThis, { drawnTexts: texts });
    const { fillText } = CanvasRenderingContext2D.prototype;
    CanvasRenderingContext2D.prototype.fillText = function (...drawn) {
      texts.push(drawn[0]);
      fillText.apply(this, drawn);
    };
  });
  await page.reload();
  await terminal.isLoaded();
  await button("Indicators").click();
  await button("Add Simple moving average").click();
  await page.keyboard.press("Escape");
  await terminal.view("Watch");
  await page.locator('tr[data-symbol="EURUSD"] button.row').click();
  await terminal.view("Chart");
  const value = page.locator('.indicator-legend[data-indicator="sma"] .indicator-value');
  await expect.poll(() => value.innerText(), SLOW).toMatch(/^1\.\d{5}$/);
  const drawn = () => page.evaluate(() => Reflect.get(globalThis, "drawnTexts"));
  await expect.poll(drawn).toContain(await value.innerText());
});

test("a date is shown however far back it is, and the seam to live bars stays right", async () => {
  await open();
  const go = async (date: string, time?: string) => {
    await page.locator("body").press("j");
    await page.getByLabel("Date", { exact: true }).fill(date);
    if (time !== undefined) await page.getByLabel("Time", { exact: true }).fill(time);
    await button("Go").click();
  };
  await go("2025-12-20", "10:15");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  const shown = /^20 Dec 2025 (\d\d:\d\d) to (\d\d:\d\d)$/.exec(await period());
  expect(shown, await period()).not.toBe(null);
  const [, from = "", to = ""] = shown ?? [];
  expect(from < "10:15" && "10:15" < to).toBe(true);
  await page.getByRole("button", { name: /To the latest/ }).click();
  await tests.server.advance(150);
  const last = (await history("AAPL", "1", 1)).at(-1);
  await expect.poll(() => legend().innerText()).toContain(`C\n${last?.close.toFixed(2)}`);
  await go("2007-01-01", "00:00");
  await page.getByRole("alert").filter({ hasText: "too far back" }).waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("radio", { name: "1d", exact: true }).click();
  await terminal.isLoaded();
  await go("2001-09-09");
  await page.getByRole("alert").filter({ hasText: "no bars before 1 Jan 2007" }).waitFor();
  await page.keyboard.press("Escape");
  expect(await period()).toMatch(/^1 Jan 2007 to /);
});

test("a range has a fitting resolution, and shows its time up to the newest bar", async () => {
  await open({ viewport: { width: 1440, height: 900 } });
  const newest = (await history("AAPL", "5", 1)).at(-1)?.time ?? 0;
  const hour = new Date(newest).toISOString().slice(11, 13);
  const ranges = {
    "1D": ["5m", new RegExp(`^4 Jan ${hour}:\\d\\d to 5 Jan ${hour}:\\d\\d$`)],
    "5D": ["30m", /^31 Dec 2025 1\d:\d0 to 5 Jan 1\d:\d0$/],
    "6M": ["1d", /^[4-6] Jul 2025 to 5 Jan 2026$/],
    All: ["1M", /^Jan 2007 to Jan 2026$/],
  } as const;
  for (const [range, [resolution, shown]] of Object.entries(ranges)) {
    await button(range).click();
    await expect.poll(period, SLOW).toMatch(shown);
    expect(
      await page.getByRole("radio", { name: resolution, exact: true }).getAttribute("aria-checked"),
    ).toBe("true");
  }
});

test("times, sessions and the countdown follow the exchange of the symbol", async () => {
  await open({ timezoneId: "Asia/Tokyo", isLoaded: false });
  // The simulated market trades around the clock.
  await page.route("**/datafeed/resolve/AAPL", async (route) => {
    const answer = await route.fetch();
    const hours = { session: "0930-1600", timezone: "America/New_York" };
    await route.fulfill({ json: { ...(await answer.json()), ...hours } });
  });
  await page.reload();
  await terminal.isLoaded();
  const barTime = page.getByTestId("bar-time");
  const countdown = () => page.getByTestId("countdown").innerText();
  const now = new Date((await tests.server.now()) - 1);
  const at = (hours: number) =>
    new Date(now.getTime() + hours * 3_600_000).toISOString().slice(11, 16);
  await expect.poll(() => barTime.innerText()).toContain(`5 Jan 2026 ${at(0)}`);
  expect(await barTime.innerText()).toContain("outside of trading hours");
  expect(await countdown()).toBe("");
  const zones = page.getByRole("combobox", { name: "Time zone" });
  await zones.selectOption("exchange");
  await expect.poll(() => barTime.innerText()).toContain(`5 Jan 2026 ${at(-5)}`);
  await zones.selectOption("local");
  await expect.poll(() => barTime.innerText()).toContain(`5 Jan 2026 ${at(9)}`);
  const shaded = (await canvas().screenshot()).toString("base64");
  await button("Sessions").click();
  await expect
    .poll(async () => (await canvas().screenshot()).toString("base64") === shaded)
    .toBe(false);
  expect(await barTime.innerText()).not.toContain("outside");
  await page.getByRole("radio", { name: "1d", exact: true }).click();
  await terminal.isLoaded();
  await expect.poll(() => barTime.innerText()).toBe("5 Jan 2026");
  // Another symbol trades around the clock, and its day ends at midnight.
  await terminal.view("Watch");
  await page.locator('tr[data-symbol="BTCUSD"] button.row').click();
  await terminal.isLoaded();
  const hours = Math.floor((Date.UTC(2026, 0, 6) - (await tests.server.now())) / 3_600_000);
  await expect
    .poll(countdown, SLOW)
    .toMatch(new RegExp(`^The bar closes in ${hours}:\\d\\d:\\d\\d$`));
  expect(await barTime.innerText()).toBe("5 Jan 2026");
});

test("a picture has the chart, its lines and its legend, also on a phone", async () => {
  await open({ viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true });
  const { bid } = await (async () => {
    await terminal.view("Trade");
    return terminal.quote();
  })();
  const limit = Number((bid - 0.05).toFixed(2));
  await terminal.fillTicket({ type: "Limit", quantity: 1, limit });
  await terminal.place();
  await terminal.view("Chart");
  await terminal.line("Limit buy 1").waitFor();
  await page.getByRole("radio", { name: "5m", exact: true }).tap();
  await terminal.isLoaded();
  await button("1D").tap();
  await terminal.isLoaded();
  const download = page.waitForEvent("download");
  await button("Screenshot").tap();
  const file = await download;
  expect(file.suggestedFilename()).toMatch(/^AAPL-\d+-2026-01-05-1\d-\d\d\.png$/);
  const { readFile } = await import("node:fs/promises");
  const bytes = (await readFile(await file.path())).toString("base64");
  const lineY = await terminal.line("Limit buy 1").evaluate((line) => {
    const chart = line.closest(".chart")?.getBoundingClientRect();
    return line.getBoundingClientRect().y - (chart?.y ?? 0);
  });
  const found = await page.evaluate(
    async ({ bytes, lineY }) => {
      const data = Uint8Array.from(atob(bytes), (letter) => letter.charCodeAt(0));
      const picture = await createImageBitmap(new Blob([data], { type: "image/png" }));
      const canvas = document.createElement("canvas");
      [canvas.width, canvas.height] = [picture.width, picture.height];
      const ctx = canvas.getContext("2d");
      if (ctx === null) throw new Error("no canvas");
      ctx.drawImage(picture, 0, 0);
      const ratio = picture.width / (document.querySelector(".chart")?.clientWidth ?? 1);
      const colours = (top: number, height: number) => {
        const { data } = ctx.getImageData(0, top * ratio, picture.width, height * ratio);
        const all = new Map<string, number>();
        for (let at = 0; at < data.length; at += 4) {
          const name = `${data[at]},${data[at + 1]},${data[at + 2]}`;
          all.set(name, (all.get(name) ?? 0) + 1);
        }
        return all;
      };
      const probe = document.createElement("span");
      probe.style.color = "var(--up)";
      document.body.append(probe);
      const up = getComputedStyle(probe).color.replace(/[^\d,]/g, "");
      probe.remove();
      return {
        ratio,
        // The header is 28 pixels high.
        line: colours(28 + lineY - 1, 3).get(up) ?? 0,
        header: colours(0, 28).size,
        legend: colours(36, 60).size,
      };
    },
    { bytes, lineY },
  );
  expect(found.line).toBeGreaterThan(100);
  expect(found.header).toBeGreaterThan(2);
  expect(found.legend).toBeGreaterThan(2);
});

test("the legend ends with the price pane, and shows the button that has the focus", async () => {
  terminal = await tests.open({ viewport: { width: 1280, height: 640 } });
  const { page } = terminal;
  await page.getByRole("button", { name: "Indicators", exact: true }).click();
  const dialog = page.getByRole("dialog");
  for (const name of ["Relative strength index", "Bollinger Bands", "Average true range"])
    await dialog.getByRole("button", { name: `Add ${name}` }).click();
  for (let count = 0; count < 4; count += 1)
    await dialog.getByRole("button", { name: "Add Simple moving average" }).click();
  await page.keyboard.press("Escape");
  const last = page.locator(".chart .legend .indicator-legend").last();
  const button = last.getByRole("button").last();
  /** Return whether a press at the middle of the button presses it. */
  const isInView = () =>
    button.evaluate((element) => {
      const { left, top, width, height } = element.getBoundingClientRect();
      return document.elementFromPoint(left + width / 2, top + height / 2) === element;
    });
  await last.waitFor();
  await expect.poll(isInView).toBe(false);
  await button.focus();
  await expect.poll(isInView).toBe(true);
});
