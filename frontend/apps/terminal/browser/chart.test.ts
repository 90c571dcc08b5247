// What is drawn on the chart and over it, against a real backend.
import { expect, test } from "vitest";
import { TerminalTests } from "./support/terminal-tests.ts";

const tests = TerminalTests.stepped("CHART");

test("lines outside of the visible prices have no labels", async () => {
  const terminal = await tests.open();
  const { bid } = await terminal.quote();
  await terminal.show("Orders");
  const far = { type: "Limit", limit: bid - 0.3, stopLoss: bid / 4 } as const;
  await terminal.fillTicket({ ...far, quantity: 1, takeProfit: bid + 0.1 });
  await terminal.place();
  await expect.poll(() => terminal.orders.count()).toBe(3);
  await terminal.fillTicket({ ...far, quantity: 2 });
  await terminal.place();
  await expect.poll(() => terminal.orders.count()).toBe(5);
  await terminal.view("Chart");
  // The take profit is near the market, and both stop losses are far away, at one price.
  await terminal.line("Take profit sell 1").waitFor();
  await terminal.line("Limit buy 1").waitFor();
  await terminal.line("Limit buy 2").waitFor();
  await expect.poll(() => terminal.lines.count()).toBe(5);
  expect(await terminal.line("Stop loss sell 1").isVisible()).toBe(false);
  expect(await terminal.line("Stop loss sell 2").isVisible()).toBe(false);
});

test("a stop-limit order has a line for each of its prices", async () => {
  const terminal = await tests.open();
  const { ask } = await terminal.quote();
  await terminal.fillTicket({ type: "Stop limit", quantity: 1, stop: ask + 0.2, limit: ask + 0.4 });
  await terminal.place();
  await terminal.show("Orders");
  await terminal.orders.filter({ hasText: "Working" }).waitFor();
  expect(await terminal.cell(terminal.orders, "stop").innerText()).toBe((ask + 0.2).toFixed(2));
  expect(await terminal.cell(terminal.orders, "limit").innerText()).toBe((ask + 0.4).toFixed(2));
  await terminal.view("Chart");
  const stop = terminal.line("Stop limit buy 1, stop");
  const limit = terminal.line("Stop limit buy 1, limit");
  await expect.poll(() => stop.innerText()).toContain((ask + 0.2).toFixed(2));
  await expect.poll(() => limit.innerText()).toContain((ask + 0.4).toFixed(2));
});

test.each([
  { width: 1440, height: 900 },
  { width: 1100, height: 800 },
  { width: 360, height: 740 },
])("notifications do not cover the chart at a width of $width", async (viewport) => {
  const terminal = await tests.open({ viewport });
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

test("the help shows the notice of the chart library", async () => {
  const terminal = await tests.open();
  await terminal.page.keyboard.press("?");
  const notice = terminal.page.getByRole("dialog").locator(".notice");
  expect(await notice.innerText()).toContain("KLineChart, copyright 2019 lihu");
  expect(await notice.innerText()).toContain("copyright 2019 TradingView, Inc.");
});
