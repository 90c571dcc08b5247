// The layout of the screen, charts and sign-in.
import { expect, test } from "vitest";
import { Backend } from "./support/backend.ts";
import { recordedBarsOfApple } from "./support/recorded-bars.ts";
import { TerminalTests } from "./support/terminal-tests.ts";

const tests = TerminalTests.simulated("SCREEN");

test("a phone shows one view at a time, and no width hides figures under buttons", async () => {
  const viewport = { width: 360, height: 740 };
  const terminal = await tests.open({
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
  const terminal = await tests.open();
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
  await terminal.view("Watch");
  await page.locator('tr[data-symbol="BTCUSD"] [class*="flash-"]').waitFor();
  await page.keyboard.press("/");
  await page.getByRole("dialog").getByRole("combobox").fill("no such thing");
  await page.getByText("No symbol matches").waitFor();
});

test("the chart changes its resolution, and reads older bars as it is scrolled back", async () => {
  const terminal = await tests.open();
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

test("a recording of real minutes is replayed, and without the module there is no panel of alerts", async () => {
  const recorded = await recordedBarsOfApple();
  const settings = {
    DATAFEED_SOURCE: "replay",
    DATAFEED_PATH: recorded.path,
    DATAFEED_SPEED: "20",
    ENABLED_MODULES: "datafeed,broker",
  };
  const replay = await Backend.start(settings);
  try {
    const terminal = await tests.openAt(replay.address);
    const { page } = terminal;
    const legend = page.getByTestId("legend");
    const seen = new Set<string>();
    await expect
      .poll(async () => seen.add(await legend.innerText()).size, { timeout: 15_000 })
      .toBeGreaterThan(2);
    const shown = Number(/C\s+([\d.]+)/.exec(await legend.innerText())?.[1]);
    expect(shown).toBeGreaterThanOrEqual(recorded.low);
    expect(shown).toBeLessThanOrEqual(recorded.high);

    await page.getByRole("tab", { name: "Equity" }).waitFor();
    await page.locator("body").press("a");
    await terminal.badge("Live");
    expect(await page.getByRole("tab", { name: "Alerts" }).count()).toBe(0);
    expect(await page.getByRole("dialog").count()).toBe(0);
  } finally {
    await replay.stop();
  }
});

test("a chart that cannot be loaded shows it, and loads on another try", async () => {
  const terminal = await tests.open();
  const { page } = terminal;
  await page.route("**/api/v1/datafeed/bars**", (route) => route.abort());
  await page.getByRole("radio", { name: "15m", exact: true }).click();
  await page.getByText("The chart could not be loaded").waitFor();
  await page.unroute("**/api/v1/datafeed/bars**");
  await page.getByRole("button", { name: "Try again" }).click();
  await terminal.isLoaded();
});
