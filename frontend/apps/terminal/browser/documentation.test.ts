// The pages of documentation, which the server serves without a build.
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type { BrowserContextOptions, Locator, Page } from "playwright-core";
import { afterEach, expect, test } from "vitest";
import { TerminalTests } from "./support/terminal-tests.ts";

const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

// At a sub-path, with authentication: what breaks first.
const tests = TerminalTests.guarded("DOCUMENTATION");
let page: Page;
let faults: string[];

afterEach(async () => {
  expect(faults).toEqual([]);
  await page.context().close();
});

/** Open a page. The test fails for each error of it, including refused scripts and styles. */
async function open(path: string, options: BrowserContextOptions = {}): Promise<void> {
  const context = await tests.browser.newContext({
    viewport: { width: 1280, height: 900 },
    permissions: ["clipboard-read", "clipboard-write"],
    ...options,
  });
  context.setDefaultTimeout(20_000);
  page = await context.newPage();
  faults = [];
  page.on("pageerror", (error) => faults.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error") faults.push(message.text());
  });
  await page.goto(`${tests.address}/api/v1/${path}`);
}

const message = (name: string): Locator => page.locator(`[id="${name}"]`);

/** Return what axe reports of the parts of the page that differ. All of it takes seconds. */
async function violations(only: string[]): Promise<string[]> {
  // The Content-Security-Policy does not apply to what a debugger evaluates.
  await page.evaluate(await readFile(axe, "utf8"));
  return page.evaluate(async (rules) => {
    const parts = {
      include: ["body > header", ".search", ".current", "#introduction", "[id='orders.place']"],
    };
    const { violations } = await (globalThis as unknown as Axe).axe.run(parts, { runOnly: rules });
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" | ")}`);
  }, only);
}

interface Axe {
  axe: {
    run(
      parts: object,
      options: object,
    ): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }>;
  };
}

test("a message is found, copied and sent with a token, and its updates are shown", async () => {
  await open("ws/asyncapi");
  await page.keyboard.press("/");
  await page.keyboard.type("bars.subscribe resolution");
  await page.getByText("1 message, 0 schemas").waitFor();
  await page.keyboard.press("Enter");
  const bars = message("bars.subscribe");
  await bars.getByRole("button", { name: "Copy" }).first().click();
  const copied = JSON.parse(await page.evaluate(() => navigator.clipboard.readText()));
  expect(copied).toEqual({
    type: "bars.subscribe",
    payload: { symbol: "AAPL", resolution: "1" },
  });

  const send = bars.getByRole("button", { name: "Send" });
  await send.click();
  await bars.getByText("Enter a token first.").waitFor();
  const token = page.getByLabel("Token");
  expect(await token.evaluate((field) => field === document.activeElement)).toBe(true);
  await token.fill(tests.server.token);
  await token.press("Enter");
  const editor = bars.getByRole("textbox");
  expect(await editor.evaluate((field) => field === document.activeElement)).toBe(true);
  await editor.fill(JSON.stringify({ ...copied, payload: { symbol: "EURUSD", resolution: "5" } }));
  await editor.press("Control+Enter");
  await bars.getByText("bars.subscribe.response: ok, Subscribed").waitFor();
  const frames = bars.getByRole("list", { name: "Messages of bars.subscribe" });
  await frames
    .getByText(/"bars.update".*EURUSD/)
    .first()
    .waitFor();
  await bars.getByRole("button", { name: "Unsubscribe" }).click();
  await bars.getByText("bars.unsubscribe.response: ok, Unsubscribed").waitFor();

  await editor.fill("{");
  await send.click();
  await bars.getByText("This is not JSON").waitFor();
  await editor.fill('{"type": "none"}');
  await send.click();
  await bars.getByText("The connection is closed: 1003").waitFor();
  const kept = await page.evaluate(() => [localStorage.length, sessionStorage.length]);
  expect(kept).toEqual([0, 0]);
});

test("the contents stay, and lead to the messages of the section that is read, in dark mode", async () => {
  await open("ws/asyncapi", { colorScheme: "dark" });
  const contents = page.getByRole("navigation", { name: "Contents" });
  await contents.getByRole("link", { name: "orders", exact: true }).click();
  await contents.getByRole("link", { name: "place", exact: true }).click();
  await message("orders.place").getByRole("link", { name: "PreOrder" }).click();
  const order = message("schema-PreOrder");
  await order.getByRole("row", { name: /^limitPrice/ }).waitFor();
  expect((await contents.boundingBox())?.y).toBeGreaterThanOrEqual(0);
  await contents.locator('[aria-current="true"]').getByText("schemas").waitFor();
  const background = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  expect(background).toBe("rgb(18, 22, 28)");
  expect(await violations(["color-contrast"])).toEqual([]);
});

test("on a phone the contents fold, and nothing is wider than the screen, in light mode", async () => {
  await open("ws/asyncapi", { viewport: { width: 360, height: 740 }, colorScheme: "light" });
  const contents = page.getByRole("navigation", { name: "Contents" });
  await contents.waitFor({ state: "hidden" });
  await page.getByText("Contents", { exact: true }).click();
  await contents.getByRole("link", { name: "orders", exact: true }).click();
  await contents.waitFor({ state: "hidden" });
  await message("orders.place").locator("summary").click();
  await message("orders.place").getByRole("button", { name: "Send" }).click();
  await message("orders.place").getByText("Enter a token first.").waitFor();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
  expect(await violations(["wcag2a", "wcag2aa", "best-practice"])).toEqual([]);
});

test("without JavaScript the messages and schemas can be read", async () => {
  await open("ws/asyncapi", { javaScriptEnabled: false });
  await page.getByRole("link", { name: "place", exact: true }).click();
  await message("orders.place").locator("summary").click();
  await message("orders.place").getByText('"limitPrice": 187.4').waitFor();
  expect(await page.getByRole("searchbox").count()).toBe(0);
});

test("Swagger UI starts in the colours of the system, below a short header", async () => {
  const viewport = { width: 390, height: 800 };
  await open("docs", { viewport, colorScheme: "dark" });
  const operation = page.locator(".opblock").first();
  await operation.waitFor();
  expect((await operation.boundingBox())?.y).toBeLessThan(viewport.height / 3);
  expect(await page.locator("html.dark-mode[lang=en]").count()).toBe(1);
  await operation.locator(".opblock-summary-control").click();
  await operation.getByRole("button", { name: "Try it out" }).waitFor();
  expect(await page.locator("main").innerText()).not.toContain("`");
});
