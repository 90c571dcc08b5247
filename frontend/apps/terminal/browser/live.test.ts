// An account of real money at a venue, against a real backend and the simulated venue.
import { expect, test } from "vitest";
import { Backend } from "./support/backend.ts";
import { TerminalTests } from "./support/terminal-tests.ts";
import { Venue } from "./support/venue.ts";

const ACCOUNT = "LIVE-BINANCE";
const SYMBOL = "BTCUSDT";
/** The backend waits until ccxt is imported in two processes. */
const START_TIMEOUT_MS = 60_000;

let venue: Venue;

const tests = TerminalTests.alone("LIVE", start, START_TIMEOUT_MS);

async function start() {
  const funds = JSON.stringify({ USDT: "10000" });
  venue = await Venue.start(
    ...["--history-minutes", "120", "--commission", "quote", "--balances", funds],
  );
  await quote(99.5, 100.5);
  const backend = await Backend.start({
    DATAFEED_SOURCE: "ccxt",
    DATAFEED_VENUE: "binance",
    DATAFEED_SYMBOLS: "BTC/USDT",
    DATAFEED_HISTORY_DAYS: "1",
    BROKER: "ccxt",
    BROKER_VENUE: "binance",
    LIVE_ACCOUNT_ID: ACCOUNT,
    LIVE_API_KEY: "venue-key",
    LIVE_API_SECRET: "venue-secret",
    LIVE_TRADING: "yes-with-real-money",
    ACCOUNT_CURRENCY: "USDT",
    RISK_ORDER_VALUE_MAX: "1000",
    RISK_POSITION_VALUE_MAX: "1000",
    RISK_PRICE_DISTANCE_PERCENT: "20",
    CCXT_OPTIONS: venue.ccxtOptions,
  });
  const { address } = backend;
  return {
    address,
    async stop() {
      await backend.stop();
      await venue.stop();
    },
  };
}

/** Let the venue show one bid and one ask, and a trade between them. */
async function quote(bid: number, ask: number, size = 10): Promise<void> {
  await venue.control("quote", {
    symbol: SYMBOL,
    bid,
    ask,
    bid_quantity: size,
    ask_quantity: size,
  });
}

const open = (account: string) => tests.open({ account, symbol: SYMBOL });

test("an order at a venue is confirmed, filled in parts, and right after its socket was lost", async () => {
  const terminal = await open(ACCOUNT);
  const { page } = terminal;
  await page.getByRole("region", { name: "Account of real money" }).waitFor();
  await terminal.fillTicket({ type: "Limit", quantity: 1, limit: 100 });
  await terminal.place();
  const dialog = page.getByRole("dialog", { name: "Real money" });
  await dialog.getByRole("button", { name: `Buy 1 ${SYMBOL} limit 100.00` }).waitFor();
  await page.keyboard.press("Escape");
  expect(await terminal.orders.count()).toBe(0);

  // One-click trading does not apply to real money.
  await terminal.turnOneClickOn();
  await page.getByRole("button", { name: /^Trade at/ }).focus();
  await page.keyboard.press("Enter");
  await page.getByRole("menu").waitFor();
  await page.keyboard.press("Enter");
  await dialog.waitFor();
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
  expect(await terminal.orders.count()).toBe(0);

  await terminal.place();
  await dialog.waitFor();
  await page.keyboard.press("Enter");
  await terminal.show("Orders");
  await terminal.orders.filter({ hasText: "Working" }).waitFor();
  await venue.control("trade", { symbol: SYMBOL, price: 100, quantity: 0.3 });
  await terminal.orders.filter({ hasText: "0.3" }).waitFor();
  await venue.control("drop_sockets", { kind: "user" });
  await venue.control("trade", { symbol: SYMBOL, price: 100, quantity: 0.7 });
  await terminal.show("Positions");
  await expect
    .poll(() => terminal.cell(terminal.position(SYMBOL), "qty").innerText(), {
      timeout: 20_000,
    })
    .toBe("1");
  await terminal.show("Fills");
  await expect.poll(() => page.locator("tr[data-fill]").count()).toBe(2);
  expect(await venue.control("repeated_sends")).toEqual({});
  const orders = (await venue.control("orders")) as { status: string }[];
  expect(orders.map(({ status }) => status)).toEqual(["FILLED"]);
}, 60_000);

test("trading is halted and resumed by the switch of the account", async () => {
  const terminal = await open(ACCOUNT);
  const { page } = terminal;
  await page.getByRole("button", { name: "Halt trading" }).click();
  await page.keyboard.press("Enter");
  await page.locator("span[role=alert]", { hasText: "Trading is halted" }).waitFor();
  await terminal.fillTicket({ type: "Limit", quantity: 1, limit: 90 });
  await terminal.place();
  await page.keyboard.press("Enter");
  await terminal.toast("Trading is halted in this account").waitFor();
  await page.reload();
  await terminal.isLoaded();
  await page.getByRole("button", { name: "Resume trading" }).click();
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Halt trading" }).waitFor();
});

test("a paper account beside it looks as always, and is not asked", async () => {
  const terminal = await open("PAPER");
  const { page } = terminal;
  expect(await page.getByRole("region", { name: "Account of real money" }).count()).toBe(0);
  await terminal.fillTicket({ quantity: 1 });
  await terminal.place();
  await terminal.position(SYMBOL).waitFor();
});
