// What the terminal shows during and after an outage of the server or the market.
import { expect, onTestFinished, test } from "vitest";
import { TcpProxy } from "../../../packages/client/tests/support/tcp-proxy.ts";
import { Backend } from "./support/backend.ts";
import { boxOf } from "./support/finger.ts";
import { StaleMarket } from "./support/stale-market.ts";
import { TerminalTests } from "./support/terminal-tests.ts";
import { PHONE } from "./support/window.ts";

const tests = TerminalTests.simulated("OUTAGES");

test("after a killed server restarts, nothing is missing and nothing is shown twice", async () => {
  const { server } = tests;
  const terminal = await tests.open();
  await terminal.fillTicket({ quantity: 1 });
  await terminal.place();
  await terminal.position("AAPL").waitFor();
  const { bid } = await terminal.quote();
  await terminal.fillTicket({ type: "Limit", quantity: 1, limit: Math.round(bid / 2) });
  await terminal.place();
  await terminal.show("Orders");
  await terminal.orders.filter({ hasText: "Working" }).waitFor();

  await server.kill();
  await terminal.badge("Reconnecting");
  await terminal.place();
  await terminal.toast("Wait until the badge says Live").waitFor();
  // Another client trades on the account before the page has reconnected.
  await server.restart();
  await order(server.address, { symbol: "AAPL", type: 2, side: 1, qty: 2 });
  await terminal.badge("Live");

  await terminal.show("Positions");
  await terminal.cell(terminal.position("AAPL"), "qty").filter({ hasText: /^3$/ }).waitFor();
  await terminal.show("Orders");
  await expect.poll(() => terminal.orders.count()).toBe(1);
  await terminal.show("Fills");
  await expect.poll(() => terminal.page.locator("tr[data-fill]").count()).toBe(2);
  const { bid: before } = await terminal.quote();
  await expect.poll(async () => (await terminal.quote()).bid, { timeout: 5_000 }).not.toBe(before);

  await terminal.page.reload();
  await terminal.isLoaded();
  await terminal.show("Fills");
  await expect.poll(() => terminal.page.locator("tr[data-fill]").count()).toBe(2);
  await terminal.show("Orders");
  await expect.poll(() => terminal.orders.count()).toBe(1);
});

test("each process of several may be killed: the badge shows it, and nothing is missing", async () => {
  const workers = ["-m", "trading_api", "serve", "--workers", "2"];
  const server = await Backend.start({ LOG_LEVEL: "info" }, workers);
  onTestFinished(() => server.stop());
  const terminal = await tests.openAt(server.address);
  await terminal.fillTicket({ quantity: 1 });
  await terminal.place();
  await terminal.position("AAPL").waitFor();

  server.pauseChild("core");
  await terminal.badge("Connecting");
  await server.killChild("core");
  await terminal.badge("Live");
  await order(server.address, { symbol: "AAPL", type: 2, side: 1, qty: 2 });
  await terminal.cell(terminal.position("AAPL"), "qty").filter({ hasText: /^3$/ }).waitFor();

  // The page is connected to one of the two.
  const seen = terminal.badge(/Reconnecting|Connecting/);
  await Promise.all([server.killChild("gateway-1"), server.killChild("gateway-2")]);
  await seen;
  await terminal.badge("Live");
  await order(server.address, { symbol: "AAPL", type: 2, side: 1, qty: 1 });
  await terminal.cell(terminal.position("AAPL"), "qty").filter({ hasText: /^4$/ }).waitFor();
  await terminal.show("Fills");
  await expect.poll(() => terminal.page.locator("tr[data-fill]").count()).toBe(3);
  const { bid } = await terminal.quote();
  await expect.poll(async () => (await terminal.quote()).bid, { timeout: 5_000 }).not.toBe(bid);
}, 60_000);

test("where a proxy refuses WebSockets, the terminal is delayed, and trades", async () => {
  const proxy = new TcpProxy(tests.server.port);
  const address = await proxy.start();
  try {
    proxy.refuseUpgrades();
    const terminal = await tests.openAt(address, { isLoaded: false });
    await terminal.badge("Delayed");
    const { bid } = await terminal.quote();
    await terminal.fillTicket({ quantity: 1 });
    await terminal.place();
    await terminal.position("AAPL").waitFor();
    await expect.poll(async () => (await terminal.quote()).bid, { timeout: 9_000 }).not.toBe(bid);
    proxy.restore();
    await terminal.page.getByRole("button", { name: "Retry" }).click();
    await terminal.badge("Live");
    await terminal.fillTicket({ quantity: 1 });
    await terminal.place();
    await terminal.cell(terminal.position("AAPL"), "qty").filter({ hasText: /^2$/ }).waitFor();
  } finally {
    proxy.close();
  }
});

test("a phone retries by a tap on the badge", async () => {
  const proxy = new TcpProxy(tests.server.port);
  const address = await proxy.start();
  try {
    proxy.refuseUpgrades();
    const terminal = await tests.openAt(address, { isLoaded: false, ...PHONE });
    await terminal.badge("Delayed");
    proxy.restore();
    const retry = terminal.page.getByRole("button", { name: "Retry" });
    expect((await boxOf(retry)).height).toBeGreaterThanOrEqual(44);
    await retry.tap();
    await terminal.badge("Live");
  } finally {
    proxy.close();
  }
});

test("a stale market shows in the badge, fills nothing, and recovers", async () => {
  const market = await StaleMarket.start();
  onTestFinished(() => market.stop());
  const terminal = await tests.openAt(market.address);
  await terminal.quote();
  await market.stall();
  await terminal.badge("Market silent");
  await terminal.fillTicket({ quantity: 1 });
  await terminal.place();
  await terminal.show("Orders");
  await terminal.orders.filter({ hasText: "Working" }).waitFor();

  await market.recover();
  await terminal.badge("Live");
  await terminal.page.getByText("No working order").waitFor();
  await terminal.show("Positions");
  await terminal.position("AAPL").waitFor();
  await terminal.show("Fills");
  await expect.poll(() => terminal.page.locator("tr[data-fill]").count()).toBe(1);
});

async function order(address: string, order: object): Promise<void> {
  const response = await fetch(`${address}/api/v1/broker/orders?account_id=${tests.account}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(order),
  });
  expect(response.status, await response.text()).toBe(200);
}
