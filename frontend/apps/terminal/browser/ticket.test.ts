// The size of the ticket's order, its durations and its previews, against a real backend.
import { expect, test } from "vitest";
import { parseNumber, type TerminalPage } from "./support/terminal-page.ts";
import { TerminalTests } from "./support/terminal-tests.ts";

// The prices of this market are the same in each run.
const tests = TerminalTests.steppedAlone("TICKET");
let terminal: TerminalPage;

interface WirePosition {
  symbol: string;
  qty: number;
  side: number;
}

async function positionOf(symbol: string): Promise<number> {
  const positions = await tests.get<WirePosition[]>("positions");
  const found = positions.find((position) => position.symbol === symbol);
  return (found?.qty ?? 0) * (found?.side ?? 1);
}

const mode = (name: string) => terminal.ticket.getByRole("radio", { name, exact: true });
const submit = () => terminal.ticket.locator("button[type=submit]");
const quick = (percent: number) =>
  terminal.ticket.getByRole("button", { name: `${percent}%`, exact: true });
/** Return the quantity that the ticket would order. */
const ordered = async () =>
  parseNumber(/ ([\d.,]+) /.exec(await submit().innerText())?.[1] ?? "none");

test("an order is sized by money and by percent of the equity, at its own price", async () => {
  terminal = await tests.open();
  const { ask } = await terminal.quote();
  await mode("Money").click();
  await terminal.fill("Amount", 5_000);
  await expect.poll(ordered).toBe(Math.floor(5_000 / ask));
  await terminal.ticket.getByRole("radio", { name: "Limit", exact: true }).click();
  await terminal.fill("Limit price", "100.00");
  await expect.poll(ordered).toBe(50);
  await terminal.ticket.getByText("50 for 5,000.00 USD").waitFor();
  await terminal.fill("Amount", 99);
  await terminal.ticket.getByText("Less than the smallest quantity").waitFor();
  expect(await submit().isDisabled()).toBe(true);

  await mode("% equity").click();
  await terminal.fill("Percent", 10);
  await terminal.ticket.getByRole("radio", { name: "Market", exact: true }).click();
  const { equity } = await tests.get<{ equity: number }>("equity");
  const quantity = Math.floor((equity * 0.1) / ask);
  await expect.poll(ordered).toBe(quantity);
  await terminal.place();
  await expect.poll(() => positionOf("AAPL")).toBe(quantity);
  await mode("Quantity").click();
  expect(await terminal.ticket.getByLabel("Quantity", { exact: true }).inputValue()).toBe(
    String(quantity),
  );
});

test("an order in another currency is sized by what it is worth in the account's", async () => {
  terminal = await tests.open({ symbol: "USDJPY" });
  await terminal.quote();
  const { pipValue, pipSize, qty } = await tests.get<{
    pipValue: number;
    pipSize: number;
    qty: { step: number };
  }>("instruments/USDJPY");
  await mode("Money").click();
  await terminal.ticket.getByRole("radio", { name: "Limit", exact: true }).click();
  await terminal.fill("Limit price", "150.000");
  await terminal.fill("Amount", 30_000);
  const exact = 30_000 / (150 * (pipValue / pipSize));
  const expected = Math.floor(exact / qty.step) * qty.step;
  await expect.poll(ordered).toBe(expected);
  expect(expected * 150 * (pipValue / pipSize)).toBeGreaterThan(28_000);
});

test("a risk needs a stop loss, and what is lost there is at most the amount", async () => {
  terminal = await tests.open();
  const { ask } = await terminal.quote();
  await mode("Risk").click();
  await terminal.fill("Lose at most", 500);
  await terminal.ticket.getByText("Needs a stop loss").waitFor();
  expect(await submit().isDisabled()).toBe(true);
  await terminal.ticket.getByRole("checkbox", { name: "Take profit and stop loss" }).check();
  await terminal.fill("Stop loss", (ask - 7).toFixed(2));
  await expect.poll(ordered).toBe(71);
  await terminal.fill("Stop loss", (ask + 7).toFixed(2));
  await terminal.ticket.getByText("Needs a stop loss").waitFor();
  await terminal.fill("Stop loss", (ask - 10).toFixed(2));
  await terminal.fill("Take profit", "");
  await terminal.place();
  await expect.poll(() => positionOf("AAPL")).toBe(50);
  const orders = await tests.get<{ stopPrice?: number; qty: number }[]>("orders");
  const stop = orders.find(({ stopPrice }) => stopPrice !== undefined);
  expect((ask - (stop?.stopPrice ?? 0)) * (stop?.qty ?? 0)).toBeLessThanOrEqual(500.000001);
});

test("parts of the free margin are what the server accepts, and those of a position reduce it", async () => {
  terminal = await tests.open({ symbol: "EURUSD" });
  await terminal.quote();
  await expect.poll(() => quick(100).isEnabled()).toBe(true);
  await quick(100).click();
  await expect.poll(ordered).toBeGreaterThan(700_000);
  const whole = await ordered();
  await expect.poll(() => submit().isEnabled()).toBe(true);
  await quick(25).click();
  await expect.poll(ordered).toBeLessThan(whole / 3);
  await terminal.fill("Quantity", 4_000);
  await terminal.place();
  await expect.poll(() => positionOf("EURUSD")).toBe(4_000);

  const reduceOnly = terminal.ticket.getByRole("checkbox", { name: "Reduce only" });
  await reduceOnly.check();
  await expect.poll(() => submit().innerText()).toBe("Sell 4,000 EURUSD at market");
  await terminal.fill("Quantity", 5_000);
  const preview = terminal.page.getByRole("region", { name: "Preview" });
  await preview.getByText("Close at most what is open.").waitFor();
  expect(await submit().isDisabled()).toBe(true);
  await quick(75).click();
  await expect
    .poll(() => terminal.ticket.getByLabel("Quantity", { exact: true }).inputValue())
    .toBe("3000");
  await terminal.place();
  await expect.poll(() => positionOf("EURUSD")).toBe(1_000);
  await quick(100).click();
  await terminal.place();
  await expect.poll(() => positionOf("EURUSD")).toBe(0);
  await reduceOnly.click();
  await reduceOnly.waitFor({ state: "detached" });
});

test("a reducing order that rests is never filled beyond the position", async () => {
  terminal = await tests.open();
  await terminal.fillTicket({ quantity: 10 });
  await terminal.place();
  await expect.poll(() => positionOf("AAPL")).toBe(10);
  const { bid } = await terminal.quote();
  await terminal.ticket.getByRole("checkbox", { name: "Reduce only" }).check();
  await terminal.ticket.getByRole("radio", { name: "Limit", exact: true }).click();
  await terminal.fill("Quantity", 10);
  await terminal.fill("Limit price", (bid + 0.05).toFixed(2));
  await terminal.place();
  await terminal.show("Orders");
  await terminal.orders.first().waitFor();
  await terminal.show("Positions");
  await terminal.position("AAPL").getByRole("button", { name: "Close part" }).click();
  const dialog = terminal.page.getByRole("dialog");
  await terminal.fill("Quantity to close", 6, dialog);
  await dialog.getByRole("button", { name: "Close 6" }).click();
  await tests.server.advanceUntil(async () => {
    const live = await tests.get<{ status: number }[]>("orders");
    return live.every(({ status }) => status !== 6);
  });
  expect(await positionOf("AAPL")).toBe(0);
});

test("every duration that the broker offers for the type can be chosen", async () => {
  terminal = await tests.open();
  const { durations } = await tests.get<{
    durations: { name: string; supportedOrderTypes: number[] }[];
  }>("config");
  const select = terminal.ticket.getByLabel("Duration");
  const types = { Limit: 1, Market: 2, Stop: 3, "Stop limit": 4 };
  for (const [name, type] of Object.entries(types)) {
    await terminal.ticket.getByRole("radio", { name, exact: true }).click();
    const offered = durations
      .filter((each) => each.supportedOrderTypes.includes(type))
      .map((each) => each.name);
    expect(await select.getByRole("option").allInnerTexts()).toEqual(offered);
  }
  await terminal.ticket.getByRole("radio", { name: "Market", exact: true }).click();
  await terminal.fill("Quantity", 1);
  for (const name of ["Day", "Immediate or cancel", "Fill or kill", "Good till date"]) {
    await select.selectOption(name);
    await expect.poll(() => submit().isEnabled()).toBe(true);
    await terminal.place();
    await expect.poll(() => submit().isEnabled()).toBe(true);
  }
  await expect.poll(() => positionOf("AAPL")).toBe(4);
});

test("an amount that is typed sends one preview, and quotes send none", async () => {
  terminal = await tests.open({ isLoaded: false });
  const { page, ticket } = terminal;
  let previews = 0;
  await page.routeWebSocket("**/api/v1/ws", (socket) => {
    const server = socket.connectToServer();
    socket.onMessage((text) => {
      if (JSON.parse(String(text)).type === "orders.preview") previews += 1;
      server.send(text);
    });
  });
  await page.clock.install();
  await page.reload();
  await terminal.isLoaded();
  await mode("Money").click();
  const preview = page.getByRole("region", { name: "Preview" }).getByText("Margin required");
  await preview.waitFor({ state: "detached" });
  // Without an amount there is no order, and so no preview. No time passes while it is typed.
  await page.clock.pauseAt(Date.now() + 10_000);
  previews = 0;
  await ticket.getByRole("textbox", { name: "Amount" }).evaluate((input, text) => {
    for (let end = 1; end <= text.length; end += 1) {
      (input as HTMLInputElement).value = text.slice(0, end);
      input.dispatchEvent(new InputEvent("input", { bubbles: true }));
    }
  }, "12345.67");
  expect(previews).toBe(0);
  await tests.server.advance(5);
  // The preview is also sent every 3 s: stop after the first one.
  for (let part = 0; part < 20 && previews === 0; part += 1) await page.clock.runFor(50);
  await preview.waitFor();
  expect(previews).toBe(1);
});

test("a phone sizes by touch", async () => {
  const phone = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true };
  terminal = await tests.open({ ...phone });
  await terminal.view("Trade");
  await mode("Money").tap();
  await terminal.fill("Amount", 1_000);
  await expect.poll(ordered).toBe(4);
  await submit().tap();
  await expect.poll(() => positionOf("AAPL")).toBe(4);
  await terminal.ticket.getByRole("checkbox", { name: "Reduce only" }).tap();
  await quick(50).tap();
  await submit().tap();
  await expect.poll(() => positionOf("AAPL")).toBe(2);
  const box = await quick(50).boundingBox();
  expect(box?.height).toBeGreaterThanOrEqual(44);
});
