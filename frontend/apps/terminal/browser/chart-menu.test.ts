// Orders that are placed from the chart: by its menu, by the `+` at the crosshair, with and without
// a confirmation, against a real backend.
import { expect, test } from "vitest";
import { axeViolations } from "./support/axe.ts";
import { boxOf, Finger, middleOf } from "./support/finger.ts";
import { parseNumber, type TerminalPage } from "./support/terminal-page.ts";
import { TerminalTests } from "./support/terminal-tests.ts";
import { PHONE } from "./support/window.ts";

const tests = TerminalTests.stepped("MENU");

interface WireOrder {
  type: number;
  side: number;
  qty: number;
  limitPrice?: number;
  stopPrice?: number;
}

/** Return the orders of the account without what the server adds to them. */
const orders = async () =>
  (await tests.get<WireOrder[]>("orders")).map(({ type, side, qty, limitPrice, stopPrice }) => ({
    type,
    side,
    qty,
    ...(limitPrice !== undefined && { limitPrice }),
    ...(stopPrice !== undefined && { stopPrice }),
  }));

const menuOf = ({ page }: TerminalPage) => page.getByRole("menu");
const plusOf = ({ page }: TerminalPage) => page.getByRole("button", { name: /^Trade at/ });
const [BUY, SELL, LIMIT, STOP] = [1, -1, 1, 3];

/** Return the price in the name of an open menu. */
async function priceOf(terminal: TerminalPage): Promise<number> {
  await menuOf(terminal).waitFor();
  return parseNumber(((await menuOf(terminal).getAttribute("aria-label")) ?? "").slice(3));
}

test("the menu at a price places the order that waits there, once Enter confirms it", async () => {
  const terminal = await tests.open();
  const { page } = terminal;
  await terminal.fill("Quantity", 7);
  const canvas = await boxOf(page.locator(".chart .canvas"));
  const last = await middleOf(page.locator(".chart .canvas"));
  await page.mouse.click(last.x, canvas.y + canvas.height * 0.7, { button: "right" });
  const low = await priceOf(terminal);
  await menuOf(terminal)
    .getByRole("menuitem", { name: `Sell 7 AAPL stop ${low.toFixed(2)}` })
    .waitFor();
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog");
  const cell = (title: string) => dialog.locator("div", { hasText: title }).last().locator("dd");
  await dialog.getByText("Margin required, estimated").waitFor();
  for (const [title, value] of [
    ["Side", "Buy"],
    ["Quantity", "7"],
    ["Type", "Limit"],
    ["Limit price", low.toFixed(2)],
  ] as const) {
    expect(await cell(title).innerText()).toBe(value);
  }
  await expect
    .poll(async () => await cell("Margin required").innerText())
    .toMatch(/^\d+\.\d\d USD$/);
  await cell("Commission").waitFor();
  expect(await orders()).toEqual([]);
  await page.keyboard.press("Enter");
  const limit = { type: LIMIT, side: BUY, qty: 7, limitPrice: low };
  await expect.poll(orders).toEqual([limit]);
  await terminal.line("Limit buy 7").waitFor();

  // Escape closes the menu, and cancels the confirmation.
  await page.mouse.click(last.x, canvas.y + 30, { button: "right" });
  const high = await priceOf(terminal);
  await page.keyboard.press("Escape");
  expect(await menuOf(terminal).count()).toBe(0);
  await page.mouse.click(last.x, canvas.y + 30, { button: "right" });
  await menuOf(terminal)
    .getByRole("menuitem", { name: /^Buy 7 AAPL stop/ })
    .click();
  await dialog.waitFor();
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
  expect(await orders()).toEqual([limit]);
  expect(high).toBeGreaterThan(low);
});

test("with one-click trading, orders of the chart are placed without a confirmation", async () => {
  const terminal = await tests.open();
  const { page } = terminal;
  await terminal.turnOneClickOn();
  await page.reload();
  await terminal.isLoaded();
  await page.getByRole("switch", { name: "One-click trading", checked: true }).waitFor();
  const canvas = await boxOf(page.locator(".chart .canvas"));
  await page.mouse.move(canvas.x + 200, canvas.y + canvas.height * 0.7);
  const plus = plusOf(terminal);
  await expect.poll(() => plus.getAttribute("data-shown")).toBe("true");
  const at = await middleOf(plus);
  await page.mouse.move(at.x, at.y, { steps: 4 });
  await page.mouse.down();
  await page.mouse.up();
  const price = await priceOf(terminal);
  await menuOf(terminal)
    .getByRole("menuitem", { name: /^Sell 1 AAPL stop/ })
    .click();
  await expect.poll(orders).toEqual([{ type: STOP, side: SELL, qty: 1, stopPrice: price }]);
  expect(await page.getByRole("dialog").count()).toBe(0);
});

test("keys place an order from the chart, and set the prices of the ticket", async () => {
  const terminal = await tests.open();
  const { page, ticket } = terminal;
  // The last trade was at the bid or at the ask.
  const [, close] = /C\s+([\d.]+)/.exec(await page.getByTestId("legend").innerText()) ?? [];
  const plus = page.getByRole("button", { name: /^Trade at/ });
  await plus.focus();
  for (const key of ["Shift+ArrowDown", "ArrowDown"]) await page.keyboard.press(key);
  const wanted = Number((Number(close) - 0.11).toFixed(2));
  await page.getByRole("button", { name: `Trade at ${wanted.toFixed(2)}` }).waitFor();
  await page.keyboard.press("Shift+F10");
  expect(await priceOf(terminal)).toBe(wanted);
  expect(await axeViolations(page)).toEqual([]);
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").waitFor();
  await page.keyboard.press("Enter");
  await expect.poll(orders).toEqual([{ type: LIMIT, side: BUY, qty: 1, limitPrice: wanted }]);

  // The menu key on a line opens the menu at its price.
  await page.getByRole("slider", { name: "Limit buy 1" }).focus();
  await page.keyboard.press("ContextMenu");
  expect(await priceOf(terminal)).toBe(wanted);
  for (const key of ["ArrowDown", "ArrowDown", "ArrowDown", "Enter"])
    await page.keyboard.press(key);
  expect(await ticket.getByRole("radio", { name: "Stop", exact: true }).isChecked()).toBe(true);
  expect(await ticket.getByRole("textbox", { name: "Stop price" }).inputValue()).toBe(
    wanted.toFixed(2),
  );
});

test("a long press of a finger opens the menu", async () => {
  const terminal = await tests.open(PHONE);
  const { page } = terminal;
  const finger = await Finger.on(terminal);
  const canvas = await boxOf(page.locator(".chart .canvas"));
  const [x, y] = [canvas.x + 100, canvas.y + canvas.height * 0.7];
  await finger.down(x, y);
  // The crosshair appears with the long press.
  await expect.poll(() => plusOf(terminal).getAttribute("data-shown")).toBe("true");
  await finger.up();
  const price = await priceOf(terminal);
  const buy = menuOf(terminal).getByRole("menuitem", { name: /^Buy 1 AAPL limit/ });
  expect((await boxOf(buy)).height).toBeGreaterThanOrEqual(44);
  await finger.tap(buy);
  await page
    .getByRole("dialog")
    .getByRole("button", { name: /^Buy 1 AAPL limit/ })
    .tap();
  await expect.poll(orders).toEqual([{ type: LIMIT, side: BUY, qty: 1, limitPrice: price }]);

  // The crosshair and its button stay.
  const plus = plusOf(terminal);
  const { width, height } = await boxOf(plus);
  expect(Math.min(width, height)).toBeGreaterThanOrEqual(44);
  await finger.tap(plus);
  expect(await priceOf(terminal)).toBe(price);
});
