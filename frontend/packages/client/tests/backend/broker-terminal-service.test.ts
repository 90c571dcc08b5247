// BrokerTerminalService against a real backend.
import { expect, test } from "vitest";
import type { BrokerTerminalService } from "../../src/broker-terminal-service.ts";
import { ApiError, NotConnectedError } from "../../src/errors.ts";
import {
  ConnectionStatus,
  OrderStatus,
  OrderType,
  ParentType,
  Side,
  StopType,
} from "../../src/model/broker.ts";
import { FakeHost } from "../support/fake-host.ts";
import { proxiedClient } from "../support/proxied-client.ts";
import { marketOrder, quoteOf, versionsOf } from "../support/trading.ts";
import { until } from "../support/until.ts";

const setup = proxiedClient();
let accounts = 0;

/** Open an account that no other test uses. */
async function openAccount(): Promise<{
  host: FakeHost;
  broker: BrokerTerminalService;
  id: string;
}> {
  const host = new FakeHost();
  const id = `CLIENT-${++accounts}`;
  const broker = await setup.client.broker(host, id);
  await broker.ready();
  return { host, broker, id };
}

test("a market order is filled, and each of its effects is reported once", async () => {
  const { host, broker } = await openAccount();
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

test("a limit order rests, is modified and canceled, and its brackets name their parent", async () => {
  const { host, broker } = await openAccount();
  const { bid } = await quoteOf(setup.client, "BTCUSD");
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
  if (placed === undefined) throw new Error("never reported");
  await broker.modifyOrder({ ...placed, limitPrice: limitPrice - 1 });
  await until(() => host.order(orderId)?.limitPrice === limitPrice - 1);
  expect(host.order(orderId)?.takeProfit).toBe(limitPrice * 2);
  await broker.cancelOrder(orderId);
  await until(() => host.liveOrders().length === 0);
  expect((await broker.ordersHistory()).length).toBe(3);
});

test("a good-till-date order reports its end, and is canceled then", async () => {
  const { host, broker } = await openAccount();
  const limitPrice = Math.round((await quoteOf(setup.client, "BTCUSD")).bid * 0.8);
  const order = { symbol: "BTCUSD", type: OrderType.Limit, side: Side.Buy, qty: 1, limitPrice };
  const past = broker.placeOrder({ ...order, duration: { type: "GTD", datetime: 1 } });
  await expect(past).rejects.toMatchObject({ code: "expiry_past" });
  const datetime = Date.now() + 3_600_000;
  const { orderId } = await broker.placeOrder({ ...order, duration: { type: "GTD", datetime } });
  await until(() => host.order(orderId)?.duration?.datetime === datetime);
  const placed = host.order(orderId);
  if (placed === undefined) throw new Error("never reported");
  const duration = { type: "GTD", datetime: Date.now() + 500 } as const;
  await broker.modifyOrder({ ...placed, duration });
  await until(() => host.order(orderId)?.status === OrderStatus.Canceled);
  expect((await broker.ordersHistory())[0]).toMatchObject({ id: orderId, duration });
});

test("stops trail by pips: an order's own, its stop loss, and a position's", async () => {
  const { host, broker } = await openAccount();
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
  const { bid } = await quoteOf(setup.client, "BTCUSD");
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

test("several orders are canceled by one command, and a position gets brackets", async () => {
  const { host, broker } = await openAccount();
  const { bid } = await quoteOf(setup.client, "BTCUSD");
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

test("the queries of an order ticket are answered", async () => {
  const { broker, id } = await openAccount();
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
  const { configFlags, durations } = await setup.client.rest.account(id).configuration();
  expect(configFlags).toMatchObject({ supportOrderBrackets: true, supportGuaranteedStop: false });
  expect(durations.find(({ value }) => value === "GTD")).toMatchObject({ hasDatePicker: true });
});

test("an ApiError has the backend's message and code", async () => {
  const { broker } = await openAccount();
  const rejection = broker.placeOrder({ ...marketOrder(Side.Buy), symbol: "NOPE" });
  await expect(rejection).rejects.toBeInstanceOf(ApiError);
  await expect(rejection).rejects.toMatchObject({ status: 422, code: "unknown_symbol" });
});

test("the orders and positions of another account are separate", async () => {
  const { host, broker } = await openAccount();
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
  const { host, broker, id } = await openAccount();
  const other = new FakeHost();
  const second = await setup.client.broker(other, id);
  await broker.placeOrder(marketOrder(Side.Buy));
  await until(() => host.executions.length > 0 && other.executions.length > 0);
  second.stop();
  broker.subscribeRealtime("BTCUSD");
  await until(() => host.quotes.length > 0);
  broker.unsubscribeRealtime("BTCUSD");
  broker.stop();
});

test("changes during an outage are reported after it, and none twice", async () => {
  const { host, broker, id } = await openAccount();
  const { bid } = await quoteOf(setup.client, "BTCUSD");
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
  setup.client.feeds.orders({ accountId: id }, { onData: () => {}, onReconnected });
  setup.client.feeds.positions({ accountId: id }, { onData: () => {}, onReconnected });
  setup.client.feeds.executions({ accountId: id }, { onData: () => {}, onReconnected });

  setup.proxy.cut();
  await until(() => broker.connectionStatus() === ConnectionStatus.Connecting);
  await expect(broker.placeOrder(marketOrder(Side.Buy))).rejects.toBeInstanceOf(NotConnectedError);
  const account = setup.direct.rest.account(id);
  await account.cancel(resting.orderId, "cancel");
  await account.close("BTCUSD", undefined, "close");
  const { orderId } = await account.place(
    { symbol: "EURUSD", type: OrderType.Market, side: Side.Sell, qty: 1_000 },
    "place",
  );
  await until(async () => (await account.order(orderId)).status === OrderStatus.Filled);
  setup.proxy.restore();

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

test("a command whose response was lost is executed once, and still resolves", async () => {
  const { host, broker, id } = await openAccount();
  const account = setup.direct.rest.account(id);
  setup.proxy.dropResponses();
  const placing = broker.placeOrder(marketOrder(Side.Buy));
  await until(async () => (await account.recentExecutions(10)).length > 0);
  setup.proxy.cut();
  setup.proxy.restore();
  const { orderId } = await placing;
  await until(() => host.order(orderId)?.status === OrderStatus.Filled);
  await until(() => host.executions.length > 0);
  expect(host.executions).toEqual(await account.recentExecutions(10));
  expect(await account.orders()).toHaveLength(1);
});
