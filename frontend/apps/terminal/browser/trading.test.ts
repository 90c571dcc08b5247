// Orders, positions and equity, by mouse and keyboard, against a real backend.
import { beforeEach, expect, test } from "vitest";
import { parseNumber, type TerminalPage } from "./support/terminal-page.ts";
import { TerminalTests } from "./support/terminal-tests.ts";

// The prices of this market are the same in each run.
const tests = TerminalTests.steppedAlone("TRADER");
let terminal: TerminalPage;

beforeEach(async () => {
  terminal = await tests.open();
});

async function bought(quantity: number): Promise<void> {
  await terminal.fillTicket({ quantity });
  await terminal.place();
  await terminal.position("AAPL").waitFor();
  // A market that stands still may have too little for the whole order.
  await tests.server.advanceUntil(async () => {
    const [position] = await tests.get<{ qty: number }[]>("positions");
    return position?.qty === quantity;
  }, 5);
  await terminal
    .cell(terminal.position("AAPL"), "qty")
    .filter({ hasText: String(quantity) })
    .waitFor();
}

test("a market order is previewed, placed and filled, and the position opens", async () => {
  const { ask } = await terminal.quote();
  await terminal.fillTicket({ quantity: 10 });
  const preview = terminal.page.getByRole("region", { name: "Preview" });
  await preview.getByText("Position once filled").waitFor();
  await terminal.place();
  await terminal.toast(`Bought 10 AAPL at ${ask}`).waitFor();
  const position = terminal.position("AAPL");
  await position.getByText("Long").waitFor();
  expect(await terminal.cell(position, "qty").innerText()).toBe("10");
  expect(parseNumber(await terminal.cell(position, "average").innerText())).toBe(ask);
  await terminal.show("History");
  await terminal.orders.filter({ hasText: "Filled" }).waitFor();
  await terminal.show("Fills");
  await expect.poll(() => terminal.page.locator("tr[data-fill]").count()).toBe(1);
});

test("a limit order rests as Working, is modified in the dialog, and is canceled", async () => {
  const { bid } = await terminal.quote();
  await terminal.fillTicket({ type: "Limit", quantity: 5, limit: bid - 3 });
  await terminal.place();
  await terminal.show("Orders");
  await terminal.orders.filter({ hasText: "Working" }).waitFor();
  expect(parseNumber(await terminal.cell(terminal.orders, "limit").innerText())).toBeCloseTo(
    bid - 3,
  );

  await terminal.orders.getByRole("button", { name: "Modify" }).click();
  const dialog = terminal.page.getByRole("dialog");
  await terminal.fill("Quantity", 7, dialog);
  await terminal.fill("Limit price", (bid - 4).toFixed(2), dialog);
  await dialog.getByRole("button", { name: "Modify order" }).click();
  await dialog.waitFor({ state: "detached" });
  await terminal.cell(terminal.orders, "qty").filter({ hasText: /^7$/ }).waitFor();
  expect(parseNumber(await terminal.cell(terminal.orders, "limit").innerText())).toBeCloseTo(
    bid - 4,
  );

  await terminal.orders.getByRole("button", { name: "Cancel", exact: true }).click();
  await terminal.page.getByText("No working order").waitFor();
  await terminal.show("History");
  await terminal.orders.filter({ hasText: "Canceled" }).waitFor();
});

test("a take profit that is hit closes the position and cancels the stop", async () => {
  // This market rises at first.
  const { ask } = await terminal.quote();
  const prices = { takeProfit: ask + 0.08, stopLoss: ask - 40 };
  await terminal.fillTicket({ side: "Buy", quantity: 4, ...prices });
  await terminal.place();
  await terminal.position("AAPL").waitFor();
  await terminal.show("Orders");
  await expect.poll(() => terminal.orders.filter({ hasText: "Working" }).count()).toBe(2);
  await terminal.orders.filter({ hasText: "Take profit" }).waitFor();
  await terminal.orders.filter({ hasText: "Stop loss" }).waitFor();

  await tests.server.advanceUntil(async () => (await terminal.orders.count()) === 0);
  await terminal.toast(/Sold 4 AAPL/).waitFor();
  await terminal.show("Positions");
  await terminal.page.getByText("No open position").waitFor();
  await terminal.show("History");
  await terminal.orders.filter({ hasText: "Take profit" }).filter({ hasText: "Filled" }).waitFor();
  await terminal.orders.filter({ hasText: "Stop loss" }).filter({ hasText: "Canceled" }).waitFor();
  await terminal.show("Equity");
  expect(await terminal.figure("realizedPL")).toBeGreaterThanOrEqual(0.31);
});

test("a position is closed in part, and then all of it", async () => {
  await bought(10);
  const position = terminal.position("AAPL");
  await position.getByRole("button", { name: "Close part" }).click();
  const dialog = terminal.page.getByRole("dialog");
  await terminal.fill("Quantity to close", 4, dialog);
  await dialog.getByRole("button", { name: "Close 4" }).click();
  await terminal.cell(position, "qty").filter({ hasText: /^6$/ }).waitFor();

  await position.getByRole("button", { name: "Close", exact: true }).click();
  await terminal.page.getByText("No open position").waitFor();
});

test("a position is reversed, and protected by a stop", async () => {
  await bought(3);
  const position = terminal.position("AAPL");
  await position.getByRole("button", { name: "Reverse" }).click();
  await position.getByText("Short").waitFor();
  const { ask } = await terminal.quote();
  await position.getByRole("button", { name: "Protect" }).click();
  const dialog = terminal.page.getByRole("dialog");
  await terminal.fill("Stop loss", (ask + 10).toFixed(2), dialog);
  await dialog.getByRole("button", { name: "Set brackets" }).click();
  await dialog.waitFor({ state: "detached" });
  await terminal.show("Orders");
  await terminal.orders.filter({ hasText: "Stop loss" }).filter({ hasText: "Working" }).waitFor();
});

test("a good-till-date order shows its end, is shortened, and ends then", async () => {
  const { page, ticket } = terminal;
  const { bid } = await terminal.quote();
  await terminal.fillTicket({ type: "Limit", quantity: 5, limit: bid - 3 });
  await ticket.getByLabel("Duration").selectOption("Good till date");
  const until = ticket.getByLabel("Until, UTC");
  await expect.poll(() => until.inputValue()).toMatch(/^2026-01-06T10:/);
  const tomorrow = await until.inputValue();
  await until.fill("2026-01-05T09:00");
  const preview = page.getByRole("region", { name: "Preview" });
  await preview.getByText("Choose a later time").waitFor();
  expect(await ticket.locator("button[type=submit]").isDisabled()).toBe(true);
  await until.fill(tomorrow);
  await terminal.place();
  await terminal.show("Orders");
  const ends = terminal.cell(terminal.orders, "duration");
  await ends.filter({ hasText: `6 Jan ${tomorrow.slice(11)}` }).waitFor();

  const soon = new Date((await tests.server.now()) + 70_000).toISOString();
  await terminal.orders.getByRole("button", { name: "Modify" }).click();
  const dialog = page.getByRole("dialog");
  expect(await dialog.getByLabel("Until, UTC").inputValue()).toBe(tomorrow);
  await dialog.getByLabel("Until, UTC").fill(soon.slice(0, 16));
  await dialog.getByRole("button", { name: "Modify order" }).click();
  await ends.filter({ hasText: `5 Jan ${soon.slice(11, 16)}` }).waitFor();
  await tests.server.advance(70);
  await page.getByText("No working order").waitFor();
  await terminal.show("History");
  await terminal.orders.filter({ hasText: "Canceled" }).waitFor();
});

test("a trailing stop follows the market, never moves back, and closes the position", async () => {
  await bought(6);
  const { bid } = await terminal.quote();
  await terminal.fillTicket({ side: "Sell", type: "Stop", quantity: 6 });
  await terminal.ticket.getByRole("checkbox", { name: "Trailing stop", exact: true }).check();
  await terminal.fill("Trails by", 4);
  await terminal.ticket.getByText("0.04 USD behind the market").waitFor();
  await terminal.ticket.getByRole("button", { name: "Sell 6 AAPL trailing by 4 pips" }).click();
  await terminal.show("Orders");
  await terminal.orders
    .filter({ hasText: "Trailing stop" })
    .filter({ hasText: "Working" })
    .waitFor();
  const cell = terminal.cell(terminal.orders, "stop");
  await cell.getByText("4 pips").waitFor();
  const stops: number[] = [];
  await tests.server.advanceUntil(async () => {
    const text = await terminal.orders.allInnerTexts();
    if (text.length === 0) return true;
    stops.push(parseNumber((await cell.innerText()).split(" ")[0] ?? ""));
    return false;
  });
  expect(stops[0]).toBeCloseTo(bid - 0.04);
  expect(stops).toEqual([...stops].sort((a, b) => a - b));
  await terminal.show("Positions");
  await terminal.page.getByText("No open position").waitFor();
});

test("a trailing stop loss is placed, shown on the position, and made a fixed one", async () => {
  const { page, ticket } = terminal;
  await terminal.fillTicket({ quantity: 2, stopLoss: 1 });
  await ticket.getByRole("checkbox", { name: "Trailing stop loss" }).check();
  await terminal.fill("Trails by", 500);
  await terminal.place();
  const position = terminal.position("AAPL");
  await position.waitFor();
  await terminal.show("Orders");
  await terminal.orders.filter({ hasText: "Trailing stop loss" }).waitFor();
  const { bid } = await terminal.quote();
  await terminal.show("Positions");
  await position.getByRole("button", { name: "Protect" }).click();
  const dialog = page.getByRole("dialog");
  const trails = dialog.getByRole("checkbox", { name: "Trailing stop loss" });
  expect(await trails.isChecked()).toBe(true);
  expect(await dialog.getByLabel("Trails by", { exact: true }).inputValue()).toBe("500");
  await trails.uncheck();
  await terminal.fill("Stop loss", (bid - 9).toFixed(2), dialog);
  await dialog.getByRole("button", { name: "Set brackets" }).click();
  await dialog.waitFor({ state: "detached" });
  await terminal.show("Orders");
  await terminal.orders.filter({ hasText: "Stop loss" }).filter({ hasText: "Working" }).waitFor();
  expect(parseNumber(await terminal.cell(terminal.orders, "stop").innerText())).toBeCloseTo(
    bid - 9,
  );
});

test("leverage is set in its dialog with a preview, and the ticket needs less margin", async () => {
  const { page, ticket } = terminal;
  const needed = async () => {
    const row = ticket.locator(".preview dl > div").filter({ hasText: "Margin required" });
    return Number.parseFloat((await row.locator("dd").innerText()).replaceAll(",", ""));
  };
  await bought(10);
  await terminal.fillTicket({ quantity: 10 });
  await expect.poll(needed).toBeGreaterThan(100);
  const before = await needed();
  await ticket.getByRole("button", { name: "Leverage 10:1, change it" }).click();
  const dialog = page.getByRole("dialog");
  await terminal.fill("Leverage", 1_000, dialog);
  expect(await dialog.getByRole("button", { name: "Set 1000:1" }).isDisabled()).toBe(true);
  await terminal.fill("Leverage", 20, dialog);
  await dialog.getByText(/Margin of AAPL then: \d+/).waitFor();
  await dialog.getByRole("button", { name: "Set 20:1" }).click();
  await dialog.waitFor({ state: "detached" });
  await ticket.getByRole("button", { name: "Leverage 20:1, change it" }).waitFor();
  await expect.poll(needed).toBeLessThan(before * 0.6);
});

test("equity and the open profit move with the market", async () => {
  await bought(100);
  const seen = new Set<number>();
  await tests.server.advanceUntil(async () => {
    seen.add(await terminal.figure("top-equity"));
    return seen.size >= 4;
  }, 5);
  await terminal.show("Equity");
  const [equity, balance, open] = await Promise.all(
    ["equity", "balance", "unrealizedPL"].map((name) => terminal.figure(name)),
  );
  expect(equity).toBeCloseTo((balance ?? 0) + (open ?? 0), 2);
});

test("a rejected order shows the reason and what to do", async () => {
  let hasMoved = false;
  await terminal.page.routeWebSocket("**/api/v1/ws", (socket) => {
    const server = socket.connectToServer();
    socket.onMessage((text) => {
      const { type, payload } = JSON.parse(String(text));
      if (type !== "orders.preview" || !hasMoved) {
        server.send(text);
        return;
      }
      const { id } = payload;
      const reply = { status: "ok", id, message: "Previewed", preview: { sections: [] } };
      socket.send(JSON.stringify({ type: `${type}.response`, payload: reply }));
    });
  });
  await terminal.page.reload();
  await terminal.isLoaded();
  await terminal.fillTicket({ quantity: 500_000 });
  const preview = terminal.page.getByRole("region", { name: "Preview" });
  await preview.getByText(/Lower the quantity/).waitFor();
  // The market may move after the preview.
  hasMoved = true;
  await terminal.fillTicket({ quantity: 500_001 });
  await terminal.place();
  const toast = terminal.toast("Not placed");
  await toast.getByText(/Lower the quantity/).waitFor();
  await toast.getByRole("button", { name: "Dismiss" }).click();
  await toast.waitFor({ state: "detached" });
});

test("the ticket suggests the symbol's price, and does not overwrite what is typed", async () => {
  const { page, ticket } = terminal;
  await terminal.quote();
  await ticket.getByRole("radio", { name: "Limit", exact: true }).click();
  const price = ticket.getByRole("textbox", { name: "Limit price" });
  const suggested = Number(await price.inputValue());
  expect(suggested).toBeGreaterThan(0);
  await price.fill("");
  expect(await price.inputValue()).toBe("");
  expect(await ticket.locator("button[type=submit]").isDisabled()).toBe(true);
  await page
    .locator('tr[data-symbol="EURUSD"]')
    .getByRole("button", { name: /^EURUSD/ })
    .click();
  await expect.poll(() => price.inputValue()).toMatch(/^1\.\d{5}$/);
});

test("an order is placed by keys alone, and its position closed by them", async () => {
  const { page } = terminal;
  await page.keyboard.press("s");
  await page.keyboard.type("2");
  await page.keyboard.press("Control+Enter");
  await terminal.position("AAPL").getByText("Short").waitFor();
  expect(await terminal.cell(terminal.position("AAPL"), "qty").innerText()).toBe("2");
  await page.getByRole("tab", { name: "Positions" }).focus();
  await page.keyboard.press("Shift+X");
  await page.getByText("No open position").waitFor();
});

test("two browsers see their own accounts, and one account in both", async () => {
  const [other, same] = await Promise.all([
    tests.open({ account: `${tests.account}-OTHER` }),
    tests.open(),
  ]);
  await bought(8);
  await same.cell(same.position("AAPL"), "qty").filter({ hasText: "8" }).waitFor();
  await other.fillTicket({ side: "Sell", quantity: 3 });
  await other.place();
  await other.position("AAPL").getByText("Short").waitFor();
  expect(await terminal.cell(terminal.position("AAPL"), "qty").innerText()).toBe("8");
  expect(await other.cell(other.position("AAPL"), "qty").innerText()).toBe("3");
});

test("the profit of a position follows the market while the position stays as it is", async () => {
  await bought(10);
  const profit = () => terminal.cell(terminal.position("AAPL"), "profit").innerText();
  const seen = new Set<string>();
  await tests.server.advanceUntil(async () => seen.add(await profit()).size >= 4, 5);
  const { bid } = await tests.quote("AAPL");
  const average = await terminal.cell(terminal.position("AAPL"), "average").innerText();
  await expect
    .poll(async () => parseNumber(await profit()))
    .toBeCloseTo((bid - parseNumber(average)) * 10, 2);
});
