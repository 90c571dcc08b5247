// What the keys and the number fields of the terminal do, against a real backend.
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { TerminalTests } from "./support/terminal-tests.ts";

const tests = TerminalTests.stepped("INPUT");

/** Return the quantities of the account's executions. */
async function filled(): Promise<number[]> {
  const executions = await tests.get<{ qty: number }[]>("executions", "&limit=100");
  return executions.map(({ qty }) => qty);
}

/** Hold keys for 0.7 s, as a keyboard repeats them, and then wait for what they may have caused. */
async function hold(page: Page, key: string, modifier?: string): Promise<void> {
  if (modifier !== undefined) await page.keyboard.down(modifier);
  const end = Date.now() + 700;
  while (Date.now() < end) {
    await page.keyboard.down(key);
    await page.waitForTimeout(30);
  }
  await page.keyboard.up(key);
  if (modifier !== undefined) await page.keyboard.up(modifier);
  await page.waitForTimeout(300);
}

test.each(["de-DE", "fr-FR"])("a decimal comma is one in %s", async (locale) => {
  const terminal = await tests.open({ locale, symbol: "BTCUSD" });
  await terminal.ticket.getByRole("radio", { name: /^Buy/ }).click();
  await terminal.fill("Quantity", "0,5");
  await terminal.place();
  const position = terminal.position("BTCUSD");
  await position.waitFor();
  // The market may not have enough liquidity at first.
  const quantity = () => terminal.cell(position, "qty").innerText();
  await tests.server.advanceUntil(async () => (await quantity()) === "0,5", 5);
  expect((await filled()).reduce((sum, qty) => sum + qty)).toBeCloseTo(0.5, 8);

  await position.getByRole("button", { name: "Close part" }).click();
  const dialog = terminal.page.getByRole("dialog");
  expect(await dialog.getByLabel("Quantity to close", { exact: true }).inputValue()).toBe("0,5");
  await terminal.fill("Quantity to close", "0,2", dialog);
  await dialog.getByRole("button", { name: "Close 0,2" }).click();
  await tests.server.advanceUntil(async () => (await quantity()) === "0,3", 5);

  // A suggested price is written as the same language reads it.
  await terminal.ticket.getByRole("radio", { name: "Limit", exact: true }).click();
  const price = terminal.ticket.getByRole("textbox", { name: "Limit price" });
  expect(await price.inputValue()).toMatch(/^\d+,\d$/);
  expect(await price.getAttribute("aria-invalid")).toBe("false");
});

test("a decimal comma is no number in en-US, and nothing is placed", async () => {
  const terminal = await tests.open({ symbol: "BTCUSD" });
  const { page, ticket } = terminal;
  for (const text of ["0,5", "1,5", "12,34"]) {
    await terminal.fill("Quantity", text);
    await ticket.getByText("Write it like 1234.5").waitFor();
    expect(await ticket.locator("button[type=submit]").isDisabled()).toBe(true);
    await page.keyboard.press("Control+Enter");
    await page.keyboard.press("Enter");
  }
  await terminal.fill("Quantity", "1,000.5");
  await ticket.getByRole("checkbox", { name: "Take profit and stop loss" }).focus();
  expect(await ticket.getByLabel("Quantity", { exact: true }).inputValue()).toBe("1000.5");
  expect(await filled()).toEqual([]);
});

test("a held key is one command", async () => {
  const terminal = await tests.open();
  const { page, ticket } = terminal;
  await terminal.fill("Quantity", 1);
  await hold(page, "Enter", "Control");
  expect(await filled()).toEqual([1]);
  await terminal.fill("Quantity", 2);
  await hold(page, "Enter");
  expect(await filled()).toEqual([1, 2]);
  await ticket.locator("button[type=submit]").focus();
  await hold(page, "Enter");
  expect(await filled()).toEqual([1, 2, 2]);
  await terminal.position("AAPL").getByRole("button", { name: "Reverse" }).focus();
  await hold(page, "Enter");
  await terminal.position("AAPL").getByText("Short").waitFor();
  expect((await filled()).reduce((sum, qty) => sum + qty)).toBe(15);
  await page.getByRole("tab", { name: "Positions" }).focus();
  await hold(page, "b");
  expect(await ticket.getByLabel("Quantity", { exact: true }).inputValue()).toBe("2");
});

test("the buttons of a position are disabled while a command on it runs", async () => {
  const terminal = await tests.open();
  const { page } = terminal;
  const gate = Promise.withResolvers<void>();
  const keys: (string | undefined)[] = [];
  await page.routeWebSocket("**/api/v1/ws", (socket) => {
    const server = socket.connectToServer();
    socket.onMessage(async (text) => {
      const { type, payload } = JSON.parse(String(text));
      if (type === "positions.close") {
        keys.push(payload.key);
        await gate.promise;
      }
      server.send(text);
    });
  });
  await page.reload();
  await terminal.isLoaded();
  await terminal.fillTicket({ quantity: 3 });
  await terminal.place();
  const position = terminal.position("AAPL");
  await position.waitFor();
  await page.getByRole("tab", { name: "Positions" }).focus();
  await page.keyboard.press("Shift+X");
  const close = position.getByRole("button", { name: "Close", exact: true });
  await expect.poll(() => close.isDisabled()).toBe(true);
  expect(await position.getByRole("button", { name: "Reverse" }).isDisabled()).toBe(true);
  await page.keyboard.press("Shift+X");
  gate.resolve();
  await page.getByText("No open position").waitFor();
  expect(keys).toEqual([expect.stringMatching(/^[0-9a-f]{32}$/)]);
});

test("an order that its preview rejects, or of an unknown instrument, cannot be placed", async () => {
  const terminal = await tests.open();
  const { page, ticket } = terminal;
  const place = ticket.locator("button[type=submit]");
  await terminal.fillTicket({ quantity: 500_000 });
  await page
    .getByRole("region", { name: "Preview" })
    .getByText(/Lower the quantity/)
    .waitFor();
  expect(await place.isDisabled()).toBe(true);
  await page.keyboard.press("Control+Enter");
  await terminal.fill("Quantity", 1);
  await expect.poll(() => place.isEnabled()).toBe(true);

  const gate = Promise.withResolvers<void>();
  await page.route("**/broker/instruments/**", async (route) => {
    await gate.promise;
    await route.continue();
  });
  await page
    .locator('tr[data-symbol="EURUSD"]')
    .getByRole("button", { name: /^EURUSD/ })
    .click();
  await terminal.isLoaded();
  expect(await place.isDisabled()).toBe(true);
  await page.keyboard.press("Control+Enter");
  gate.resolve();
  await expect.poll(() => place.isEnabled()).toBe(true);
  expect(await filled()).toEqual([]);
});
