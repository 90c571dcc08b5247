// Writes the screenshots of the terminal in docs/. The market does not move, so that they change
// only when the terminal does.
import { fileURLToPath } from "node:url";
import { Backend } from "../browser/support/backend.ts";
import { launchChromium } from "../browser/support/chromium.ts";

const folder = fileURLToPath(new URL("../../../../docs/", import.meta.url));
const START = {
  DATAFEED_CLOCK: "step",
  DATAFEED_START: "2026-01-05T15:30:00Z",
  DATAFEED_SEED: "7",
};

const backend = await Backend.start({ ...START, MARKET_STALE_S: "600", DATABASE_URL: "memory:" });
const browser = await launchChromium();
try {
  await trade();
  for (const [colorScheme, width, height] of [
    ["dark", 1280, 800],
    ["light", 1280, 800],
    ["dark", 390, 800],
  ] as const) {
    const context = await browser.newContext({ colorScheme, viewport: { width, height } });
    const page = await context.newPage();
    await page.goto(`${backend.address}/?symbol=AAPL`);
    await page.locator('.chart .canvas[data-state="ready"]').waitFor();
    await page.locator("tr[data-position]").first().waitFor({ state: "attached" });
    await page.locator(".preview").getByText("Position once filled").waitFor({ state: "attached" });
    await page.waitForTimeout(1_000);
    const name = width > 1_000 ? colorScheme : "phone";
    await page.screenshot({ path: `${folder}terminal-${name}.png` });
    await context.close();
  }
} finally {
  await browser.close();
  await backend.stop();
}

async function trade(): Promise<void> {
  await advance(20 * 60);
  const { bid } = await quote("AAPL");
  await order({ symbol: "AAPL", type: 2, side: 1, qty: 40 });
  await advance(5 * 60);
  await order({ symbol: "AAPL", type: 2, side: -1, qty: 15 });
  await order({ symbol: "EURUSD", type: 2, side: -1, qty: 20_000 });
  await advance(9 * 60);
  await order({ symbol: "AAPL", type: 2, side: 1, qty: 10 });
  await post("PUT", "positions/AAPL/brackets", {
    brackets: { takeProfit: round(bid + 0.9), stopLoss: round(bid - 0.7) },
  });
  await order({ symbol: "AAPL", type: 1, side: 1, qty: 20, limitPrice: round(bid - 0.4) });
  await order({ symbol: "BTCUSD", type: 1, side: 1, qty: 0.2, limitPrice: 60_000 });
  await advance(4 * 60);
}

function round(price: number): number {
  return Math.round(price * 100) / 100;
}

function order(body: object): Promise<unknown> {
  return post("POST", "orders", body);
}

async function quote(symbol: string): Promise<{ bid: number }> {
  const [found] = (await post("POST", "../datafeed/quotes", { symbols: [symbol] })) as [
    { v: { bid: number } },
  ];
  return found.v;
}

function advance(seconds: number): Promise<unknown> {
  return post("POST", "../datafeed/clock/advance", { by_ms: seconds * 1_000 });
}

async function post(method: string, path: string, body: object): Promise<unknown> {
  const response = await fetch(new URL(`${backend.address}/api/v1/broker/${path}`), {
    method,
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  const answer = await response.text();
  if (!response.ok) throw new Error(`${path}: ${answer}`);
  return JSON.parse(answer);
}
