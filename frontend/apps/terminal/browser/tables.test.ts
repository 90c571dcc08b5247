// The tables of the account: order, filter, columns, export and many rows, against a real backend.
import { readFile } from "node:fs/promises";
import type { Download, Locator, Page } from "playwright-core";
import { beforeAll, expect, test } from "vitest";
import { chromiumPath } from "./support/chromium.ts";
import { boxOf } from "./support/finger.ts";
import type { TerminalPage } from "./support/terminal-page.ts";
import { TerminalTests } from "./support/terminal-tests.ts";
import { onlyIn, windowName } from "./support/window.ts";

const tests = TerminalTests.stepped("TABLES");
let terminal: TerminalPage;

const ACCOUNT = "TABLES";
const PHONE = { viewport: { width: 390, height: 760 }, hasTouch: true, isMobile: true };

interface Terms {
  symbol?: string;
  side?: number;
  qty: number;
  limitPrice: number;
}

beforeAll(async () => {
  if (chromiumPath === undefined) return;
  await place({ qty: 3, limitPrice: 20 });
  await place({ qty: 1, limitPrice: 30 });
  await place({ qty: 2, limitPrice: 10 });
  await place({ symbol: "MSFT", side: -1, qty: 5, limitPrice: 9_000 });
});

async function place(terms: Terms, account = ACCOUNT): Promise<string> {
  const order = { symbol: "AAPL", side: 1, type: 1, ...terms };
  return (await send("POST", "orders", account, order)).orderId;
}

async function send(method: string, path: string, account = ACCOUNT, body?: object) {
  const response = await fetch(`${tests.address}/api/v1/broker/${path}?account_id=${account}`, {
    method,
    headers: { "Content-Type": "application/json" },
    ...(body && { body: JSON.stringify(body) }),
  });
  return response.json();
}

async function openOrders(): Promise<void> {
  terminal = await tests.open({ account: ACCOUNT });
  await terminal.show("Orders");
  await terminal.orders.first().waitFor();
}

const limits = (): Promise<string[]> => terminal.cell(terminal.orders, "limit").allInnerTexts();
const header = (name: string): Locator =>
  terminal.page.getByRole("columnheader", { name, exact: true });
const options = (label: string): Locator =>
  terminal.page.getByRole("button", { name: `${label}: columns, order, export` });

async function openOptions(label: string): Promise<Locator> {
  await options(label).click();
  const dialog = terminal.page.getByRole("dialog", { name: label });
  await dialog.waitFor();
  return dialog;
}

/** Sort the orders by their header, or in the dialog where they are cards without one. */
async function sortOrders(column: string, isDescending = false): Promise<void> {
  if (windowName === "desktop") {
    await header(column).getByRole("button").click();
    if (isDescending) await header(column).getByRole("button").press("Enter");
    return;
  }
  const dialog = await openOptions("Orders");
  await dialog.getByLabel("Sort by").selectOption(column);
  await dialog.getByRole("checkbox", { name: "Descending" }).setChecked(isDescending);
  await dialog.getByRole("button", { name: "Close" }).click();
}

async function csvOf(download: Download): Promise<string[][]> {
  const text = await readFile(await download.path(), "utf8");
  return text
    .split("\r\n")
    .slice(0, -1)
    .map((line) => line.split(","));
}

test("orders are sorted by a header, by mouse and by keys, and stay so after a reload", async (context) => {
  onlyIn(context, ["desktop"], "a narrow table has cards without a header, sorted in its dialog");
  await openOrders();
  expect(await limits()).toEqual(["9,000.00", "10.00", "30.00", "20.00"]);
  await header("Limit").getByRole("button").click();
  await expect.poll(limits).toEqual(["10.00", "20.00", "30.00", "9,000.00"]);
  expect(await header("Limit").getAttribute("aria-sort")).toBe("ascending");
  await terminal.page.keyboard.press("Enter");
  await expect.poll(limits).toEqual(["9,000.00", "30.00", "20.00", "10.00"]);
  expect(await header("Limit").getAttribute("aria-sort")).toBe("descending");

  await terminal.page.reload();
  await terminal.isLoaded();
  await terminal.show("Orders");
  await expect.poll(limits).toEqual(["9,000.00", "30.00", "20.00", "10.00"]);
  await header("Limit").getByRole("button").press("Enter");
  await expect.poll(limits).toEqual(["9,000.00", "10.00", "30.00", "20.00"]);
  expect(await header("Limit").getAttribute("aria-sort")).toBeNull();
});

test("a row keeps the focus when it moves, and its order is canceled by keys", async () => {
  await openOrders();
  await sortOrders("Limit", true);
  const row = terminal.orders.filter({ hasText: "20.00" });
  const cancel = row.getByRole("button", { name: "Cancel", exact: true });
  await cancel.focus();
  const id = await place({ qty: 7, limitPrice: 25 });
  await terminal.orders.filter({ hasText: "25.00" }).waitFor();
  expect(await limits()).toEqual(["9,000.00", "30.00", "25.00", "20.00", "10.00"]);
  const order = await row.getAttribute("data-order");
  await send("PUT", `orders/${order}`, ACCOUNT, {
    symbol: "AAPL",
    side: 1,
    type: 1,
    qty: 3,
    limitPrice: 40,
  });
  await expect.poll(limits).toEqual(["9,000.00", "40.00", "30.00", "25.00", "10.00"]);
  const focused = () =>
    terminal.page.evaluate(() => document.activeElement?.closest("tr")?.getAttribute("data-order"));
  expect(await focused()).toBe(order);
  await terminal.orders
    .filter({ hasText: "25.00" })
    .getByRole("button", { name: "Cancel" })
    .focus();
  await terminal.page.keyboard.press("Enter");
  await expect.poll(limits).toEqual(["9,000.00", "40.00", "30.00", "10.00"]);
  expect((await send("GET", `orders/${id}`)).status).toBe(1);
  expect(await terminal.page.evaluate(() => document.activeElement?.id)).toBe("panel");
});

test("rows are filtered by a text and by a value, and the columns are chosen", async () => {
  await openOrders();
  const filter = terminal.page.getByRole("searchbox", { name: "Filter orders" });
  await filter.fill("msft sell");
  await expect.poll(limits).toEqual(["9,000.00"]);
  await terminal.page.getByText("1 of 4").waitFor();
  await filter.fill("nothing");
  await terminal.page.getByRole("button", { name: "Show all" }).click();
  await expect.poll(() => terminal.orders.count()).toBe(4);

  const dialog = await openOptions("Orders");
  await dialog.getByRole("combobox", { name: "Side" }).selectOption("Sell");
  await dialog.getByRole("checkbox", { name: "Order", exact: true }).check();
  await dialog.getByRole("checkbox", { name: "Filled" }).uncheck();
  await terminal.page.keyboard.press("Escape");
  await expect.poll(() => terminal.orders.count()).toBe(1);
  await header("Order").waitFor();
  expect(await header("Filled").count()).toBe(0);
  await terminal.page.reload();
  await terminal.isLoaded();
  await terminal.show("Orders");
  await header("Order").waitFor();
  // Orders are never hidden by a filter of another day.
  await expect.poll(() => terminal.orders.count()).toBe(4);
});

test("the shown rows are exported as they are, for programs", async () => {
  await openOrders();
  await terminal.page.getByRole("searchbox", { name: "Filter orders" }).fill("aapl");
  await sortOrders("Quantity");
  const dialog = await openOptions("Orders");
  const download = terminal.page.waitForEvent("download");
  await dialog.getByRole("button", { name: "3 rows" }).click();
  expect((await download).suggestedFilename()).toBe("orders.csv");
  const [names = [], ...records] = await csvOf(await download);
  await dialog.getByText("3 rows exported.").waitFor();
  const column = (name: string) => records.map((record) => record[names.indexOf(name)]);
  const listed = await send("GET", "orders");
  const live = listed
    .filter((order: { status: number; symbol: string }) => order.status === 6)
    .filter((order: { symbol: string }) => order.symbol === "AAPL")
    .sort((a: { qty: number }, b: { qty: number }) => a.qty - b.qty);
  expect(column("Order")).toEqual(live.map(({ id }: { id: string }) => id));
  expect(column("Limit")).toEqual(live.map((order: Terms) => String(order.limitPrice)));
  expect(column("Changed")).toEqual(
    live.map((order: { updateTime: number }) => new Date(order.updateTime).toISOString()),
  );
});

/** Answer the pages of the history with `count` orders that ended, one a second. */
async function answerHistory(page: Page, count: number): Promise<string[]> {
  const asked: string[] = [];
  await page.route("**/broker/orders/history**", async (route) => {
    const { searchParams } = new URL(route.request().url());
    const before = searchParams.get("before");
    asked.push(before ?? "");
    const newest = before === null ? count : Number(before.slice(6)) - 1;
    const length = Math.min(Number(searchParams.get("limit")), newest);
    const orders = Array.from({ length }, (_, n) => ({
      id: `order-${newest - n}`,
      symbol: n % 2 ? "AAPL" : "MSFT",
      type: 1,
      side: 1,
      qty: ((newest - n) * 7_919) % 10_007,
      limitPrice: 1,
      status: 1,
      updateTime: 1_767_000_000_000 + (newest - n) * 1_000,
      version: 2,
    }));
    await route.fulfill({ json: orders });
  });
  return asked;
}

test("a long history is read as it is scrolled, shows the rows in view, and is exported whole", async () => {
  terminal = await tests.open();
  const { page, orders } = terminal;
  const asked = await answerHistory(page, 2_600);
  await terminal.show("History");
  await orders.first().waitFor();
  expect(await orders.count()).toBeLessThan(60);
  const table = page.getByRole("table", { name: "History" });
  expect(await table.getAttribute("aria-rowcount")).toBe("-1");
  const panel = page.getByRole("tabpanel");
  const last = orders.last();
  await expect
    .poll(async () => {
      await panel.evaluate((element) => element.scrollTo(0, element.scrollHeight));
      return last.getAttribute("data-order");
    })
    .toBe("order-1");
  expect(asked).toEqual(["", "order-2101", "order-1601", "order-1101", "order-601", "order-101"]);
  expect(await table.getAttribute("aria-rowcount")).toBe("2601");
  expect(await last.getAttribute("aria-rowindex")).toBe("2601");
  expect(await orders.count()).toBeLessThan(60);
  const height = await panel.evaluate(({ scrollHeight }) => scrollHeight);
  // A narrow window has cards, which are higher than rows.
  const { height: rowHeight } = await boxOf(orders.last());
  if (windowName === "desktop") expect(rowHeight).toBeCloseTo(30, 0);
  else expect(rowHeight).toBeGreaterThan(30);
  expect(height / 2_600).toBeCloseTo(rowHeight, 0);

  await panel.evaluate((element, top) => element.scrollTo(0, top), rowHeight * 1_300);
  await expect.poll(() => orders.filter({ hasText: "AAPL" }).count()).toBeGreaterThan(3);
  const found = await orders.evaluateAll((rows) =>
    rows.map((row) => [row.getAttribute("data-order"), row.getAttribute("aria-rowindex")]),
  );
  for (const [id, index] of found) expect(id).toBe(`order-${2_602 - Number(index)}`);

  const dialog = await openOptions("History");
  const download = page.waitForEvent("download");
  await dialog.getByRole("button", { name: "2,600 rows" }).click();
  expect((await csvOf(await download)).length).toBe(2_601);
});

test("a filter finds rows that were not read yet", async () => {
  terminal = await tests.open();
  const { page, orders } = terminal;
  await answerHistory(page, 1_700);
  await terminal.show("History");
  await orders.first().waitFor();
  await page.getByRole("searchbox", { name: "Filter history" }).fill("order-12");
  await page.getByText("99 of 500").waitFor();
  await expect
    .poll(async () => {
      await page.getByRole("tabpanel").press("End");
      return orders.last().getAttribute("data-order");
    })
    .toBe("order-12");
  await page.getByText("111 of 1,700").waitFor();
});

test("an export of everything is read in pages, and is canceled", async () => {
  terminal = await tests.open();
  const { page } = terminal;
  const asked = await answerHistory(page, 4_200);
  await terminal.show("History");
  await terminal.orders.first().waitFor();
  const dialog = await openOptions("History");
  const download = page.waitForEvent("download");
  await dialog.getByRole("button", { name: "All of the account" }).click();
  const records = await csvOf(await download);
  expect(records.length).toBe(4_201);
  expect(records.at(-1)?.includes("order-1")).toBe(true);
  expect(asked.slice(1)).toEqual(["", "order-3201", "order-2201", "order-1201", "order-201"]);

  const gate = Promise.withResolvers<void>();
  await page.route("**/broker/orders/history**", async (route) => {
    await gate.promise;
    await route.fallback();
  });
  await dialog.getByRole("button", { name: "All of the account" }).click();
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await dialog.getByText("The export was canceled.").waitFor();
  gate.resolve();
  await expect
    .poll(() => dialog.getByRole("button", { name: "All of the account" }).isEnabled())
    .toBe(true);
});

test("a phone shows cards, and sorts and filters them by touch", async () => {
  terminal = await tests.open({ account: ACCOUNT, ...PHONE });
  const { page } = terminal;
  await terminal.view("Account");
  await page.getByRole("tab", { name: "Orders" }).tap();
  await terminal.orders.first().waitFor();
  await options("Orders").tap();
  const dialog = page.getByRole("dialog", { name: "Orders" });
  await dialog.getByLabel("Sort by").selectOption("Limit");
  await dialog.getByRole("checkbox", { name: "Descending" }).tap();
  await dialog.getByRole("button", { name: "Close" }).tap();
  await expect.poll(limits).toEqual(["9,000.00", "40.00", "30.00", "10.00"]);
  await terminal.orders.nth(1).getByRole("button", { name: "Cancel" }).tap();
  await expect.poll(limits).toEqual(["9,000.00", "30.00", "10.00"]);
  await page.getByRole("searchbox", { name: "Filter orders" }).fill("msft");
  await page.getByRole("button", { name: "Cancel these 1" }).tap();
  await page.getByRole("button", { name: "Show all" }).tap();
  await expect.poll(limits).toEqual(["30.00", "10.00"]);
});
