// The lines of orders and positions on the chart, used by mouse, touch and keys, against a real
// backend.
import type { Locator } from "playwright-core";
import { expect, onTestFinished, test } from "vitest";
import { TcpProxy } from "../../../packages/client/tests/support/tcp-proxy.ts";
import { boxOf, Finger, middleOf } from "./support/finger.ts";
import { parseNumber, type TerminalPage } from "./support/terminal-page.ts";
import { TerminalTests } from "./support/terminal-tests.ts";
import { PHONE, windowName } from "./support/window.ts";

const tests = TerminalTests.stepped("LINES");

interface WireOrder {
  id: string;
  type: number;
  status: number;
  limitPrice?: number;
  stopPrice?: number;
  parentId?: string;
}

interface WirePosition {
  pl: number;
  avgPrice: number;
  takeProfit?: number;
  stopLoss?: number;
}

const orders = () => tests.get<WireOrder[]>("orders");
const limitPrice = async () =>
  (await orders()).find(({ parentId }) => parentId === undefined)?.limitPrice;
const position = async () => (await tests.get<WirePosition[]>("positions"))[0];

/** Place a limit order near the market, and return the handle of its line and its price. */
async function placeLimit(
  terminal: TerminalPage,
  distance = 0.05,
): Promise<{ handle: Locator; price: number }> {
  const { bid } = await terminal.quote();
  const price = Number((bid - distance).toFixed(2));
  await terminal.fillTicket({ type: "Limit", quantity: 1, limit: price });
  await terminal.place();
  await terminal.view("Chart");
  return { handle: handleOf(terminal, "Limit buy 1"), price };
}

/** Buy at the market, and return the handle of the position's line. */
async function buy(terminal: TerminalPage, quantity: number): Promise<Locator> {
  await terminal.fillTicket({ quantity });
  await terminal.place();
  await expect.poll(position).toBeDefined();
  await terminal.view("Chart");
  return handleOf(terminal, `Long ${quantity}: drag out a take profit or a stop loss`);
}

const handleOf = ({ page }: TerminalPage, title: string) =>
  page.getByRole("slider", { name: title, exact: true });

const shownPrice = async (element: Locator) => Number(await element.getAttribute("aria-valuenow"));

const previewOf = ({ page }: TerminalPage) => page.locator(".move-preview");

async function drag({ page }: TerminalPage, handle: Locator, distance: number): Promise<void> {
  const { x, y } = await middleOf(handle);
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x, y + distance, { steps: 5 });
}

test("a line that is dragged modifies its order when the mouse is released", async () => {
  const terminal = await tests.open();
  const { handle, price } = await placeLimit(terminal);
  await drag(terminal, handle, 60);
  const moved = await shownPrice(handle);
  expect(moved).toBeLessThan(price);
  expect(await limitPrice()).toBe(price);
  expect(moved).toBe(Number(moved.toFixed(2)));
  await previewOf(terminal)
    .getByText(/^Estimate: .+ from the market, value [\d.]+ USD$/)
    .waitFor();
  await terminal.page.mouse.up();
  await expect.poll(limitPrice).toBe(moved);
  await expect.poll(() => shownPrice(handle)).toBe(moved);
  await previewOf(terminal).waitFor({ state: "hidden" });
});

test("a line that is released outside of the chart stays within the visible prices", async () => {
  const terminal = await tests.open();
  const { page } = terminal;
  const { handle, price } = await placeLimit(terminal);
  const { x, y } = await middleOf(handle);
  const chart = await boxOf(page.locator(".chart .canvas"));
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x, chart.y + chart.height + 200, { steps: 5 });
  const moved = await shownPrice(handle);
  expect((await boxOf(handle)).y).toBeLessThan(chart.y + chart.height);
  await page.mouse.up();
  await expect.poll(limitPrice).toBe(moved);
  expect(moved).toBeLessThan(price);
});

test("Escape moves a dragged line back, and nothing is sent", async () => {
  const terminal = await tests.open();
  const { page } = terminal;
  const { handle, price } = await placeLimit(terminal);
  const { y } = await middleOf(handle);
  await drag(terminal, handle, 60);
  expect(await shownPrice(handle)).not.toBe(price);
  await page.keyboard.press("Escape");
  await expect.poll(() => shownPrice(handle)).toBe(price);
  await page.mouse.up();
  expect(await limitPrice()).toBe(price);
  expect((await middleOf(handle)).y).toBeCloseTo(y, 0);
});

test("keys move a line by ticks, and Enter sends it", async () => {
  const terminal = await tests.open();
  const { page } = terminal;
  const { handle, price } = await placeLimit(terminal);
  await handle.focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Shift+ArrowDown");
  const wanted = Number((price - 0.11).toFixed(2));
  expect(await shownPrice(handle)).toBe(wanted);
  expect(await limitPrice()).toBe(price);
  await page.keyboard.press("Enter");
  await expect.poll(limitPrice).toBe(wanted);
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Escape");
  expect(await shownPrice(handle)).toBe(wanted);
  expect(await limitPrice()).toBe(wanted);
});

test("a finger selects a line by a tap, and then drags or cancels it", async () => {
  const terminal = await tests.open(PHONE);
  const { page } = terminal;
  await terminal.view("Trade");
  const { handle, price } = await placeLimit(terminal);
  await terminal.view("Chart");
  const finger = await Finger.on(terminal);
  const cancel = page.getByRole("button", { name: "Cancel Limit buy 1" });

  await finger.tap(handle);
  await expect.poll(() => cancel.isVisible()).toBe(true);
  const { width, height } = await boxOf(cancel);
  expect(Math.min(width, height)).toBeGreaterThanOrEqual(44);
  expect((await boxOf(handle)).height).toBeGreaterThanOrEqual(44);
  const at = await middleOf(handle);
  // A finger is less exact than a mouse.
  await finger.down(at.x, at.y + 12);
  for (const distance of [20, 30, 40]) await finger.move(at.x, at.y + 12 + distance);
  await expect.poll(() => shownPrice(handle)).toBeLessThan(price);
  expect(await limitPrice()).toBe(price);
  await finger.up();
  await expect.poll(limitPrice).toBeLessThan(price);
  expect(await shownPrice(handle)).toBe(await limitPrice());
  expect(await page.getByRole("button", { name: /To the latest/ }).count()).toBe(0);

  await finger.tap(page.getByTestId("legend"));
  await expect.poll(() => cancel.isVisible()).toBe(false);
  // A finger that scrolls the chart over the line does not move it.
  const moved = await limitPrice();
  const { x, y } = await boxOf(handle);
  await finger.down(x + 4, y + 8);
  for (const distance of [20, 40, 60]) await finger.move(x + distance, y + distance / 2);
  await finger.up();
  await page.getByRole("button", { name: /To the latest/ }).waitFor();
  expect(await shownPrice(handle)).toBe(moved);
  expect(await cancel.isVisible()).toBe(false);

  // A chart goes on for a while after a fast finger, until it is touched.
  await finger.tap(page.getByTestId("legend"));
  await finger.tap(handle);
  await finger.tap(cancel);
  await expect.poll(async () => (await orders()).map(({ status }) => status)).toEqual([1]);
  await handle.waitFor({ state: "detached" });
});

test("a rejected price moves the line back, and the reason is shown", async () => {
  const terminal = await tests.open();
  const { page } = terminal;
  const { handle, price } = await placeLimit(terminal);
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
  await expect.poll(() => shownPrice(handle)).toBe(price);
  expect(await limitPrice()).toBe(price);
});

test("a moved line shows the margin that the server finds, and an estimate of the profit", async () => {
  const terminal = await tests.open({ symbol: "USDJPY" });
  const { page } = terminal;
  const { bid } = await terminal.quote();
  const [limit, takeProfit] = [bid - 0.05, bid + 0.02];
  await terminal.fillTicket({ type: "Limit", quantity: 1_000, limit, takeProfit });
  await terminal.place();
  await terminal.view("Chart");
  const handle = handleOf(terminal, "Take profit sell 1,000");
  await handle.focus();
  await page.keyboard.press("ArrowUp");
  const [entry, target] = [Number(limit.toFixed(2)), await shownPrice(handle)];
  const { pipValue, pipSize } = await tests.get<{ pipValue: number; pipSize: number }>(
    "instruments/USDJPY",
  );
  const money = ((target - entry) * 1_000 * pipValue) / pipSize;
  const percent = ((target / entry - 1) * 100).toFixed(2);
  const shown = page.getByText(/^Estimate: /);
  await expect
    .poll(() => shown.innerText())
    .toBe(`Estimate: +${money.toFixed(2)} USD (+${percent}%)`);
  const margin = page.getByText(/^Free margin: /);
  await expect
    .poll(async () => parseNumber((await margin.innerText()).slice(13, -4)))
    .toBeCloseTo((await tests.get<{ freeMargin: number }>("equity")).freeMargin, 2);
});

test("the button on a line cancels its order, by a key too", async () => {
  const terminal = await tests.open();
  const { page } = terminal;
  const { handle } = await placeLimit(terminal);
  await handle.focus();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await handle.waitFor({ state: "detached" });
  expect((await orders()).map(({ status }) => status)).toEqual([1]);
});

test("a drawing under a line does not take its presses", async () => {
  const terminal = await tests.open();
  const { page } = terminal;
  const { handle, price } = await placeLimit(terminal);
  const { x, y } = await middleOf(handle);
  await page.getByRole("button", { name: "Horizontal line", exact: true }).click();
  await page.locator(".drawing-hint").waitFor();
  await page.mouse.click(x - 200, y);
  await page.getByRole("button", { name: /^Horizontal line 1, point 1/ }).waitFor();
  await drag(terminal, handle, 40);
  const moved = await shownPrice(handle);
  expect(moved).toBeLessThan(price);
  await page.mouse.up();
  await expect.poll(limitPrice).toBe(moved);
  await page.getByRole("button", { name: "Cancel Limit buy 1" }).click();
  await handle.waitFor({ state: "detached" });
});

test("the line of a position shows its profit, and closes it", async () => {
  const terminal = await tests.open();
  const handle = await buy(terminal, 10);
  const note = terminal.line("Long 10").locator(".price-line-note");
  const profit = async () => {
    const { pl = 0, avgPrice = 1 } = (await position()) ?? {};
    const sign = pl > 0 ? "+" : pl < 0 ? "\u2212" : "";
    const percent = Math.abs((pl / (10 * avgPrice)) * 100).toFixed(2);
    return `${sign}${Math.abs(pl).toFixed(2)} USD (${percent === "0.00" ? "" : sign}${percent}%)`;
  };
  await expect.poll(() => note.innerText()).toBe(await profit());
  const before = await note.innerText();
  await tests.server.advanceUntil(async () => (await note.innerText()) !== before, 5);
  await expect.poll(() => note.innerText()).toBe(await profit());
  if (windowName !== "desktop") await handle.tap();
  await terminal.page.getByRole("button", { name: "Close Long 10" }).click();
  await terminal.page
    .getByRole("dialog")
    .getByRole("button", { name: /^Close the/ })
    .click();
  await expect.poll(position).toBeUndefined();
});

test("the profit of a position has no colour while the connection is lost", async () => {
  const proxy = new TcpProxy(tests.server.backend.port);
  onTestFinished(() => proxy.close());
  const terminal = await tests.openAt(await proxy.start());
  await buy(terminal, 4);
  const note = terminal.line("Long 4").locator(".price-line-note");
  const tone = () => note.getAttribute("data-tone");
  // It was bought at the ask, and is worth the bid.
  await expect.poll(tone).toBe("down");
  proxy.cut();
  await expect.poll(tone).toBe("muted");
  proxy.restore();
  await expect.poll(tone).toBe("down");
});

test("a position whose line was moved by keys is described as before after Escape", async () => {
  const terminal = await tests.open();
  const handle = await buy(terminal, 3);
  const described = async () => [
    await shownPrice(handle),
    await handle.getAttribute("aria-valuetext"),
  ];
  await expect.poll(async () => (await described())[1]).toContain("USD");
  const before = await described();
  await handle.focus();
  for (let press = 0; press < 3; press += 1) await terminal.page.keyboard.press("ArrowUp");
  await previewOf(terminal).waitFor();
  await expect.poll(described).not.toEqual(before);
  await terminal.page.keyboard.press("Escape");
  await expect.poll(described).toEqual(before);
});

test("a stop loss and a take profit are dragged out of a position", async () => {
  const terminal = await tests.open();
  const { page } = terminal;
  const handle = await buy(terminal, 2);
  await drag(terminal, handle, 50);
  await previewOf(terminal).getByText("Stop loss 2", { exact: true }).waitFor();
  await page.mouse.up();
  await expect
    .poll(async () => (await position())?.stopLoss)
    .toBeLessThan((await position())?.avgPrice ?? 0);
  await handle.focus();
  await page.keyboard.press("Shift+ArrowUp");
  await previewOf(terminal).getByText("Take profit 2", { exact: true }).waitFor();
  await page.keyboard.press("Enter");
  const { avgPrice = 0, stopLoss } = (await position()) ?? {};
  await expect
    .poll(async () => (await position())?.takeProfit)
    .toBe(Number((avgPrice + 0.1).toFixed(2)));
  expect((await position())?.stopLoss).toBe(stopLoss);
  await terminal.line("Take profit sell 2").waitFor();
});

test("a finger drags a stop loss out of a position", async () => {
  const terminal = await tests.open(PHONE);
  await terminal.view("Trade");
  const handle = await buy(terminal, 3);
  await terminal.view("Chart");
  const finger = await Finger.on(terminal);
  await finger.tap(handle);
  await expect.poll(async () => (await boxOf(handle)).height).toBeGreaterThanOrEqual(44);
  const { x, y } = await middleOf(handle);
  await finger.down(x, y);
  for (const distance of [10, 30, 60]) await finger.move(x, y + distance);
  await previewOf(terminal).getByText("Stop loss 3", { exact: true }).waitFor();
  expect((await position())?.stopLoss).toBeUndefined();
  await finger.up();
  await expect
    .poll(async () => (await position())?.stopLoss)
    .toBeLessThan((await position())?.avgPrice ?? 0);
});

test("labels do not overlap, and lines that are not visible are counted at the edge", async () => {
  const terminal = await tests.open();
  const { page } = terminal;
  const { bid } = await terminal.quote();
  const far = Number((bid * 0.8).toFixed(2));
  await placeLimit(terminal, bid - far);
  for (const quantity of [2, 3, 4]) {
    await terminal.fillTicket({ type: "Limit", quantity, limit: bid - 0.01 });
    await terminal.place();
    await terminal.view("Chart");
    await terminal.line(`Limit buy ${quantity}`).waitFor();
  }
  await terminal.fillTicket({
    type: "Stop limit",
    quantity: 5,
    stop: bid + 0.05,
    limit: bid + 0.06,
  });
  await terminal.place();
  await terminal.view("Chart");
  await terminal.line("Stop limit buy 5, limit").waitFor();
  await terminal.line("Stop limit buy 5, stop").waitFor();
  const tops = await page
    .locator(".price-line:visible .price-line-label")
    .evaluateAll((labels) => labels.map((label) => label.getBoundingClientRect().top));
  expect(tops.length).toBe(5);
  tops.sort((a, b) => a - b);
  for (const [index, top] of tops.entries()) {
    if (index > 0) expect(top - (tops[index - 1] ?? 0)).toBeGreaterThanOrEqual(19.5);
  }
  expect(await terminal.line("Limit buy 1").isVisible()).toBe(false);
  await page.getByRole("button", { name: "1 line below the visible prices: show" }).click();
  await terminal.line("Limit buy 1").waitFor();
  await page.getByRole("button", { name: "Fit the candles" }).click();
  await terminal.line("Limit buy 1").waitFor({ state: "hidden" });
});
