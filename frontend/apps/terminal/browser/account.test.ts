// Accounts, symbols and sign-in, over outages and many symbols, against a real backend.
import { expect, test } from "vitest";
import { TerminalTests } from "./support/terminal-tests.ts";

const tests = TerminalTests.stepped("ACCOUNT");

test("the history is read when its tab is shown", async () => {
  const terminal = await tests.open();
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
  const terminal = await tests.open();
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
  const terminal = await tests.open({ symbol: "BTCUSD" });
  const { page } = terminal;
  const row = (symbol: string) => page.locator(`tr[data-symbol="${symbol}"]`);
  await terminal.view("Watch");
  await row("BTCUSD").waitFor();
  await page.route("**/datafeed/search**", async (route) => {
    const response = await route.fetch();
    await route.fulfill({ json: (await response.json()).slice(0, 2) });
  });
  await page.goto(tests.address);
  await terminal.isLoaded();
  await page.getByRole("region", { name: "Chart of BTCUSD" }).waitFor();
  await terminal.view("Watch");
  await row("BTCUSD").waitFor();
  await page.goto(`${tests.address}/?symbol=NOSUCH`);
  await terminal.isLoaded();
  await terminal.toast("There is no NOSUCH here").waitFor();
  await terminal.view("Watch");
  await row("BTCUSD").waitFor();
});
