// Every screen has no violation of axe and nothing wider than the window, in each kind of window.
import { OrderType, RestClient, Side } from "@trading-api/client";
import { beforeAll, expect, test } from "vitest";
import { axeViolations } from "./support/axe.ts";
import { chromiumPath } from "./support/chromium.ts";
import { SCREENS } from "./support/screens.ts";
import { TerminalTests } from "./support/terminal-tests.ts";
import { DESKTOP, PHONE, TABLET } from "./support/window.ts";

const ACCOUNT = "SCREENS";
const ON_ITS_SIDE = { ...PHONE, viewport: { width: 740, height: 360 } };
const ALL_WINDOWS = [
  { name: "desktop, dark", colorScheme: "dark", ...DESKTOP },
  { name: "phone, light", colorScheme: "light", ...PHONE },
  { name: "desktop, light", colorScheme: "light", ...DESKTOP },
  { name: "tablet, dark", colorScheme: "dark", ...TABLET },
  { name: "tablet, light", colorScheme: "light", ...TABLET },
  { name: "phone, dark", colorScheme: "dark", ...PHONE },
  { name: "phone on its side, light", colorScheme: "light", ...ON_ITS_SIDE },
] as const;
/** The usual run has a desktop and a phone; `SCREENS=all` has every window. */
const WINDOWS = process.env.SCREENS === "all" ? ALL_WINDOWS : ALL_WINDOWS.slice(0, 2);

const tests = TerminalTests.simulated("SCREENS");

beforeAll(async () => {
  if (chromiumPath !== undefined) await trade();
});

/** Give the account an order with a bracket, and a position. */
async function trade(): Promise<void> {
  const rest = new RestClient({ baseUrl: tests.address });
  const account = rest.account(ACCOUNT);
  const order = { symbol: "AAPL", side: Side.Buy, qty: 2 };
  const limit = { ...order, type: OrderType.Limit, limitPrice: 100, takeProfit: 900 };
  await account.place(limit, "limit");
  await account.place({ ...order, type: OrderType.Market }, "market");
}

test.each(WINDOWS)(
  "no screen has a violation or is too wide: $name",
  { timeout: 90_000 },
  async (opening) => {
    const { name: _, ...options } = opening;
    const terminal = await tests.open({
      account: ACCOUNT,
      ...options,
    });
    const { page } = terminal;
    const found: string[] = [];
    for (const screen of SCREENS) {
      await screen.open(terminal).catch((error: unknown) => {
        throw new Error(`${screen.name} does not open`, { cause: error });
      });
      for (const fault of await axeViolations(page)) found.push(`${screen.name}: ${fault}`);
      const excess = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      if (excess > 0) found.push(`${screen.name}: ${excess} px too wide`);
      await page.keyboard.press("Escape");
      await page.getByRole("dialog").waitFor({ state: "detached" });
    }
    expect(found).toEqual([]);
  },
);
