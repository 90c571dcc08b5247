// The order book and the recent trades, against what the server sends another client.
import { type Orderbook, type Trade, TradingClient } from "@trading-api/client";
import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { TcpProxy } from "../../../packages/client/tests/support/tcp-proxy.ts";
import { CHROMIUM_MISSING, chromiumPath, launchChromium } from "./support/chromium.ts";
import { SteppedMarket } from "./support/stepped-market.ts";
import { parseNumber, TerminalPage } from "./support/terminal-page.ts";

let market: SteppedMarket;
let browser: Browser;
let terminal: TerminalPage;
let client: TradingClient;

beforeAll(async () => {
  if (chromiumPath === undefined) return;
  [market, browser] = await Promise.all([SteppedMarket.start(), launchChromium()]);
  client = new TradingClient({ baseUrl: market.address });
});

beforeEach((context) => {
  if (chromiumPath === undefined) context.skip(CHROMIUM_MISSING);
});

afterEach(() => terminal?.close());

afterAll(async () => {
  client?.close();
  await browser?.close();
  await market?.backend.stop();
});

/** Return the book that the server has now. */
async function bookOf(symbol: string, depth = 50): Promise<Orderbook> {
  const { promise, resolve } = Promise.withResolvers<Orderbook>();
  const { unsubscribe } = client.feeds.orderbook({ symbol, depth }, resolve);
  const book = await promise;
  unsubscribe();
  return book;
}

const levels = (side: "Asks" | "Bids"): Locator =>
  terminal.page.getByRole("listbox", { name: new RegExp(`^${side}`) }).getByRole("option");

/** Return the prices, sizes and sums of one side that the screen shows, best first. */
async function shown(side: "Asks" | "Bids"): Promise<number[][]> {
  const rows = await levels(side).evaluateAll((rows) =>
    rows.map((row) =>
      [...row.querySelectorAll("span:not(.hidden)")].map((cell) => cell.textContent),
    ),
  );
  const numbers = rows.map((row) => row.slice(0, 3).map((text) => parseNumber(text ?? "")));
  return side === "Asks" ? numbers.reverse() : numbers;
}

/** Return the rows that a side of a book should have, with prices grouped by whole steps of ticks. */
function expected(
  levels: Orderbook["asks"],
  step: number,
  round: (n: number) => number,
): number[][] {
  const groups = new Map<number, number>();
  for (const { price, volume } of levels) {
    const group = (round(Math.round(price * 100) / step) * step) / 100;
    groups.set(group, (groups.get(group) ?? 0) + volume);
  }
  let total = 0;
  return [...groups].map(([price, size]) => {
    total += size;
    return [price, size, total];
  });
}

/** Wait until the screen shows the server's book, and return the number of its rows. */
async function showsBook(symbol: string, step = 1): Promise<void> {
  const { asks, bids } = await bookOf(symbol);
  for (const [side, rows] of [
    ["Asks", expected(asks, step, Math.ceil)],
    ["Bids", expected(bids.toReversed(), step, Math.floor)],
  ] as const) {
    await expect.poll(async () => (await shown(side))[0]).toEqual(rows[0]);
    const found = await shown(side);
    expect(found.length).toBeGreaterThan(3);
    expect(found).toEqual(rows.slice(0, found.length));
  }
}

const limitPrice = (page: Page) => page.getByRole("textbox", { name: "Limit price" });

test("the order book is that of the server, also grouped, and its middle and spread", async () => {
  terminal = await TerminalPage.open(browser, market.address, { account: "BOOK" });
  const { page } = terminal;
  await showsBook("AAPL");
  await market.advance(20);
  await showsBook("AAPL");
  const { bid, ask } = await terminal.quote();
  const line = page.locator(".spread");
  await expect.poll(() => line.innerText()).toContain(((bid + ask) / 2).toFixed(3));
  expect(await line.innerText()).toContain(`Spread ${(ask - bid).toFixed(2)}`);

  await page.getByLabel("Group prices by").selectOption({ label: "0.10" });
  await showsBook("AAPL", 10);
  // It is remembered for this symbol alone, and over a reload.
  await page.locator('tr[data-symbol="MSFT"] button.row').click();
  await page.getByRole("region", { name: "Order book and trades of MSFT" }).waitFor();
  await showsBook("MSFT");
  await page.goto(`${market.address}/?account=BOOK&symbol=AAPL`);
  await showsBook("AAPL", 10);
});

test("a click and the keys enter a price, and own orders are marked with what is left", async () => {
  terminal = await TerminalPage.open(browser, market.address, { account: "OWN" });
  const { page, ticket } = terminal;
  await showsBook("AAPL");
  await levels("Bids").nth(2).click();
  const price = (await shown("Bids"))[2]?.[0] ?? 0;
  await expect.poll(() => limitPrice(page).inputValue()).toBe(price.toFixed(2));
  expect(await ticket.getByRole("radio", { name: "Limit", exact: true }).isChecked()).toBe(true);

  const asks = page.getByRole("listbox", { name: /^Asks/ });
  await asks.focus();
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Enter");
  const second = (await shown("Asks"))[1]?.[0] ?? 0;
  await expect.poll(() => limitPrice(page).inputValue()).toBe(second.toFixed(2));
  for (const key of ["ArrowDown", "ArrowDown", "ArrowDown", "Enter"])
    await page.keyboard.press(key);
  const below = (await shown("Bids"))[1]?.[0] ?? 0;
  await expect.poll(() => limitPrice(page).inputValue()).toBe(below.toFixed(2));
  await page.getByText(`${below.toFixed(2)} is in the ticket`).waitFor({ state: "attached" });

  await terminal.fill("Quantity", 7);
  await terminal.place();
  await terminal.toast("Order placed").waitFor();
  const own = page.locator(".level.has-own");
  await own
    .filter({ hasText: below.toFixed(2) })
    .locator("b", { hasText: "own orders 7" })
    .waitFor();
  const [order] = await client.rest.account("OWN").orders();
  expect(order).toMatchObject({ limitPrice: below, qty: 7 });
  await page.getByLabel("Group prices by").selectOption({ label: "0.05" });
  const group = (Math.floor(Math.round(below * 100) / 5) * 5) / 100;
  await own.filter({ hasText: group.toFixed(2) }).waitFor();
  await client.commands("OWN").cancel(order?.id ?? "");
  await own.waitFor({ state: "detached" });
});

test("every trade is listed once with its side, and nothing is subscribed while it is hidden", async () => {
  const sent: string[] = [];
  terminal = await TerminalPage.open(browser, market.address, {
    account: "TRADES",
    symbol: "BTCUSD",
    isLoaded: false,
  });
  const { page } = terminal;
  page.on("websocket", (socket) =>
    socket.on("framesent", ({ payload }) => sent.push(String(payload))),
  );
  await page.reload();
  await terminal.isLoaded();
  const topics = (type: string) => sent.filter((text) => text.includes(`"${type}"`)).length;
  await expect.poll(() => topics("orderbook.subscribe")).toBe(1);
  expect(topics("trades.subscribe")).toBe(0);
  const heard: Trade[] = [];
  const other = client.feeds.trades({ symbol: "BTCUSD" }, (trade) => heard.push(trade));
  await other.confirmed;
  await page.getByRole("radio", { name: "Trades" }).click();
  await expect.poll(() => topics("trades.subscribe")).toBe(1);
  await expect.poll(() => topics("orderbook.unsubscribe")).toBe(1);
  const rows = page.getByRole("list", { name: /^Trades/ }).getByRole("listitem");
  await rows.first().waitFor();
  for (let step = 0; step < 3; step += 1) await market.advance(2);
  const texts = () =>
    rows.evaluateAll((rows) => rows.map((row) => row.textContent?.replace(/\s+/g, " ").trim()));
  const lineOf = ({ price, qty, side, time }: Trade) => {
    const [value, size] = [price, qty].map((n, index) =>
      n.toLocaleString("en", { minimumFractionDigits: index === 0 ? 1 : 4 }),
    );
    const sign = side === 1 ? "▲ " : side === -1 ? "▼ " : "";
    return `${value} ${sign}${size} ${new Date(time).toISOString().slice(11, 19)}`;
  };
  await expect.poll(async () => (await texts()).length).toBeGreaterThan(3);
  await expect.poll(texts).toEqual(heard.map(lineOf).reverse());
  other.unsubscribe();

  await page.getByRole("button", { name: "Hide the order book and the trades" }).click();
  await expect.poll(() => topics("trades.unsubscribe")).toBe(1);
  await page.reload();
  await terminal.isLoaded();
  await page.getByRole("button", { name: "Show the order book and the trades" }).waitFor();
  expect([topics("orderbook.subscribe"), topics("trades.subscribe")]).toEqual([1, 1]);
});

test("a book without a connection says so until the server sends it again", async () => {
  const proxy = new TcpProxy(market.backend.port);
  const address = await proxy.start();
  try {
    terminal = await TerminalPage.open(browser, address, {
      account: "OUTAGE",
    });
    const { page } = terminal;
    await showsBook("AAPL");
    const book = page.getByRole("region", { name: "Book", exact: true });
    await expect.poll(() => book.getAttribute("data-state")).toBe("live");
    proxy.cut();
    await book.getByText(/^Not connected: not live since \d\d:\d\d:\d\d/).waitFor();
    expect(await book.getAttribute("data-state")).toBe("stale");
    await market.advance(20);
    proxy.restore();
    await expect.poll(() => book.getAttribute("data-state")).toBe("live");
    await showsBook("AAPL");
  } finally {
    proxy.close();
  }
});

test("on a phone the book is below the ticket, whose button stays in view", async () => {
  terminal = await TerminalPage.open(browser, market.address, {
    account: "PHONE-BOOK",
    viewport: { width: 360, height: 740 },
    hasTouch: true,
    isMobile: true,
  });
  const { page } = terminal;
  await terminal.view("Trade");
  const best = levels("Bids").first();
  await best.scrollIntoViewIfNeeded();
  const box = await best.boundingBox();
  expect(box?.height).toBeGreaterThanOrEqual(44);
  await best.tap();
  const [row] = await shown("Bids");
  await expect.poll(() => limitPrice(page).inputValue()).toBe(row?.[0]?.toFixed(2));
  await terminal.place();
  await terminal.toast("Order placed").waitFor();
});
