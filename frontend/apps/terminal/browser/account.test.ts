// Accounts, symbols and sign-in, over outages and many symbols, against a real backend.
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { Backend } from "./support/backend.ts";
import { CHROMIUM_MISSING, chromiumPath, launchChromium } from "./support/chromium.ts";
import { developmentToken } from "./support/development-token.ts";
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

test("the history is read when its tab is shown", async () => {
  terminal = await TerminalPage.open(browser, market.address, { account: "HISTORY" });
  await terminal.fillTicket({ quantity: 1 });
  await terminal.place();
  await terminal.position("AAPL").waitFor();
  const read: string[] = [];
  terminal.page.on("request", (request) => {
    if (request.url().includes("/orders/history")) read.push(request.url());
  });
  await terminal.page.reload();
  await terminal.isLoaded();
  await terminal.position("AAPL").waitFor();
  expect(read.length).toBe(0);
  await terminal.show("History");
  await terminal.orders.filter({ hasText: "Filled" }).waitFor();
  await terminal.show("Positions");
  await terminal.show("History");
  expect(read.length).toBe(1);
});

test("a symbol that is opened during an outage gets its instrument after it", async () => {
  terminal = await TerminalPage.open(browser, market.address, { account: "OUTAGE" });
  const { page, ticket } = terminal;
  await page.route("**/broker/instruments/**", (route) => route.abort());
  await page.route("**/broker/leverage/info**", (route) => route.abort());
  await page
    .locator('tr[data-symbol="EURUSD"]')
    .getByRole("button", { name: /^EURUSD/ })
    .click();
  await terminal.isLoaded();
  const place = ticket.locator("button[type=submit]");
  expect(await place.isDisabled()).toBe(true);
  await page.unroute("**/broker/instruments/**");
  await page.unroute("**/broker/leverage/info**");
  await expect.poll(() => place.isEnabled(), { timeout: 5_000 }).toBe(true);
  await ticket.getByRole("button", { name: /^Leverage/ }).waitFor();
});

test("a chosen symbol and the watchlist survive a reload where a search does not list them", async () => {
  terminal = await TerminalPage.open(browser, market.address, { symbol: "BTCUSD" });
  const { page } = terminal;
  const row = (symbol: string) => page.locator(`tr[data-symbol="${symbol}"]`);
  await row("BTCUSD").waitFor();
  await page.route("**/datafeed/search**", async (route) => {
    const response = await route.fetch();
    await route.fulfill({ json: (await response.json()).slice(0, 2) });
  });
  await page.goto(market.address);
  await terminal.isLoaded();
  await page.getByRole("region", { name: "Chart of BTCUSD" }).waitFor();
  await row("BTCUSD").waitFor();
  await page.goto(`${market.address}/?symbol=NOSUCH`);
  await terminal.isLoaded();
  await terminal.toast("There is no NOSUCH here").waitFor();
  await row("BTCUSD").waitFor();
});

test("sign-in stays until there is a token, and another account and signing out are offered", async () => {
  const AUTH_SECRET = "a secret for the tests, of 32 bytes and more";
  const [guarded, token] = await Promise.all([
    Backend.start({ AUTH_MODE: "secret", AUTH_SECRET }),
    developmentToken(AUTH_SECRET),
  ]);
  try {
    terminal = await TerminalPage.open(browser, guarded.address, {
      account: "FOREIGN",
      isLoaded: false,
    });
    const { page } = terminal;
    const dialog = page.getByRole("dialog");
    await dialog.waitFor();
    for (let press = 0; press < 3; press += 1) await page.keyboard.press("Escape");
    await page.mouse.click(5, 5);
    await dialog.getByLabel("Token").fill(token);
    await dialog.getByRole("button", { name: "Sign in" }).click();

    const panel = page.getByRole("tabpanel");
    await panel.getByText("The account does not exist, or it is not yours.").waitFor();
    expect(await panel.innerText()).not.toMatch(/api|GET|Trying again/);
    const account = page.getByRole("button", { name: /^Account .*: change$/ });
    await account.click();
    await dialog.getByRole("button", { name: /^DEMO-ACCOUNT/ }).click();
    await terminal.isLoaded();
    await account.click();
    await dialog.getByRole("button", { name: "Sign out" }).click();
    await dialog.getByText("This server answers only callers with a token.").waitFor();
    expect(await dialog.getByRole("alert").count()).toBe(0);
  } finally {
    await guarded.stop();
  }
});
