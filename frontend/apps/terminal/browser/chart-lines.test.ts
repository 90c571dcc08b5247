// The lines of orders on the chart, moved by mouse, touch and keys, against a real backend.
import type { Browser, Locator } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { CHROMIUM_MISSING, chromiumPath, launchChromium } from "./support/chromium.ts";
import { SteppedMarket } from "./support/stepped-market.ts";
import { TerminalPage } from "./support/terminal-page.ts";

/** A command goes to the server and back. */
const SLOW = { timeout: 10_000 };

let market: SteppedMarket;
let browser: Browser;
let terminal: TerminalPage;
let account: string;
let accounts = 0;

beforeAll(async () => {
  if (chromiumPath === undefined) return;
  [market, browser] = await Promise.all([SteppedMarket.start(), launchChromium()]);
});

beforeEach((context) => {
  if (chromiumPath === undefined) context.skip(CHROMIUM_MISSING);
  accounts += 1;
  account = `LINES-${accounts}`;
});

afterEach(() => terminal?.close());

afterAll(async () => {
  await browser?.close();
  await market?.backend.stop();
});

interface WireOrder {
  type: number;
  limitPrice?: number;
  stopPrice?: number;
  parentId?: string;
}

async function orders(): Promise<WireOrder[]> {
  const response = await fetch(`${market.address}/api/v1/broker/orders?account_id=${account}`);
  return response.json();
}

const limitPrice = async () =>
  (await orders()).find(({ parentId }) => parentId === undefined)?.limitPrice;

/** Place a limit order near the market, and return the handle of its line and its price. */
async function placeLimit(): Promise<{ handle: Locator; price: number }> {
  const { bid } = await terminal.quote();
  const price = Number((bid - 0.05).toFixed(2));
  await terminal.fillTicket({ type: "Limit", quantity: 1, limit: price });
  await terminal.place();
  return { handle: handle("Limit buy 1"), price };
}

const handle = (title: string) => terminal.page.getByRole("slider", { name: title, exact: true });

async function middleOf(element: Locator): Promise<{ x: number; y: number }> {
  const box = await element.boundingBox();
  if (box === null) throw new Error("not visible");
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

const shownPrice = async (element: Locator) => Number(await element.getAttribute("aria-valuenow"));

test("a line that is dragged modifies its order when the mouse is released", async () => {
  terminal = await TerminalPage.open(browser, market.address, { account });
  const { page } = terminal;
  const { handle, price } = await placeLimit();
  const { x, y } = await middleOf(handle);
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x, y + 60, { steps: 5 });
  const moved = await shownPrice(handle);
  expect(moved).toBeLessThan(price);
  expect(await limitPrice()).toBe(price);
  expect(moved).toBe(Number(moved.toFixed(2)));
  await page.mouse.up();
  await expect.poll(limitPrice, SLOW).toBe(moved);
  await expect.poll(() => shownPrice(handle), SLOW).toBe(moved);
});

test("a line that is released outside of the chart stays within the visible prices", async () => {
  terminal = await TerminalPage.open(browser, market.address, { account });
  const { page } = terminal;
  const { handle, price } = await placeLimit();
  const { x, y } = await middleOf(handle);
  const chart = await page.locator(".chart .canvas").boundingBox();
  if (chart === null) throw new Error("no chart");
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x, chart.y + chart.height + 200, { steps: 5 });
  const moved = await shownPrice(handle);
  const line = await terminal.line("Limit buy 1").boundingBox();
  expect(line?.y).toBeLessThan(chart.y + chart.height);
  await page.mouse.up();
  await expect.poll(limitPrice, SLOW).toBe(moved);
  expect(moved).toBeLessThan(price);
});

test("Escape moves a dragged line back, and nothing is sent", async () => {
  terminal = await TerminalPage.open(browser, market.address, { account });
  const { page } = terminal;
  const { handle, price } = await placeLimit();
  const { x, y } = await middleOf(handle);
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x, y + 60, { steps: 5 });
  expect(await shownPrice(handle)).not.toBe(price);
  await page.keyboard.press("Escape");
  await expect.poll(() => shownPrice(handle), SLOW).toBe(price);
  await page.mouse.up();
  expect(await limitPrice()).toBe(price);
  expect((await middleOf(handle)).y).toBeCloseTo(y, 0);
});

test("keys move a line by ticks, and Enter sends it", async () => {
  terminal = await TerminalPage.open(browser, market.address, { account });
  const { page } = terminal;
  const { handle, price } = await placeLimit();
  await handle.focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Shift+ArrowDown");
  const wanted = Number((price - 0.11).toFixed(2));
  expect(await shownPrice(handle)).toBe(wanted);
  expect(await limitPrice()).toBe(price);
  await page.keyboard.press("Enter");
  await expect.poll(limitPrice, SLOW).toBe(wanted);
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Escape");
  expect(await shownPrice(handle)).toBe(wanted);
  expect(await limitPrice()).toBe(wanted);
});

test("a finger drags a line, and the chart does not scroll", async () => {
  const viewport = { width: 360, height: 740 };
  terminal = await TerminalPage.open(browser, market.address, {
    account,
    viewport,
    hasTouch: true,
    isMobile: true,
  });
  const { page } = terminal;
  const views = page.getByRole("navigation", { name: "Views" });
  await views.getByRole("button", { name: "Trade" }).click();
  const { handle, price } = await placeLimit();
  await views.getByRole("button", { name: "Chart" }).click();
  const { x, y } = await middleOf(handle);
  const touch = await page.context().newCDPSession(page);
  const send = (type: "touchStart" | "touchMove" | "touchEnd", at?: number) =>
    touch.send("Input.dispatchTouchEvent", {
      type,
      touchPoints: at === undefined ? [] : [{ x, y: at }],
    });
  // A finger is less exact than a mouse.
  await send("touchStart", y + 12);
  for (const distance of [20, 30, 40]) await send("touchMove", y + 12 + distance);
  await expect.poll(() => shownPrice(handle), SLOW).toBeLessThan(price);
  expect(await limitPrice()).toBe(price);
  await send("touchEnd");
  await expect.poll(limitPrice, SLOW).toBeLessThan(price);
  expect(await shownPrice(handle)).toBe(await limitPrice());
  expect(await page.getByRole("button", { name: /To the latest/ }).count()).toBe(0);
});

test("a rejected price moves the line back, and the reason is shown", async () => {
  terminal = await TerminalPage.open(browser, market.address, { account });
  const { page } = terminal;
  const { handle, price } = await placeLimit();
  await page.routeWebSocket("**/api/v1/ws", (socket) => {
    const server = socket.connectToServer();
    socket.onMessage((text) => {
      const { type, payload } = JSON.parse(String(text));
      if (type !== "orders.modify") return server.send(text);
      server.send(JSON.stringify({ type, payload: { ...payload, orderId: "no-such-order" } }));
    });
  });
  await page.reload();
  await terminal.isLoaded();
  await handle.focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await terminal.toast("The order was not modified").waitFor();
  await expect.poll(() => shownPrice(handle), SLOW).toBe(price);
  expect(await limitPrice()).toBe(price);
});
