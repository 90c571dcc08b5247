// Price alerts and notifications, by mouse and keyboard, against a market that a test moves.
import { RestClient } from "@trading-api/client";
import { beforeEach, expect, test } from "vitest";
import type { TerminalPage } from "./support/terminal-page.ts";
import { TerminalTests } from "./support/terminal-tests.ts";

// The prices of this market are the same in each run.
const tests = TerminalTests.steppedAlone("ALERTS");
let terminal: TerminalPage;
let rest: RestClient;

beforeEach(async () => {
  rest = new RestClient({ baseUrl: tests.address });
});

const stored = () => rest.alerts(tests.account).all();
const last = async () => {
  const [quote] = await rest.market.quotes(["AAPL"]);
  if (quote?.s !== "ok") throw new Error("no quote");
  return quote.v.lp;
};

test("an alert is created by keys, fires, and is in the history of notifications", async () => {
  terminal = await tests.open();
  const { page } = terminal;
  const price = Number(((await last()) - 0.02).toFixed(2));
  await page.locator("body").press("a");
  const dialog = page.getByRole("dialog", { name: "New alert for AAPL" });
  await terminal.fill("Price", price.toFixed(2), dialog);
  expect(await dialog.getByRole("radio", { name: "Falls to" }).getAttribute("aria-checked")).toBe(
    "true",
  );
  await dialog.getByRole("textbox", { name: "Message" }).fill("Buy the dip");
  await page.keyboard.press("Enter");
  await dialog.waitFor({ state: "detached" });
  const [alert] = await stored();
  expect(alert).toMatchObject({ symbol: "AAPL", price, condition: "down", message: "Buy the dip" });
  await tests.server.advanceUntil(async () => (await stored())[0]?.status === "fired");
  await terminal.toast("Price alert").filter({ hasText: "Buy the dip" }).waitFor();
  await terminal.show("Alerts");
  const row = page.locator(`tr[data-alert="${alert?.id}"]`);
  await terminal.cell(row, "status").filter({ hasText: "Fired" }).waitFor();
  await page.getByRole("button", { name: "Notifications, 1 new" }).click();
  const history = page.getByRole("dialog", { name: "Notifications" });
  await history.getByRole("listitem").filter({ hasText: "Buy the dip" }).waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Notifications", exact: true }).waitFor();
});

test("an alert is changed and deleted in its table", async () => {
  const price = Number((await last()).toFixed(2)) + 20;
  const alerts = rest.alerts(tests.account);
  const { id } = await alerts.create({ symbol: "AAPL", price, condition: "up" });
  terminal = await tests.open();
  const { page } = terminal;
  await page.locator("body").press("6");
  const row = page.locator(`tr[data-alert="${id}"]`);
  await row.getByRole("button", { name: /^Edit/ }).click();
  const dialog = page.getByRole("dialog", { name: "Alert for AAPL" });
  await terminal.fill("Price", (price + 1).toFixed(2), dialog);
  await dialog.getByRole("radio", { name: "Each time" }).click();
  await dialog.getByRole("button", { name: "Save" }).click();
  await terminal
    .cell(row, "price")
    .filter({ hasText: (price + 1).toFixed(2) })
    .waitFor();
  expect(await stored()).toMatchObject([{ id, price: price + 1, frequency: "repeating" }]);
  // Another client changes it too.
  await alerts.change(id, { symbol: "AAPL", price: price + 2, condition: "up" });
  await terminal
    .cell(row, "price")
    .filter({ hasText: (price + 2).toFixed(2) })
    .waitFor();
  await row.getByRole("button", { name: /^Delete/ }).click();
  await row.waitFor({ state: "detached" });
  expect(await stored()).toEqual([]);
});

test("an alert is added from the menu of the chart, moved by keys, and deleted on its line", async () => {
  // A line that is far from the candles is only counted at the edge.
  const price = Number(((await last()) + 0.03).toFixed(2));
  const { id } = await rest
    .alerts(tests.account)
    .create({ symbol: "AAPL", price, condition: "up" });
  terminal = await tests.open();
  const { page } = terminal;
  const line = page.locator(".price-line").filter({ hasText: "Alert: rises to" });
  const handle = line.getByRole("slider");
  await handle.focus();
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Enter");
  await expect.poll(stored).toMatchObject([{ id, price: Number((price + 0.01).toFixed(2)) }]);
  await line.getByRole("button", { name: /^Delete the alert/ }).click();
  await line.waitFor({ state: "detached" });
  expect(await stored()).toEqual([]);
  const canvas = await page.locator(".chart .canvas").boundingBox();
  if (canvas === null) throw new Error("no chart");
  await page.mouse.click(canvas.x + 200, canvas.y + 120, { button: "right" });
  await page.getByRole("menuitem", { name: /^Add alert at/ }).click();
  const dialog = page.getByRole("dialog", { name: "New alert for AAPL" });
  const typed = await dialog.getByRole("textbox", { name: "Price", exact: true }).inputValue();
  await dialog.getByRole("button", { name: "New alert" }).click();
  await page.locator(".price-line").filter({ hasText: "Alert:" }).waitFor();
  expect(await stored()).toMatchObject([{ price: Number(typed) }]);
});

test("the history has what the server stored and the errors of this page, in groups", async () => {
  terminal = await tests.open();
  const { page } = terminal;
  for (const quantity of [1, 2]) {
    await terminal.fillTicket({ quantity });
    await terminal.place();
    await terminal.toast(`Bought ${quantity} AAPL`).waitFor();
  }
  await page.reload();
  await terminal.isLoaded();
  await page.locator("body").press("n");
  const fills = page.getByRole("dialog").getByRole("listitem").filter({ hasText: "Order filled" });
  await fills.getByText("2 times").click();
  await expect.poll(() => fills.innerText()).toMatch(/2 AAPL[\s\S]*1 AAPL/);
  expect((await rest.account(tests.account).notifications()).length).toBe(2);
});

test("notifications of the browser stay off where it blocks them, and the choice is kept", async () => {
  terminal = await tests.open();
  const { page } = terminal;
  const choice = page.getByRole("checkbox", { name: /^Notifications of the browser/ });
  await page.locator("body").press("n");
  await choice.click();
  await page.getByRole("alert").filter({ hasText: "The browser blocks them" }).waitFor();
  expect(await choice.isChecked()).toBe(false);
  await page.context().grantPermissions(["notifications"]);
  await choice.click();
  await expect.poll(() => choice.isChecked()).toBe(true);
  await page.reload();
  await terminal.isLoaded();
  await page.locator("body").press("n");
  expect(await choice.isChecked()).toBe(true);
});
