// The example projects, on the built client, against a real backend and in a real browser.
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  CHROMIUM_MISSING,
  chromiumPath,
  launchForShortPages,
} from "../../apps/terminal/browser/support/chromium.ts";
import { Backend } from "../../packages/client/tests/support/backend.ts";
import { StaticServer } from "./static-server.ts";

const run = promisify(execFile);
const frontend = fileURLToPath(new URL("../../", import.meta.url));
const examples = join(frontend, "examples");

let backend: Backend;
let browser: Browser;

beforeAll(async () => {
  const build = run("npm", ["run", "build", "--workspace=@trading-api/client"], { cwd: frontend });
  [backend] = await Promise.all([
    // The pages are served by another server than the backend.
    Backend.start({ CORS_ORIGIN_REGEX: "http://127\\.0\\.0\\.1:[0-9]+" }),
    build,
  ]);
  if (chromiumPath !== undefined) browser = await launchForShortPages();
});

afterAll(async () => {
  await browser?.close();
  await backend.stop();
});

test("the bot places, moves and cancels its order", async () => {
  const env = { ...process.env, BACKEND: backend.address, ACCOUNT: "BOT", MOVES: "2" };
  const { stdout } = await run(process.execPath, ["bot.mjs"], {
    cwd: join(examples, "node-bot"),
    env,
  });
  // The market may move to a price and back.
  const prices = stdout.match(/status 6 and the price \d+/g) ?? [];
  const moves = prices.filter((price, index) => index > 0 && price !== prices[index - 1]);
  expect(moves.length).toBe(2);
  expect(stdout).toMatch(/^canceled order-\d+\n$/m);
});

/** Serve a folder, and run `check` on its page. Any error of the page fails the test. */
async function withPage(folder: string, check: (page: Page) => Promise<void>): Promise<void> {
  const server = await StaticServer.start(folder);
  const page = await browser.newPage();
  const faults: string[] = [];
  page.on("pageerror", (error) => faults.push(error.message));
  try {
    await page.goto(`${server.address}/?backend=${encodeURIComponent(backend.address)}`);
    await check(page);
    expect(faults).toEqual([]);
  } finally {
    await page.close();
    server.stop();
  }
}

test("the page without a build shows a price, buys, and resumes after a reload", async (context) => {
  if (chromiumPath === undefined) context.skip(CHROMIUM_MISSING);
  await withPage(join(examples, "module-page"), async (page) => {
    await page
      .locator("#quote")
      .filter({ hasText: /\d \/ \d/ })
      .waitFor();
    await page.locator("#connection").filter({ hasText: "connected" }).waitFor();
    await page.locator("#buy").click();
    await page.locator("#position").filter({ hasText: "0.01 BTCUSD" }).waitFor();
    await page.reload();
    await page.locator("#position").filter({ hasText: "0.01 BTCUSD" }).waitFor();
  });
});

test("the application of Vite and TypeScript is built, trades and follows its account", async (context) => {
  if (chromiumPath === undefined) context.skip(CHROMIUM_MISSING);
  const folder = join(examples, "vite-app");
  const built = await mkdtemp(join(tmpdir(), "vite-app-"));
  await run("npm", ["run", "build", "--", "--outDir", built, "--emptyOutDir"], { cwd: folder });
  await run("npm", ["run", "types"], { cwd: folder });
  try {
    await withPage(built, async (page) => {
      await page.locator("#bar").filter({ hasText: /\d/ }).waitFor();
      await page.locator("#equity").filter({ hasText: /\d/ }).waitFor();
      await page.locator("#close").click();
      await page
        .locator("#positions")
        .filter({ hasNotText: "BTCUSD" })
        .waitFor({ state: "attached" });
      await page.locator("#buy").click();
      await page.locator("#positions li").filter({ hasText: "BTCUSD 0.01" }).waitFor();
      await page.locator("#close").click();
      await page.locator("#positions li").waitFor({ state: "detached" });
    });
  } finally {
    await rm(built, { recursive: true, force: true });
  }
});
