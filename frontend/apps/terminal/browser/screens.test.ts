// Every screen has no violation of axe and nothing wider than the window, in each kind of window.
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { axeViolations } from "./support/axe.ts";
import { Backend } from "./support/backend.ts";
import { CHROMIUM_MISSING, chromiumPath, launchChromium } from "./support/chromium.ts";
import { SCREENS } from "./support/screens.ts";
import { TerminalPage } from "./support/terminal-page.ts";

const WINDOWS = [
  { name: "desktop, dark", colorScheme: "dark", viewport: { width: 1440, height: 900 } },
  { name: "tablet, light", colorScheme: "light", viewport: { width: 820, height: 1180 } },
  {
    name: "phone, dark",
    colorScheme: "dark",
    viewport: { width: 360, height: 740 },
    hasTouch: true,
    isMobile: true,
  },
] as const;

let backend: Backend;
let browser: Browser;

beforeAll(async () => {
  if (chromiumPath === undefined) return;
  [backend, browser] = await Promise.all([Backend.start(), launchChromium()]);
});

beforeEach((context) => {
  if (chromiumPath === undefined) context.skip(CHROMIUM_MISSING);
});

afterAll(async () => {
  await browser?.close();
  await backend?.stop();
});

test.each(WINDOWS)("no screen has a violation or is too wide: $name", async (opening) => {
  const { name, ...options } = opening;
  const terminal = await TerminalPage.open(browser, backend.address, {
    account: "SCREENS",
    ...options,
  });
  const { page } = terminal;
  if (name === WINDOWS[0].name) {
    const { bid } = await terminal.quote();
    const order = { quantity: 2, limit: bid - 5, takeProfit: bid + 20 };
    await terminal.fillTicket({ type: "Limit", ...order });
    await terminal.place();
    await terminal.fillTicket({ quantity: 3 });
    await terminal.place();
    await terminal.position("AAPL").waitFor();
  }
  const found: string[] = [];
  for (const screen of SCREENS) {
    await screen.open(terminal);
    for (const fault of await axeViolations(page)) found.push(`${screen.name}: ${fault}`);
    const excess = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    if (excess > 0) found.push(`${screen.name}: ${excess} px too wide`);
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
  }
  expect(found).toEqual([]);
  await terminal.close();
});
