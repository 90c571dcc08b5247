// Signing in and out, at a server that requires a token, below a path.
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { expiringToken } from "./support/development-token.ts";
import { TerminalTests } from "./support/terminal-tests.ts";

const ACCOUNT = "DEMO-ACCOUNT";

const tests = TerminalTests.guarded("SIGN-IN");

test("a server that requires a token gets one, and another one after it expired", async () => {
  const terminal = await tests.open({ account: ACCOUNT, isLoaded: false });
  const { page } = terminal;
  const { token, secret } = tests.server;
  const dialog = page.getByRole("dialog");
  const enter = async (text: string) => {
    await dialog.getByLabel("Token").fill(text);
    const isReloaded = page.waitForEvent("load");
    await dialog.getByRole("button", { name: "Sign in" }).click();
    await isReloaded;
  };
  await enter(`${token}x`);
  await dialog.getByText("The token was not accepted").waitFor();
  await enter(expiringToken(token, secret, 1_500));
  await dialog.getByText("The token was not accepted").waitFor();
  await enter(token);
  await terminal.isLoaded();
  await terminal.fillTicket({ quantity: 1 });
  await terminal.place();
  await terminal.position("AAPL").waitFor();
});

test("sign-in stays until there is a token, and another account and signing out are offered", async () => {
  const terminal = await tests.open({ account: "FOREIGN", isLoaded: false });
  const { page } = terminal;
  const dialog = page.getByRole("dialog");
  await dialog.waitFor();
  for (let press = 0; press < 3; press += 1) await page.keyboard.press("Escape");
  await page.mouse.click(5, 5);
  await dialog.getByLabel("Token").fill(tests.server.token);
  await dialog.getByRole("button", { name: "Sign in" }).click();

  const panel = page.getByRole("tabpanel");
  await panel.getByText("The account does not exist, or it is not yours.").waitFor();
  expect(await panel.innerText()).not.toMatch(/api|GET|Trying again/);
  await accountOf(page).click();
  await dialog.getByRole("button", { name: new RegExp(`^${ACCOUNT}`) }).click();
  await terminal.isLoaded();
  await accountOf(page).click();
  await dialog.getByRole("button", { name: "Sign out" }).click();
  await dialog.getByText("This server answers only callers with a token.").waitFor();
  expect(await dialog.getByRole("alert").count()).toBe(0);
});

const accountOf = (page: Page) => page.getByRole("button", { name: /^Account .*: change$/ });
