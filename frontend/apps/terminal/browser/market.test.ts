// The order book, the trades, the watchlists and the search, against the server's own answers.
import { type Trade, TradingClient } from "@trading-api/client";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { TcpProxy } from "../../../packages/client/tests/support/tcp-proxy.ts";
import { TRADES_MAX } from "../src/market/trade-queue.ts";
import { chromiumPath } from "./support/chromium.ts";
import { Finger, middleOf } from "./support/finger.ts";
import { BookScreen, MANY_SYMBOLS } from "./support/market-screen.ts";
import { parseNumber } from "./support/terminal-page.ts";
import { TerminalTests } from "./support/terminal-tests.ts";
import { PHONE, windowName } from "./support/window.ts";

const tests = TerminalTests.steppedAlone("MARKET", MANY_SYMBOLS);
let client: TradingClient;

beforeAll(() => {
  if (chromiumPath !== undefined) client = new TradingClient({ baseUrl: tests.address });
});

afterAll(() => client?.close());

const limitPrice = (page: Page) => page.getByRole("textbox", { name: "Limit price" });
const row = (page: Page, symbol: string) => page.locator(`tr[data-symbol="${symbol}"]`);
const symbols = (page: Page) =>
  page
    .locator("tr[data-symbol]")
    .evaluateAll((rows) => rows.map((row) => row.getAttribute("data-symbol")));

test("the order book is that of the server, also grouped, and its middle and spread", async () => {
  const terminal = await tests.open();
  const { page } = terminal;
  const book = new BookScreen(page, client);
  await book.showsBook("AAPL");
  await tests.server.advance(5);
  await book.showsBook("AAPL");
  const { bid, ask } = await tests.quote("AAPL");
  const line = page.locator(".spread");
  await expect.poll(() => line.innerText()).toContain(((bid + ask) / 2).toFixed(3));
  expect(await line.innerText()).toContain(`Spread ${(ask - bid).toFixed(2)}`);

  await page.getByLabel("Group prices by").selectOption({ label: "0.10" });
  await book.showsBook("AAPL", 10);
  // It is remembered for this symbol alone, and over a reload.
  await row(page, "MSFT").locator("button.row").click();
  await page.getByRole("region", { name: "Order book and trades of MSFT" }).waitFor();
  await book.showsBook("MSFT");
  await page.goto(`${tests.address}/?account=${tests.account}&symbol=AAPL`);
  await book.showsBook("AAPL", 10);
});

test("a click and the keys enter a price, and own orders are marked with what is left", async () => {
  const terminal = await tests.open();
  const { page, ticket } = terminal;
  const book = new BookScreen(page, client);
  await book.showsBook("AAPL");
  await book.levels("Bids").nth(2).click();
  const clicked = await book.price("Bids", 2);
  await expect.poll(() => limitPrice(page).inputValue()).toBe(clicked.toFixed(2));
  expect(await ticket.getByRole("radio", { name: "Limit", exact: true }).isChecked()).toBe(true);

  await book.list("Asks").focus();
  for (const key of ["ArrowUp", "Enter"]) await page.keyboard.press(key);
  const second = await book.price("Asks", 1);
  await expect.poll(() => limitPrice(page).inputValue()).toBe(second.toFixed(2));
  for (const key of ["ArrowDown", "ArrowDown", "ArrowDown", "Enter"])
    await page.keyboard.press(key);
  const below = await book.price("Bids", 1);
  await expect.poll(() => limitPrice(page).inputValue()).toBe(below.toFixed(2));
  await page.getByText(`${below.toFixed(2)} is in the ticket`).waitFor({ state: "attached" });

  await terminal.fill("Quantity", 7);
  await terminal.place();
  await terminal.toast("Order placed").waitFor();
  await book.show();
  const own = page.locator(".level.has-own");
  const marked = own.filter({ hasText: below.toFixed(2) });
  await marked.locator("b", { hasText: "own orders 7" }).waitFor();
  const [order] = await client.rest.account(tests.account).orders();
  expect(order).toMatchObject({ limitPrice: below, qty: 7 });
  await page.getByLabel("Group prices by").selectOption({ label: "0.05" });
  const group = (Math.floor(Math.round(below * 100) / 5) * 5) / 100;
  await own.filter({ hasText: group.toFixed(2) }).waitFor();
  await client.commands(tests.account).cancel(order?.id ?? "");
  await own.waitFor({ state: "detached" });
});

test("every trade is listed once with its side, and nothing is subscribed while it is hidden", async () => {
  const terminal = await tests.open({ symbol: "BTCUSD", timezoneId: "Asia/Tokyo" });
  const { page } = terminal;
  const sent: string[] = [];
  page.on("websocket", (socket) =>
    socket.on("framesent", ({ payload }) => sent.push(String(payload))),
  );
  await page.reload();
  await terminal.isLoaded();
  const book = new BookScreen(page, client);
  await book.show();
  const count = (type: string) => sent.filter((text) => text.includes(`"${type}"`)).length;
  await expect.poll(() => count("orderbook.subscribe")).toBe(1);
  expect(count("trades.subscribe")).toBe(0);
  const received: Trade[] = [];
  const other = client.feeds.trades({ symbol: "BTCUSD" }, (trade) => received.push(trade));
  await other.confirmed;
  await page.getByRole("radio", { name: "Trades", exact: true }).click();
  await expect.poll(() => count("trades.subscribe")).toBe(1);
  await expect.poll(() => count("orderbook.unsubscribe")).toBe(1);
  const rows = page.getByRole("list", { name: /^Trades/ }).getByRole("listitem");
  await rows.first().waitFor();
  for (let step = 0; step < 3; step += 1) await tests.server.advance(2);
  const texts = () =>
    rows.evaluateAll((rows) => rows.map((row) => row.textContent?.replace(/\s+/g, " ").trim()));
  const lineOf =
    (hours: number) =>
    ({ price, qty, side, time }: Trade) => {
      const [value, size] = [price, qty].map((n, index) =>
        n.toLocaleString("en", { minimumFractionDigits: index === 0 ? 1 : 4 }),
      );
      const sign = side === 1 ? "▲ " : side === -1 ? "▼ " : "";
      return `${value} ${sign}${size} ${new Date(time + hours * 3_600_000).toISOString().slice(11, 19)}`;
    };
  // The list begins with the trades before the page was opened.
  await expect.poll(async () => (await texts()).length).toBe(TRADES_MAX);
  const all = await client.rest.market.trades("BTCUSD", TRADES_MAX);
  expect(received.length).toBeGreaterThan(3);
  expect(all.slice(-received.length)).toEqual(received);
  await expect.poll(texts).toEqual(all.map(lineOf(0)).reverse());
  // The times are in the zone of the chart.
  await page.getByLabel("Time zone").selectOption("local");
  await book.show();
  await expect.poll(texts).toEqual(all.map(lineOf(9)).reverse());
  other.unsubscribe();

  sent.length = 0;
  // A tablet shows the watchlist instead.
  const watchlist = page.getByRole("radio", { name: "Watchlist", exact: true });
  const pane = "the order book and the trades";
  if (windowName === "tablet") await watchlist.click();
  else await page.getByRole("button", { name: `Hide ${pane}` }).click();
  await expect.poll(() => count("trades.unsubscribe")).toBe(1);
  await page.reload();
  await terminal.isLoaded();
  if (windowName === "tablet")
    await page.getByRole("radio", { name: "Watchlist", checked: true }).waitFor();
  else await page.getByRole("button", { name: `Show ${pane}` }).waitFor();
  expect([count("orderbook.subscribe"), count("trades.subscribe")]).toEqual([0, 0]);
});

test("a book without a connection says so until the server sends it again", async () => {
  const proxy = new TcpProxy(tests.server.backend.port);
  const address = await proxy.start();
  const { page } = await tests.open();
  try {
    await page.goto(`${address}/?account=${tests.account}&symbol=AAPL`);
    const screen = new BookScreen(page, client);
    await screen.showsBook("AAPL");
    const book = page.getByRole("region", { name: "Book", exact: true });
    await expect.poll(() => book.getAttribute("data-state")).toBe("live");
    proxy.cut();
    await book.getByText(/^Not connected: not live since \d\d:\d\d:\d\d/).waitFor();
    expect(await book.getAttribute("data-state")).toBe("stale");
    await tests.server.advance(2);
    proxy.restore();
    await expect.poll(() => book.getAttribute("data-state")).toBe("live");
    await screen.showsBook("AAPL");
  } finally {
    proxy.close();
  }
});

test("on a phone the book is below the ticket, whose button stays in view", async () => {
  const terminal = await tests.open(PHONE);
  const { page } = terminal;
  const book = new BookScreen(page, client);
  await terminal.view("Trade");
  // The book is followed once it is in view.
  await page.getByRole("radio", { name: "Book", exact: true }).scrollIntoViewIfNeeded();
  const best = book.levels("Bids").first();
  await best.scrollIntoViewIfNeeded();
  expect((await best.boundingBox())?.height).toBeGreaterThanOrEqual(44);
  await best.tap();
  await expect.poll(() => limitPrice(page).inputValue()).toMatch(/\d/);
  expect(parseNumber(await limitPrice(page).inputValue())).toBe(await book.price("Bids", 0));
  await terminal.place();
  await terminal.toast("Order placed").waitFor();
});

test("lists are created, chosen, renamed and deleted, and the list of earlier versions stays", async () => {
  const { address } = tests;
  const stored = [{ name: "trading_api.watchlist", value: '["MSFT","BTCUSD"]' }];
  const storageState = { cookies: [], origins: [{ origin: address, localStorage: stored }] };
  const terminal = await tests.open({ storageState });
  const { page } = terminal;
  await expect.poll(() => symbols(page)).toEqual(["MSFT", "BTCUSD"]);

  await page.getByRole("button", { name: "Edit the lists and columns" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("textbox", { name: "New list" }).fill("Tech");
  await page.keyboard.press("Enter");
  await dialog.getByRole("textbox", { name: "New list" }).fill("tech");
  await dialog.getByRole("button", { name: "Create" }).click();
  await dialog.getByText("Another list has this name.").waitFor();
  for (const column of ["Bid", "Ask", "Day range", "Volume"])
    await dialog.getByRole("checkbox", { name: column }).check();
  await page.keyboard.press("Escape");
  await page.getByText("Nothing is watched.").waitFor();

  await page.getByRole("button", { name: "Add a symbol", exact: true }).first().click();
  await dialog.getByRole("combobox", { name: "Symbol or name" }).fill("AAPL");
  await dialog.getByRole("option", { name: /AAPL/ }).waitFor();
  await expect.poll(() => dialog.getByRole("option").count()).toBe(1);
  await page.keyboard.press("Enter");
  await dialog.getByText("AAPL was added to Tech").waitFor({ state: "attached" });
  await page.keyboard.press("Escape");
  const [quote] = await client.rest.market.quotes(["AAPL"]);
  if (quote?.s !== "ok") throw new Error("no quote");
  const { lp, bid, ask, low_price, high_price } = quote.v;
  await row(page, "AAPL")
    .filter({ hasText: lp.toFixed(2) })
    .waitFor();
  const text = await row(page, "AAPL").innerText();
  for (const part of [bid, ask, low_price, high_price]) expect(text).toContain(part.toFixed(2));

  await page.reload();
  await terminal.isLoaded();
  const lists = page.getByRole("combobox", { name: "Choose a watchlist" });
  expect(await lists.locator("option:checked").innerText()).toBe("Tech");
  await lists.selectOption("Watchlist");
  await expect.poll(() => symbols(page)).toEqual(["MSFT", "BTCUSD"]);
  await page.getByRole("button", { name: "Edit the lists and columns" }).click();
  await dialog.getByRole("textbox", { name: "Name of Watchlist" }).fill("Main");
  await page.keyboard.press("Enter");
  await dialog.getByRole("button", { name: "Delete Tech" }).click();
  await dialog.getByRole("button", { name: "Delete 1 symbol?" }).click();
  await page.keyboard.press("Escape");
  expect(await lists.locator("option").allInnerTexts()).toEqual(["Main"]);
});

test("symbols are moved by mouse, finger and keys, and sorted by a column", async () => {
  const terminal = await tests.open();
  const { page } = terminal;
  const first = (count: number) => symbols(page).then((all) => all.slice(0, count));
  await expect.poll(() => first(3)).toEqual(["AAPL", "MSFT", "NVDA"]);
  const from = await middleOf(row(page, "AAPL").locator(".row"));
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  const to = await middleOf(row(page, "NVDA"));
  await page.mouse.move(from.x, to.y + 12, { steps: 4 });
  await row(page, "TSLA").and(page.locator(".before")).waitFor();
  await page.mouse.up();
  await expect.poll(() => first(3)).toEqual(["MSFT", "NVDA", "AAPL"]);
  // The end of a drag is no click.
  await page.getByRole("region", { name: "Chart of AAPL" }).waitFor();

  await row(page, "NVDA").locator(".row").focus();
  await page.keyboard.press("Alt+ArrowUp");
  await page.getByText("NVDA is 1 of 12").waitFor({ state: "attached" });
  expect(await first(3)).toEqual(["NVDA", "MSFT", "AAPL"]);
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Delete");
  expect(await first(2)).toEqual(["NVDA", "AAPL"]);
  await page.keyboard.press("Enter");
  await page.getByRole("region", { name: "Chart of AAPL" }).waitFor();

  await page.getByRole("button", { name: "Last", exact: true }).click();
  const all = (await symbols(page)).filter((symbol) => symbol !== null);
  const quotes = await client.rest.market.quotes(all);
  const byPrice = quotes
    .flatMap(({ n, s, v }) => (s === "ok" ? [{ n, lp: v.lp }] : []))
    .sort((a, b) => b.lp - a.lp)
    .map(({ n }) => n);
  await page.mouse.move(700, 300);
  await expect.poll(() => symbols(page)).toEqual(byPrice);
  await row(page, "AAPL").locator(".row").focus();
  await page.keyboard.press("Alt+ArrowUp");
  await page.getByText("Sorted by Last.").waitFor({ state: "attached" });
  expect(await symbols(page)).toEqual(byPrice);
});

test("a finger moves a symbol by its grip", async () => {
  const terminal = await tests.open(PHONE);
  const { page } = terminal;
  await terminal.view("Watch");
  const first = (count: number) => symbols(page).then((all) => all.slice(0, count));
  await expect.poll(() => first(3)).toEqual(["AAPL", "MSFT", "NVDA"]);
  const finger = await Finger.on(terminal);
  const { x, y } = await middleOf(row(page, "AAPL").locator(".grip"));
  const to = await middleOf(row(page, "MSFT"));
  await finger.down(x, y);
  await finger.move(x, y + 20);
  await finger.move(x, to.y + 12);
  await row(page, "NVDA").and(page.locator(".before")).waitFor();
  await finger.up();
  await expect.poll(() => first(3)).toEqual(["MSFT", "AAPL", "NVDA"]);
});

test("a list of 500 symbols draws those in view, and keeps those that are unknown", async () => {
  const { address } = tests;
  const funds = Array.from({ length: 498 }, (_, n) => `FUND${String(n).padStart(3, "0")}`);
  const listed = ["NOSUCH", ...funds, "AAPL"];
  const value = JSON.stringify({ lists: [{ name: "Large", symbols: listed }], current: 0 });
  const localStorage = [{ name: "trading_api.watchlists", value }];
  const storageState = { cookies: [], origins: [{ origin: address, localStorage }] };
  const terminal = await tests.open({ storageState });
  const { page } = terminal;
  await terminal.view("Watch");
  await row(page, "NOSUCH").getByText("Not on this server").waitFor();
  expect((await symbols(page)).length).toBeLessThan(40);
  await row(page, "FUND000").locator(".row").focus();
  await page.keyboard.press("End");
  await expect.poll(() => symbols(page).then((all) => all.at(-1))).toBe("AAPL");
  expect(await page.locator(":focus").innerText()).toContain("AAPL");
  await tests.server.advance(2);
  const [quote] = await client.rest.market.quotes(["FUND497"]);
  if (quote?.s !== "ok") throw new Error("no quote");
  await row(page, "FUND497").getByText(quote.v.lp.toFixed(2)).waitFor();

  await page.route("**/datafeed/**", (route) => route.abort());
  await page.reload();
  await terminal.view("Watch");
  await row(page, "FUND000").waitFor();
  await page.unroute("**/datafeed/**");
  await row(page, "NOSUCH").getByText("Not on this server").waitFor();
  const kept = await page.evaluate(() => globalThis.localStorage["trading_api.watchlists"]);
  expect(JSON.parse(kept).lists[0].symbols).toEqual(listed);
});

test("the search has filters and pages, and keys alone reach every symbol", async () => {
  const terminal = await tests.open();
  const { page } = terminal;
  await page.keyboard.press("/");
  const dialog = page.getByRole("dialog");
  const options = dialog.getByRole("option");
  const names = () => options.locator("strong").allTextContents();
  const search = async (text: string, exchange: string, type: string, limit: number) =>
    (await client.rest.market.search(text, exchange, type, { offset: 0, limit })).map(
      ({ symbol }) => symbol,
    );
  const filter = (group: string, name: string) =>
    dialog.getByRole("radiogroup", { name: group }).getByRole("radio", { name }).click();
  await filter("Exchange", "CRYPTO");
  await expect.poll(names).toEqual(await search("", "CRYPTO", "", 50));
  await filter("Exchange", "All");
  await filter("Type", "Fund");
  await expect.poll(names).toEqual(await search("", "", "fund", 50));
  await dialog.getByText("The first 50 are shown").waitFor();
  await dialog.getByRole("button", { name: "Show more" }).click();
  await expect.poll(names).toEqual(await search("", "", "fund", 100));

  const box = dialog.getByRole("combobox", { name: "Symbol or name" });
  await box.fill("fund number 5");
  const whole = await search("fund number 5", "", "fund", 500);
  expect(whole.length).toBe(111);
  await expect.poll(names).toEqual(whole.slice(0, 50));
  await box.focus();
  for (let press = 0; press < 12; press += 1) await page.keyboard.press("PageDown");
  await expect.poll(names).toEqual(whole);
  await page.keyboard.press("Shift+Enter");
  const chosen = await options.and(page.locator('[aria-selected="true"]')).locator("strong");
  const symbol = await chosen.innerText();
  await page.keyboard.press("Enter");
  await page.getByRole("region", { name: `Chart of ${symbol}` }).waitFor();
  await terminal.view("Watch");
  await row(page, symbol).waitFor({ state: "attached" });
});
