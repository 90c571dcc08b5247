// Accounts and the controls of a replay, against a real server whose market stands still.
import type { Locator, Page } from "playwright-core";
import { expect, test } from "vitest";
import { axeViolations } from "./support/axe.ts";
import type { TerminalPage } from "./support/terminal-page.ts";
import { TerminalTests } from "./support/terminal-tests.ts";

// The tests jump by months, for which no other file could share this market.
const tests = TerminalTests.steppedAlone("REPLAY");

const rest = async <T>(path: string, options: RequestInit = {}): Promise<T> => {
  const headers = { "Content-Type": "application/json" };
  const response = await fetch(`${tests.address}/api/v1${path}`, { headers, ...options });
  if (!response.ok) throw new Error(await response.text());
  return (await response.json()) as T;
};

const account = (page: Page) => page.getByRole("button", { name: /^Account .*: change$/ });
const form = (dialog: Locator, name: string) => dialog.getByRole("form", { name, exact: true });

async function openAccounts(page: Page): Promise<Locator> {
  await account(page).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("list", { name: "Accounts that you can use" }).waitFor();
  return dialog;
}

test("an account is created by keyboard, named, funded and reset by its typed id", async () => {
  const terminal = await tests.open();
  const { page } = terminal;
  await account(page).focus();
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog");
  const creating = form(dialog, "New paper account");
  await creating.getByLabel("Id").fill("LIVE-1");
  expect(await creating.getByRole("button", { name: "Create" }).isDisabled()).toBe(true);
  await creating.getByLabel("Id").fill("BREAKOUTS");
  await creating.getByLabel("Name").fill("Breakouts");
  await page.keyboard.press("Enter");
  await dialog.getByText("BREAKOUTS was created.").waitFor();
  const listed = await rest<{ id: string; name: string }[]>("/broker/accounts");
  expect(listed.find(({ id }) => id === "BREAKOUTS")?.name).toBe("Breakouts");

  await dialog.getByRole("button", { name: "Manage Breakouts" }).click();
  await form(dialog, "Deposit").getByRole("textbox").fill("2,500.5");
  await form(dialog, "Deposit").getByRole("button", { name: "Deposit", exact: true }).click();
  await dialog.getByText("2,500.50 USD were deposited.").waitFor();
  const balance = async () =>
    (await rest<{ balance: number }>("/broker/equity?account_id=BREAKOUTS")).balance;
  expect(await balance()).toBe(102_500.5);
  await dialog.getByText("102,500.50 USD").waitFor();
  await form(dialog, "Withdraw").getByRole("textbox").fill("200000");
  await form(dialog, "Withdraw").getByRole("button", { name: "Withdraw", exact: true }).click();
  await dialog.getByRole("alert").waitFor();
  await form(dialog, "Withdraw").getByRole("textbox").fill("500");
  await page.keyboard.press("Enter");
  await dialog.getByText("500.00 USD were withdrawn.").waitFor();
  expect(await balance()).toBe(102_000.5);

  const rename = form(dialog, "Rename");
  await rename.getByLabel("Name").fill("Swing");
  await rename.getByRole("button", { name: "Rename" }).click();
  await dialog.getByText("The name was saved.").waitFor();
  const reset = form(dialog, "Reset the account");
  const button = reset.getByRole("button", { name: "Reset" });
  await reset.getByLabel("Type BREAKOUTS to confirm").fill("breakouts");
  expect(await button.isDisabled()).toBe(true);
  await reset.getByRole("textbox", { name: "Balance" }).fill("5000");
  await reset.getByLabel("Type BREAKOUTS to confirm").fill("BREAKOUTS");
  await button.click();
  await dialog.getByText("The account was reset.").waitFor();
  expect(await balance()).toBe(5_000);

  await dialog.getByRole("button", { name: "Back to the list" }).click();
  await dialog.getByRole("button", { name: /^Swing .*USD/ }).click();
  await terminal.isLoaded();
  expect(new URL(page.url()).searchParams.get("account")).toBe("BREAKOUTS");
  await account(page).filter({ hasText: "Swing" }).waitFor();
  expect(await account(page).getAttribute("aria-label")).toBe("Account Paper Swing: change");
  // Another terminal renames it.
  const body = JSON.stringify({ name: "Momentum" });
  await rest("/broker/accounts/BREAKOUTS", { method: "PUT", body });
  await account(page).click();
  await dialog.getByRole("button", { name: /^Momentum .*USD/ }).waitFor();
  await page.keyboard.press("Escape");
  await account(page).filter({ hasText: "Momentum" }).waitFor();
});

test("many accounts are searched and loaded page by page, on a phone too", async () => {
  const ids = Array.from({ length: 210 }, (_, number) => `MANY-${String(number).padStart(3, "0")}`);
  for (let start = 0; start < ids.length; start += 30) {
    const part = ids.slice(start, start + 30);
    await Promise.all(
      part.map((id) => rest(`/broker/accounts/${id}`, { method: "PUT", body: "{}" })),
    );
  }
  const viewport = { width: 390, height: 780 };
  const terminal = await tests.open({
    account: "DEMO-ACCOUNT",
    viewport,
    hasTouch: true,
    isMobile: true,
  });
  const { page } = terminal;
  await account(page).tap();
  const dialog = page.getByRole("dialog");
  const rows = dialog.getByRole("listitem");
  await expect.poll(() => rows.count()).toBe(200);
  await dialog.getByRole("button", { name: "Show more accounts" }).tap();
  await expect.poll(() => rows.count()).toBeGreaterThan(210);
  expect(await dialog.getByRole("button", { name: "Show more accounts" }).count()).toBe(0);
  await dialog.getByRole("searchbox", { name: "Find an account" }).fill("many-209");
  await expect.poll(() => rows.count()).toBe(1);
  const { width = 0 } = (await dialog.boundingBox()) ?? {};
  expect(width).toBeLessThanOrEqual(viewport.width);
  await rows.getByRole("button", { name: "Manage MANY-209" }).tap();
  await form(dialog, "Deposit").getByRole("textbox").fill("10");
  await form(dialog, "Deposit").getByRole("button", { name: "Deposit", exact: true }).tap();
  await dialog.getByText("10.00 USD were deposited.").waitFor();
});

test("the command whose answer was lost is done once", async () => {
  const terminal = await tests.open({ account: "LOST" });
  const { page } = terminal;
  const keys: (string | null)[] = [];
  await page.route("**/broker/accounts/LOST/deposit", async (route) => {
    keys.push(await route.request().headerValue("idempotency-key"));
    if (keys.length > 1) return await route.continue();
    await route.fetch();
    await route.abort();
  });
  const dialog = await openAccounts(page);
  await dialog
    .getByRole("button", { name: "Manage LOST" })
    .click()
    .catch(() => {});
  const deposit = form(dialog, "Deposit");
  await deposit.getByRole("textbox").fill("100");
  await deposit.getByRole("button", { name: "Deposit", exact: true }).click();
  await deposit.getByRole("alert").waitFor();
  await deposit.getByRole("button", { name: "Deposit", exact: true }).click();
  await dialog.getByText("100.00 USD were deposited.").waitFor();
  expect(keys[0]).toBe(keys[1]);
  const { balance } = await rest<{ balance: number }>("/broker/equity?account_id=LOST");
  expect(balance).toBe(100_100);
});

interface ReplayState {
  state: string;
  speed: number;
  now_ms: number;
  jump_to_ms?: number;
}
const replayState = () => rest<ReplayState>("/datafeed/replay");
const setReplay = (body: object) =>
  rest("/datafeed/replay", { method: "PUT", body: JSON.stringify(body) });
const bar = (page: Page) => page.getByRole("region", { name: "Replay" });

test("the market is stepped by a key and played by mouse, and every terminal shows it", async () => {
  const terminal = await tests.open();
  const other = await tests.open({ account: "OTHER" });
  try {
    const { page } = terminal;
    const shows = (from: TerminalPage, text: string) =>
      bar(from.page).getByRole("status").filter({ hasText: text }).waitFor();
    await shows(terminal, "Paused");
    expect(await axeViolations(page)).toEqual([]);
    await bar(page).getByText("Step clock").waitFor();
    const before = await replayState();
    await page.keyboard.press(".");
    const minute = 60_000;
    await expect.poll(async () => (await replayState()).now_ms).toBe(before.now_ms + minute);
    await bar(page).getByRole("button", { name: "Step forward by 1 minute" }).click();
    await expect.poll(async () => (await replayState()).now_ms).toBe(before.now_ms + 2 * minute);

    await bar(page).getByLabel("Speed").selectOption("10×");
    await expect.poll(async () => (await replayState()).speed).toBe(10);
    await bar(page).getByRole("button", { name: "Play" }).click();
    await Promise.all([shows(terminal, "Playing"), shows(other, "Playing")]);
    await expect
      .poll(async () => (await replayState()).now_ms)
      .toBeGreaterThan(before.now_ms + 2 * minute);
    await page.locator("body").press("r");
    await Promise.all([shows(terminal, "Paused"), shows(other, "Paused")]);
    const stopped = await replayState();
    expect(stopped.state).toBe("paused");
    const clock = new Date(stopped.now_ms).toISOString().slice(11, 19);
    await Promise.all([terminal, other].map((each) => bar(each.page).getByText(clock).waitFor()));
  } finally {
    await setReplay({ state: "paused", speed: 1 });
  }
});

test("the time and the countdown follow a bot that moves the market, and stand still after it", async () => {
  const { page } = await tests.open();
  const { now_ms } = await replayState();
  const to = Math.ceil(now_ms / 60_000) * 60_000 + 80_000;
  await tests.server.advance((to - now_ms) / 1_000);
  await bar(page).getByText(new Date(to).toISOString().slice(11, 19)).waitFor();
  const countdown = () => page.getByTestId("countdown").innerText();
  await expect.poll(countdown).toBe("The bar closes in 00:40");
  // It is drawn each second.
  await page.waitForTimeout(2_500);
  expect(await countdown()).toBe("The bar closes in 00:40");
});

test("a jump to a date fills what it passes, and the chart continues with its bars", async () => {
  const terminal = await tests.open({ account: "JUMPER" });
  const { page } = terminal;
  const { ask } = await terminal.quote();
  await terminal.fillTicket({ type: "Stop", quantity: 1, stop: ask + 0.02 });
  await terminal.place();
  await terminal.show("Orders");
  await terminal.orders.first().waitFor();
  const { now_ms } = await replayState();
  const to = Math.ceil(now_ms / 300_000) * 300_000 + 300_000;
  await bar(page).getByLabel("Jump to, UTC").fill(new Date(to).toISOString().slice(0, 16));
  await page.keyboard.press("Enter");
  await expect.poll(async () => (await replayState()).now_ms, { timeout: 40_000 }).toBe(to);
  const executions = () => rest<unknown[]>("/broker/executions?account_id=JUMPER");
  expect(await executions()).toHaveLength(1);
  await terminal.show("Positions");
  await terminal.position("AAPL").waitFor();
  const hour = new Date(to).toISOString().slice(11, 19);
  await bar(page).getByText(hour).waitFor();
  expect((await replayState()).state).toBe("paused");
}, 60_000);

test("a long jump shows its progress on a phone, and ends where it is stopped", async () => {
  const terminal = await tests.open({
    viewport: { width: 390, height: 780 },
    hasTouch: true,
    isMobile: true,
    colorScheme: "light",
  });
  const { page } = terminal;
  const more = bar(page).getByRole("button", { name: "Speed and jump" });
  expect(await bar(page).getByLabel("Speed").isVisible()).toBe(false);
  await more.tap();
  expect(await axeViolations(page)).toEqual([]);
  const { now_ms } = await replayState();
  const to = now_ms + 90 * 86_400_000;
  await bar(page).getByLabel("Jump to, UTC").fill(new Date(to).toISOString().slice(0, 16));
  await bar(page).getByRole("button", { name: "Jump", exact: true }).tap();
  await bar(page).getByRole("progressbar", { name: "The jump" }).waitFor();
  await bar(page).getByRole("button", { name: "Stop the jump" }).tap();
  await bar(page).getByRole("status").filter({ hasText: "Paused" }).waitFor();
  const stopped = await replayState();
  expect(stopped.jump_to_ms).toBeUndefined();
  expect(stopped.now_ms).toBeGreaterThan(now_ms);
  expect(stopped.now_ms).toBeLessThan(to);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
}, 60_000);
