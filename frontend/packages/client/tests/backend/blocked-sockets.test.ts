// A client behind a proxy that refuses WebSockets, against a real backend.
import { afterEach, beforeEach, expect, inject, test } from "vitest";
import { ConnectionStatus, OrderStatus, OrderType, Side } from "../../src/model/broker.ts";
import { TradingClient } from "../../src/trading-client.ts";
import { readHistory, SYMBOL } from "../support/bar-history.ts";
import { FakeChart } from "../support/fake-chart.ts";
import { FakeHost } from "../support/fake-host.ts";
import { TcpProxy } from "../support/tcp-proxy.ts";
import { expectAllExecutions, marketOrder, quoteOf, versionsOf } from "../support/trading.ts";
import { until } from "../support/until.ts";

const { port } = inject("simulated");
let proxy: TcpProxy;
let client: TradingClient;

beforeEach(async () => {
  proxy = new TcpProxy(port);
  const baseUrl = await proxy.start();
  proxy.refuseUpgrades();
  client = new TradingClient({
    baseUrl,
    socket: { backoff: { baseMs: 20, maxMs: 50 } },
    polling: { quotesMs: 100, barsMs: 100, accountMs: 100, reconnectMs: 200, requestsPerS: 100 },
  });
});

afterEach(() => {
  client.close();
  proxy.close();
});

test("quotes and bars are polled, and commands work, over REST alone", async () => {
  const quotes = new Set<number>();
  client.feeds.quotes({ symbols: [], fast_symbols: ["BTCUSD"] }, (quote) => {
    if (quote.s === "ok") quotes.add(quote.v.bid);
  });
  const now = Math.floor(Date.now() / 1_000);
  const { bars } = await readHistory(client, "1S", now - 60, now + 60, 60);
  const chart = new FakeChart(bars);
  const loaded = chart.last.time;
  client.datafeed.subscribeBars(SYMBOL, "1S", chart.update, "chart", () => {});

  const host = new FakeHost();
  const broker = await client.broker(host, "POLLED");
  await until(() => client.socket.state.phase === "polling");
  await broker.ready();
  expect(broker.connectionStatus()).toBe(ConnectionStatus.Connected);
  const { orderId } = await broker.placeOrder(marketOrder(Side.Buy, 2));
  await until(() => host.order(orderId)?.status === OrderStatus.Filled);
  await until(() => host.position("BTCUSD")?.qty === 0.02);
  await until(() => host.executions.length > 0 && host.equities.length > 0);
  await until(() => quotes.size > 1 && chart.last.time > loaded + 1_000);
  const { sections } = await broker.previewOrder(marketOrder(Side.Sell));
  expect(sections.length).toBeGreaterThan(0);
  await broker.closePosition("BTCUSD");
  await until(() => host.position("BTCUSD")?.qty === 0);
  await expectAllExecutions(client.rest.account("POLLED"), host);
});

test("price alerts are made over REST, and alerts and notifications are polled", async () => {
  const accountId = "ALERTED";
  const seen: string[] = [];
  const codes: string[] = [];
  client.feeds.alerts({ accountId }, ({ status }) => seen.push(status));
  client.feeds.notifications({ accountId }, ({ code }) => codes.push(code));
  await until(() => client.socket.state.phase === "polling");
  const alerts = client.rest.alerts(accountId);
  const bid = await quoteOf(client, "BTCUSD").then(({ bid }) => bid);
  const far = await alerts.create({ symbol: "BTCUSD", price: bid * 2, condition: "up" });
  await until(() => seen.includes("active"));
  expect((await alerts.all()).map(({ id }) => id)).toEqual([far.id]);
  const changed = await alerts.change(far.id, {
    symbol: "BTCUSD",
    price: bid * 3,
    condition: "up",
  });
  expect(changed.price).toBeCloseTo(bid * 3);
  await alerts.delete(far.id);
  await until(() => seen.includes("deleted"));
  await client.commands(accountId).place(marketOrder(Side.Buy, 2));
  await until(() => codes.includes("order_filled"));
});

test("once upgrades are allowed again, the client returns to the socket and loses nothing", async () => {
  const host = new FakeHost();
  const broker = await client.broker(host, "RETURNING");
  await until(() => client.socket.state.phase === "polling");
  const { bid } = await quoteOf(client, "BTCUSD");
  const limit = {
    ...marketOrder(Side.Buy),
    type: OrderType.Limit,
    limitPrice: Math.round(bid / 2),
  };
  const { orderId: resting } = await broker.placeOrder(limit);
  await until(() => host.liveOrders().includes(resting));

  proxy.restore();
  await until(() => client.socket.state.phase === "connected");
  await broker.placeOrder(marketOrder(Side.Buy));
  await broker.cancelOrder(resting);
  await until(() => host.order(resting)?.status === OrderStatus.Canceled);

  proxy.refuseUpgrades();
  await until(() => client.socket.state.phase === "polling");
  await broker.placeOrder(marketOrder(Side.Sell));
  await until(() => host.position("BTCUSD")?.qty === 0);
  await expectAllExecutions(client.rest.account("RETURNING"), host);
  expect(versionsOf(host)).toEqual([...new Set(versionsOf(host))]);
});

test("without polling the client only waits", async () => {
  client.close();
  const backoff = { baseMs: 10, maxMs: 20 };
  client = new TradingClient({
    baseUrl: await proxyAddress(),
    socket: { backoff },
    polling: false,
  });
  const phases = new Set<string>();
  let attempts = 0;
  client.socket.onState(({ phase }) => {
    phases.add(phase);
    if (phase === "waiting") attempts += 1;
  });
  client.feeds.equity({ accountId: "WAITING" }, () => {});
  await until(() => attempts > 8);
  expect([...phases].sort()).toEqual(["connecting", "waiting"]);
});

async function proxyAddress(): Promise<string> {
  proxy.close();
  proxy = new TcpProxy(port);
  const address = await proxy.start();
  proxy.refuseUpgrades();
  return address;
}
