// What the terminal shows until a part of the page is loaded, and if the server goes away before.
import type { Request } from "playwright-core";
import { expect, onTestFinished, test } from "vitest";
import { TcpProxy } from "../../../packages/client/tests/support/tcp-proxy.ts";
import type { TerminalPage } from "./support/terminal-page.ts";
import { TerminalTests } from "./support/terminal-tests.ts";

const tests = TerminalTests.simulated("PARTS");
const FIRST_SCREEN = "**/first-screen-*.js";

/** Start a proxy before the server, and return it with the address of the test's page. */
async function startProxy(): Promise<{ proxy: TcpProxy; address: string; page: string }> {
  const proxy = new TcpProxy(tests.server.port);
  onTestFinished(() => proxy.close());
  const address = await proxy.start();
  return { proxy, address, page: `${address}/?account=${tests.account}&symbol=AAPL` };
}

const watchlist = ({ page }: TerminalPage) => page.getByRole("region", { name: "Watchlist" });

/** Count how often a page is loaded from now on. */
function countLoads({ page }: TerminalPage): () => number {
  let loads = 0;
  page.on("request", (request) => {
    if (request.isNavigationRequest()) loads += 1;
  });
  return () => loads;
}

/** Return which tables of the account are loaded. */
const preloaded = ({ page }: TerminalPage): Promise<string[]> =>
  page.evaluate(() => {
    const names = performance.getEntriesByType("resource").map(({ name }) => name);
    const tables = names.map(
      (name) => /(positions|orders|history|fills)-table-[\w-]+\.js$/.exec(name)?.[1],
    );
    return tables.filter((table) => table !== undefined).sort();
  });

test("a page whose first screen could not be loaded is reloaded once the server answers", async () => {
  const terminal = await tests.open();
  const { proxy, page } = await startProxy();
  await terminal.page.route(
    FIRST_SCREEN,
    async (route) => {
      proxy.cut();
      await route.continue();
    },
    { times: 1 },
  );
  const loads = countLoads(terminal);
  // The page asks for itself twice in vain, and is not reloaded meanwhile.
  const isAsking = (request: Request) => request.method() === "HEAD";
  const failed = terminal.page.waitForEvent("requestfailed", isAsking);
  await terminal.page.goto(page);
  await failed;
  await terminal.page.waitForEvent("requestfailed", isAsking);
  expect(loads()).toBe(1);
  proxy.restore();
  await watchlist(terminal).waitFor();
  await terminal.isLoaded();
  expect(loads()).toBe(2);
});

test("a page whose first screen fails again offers a reload, and does not loop", async () => {
  const terminal = await tests.open();
  const { page } = await startProxy();
  await terminal.page.route(FIRST_SCREEN, (route) => route.abort());
  const loads = countLoads(terminal);
  await terminal.page.goto(page);
  const reload = terminal.toast("A part is missing").getByRole("button", { name: "Reload" });
  await reload.waitFor();
  // The chart needs none of the missing parts.
  await terminal.page.locator('.chart .canvas[data-state="ready"]').waitFor();
  await terminal.badge("Live");
  expect(loads()).toBe(2);
  await terminal.page.unroute(FIRST_SCREEN);
  await reload.click();
  await watchlist(terminal).waitFor();
  expect(loads()).toBe(3);
});

test("a panel or dialog that could not be loaded shows that, and the page keeps its input", async () => {
  const { proxy, address } = await startProxy();
  const terminal = await tests.openAt(address);
  await watchlist(terminal).waitFor();
  const { page } = terminal;
  const loads = countLoads(terminal);
  await terminal.fillTicket({ quantity: 7 });
  await expect.poll(() => preloaded(terminal)).toEqual(["fills", "history", "orders", "positions"]);
  proxy.cut();
  await terminal.badge(/Reconnecting|Connecting/);
  const panel = page.getByRole("tabpanel");
  await terminal.show("Orders");
  await panel.getByText("No working order").waitFor();
  await terminal.show("Equity");
  await panel.getByText("This part could not be loaded.").waitFor();
  await page.keyboard.press("?");
  const dialog = page.getByRole("dialog", { name: "A part is missing" });
  await dialog.getByText("This part could not be loaded.").waitFor();
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });

  proxy.restore();
  await terminal.badge("Live");
  await terminal.show("Positions");
  await panel.getByText("No open position").waitFor();
  const quantity = terminal.ticket.getByRole("textbox", { name: "Quantity", exact: true });
  expect(await quantity.inputValue()).toBe("7");
  expect(loads()).toBe(0);
  await terminal.toast("A part is missing").getByRole("button", { name: "Reload" }).click();
  await expect.poll(loads).toBe(1);
  await terminal.isLoaded();
  await terminal.show("Equity");
  await panel.getByRole("slider", { name: "Equity over time" }).waitFor();
});

test("lines that could not be loaded are reported, and the page trades without them", async () => {
  const terminal = await tests.open();
  await terminal.page.route("**/trading-lines-*.js", (route) => route.abort());
  await terminal.page.reload();
  await terminal.isLoaded();
  await terminal.toast("A part is missing").getByRole("button", { name: "Reload" }).waitFor();
  await terminal.fillTicket({ quantity: 1 });
  await terminal.place();
  await terminal.position("AAPL").waitFor();
  expect(await terminal.lines.count()).toBe(0);

  await terminal.page.unroute("**/trading-lines-*.js");
  await terminal.page.reload();
  await terminal.line("Long 1").waitFor();
});

test("a dialog that is being loaded takes the keys, and Escape ends it", async () => {
  const terminal = await tests.open();
  await watchlist(terminal).waitFor();
  const { page } = terminal;
  const isLoaded = Promise.withResolvers<void>();
  await page.route("**/shortcuts-dialog-*.js", async (route) => {
    await isLoaded.promise;
    await route.continue();
  });
  await terminal.fillTicket({ quantity: 3 });
  const place = terminal.ticket.locator("button[type=submit]");
  await place.focus();
  const loading = page.getByRole("dialog", { name: "Loading" });
  for (const keys of ["?", "S", "Enter", "Control+Enter"]) await page.keyboard.press(keys);
  await loading.waitFor();
  await page.keyboard.press("Escape");
  await loading.waitFor({ state: "detached" });
  await expect.poll(() => place.evaluate((each) => each === document.activeElement)).toBe(true);
  expect(await terminal.ticket.getByRole("radio", { name: /^Buy/ }).isChecked()).toBe(true);

  await page.keyboard.press("?");
  await loading.waitFor();
  isLoaded.resolve();
  await page.getByRole("dialog", { name: "Help" }).waitFor();
  await page.keyboard.press("Escape");
  await expect.poll(() => place.evaluate((each) => each === document.activeElement)).toBe(true);
  expect(await tests.get("orders")).toEqual([]);
  expect(await tests.get("positions")).toEqual([]);
});

test.each([
  ["watchlist", "Edit the lists and columns"],
  ["table", "Fills: columns, order, export"],
])("the %s stays in view while its dialog is loaded", async (name, label) => {
  const terminal = await tests.open();
  await watchlist(terminal).waitFor();
  const { page } = terminal;
  await terminal.fillTicket({ quantity: 1 });
  await terminal.place();
  await terminal.show("Fills");
  const isLoaded = Promise.withResolvers<void>();
  await page.route(`**/${name}-dialog-*.js`, async (route) => {
    await isLoaded.promise;
    await route.continue();
  });
  const button = page.getByRole("button", { name: label });
  await button.click();
  const loading = page.getByRole("dialog", { name: "Loading" });
  await loading.waitFor();
  expect(await button.isVisible()).toBe(true);
  await page.keyboard.press("Escape");
  await loading.waitFor({ state: "detached" });
  await button.click();
  await loading.waitFor();
  isLoaded.resolve();
  await loading.waitFor({ state: "detached" });
  await page.getByRole("dialog").waitFor();
});
