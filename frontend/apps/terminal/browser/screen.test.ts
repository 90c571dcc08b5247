// The layout of the screen, charts and sign-in.
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { Backend } from "./support/backend.ts";
import { CHROMIUM_MISSING, chromiumPath, launchChromium } from "./support/chromium.ts";
import { developmentToken, expiringToken } from "./support/development-token.ts";
import { recordedBarsOfApple } from "./support/recorded-bars.ts";
import { TerminalPage } from "./support/terminal-page.ts";

let backend: Backend;
let browser: Browser;
let terminal: TerminalPage;

beforeAll(async () => {
  if (chromiumPath === undefined) return;
  [backend, browser] = await Promise.all([Backend.start(), launchChromium()]);
});

beforeEach((context) => {
  if (chromiumPath === undefined) context.skip(CHROMIUM_MISSING);
});

afterEach(() => terminal?.close());

afterAll(async () => {
  await browser?.close();
  await backend?.stop();
});

test("a phone shows one view at a time, and no width hides figures under buttons", async () => {
  const viewport = { width: 360, height: 740 };
  terminal = await TerminalPage.open(browser, backend.address, {
    account: "PHONE",
    viewport,
    hasTouch: true,
  });
  const views = terminal.page.getByRole("navigation", { name: "Views" });
  await views.getByRole("button", { name: "Trade" }).click();
  await terminal.fillTicket({ quantity: 1 });
  await terminal.place();
  await terminal.toast("Bought 1 AAPL").getByRole("button", { name: "See positions" }).click();
  for (const width of [820, 1024, 1280]) {
    await terminal.page.setViewportSize({ width, height: 800 });
    const panel = terminal.page.getByRole("tabpanel");
    await expect
      .poll(() => panel.evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth))
      .toBeLessThanOrEqual(0);
    await terminal.cell(terminal.position("AAPL"), "profit").waitFor();
  }
  await terminal.page.setViewportSize(viewport);
  await terminal.position("AAPL").getByRole("button", { name: "Close", exact: true }).click();
  await terminal.page.getByText("No open position").waitFor();
  for (const view of ["Watch", "Account", "Chart"]) {
    await views.getByRole("button", { name: view }).click();
    const { scroll, inner } = await terminal.page.evaluate(() => ({
      scroll: document.documentElement.scrollWidth,
      inner: innerWidth,
    }));
    expect(scroll).toBeLessThanOrEqual(inner);
  }
});

test("a symbol is found by a part of its name, and quotes flash in the watchlist", async () => {
  terminal = await TerminalPage.open(browser, backend.address);
  const { page } = terminal;
  await page.keyboard.press("/");
  await page.getByRole("dialog").getByRole("option").first().waitFor();
  await page.keyboard.type("bitc");
  await page
    .getByRole("dialog")
    .getByRole("option", { name: /BTCUSD/ })
    .waitFor();
  await expect.poll(() => page.getByRole("dialog").getByRole("option").count()).toBe(1);
  await page.keyboard.press("Enter");
  await page.getByRole("region", { name: "Chart of BTCUSD" }).waitFor();
  await terminal.isLoaded();
  await page.locator('tr[data-symbol="BTCUSD"] [class*="flash-"]').waitFor();
  await page.keyboard.press("/");
  await page.getByRole("dialog").getByRole("combobox").fill("no such thing");
  await page.getByText("No symbol matches").waitFor();
});

test("the chart changes its resolution, and reads older bars as it is scrolled back", async () => {
  terminal = await TerminalPage.open(browser, backend.address);
  const { page } = terminal;
  const asked: URL[] = [];
  page.on("request", (request) => {
    if (request.url().includes("/datafeed/bars")) asked.push(new URL(request.url()));
  });
  await page.getByRole("radio", { name: "5m", exact: true }).click();
  await terminal.isLoaded();
  await expect.poll(() => asked.at(-1)?.searchParams.get("resolution")).toBe("5");
  const first = asked.length;
  const canvas = await page.locator(".chart .canvas").boundingBox();
  if (canvas === null) throw new Error("no chart");
  const y = canvas.y + canvas.height / 2;
  await expect
    .poll(
      async () => {
        await page.mouse.move(canvas.x + 40, y);
        await page.mouse.down();
        await page.mouse.move(canvas.x + canvas.width - 120, y, { steps: 4 });
        await page.mouse.up();
        return new Set(asked.slice(first).map(({ searchParams }) => searchParams.get("to_time")))
          .size;
      },
      { timeout: 15_000 },
    )
    .toBeGreaterThanOrEqual(2);
  await page.getByRole("button", { name: /To the latest/ }).click();
  await page.getByRole("button", { name: /To the latest/ }).waitFor({ state: "detached" });
});

test("a recording of real minutes is replayed on the chart", async () => {
  const recorded = await recordedBarsOfApple();
  const settings = {
    DATAFEED_SOURCE: "replay",
    DATAFEED_PATH: recorded.path,
    DATAFEED_SPEED: "20",
  };
  const replay = await Backend.start(settings);
  try {
    terminal = await TerminalPage.open(browser, replay.address);
    const legend = terminal.page.getByTestId("legend");
    const seen = new Set<string>();
    await expect
      .poll(async () => seen.add(await legend.innerText()).size, { timeout: 15_000 })
      .toBeGreaterThan(2);
    const shown = Number(/C\s+([\d.]+)/.exec(await legend.innerText())?.[1]);
    expect(shown).toBeGreaterThanOrEqual(recorded.low);
    expect(shown).toBeLessThanOrEqual(recorded.high);
  } finally {
    await replay.stop();
  }
});

test("a server that requires a token gets one, and another one after it expired", async () => {
  const AUTH_SECRET = "a secret for the tests, of 32 bytes and more";
  const [guarded, token] = await Promise.all([
    Backend.start({ AUTH_MODE: "secret", AUTH_SECRET }),
    developmentToken(AUTH_SECRET),
  ]);
  try {
    terminal = await TerminalPage.open(browser, guarded.address, { isLoaded: false });
    const { page } = terminal;
    const dialog = page.getByRole("dialog");
    const enter = async (text: string) => {
      await dialog.getByLabel("Token").fill(text);
      const isReloaded = page.waitForEvent("load");
      await dialog.getByRole("button", { name: "Sign in" }).click();
      await isReloaded;
    };
    await enter(`${token}x`);
    await dialog.getByText("The token was not accepted").waitFor();
    await enter(expiringToken(token, AUTH_SECRET, 1_500));
    await dialog.getByText("The token was not accepted").waitFor();
    await enter(token);
    await terminal.isLoaded();
    await terminal.fillTicket({ quantity: 1 });
    await terminal.place();
    await terminal.position("AAPL").waitFor();
  } finally {
    await guarded.stop();
  }
});

test("a chart that cannot be loaded shows it, and loads on another try", async () => {
  terminal = await TerminalPage.open(browser, backend.address);
  const { page } = terminal;
  await page.route("**/api/v1/datafeed/bars**", (route) => route.abort());
  await page.getByRole("radio", { name: "15m", exact: true }).click();
  await page.getByText("The chart could not be loaded").waitFor();
  await page.unroute("**/api/v1/datafeed/bars**");
  await page.getByRole("button", { name: "Try again" }).click();
  await terminal.isLoaded();
});
