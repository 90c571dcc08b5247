// The services against a backend in a process of its own.
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import type { BrokerTerminalService } from "../src/broker-terminal-service.ts";
import { ApiError, NotConnectedError, SubscriptionError } from "../src/errors.ts";
import type { FeedName, FeedTypes } from "../src/feeds.ts";
import {
  ConnectionStatus,
  OrderStatus,
  OrderType,
  ParentType,
  Side,
  StopType,
} from "../src/model/broker.ts";
import type { Bar, History, QuoteData } from "../src/model/market.ts";
import type { AccountRest } from "../src/rest-client.ts";
import { TradingClient } from "../src/trading-client.ts";
import { Backend, Cable } from "./support/backend.ts";
import { Chart } from "./support/fake-chart.ts";
import { FakeHost } from "./support/fake-host.ts";
import { until } from "./support/until.ts";

const SYMBOL = { name: "BTCUSD", ticker: "BTCUSD" };

let backend: Backend;
/** On a line of its own, which nobody cuts. */
let elsewhere: TradingClient;
let cable: Cable;
let client: TradingClient;
let accounts = 0;

beforeAll(async () => {
  backend = await Backend.started();
  elsewhere = new TradingClient({ baseUrl: backend.address });
});

afterAll(async () => {
  elsewhere.close();
  await backend.stop();
});

beforeEach(async () => {
  cable = new Cable(backend.port);
  client = new TradingClient({ baseUrl: await cable.address() });
});

afterEach(() => {
  client.close();
  cable.close();
});

/** On an account that no other test uses. */
async function trading(): Promise<{ host: FakeHost; broker: BrokerTerminalService; id: string }> {
  const host = new FakeHost();
  const id = `CLIENT-${++accounts}`;
  const broker = await client.broker(host, id);
  await broker.ready();
  return { host, broker, id };
}

async function quoteOf(symbol: string): Promise<{ ask: number; bid: number }> {
  const [quote] = await client.rest.market.quotes([symbol]);
  if (quote?.s !== "ok") throw new Error("no quote");
  return quote.v;
}

/** In hundredths, of which there are always enough to be filled at once. */
const marketOrder = (side: Side, hundredths = 1) => ({
  symbol: "BTCUSD",
  type: OrderType.Market,
  side,
  qty: hundredths / 100,
});

const versionsOf = ({ orders }: FakeHost): string[] =>
  orders.map(({ id, version }) => `${id} ${version}`);

function historyOf(
  { datafeed }: TradingClient,
  resolution: string,
  from: number,
  to: number,
  countBack = 0,
): Promise<History> {
  return new Promise((resolve, reject) => {
    const period = { from, to, countBack, firstDataRequest: true };
    datafeed.getBars(
      SYMBOL,
      resolution,
      period,
      (bars, { noData = false }) => resolve({ bars, noData }),
      reject,
    );
  });
}

test("the README's example runs as it says", async () => {
  const folder = fileURLToPath(new URL("../", import.meta.url));
  const name = "examples/first-order.ts";
  const [readme, source] = ["README.md", name].map((each) => readFileSync(folder + each, "utf8"));
  expect(readme).toContain(`\`\`\`ts\n${source}\`\`\``);
  const env = { ...process.env, BACKEND: backend.address };
  const run = promisify(execFile);
  const { stdout } = await run(process.execPath, ["--conditions=source", name], {
    cwd: folder,
    env,
  });
  expect(stdout).toMatch(/^BTCUSD [\d.]+ [\d.]+$/m);
  expect(stdout).toMatch(/^order-\d+: 0.001 at [\d.]+\n$/m);
});

// The datafeed

test("the datafeed answers a chart's questions", async () => {
  const { datafeed } = client;
  const configuration = await new Promise<object>((resolve) => datafeed.onReady(resolve));
  expect(configuration).toMatchObject({ supports_time: true });
  const found = await new Promise<object[]>((resolve) =>
    datafeed.searchSymbols("btc", "", "", resolve),
  );
  expect(found).toMatchObject([{ symbol: "BTCUSD" }]);
  const symbol = await new Promise((resolve, reject) =>
    datafeed.resolveSymbol("BTCUSD", resolve, reject),
  );
  expect(symbol).toMatchObject({ name: "BTCUSD", format: "price" });
  const refused = new Promise((_, reject) => datafeed.resolveSymbol("NOPE", () => {}, reject));
  await expect(refused).rejects.toContain("NOPE");
  const now = await new Promise<number>((resolve) => datafeed.getServerTime(resolve));
  expect(Math.abs(now - Date.now() / 1_000)).toBeLessThan(60);
});

test("quotes carry the names that were asked for, and an unknown one its error", async () => {
  const quotes = new Map<string, QuoteData>();
  const take = (told: QuoteData[]) => {
    for (const quote of told) quotes.set(quote.n, quote);
  };
  client.datafeed.subscribeQuotes(["EURUSD", "NOPE"], ["NASDAQ:AAPL"], take, "quotes");
  await until(() => quotes.size === 3);
  expect(quotes.get("NASDAQ:AAPL")?.s).toBe("ok");
  expect(quotes.get("NOPE")?.s).toBe("error");
  const asked = await new Promise<QuoteData[]>((resolve, reject) =>
    client.datafeed.getQuotes(["AAPL", "NOPE"], resolve, reject),
  );
  expect(asked.map(({ n, s }) => [n, s])).toEqual([
    ["AAPL", "ok"],
    ["NOPE", "error"],
  ]);
  client.datafeed.unsubscribeQuotes("quotes");
});

test("every feed tells its state", async () => {
  const { feeds } = client;
  const told: { [F in FeedName]?: FeedTypes[F]["data"] } = {};
  const into = (name: FeedName) => (data: unknown) => {
    Object.assign(told, { [name]: data });
  };
  const accountId = `CLIENT-${++accounts}`;
  const subscriptions = [
    feeds.bars({ symbol: "BTCUSD", resolution: "1S" }, into("bars")),
    feeds.quotes({ symbols: [], fast_symbols: ["BTCUSD"] }, into("quotes")),
    feeds.trades({ symbol: "BTCUSD" }, into("trades")),
    feeds.orderbook({ symbol: "BTCUSD", depth: 5 }, into("orderbook")),
    feeds.equity({ accountId }, into("equity")),
    feeds.brokerConnection({ accountId }, into("brokerConnection")),
    feeds.orders({ accountId }, into("orders")),
    feeds.positions({ accountId }, into("positions")),
    feeds.executions({ accountId }, into("executions")),
    feeds.executions({ accountId, symbol: "BTCUSD" }, into("executions")),
  ];
  await Promise.all(subscriptions.map(({ confirmed }) => confirmed));
  await until(() => Object.keys(told).length === 6);
  expect(told.brokerConnection?.status).toBe(ConnectionStatus.Connected);
  expect(told.orderbook?.bids).toHaveLength(5);
  expect(told.bars?.close).toBeGreaterThan(0);
  expect(told.trades?.symbol).toBe("BTCUSD");
  expect(told.equity?.equity).toBe(100_000);
});

test("what the backend refuses fails loudly, and the socket stays", async () => {
  const quiet = () => {};
  const unknown = client.feeds.bars({ symbol: "NOPE", resolution: "1" }, quiet);
  await expect(unknown.confirmed).rejects.toBeInstanceOf(SubscriptionError);
  const malformed = client.feeds.orderbook({ symbol: "AAPL", depth: "5" as never }, quiet);
  await expect(malformed.confirmed).rejects.toMatchObject({ code: "malformed" });
  await client.feeds.bars({ symbol: "AAPL", resolution: "1" }, quiet).confirmed;
});

test("a chart never goes back in time, and misses nothing while the line is cut", async () => {
  const begin = Math.floor(Date.now() / 1_000);
  const { bars } = await historyOf(client, "1S", begin - 60, begin + 60, 60);
  const chart = new Chart(bars);
  const faults: unknown[] = [];
  client.datafeed.subscribeBars(SYMBOL, "1S", chart.update, "chart", () => faults.push("reset"));
  const loaded = chart.last.time;
  await until(() => chart.last.time > loaded);
  cable.unplug();
  await until(() => client.socket.state.phase !== "connected");
  const missed = Math.ceil(Date.now() / 1_000) * 1_000;
  await until(async () => (await elsewhere.rest.market.time()) * 1_000 > missed + 1_000);
  cable.plug();
  await until(() => chart.last.time > missed + 2_000);
  client.datafeed.unsubscribeBars("chart");
  await expectToBeHistory(client, chart);
  expect(faults).toEqual([]);
});

/** Bit for bit, but for the bar that was still forming. */
async function expectToBeHistory(of: TradingClient, chart: Chart): Promise<void> {
  const [first, last] = [chart.bars[0] as Bar, chart.last];
  const { bars } = await historyOf(of, "1S", first.time / 1_000, last.time / 1_000);
  expect(chart.bars.slice(0, -1)).toEqual(bars);
}

// The broker

test("an order at the market is filled, and everything is told once and in time", async () => {
  const { host, broker } = await trading();
  const { orderId } = await broker.placeOrder(marketOrder(Side.Buy, 2));
  await until(() => host.order(orderId)?.status === OrderStatus.Filled);
  await until(() => host.position("BTCUSD")?.qty === 0.02);
  expect(host.executions.reduce((sum, { qty }) => sum + qty, 0)).toBe(0.02);
  expect(host.notifications.map(({ title }) => title)).toEqual(["Order filled"]);
  await until(() => host.equities.length > 0);
  const { summary } = broker.accountManagerInfo();
  expect(summary[1]?.wValue.value()).toBe(host.equities.at(-1));
  await broker.closePosition("BTCUSD", 0.01);
  await until(() => host.position("BTCUSD")?.qty === 0.01);
  await broker.reversePosition("BTCUSD");
  await until(() => host.position("BTCUSD")?.side === Side.Sell);
  await broker.closePosition("BTCUSD");
  await until(() => host.position("BTCUSD")?.qty === 0);
  expect(await broker.positions()).toEqual([]);
  expect(await broker.executions("BTCUSD")).toEqual(host.executions);
});

test("a limit order rests, is modified and canceled, and brackets have their parent", async () => {
  const { host, broker } = await trading();
  const { bid } = await quoteOf("BTCUSD");
  const limitPrice = Math.round(bid * 0.8);
  const order = { symbol: "BTCUSD", type: OrderType.Limit, side: Side.Buy, qty: 1, limitPrice };
  const { orderId } = await broker.placeOrder({
    ...order,
    takeProfit: limitPrice * 2,
    stopLoss: Math.round(limitPrice / 2),
    stopType: StopType.StopLoss,
  });
  await until(() => host.liveOrders().length === 3);
  const brackets = host.orders.filter(({ parentId }) => parentId === orderId);
  expect(brackets.map(({ parentType, status }) => [parentType, status])).toEqual([
    [ParentType.Order, OrderStatus.Inactive],
    [ParentType.Order, OrderStatus.Inactive],
  ]);
  const placed = host.order(orderId);
  if (placed === undefined) throw new Error("never told");
  await broker.modifyOrder({ ...placed, limitPrice: limitPrice - 1 });
  await until(() => host.order(orderId)?.limitPrice === limitPrice - 1);
  expect(host.order(orderId)?.takeProfit).toBe(limitPrice * 2);
  await broker.cancelOrder(orderId);
  await until(() => host.liveOrders().length === 0);
  expect((await broker.ordersHistory()).length).toBe(3);
});

test("an order good till a date says until when, and is over then", async () => {
  const { host, broker } = await trading();
  const limitPrice = Math.round((await quoteOf("BTCUSD")).bid * 0.8);
  const order = { symbol: "BTCUSD", type: OrderType.Limit, side: Side.Buy, qty: 1, limitPrice };
  const past = broker.placeOrder({ ...order, duration: { type: "GTD", datetime: 1 } });
  await expect(past).rejects.toMatchObject({ code: "expiry_past" });
  const datetime = Date.now() + 3_600_000;
  const { orderId } = await broker.placeOrder({ ...order, duration: { type: "GTD", datetime } });
  await until(() => host.order(orderId)?.duration?.datetime === datetime);
  const placed = host.order(orderId);
  if (placed === undefined) throw new Error("never told");
  const duration = { type: "GTD", datetime: Date.now() + 500 } as const;
  await broker.modifyOrder({ ...placed, duration });
  await until(() => host.order(orderId)?.status === OrderStatus.Canceled);
  expect((await broker.ordersHistory())[0]).toMatchObject({ id: orderId, duration });
});

test("stops trail by pips: an order's own, its stop loss, and a position's", async () => {
  const { host, broker } = await trading();
  await broker.placeOrder(marketOrder(Side.Buy, 2));
  await until(() => host.position("BTCUSD")?.qty === 0.02);
  const trailing = { type: OrderType.Stop, side: Side.Sell, stopType: StopType.TrailingStop };
  const { orderId } = await broker.placeOrder({
    ...marketOrder(Side.Sell),
    ...trailing,
    trailingStopPips: 9_000,
  });
  await until(() => host.order(orderId)?.status === OrderStatus.Working);
  expect(host.order(orderId)).toMatchObject({ ...trailing, trailingStopPips: 9_000 });
  const { bid } = await quoteOf("BTCUSD");
  expect(host.order(orderId)?.stopPrice).toBeLessThan(bid);

  await broker.editPositionBrackets("BTCUSD", { trailingStopPips: 8_000 });
  const ofPosition = () =>
    host.orders.findLast(
      ({ parentType, trailingStopPips }) =>
        parentType === ParentType.Position && trailingStopPips === 8_000,
    );
  await until(() => ofPosition() !== undefined);
  expect(ofPosition()).toMatchObject({ ...trailing, parentId: "BTCUSD" });

  const resting = { ...marketOrder(Side.Buy), type: OrderType.Limit, limitPrice: bid * 0.8 };
  const limitPrice = Math.round(resting.limitPrice);
  const parent = await broker.placeOrder({ ...resting, limitPrice, trailingStopPips: 7_000 });
  const child = () => host.orders.findLast(({ parentId }) => parentId === parent.orderId);
  await until(() => child() !== undefined);
  expect(child()).toMatchObject({ ...trailing, trailingStopPips: 7_000 });
});

test("several orders are canceled at once, and positions get brackets", async () => {
  const { host, broker } = await trading();
  const { bid } = await quoteOf("BTCUSD");
  const order = { symbol: "BTCUSD", type: OrderType.Limit, side: Side.Buy, qty: 1 } as const;
  const limitPrice = Math.round(bid * 0.8);
  const placed = [
    await broker.placeOrder({ ...order, limitPrice }),
    await broker.placeOrder({ ...order, limitPrice: limitPrice + 1 }),
  ];
  await broker.cancelOrders(
    "BTCUSD",
    undefined,
    placed.map(({ orderId }) => orderId),
  );
  await until(() => placed.every(({ orderId }) => host.order(orderId)?.status === 1));
  await broker.placeOrder(marketOrder(Side.Buy));
  await until(() => host.position("BTCUSD")?.qty === 0.01);
  await broker.editPositionBrackets("BTCUSD", { stopLoss: limitPrice });
  await until(() => host.position("BTCUSD")?.stopLoss === limitPrice);
  expect(host.orders.at(-1)?.parentType ?? host.orders.at(-2)?.parentType).toBe(
    ParentType.Position,
  );
});

test("what a ticket asks is answered", async () => {
  const { broker, id } = await trading();
  expect(await broker.isTradable("BTCUSD")).toEqual({ tradable: true });
  expect(await broker.isTradable("NOPE")).toMatchObject({ tradable: false });
  expect((await broker.symbolInfo("BTCUSD")).qty.min).toBeGreaterThan(0);
  const preview = await broker.previewOrder(marketOrder(Side.Buy));
  expect(preview.sections.length).toBeGreaterThan(0);
  const leverage = { symbol: "BTCUSD", orderType: OrderType.Market, side: Side.Buy };
  expect(await broker.setLeverage({ ...leverage, leverage: 5 })).toEqual({ leverage: 5 });
  expect(await broker.leverageInfo(leverage)).toMatchObject({ leverage: 5, min: 1, step: 1 });
  expect((await broker.symbolInfo("BTCUSD")).leverage).toBe("5:1");
  const tooMuch = broker.setLeverage({ ...leverage, leverage: 5_000 });
  await expect(tooMuch).rejects.toMatchObject({ code: "leverage_wrong" });
  expect((await broker.previewLeverage({ ...leverage, leverage: 3 })).errors ?? []).toEqual([]);
  expect((await broker.accountsMetainfo()).map((account) => account.id)).toContain(id);
  const { configFlags, durations } = await client.rest.account(id).configuration();
  expect(configFlags).toMatchObject({ supportOrderBrackets: true, supportGuaranteedStop: false });
  expect(durations.find(({ value }) => value === "GTD")).toMatchObject({ hasDatePicker: true });
});

test("a refusal is the backend's sentence and code", async () => {
  const { broker } = await trading();
  const refused = broker.placeOrder({ ...marketOrder(Side.Buy), symbol: "NOPE" });
  await expect(refused).rejects.toBeInstanceOf(ApiError);
  await expect(refused).rejects.toMatchObject({ status: 422, code: "unknown_symbol" });
});

test("another account is another world", async () => {
  const { host, broker } = await trading();
  await broker.placeOrder(marketOrder(Side.Buy));
  await until(() => host.openPositions().length === 1);
  const id = `CLIENT-${++accounts}`;
  host.positions.length = host.orders.length = 0;
  broker.setCurrentAccount(id);
  expect([broker.currentAccount(), host.accountsShown]).toEqual([id, 1]);
  await broker.placeOrder(marketOrder(Side.Sell, 3));
  await until(() => host.position("BTCUSD")?.qty === 0.03);
  expect(host.positions.every(({ side }) => side === Side.Sell)).toBe(true);
});

test("two brokers of one client share the socket's topics", async () => {
  const { host, broker, id } = await trading();
  const other = new FakeHost();
  const second = await client.broker(other, id);
  await broker.placeOrder(marketOrder(Side.Buy));
  await until(() => host.executions.length > 0 && other.executions.length > 0);
  second.stop();
  broker.subscribeRealtime("BTCUSD");
  await until(() => host.quotes.length > 0);
  broker.unsubscribeRealtime("BTCUSD");
  broker.stop();
});

test("what happens while the line is cut is told once it is back, and nothing twice", async () => {
  const { host, broker, id } = await trading();
  const { bid } = await quoteOf("BTCUSD");
  const limitPrice = Math.round(bid * 0.8);
  const order = { symbol: "BTCUSD", type: OrderType.Limit, side: Side.Buy, qty: 1 } as const;
  const resting = await broker.placeOrder({ ...order, limitPrice });
  const staying = await broker.placeOrder({ ...order, limitPrice: limitPrice - 1 });
  await broker.placeOrder(marketOrder(Side.Buy, 2));
  await until(() => host.position("BTCUSD")?.qty === 0.02);
  await until(() => host.liveOrders().length === 2);
  await until(() => broker.connectionStatus() === ConnectionStatus.Connected);

  const continued: string[] = [];
  const onReconnected = (how: string) => continued.push(how);
  client.feeds.orders({ accountId: id }, { onData: () => {}, onReconnected });
  client.feeds.positions({ accountId: id }, { onData: () => {}, onReconnected });
  client.feeds.executions({ accountId: id }, { onData: () => {}, onReconnected });

  cable.unplug();
  await until(() => broker.connectionStatus() === ConnectionStatus.Connecting);
  await expect(broker.placeOrder(marketOrder(Side.Buy))).rejects.toBeInstanceOf(NotConnectedError);
  const account = elsewhere.rest.account(id);
  await account.cancel(resting.orderId, "cancel");
  await account.close("BTCUSD", undefined, "close");
  const { orderId } = await account.place(
    { symbol: "EURUSD", type: OrderType.Market, side: Side.Sell, qty: 1_000 },
    "place",
  );
  await until(async () => (await account.order(orderId)).status === OrderStatus.Filled);
  cable.plug();

  await until(() => host.order(orderId)?.status === OrderStatus.Filled);
  await until(() => host.position("BTCUSD")?.qty === 0);
  await until(() => host.openPositions().join() === "EURUSD");
  expect(host.liveOrders()).toEqual([staying.orderId]);
  const all = await account.recentExecutions(1_000);
  await until(() => host.executions.length >= all.length);
  expect(continued).toEqual(["replayed", "replayed", "replayed"]);
  await broker.placeOrder(marketOrder(Side.Buy));
  await until(() => host.position("BTCUSD")?.qty === 0.01);
  expect(host.executions).toEqual(await account.recentExecutions(1_000));
  expect(versionsOf(host)).toEqual([...new Set(versionsOf(host))]);
});

test("a command whose answer was lost is done once, and its answer had after all", async () => {
  const { host, broker, id } = await trading();
  const account = elsewhere.rest.account(id);
  cable.swallowAnswers();
  const placing = broker.placeOrder(marketOrder(Side.Buy));
  await until(async () => (await account.recentExecutions(10)).length > 0);
  cable.unplug();
  cable.plug();
  const { orderId } = await placing;
  await until(() => host.order(orderId)?.status === OrderStatus.Filled);
  await until(() => host.executions.length > 0);
  expect(host.executions).toEqual(await account.recentExecutions(10));
  expect(await account.orders()).toHaveLength(1);
});

// A server that is killed

interface Killed {
  own: Backend;
  trader: TradingClient;
  host: FakeHost;
  broker: BrokerTerminalService;
  account: AccountRest;
}

/** With a position of 0.02 and a resting order. */
async function traded(run: (killed: Killed, orderId: string) => Promise<void>): Promise<void> {
  const own = await Backend.started();
  const trader = new TradingClient({ baseUrl: own.address });
  try {
    const host = new FakeHost();
    const broker = await trader.broker(host, "KILLED");
    await broker.ready();
    await broker.placeOrder(marketOrder(Side.Buy, 2));
    await until(() => host.position("BTCUSD")?.qty === 0.02);
    const { bid } = await quoteOf("BTCUSD");
    const limitPrice = Math.round(bid * 0.8);
    const resting = { ...marketOrder(Side.Buy), type: OrderType.Limit, limitPrice };
    const { orderId } = await broker.placeOrder(resting);
    await until(() => host.liveOrders().includes(orderId));
    await run({ own, trader, host, broker, account: trader.rest.account("KILLED") }, orderId);
  } finally {
    trader.close();
    await own.stop();
  }
}

/** An order may be filled in parts; and each topic is resumed in its own time. */
async function expectFillsOf(account: AccountRest, host: FakeHost): Promise<void> {
  const filled = await account.recentExecutions(1_000);
  await until(() => host.executions.length >= filled.length);
  expect(host.executions).toEqual(filled);
}

test("a server killed and started again under a client loses nothing and doubles nothing", () =>
  traded(async ({ own, trader, host, broker, account }, orderId) => {
    const begin = Math.floor(Date.now() / 1_000);
    const { bars } = await historyOf(trader, "1S", begin - 60, begin + 60, 60);
    const chart = new Chart(bars);
    const resets: string[] = [];
    trader.datafeed.subscribeBars(SYMBOL, "1S", chart.update, "chart", () => resets.push("reset"));

    await own.kill();
    await until(() => trader.socket.state.phase === "waiting");
    await own.start();

    const restarted = Date.now() + 1_000;
    await until(() => chart.last.time > restarted);
    await expectToBeHistory(trader, chart);
    expect(resets).toEqual([]);
    await until(() => broker.connectionStatus() === ConnectionStatus.Connected);
    expect(host.liveOrders()).toEqual([orderId]);
    expect(host.openPositions()).toEqual(["BTCUSD"]);
    await broker.placeOrder(marketOrder(Side.Buy));
    await until(() => host.position("BTCUSD")?.qty === 0.03);
    await expectFillsOf(account, host);
    expect(versionsOf(host)).toEqual([...new Set(versionsOf(host))]);
  }));

test("a command under way while the server is killed is done once", () =>
  traded(async ({ own, host, broker, account }) => {
    const placing = broker.placeOrder(marketOrder(Side.Sell)).then(
      () => true,
      (error) => {
        // A machine so busy that the server was away for longer than a command waits.
        expect(error).toMatchObject({ wasSent: true });
        return false;
      },
    );
    // So that the command is under way, or done and not answered, or neither.
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 4));
    await own.kill();
    await own.start();
    const isDone = await placing;
    const sold = (await account.ordersHistory()).filter(({ side }) => side === Side.Sell);
    expect(sold.length).toBeLessThanOrEqual(1);
    if (isDone) expect(sold).toHaveLength(1);
    await until(() => host.position("BTCUSD")?.qty === (sold.length > 0 ? 0.01 : 0.02));
    await expectFillsOf(account, host);
  }));
