import {
  type AccountState,
  type BrokerHost,
  type Equity,
  type KillSwitch,
  type Order,
  OrderStatus,
  OrderType,
  Side,
  type TradingClient,
  WsFallback,
} from "@trading-api/client";
import { beforeEach, expect, test, vi } from "vitest";
import { TradingAccount } from "../src/account.ts";
import { MarketClock } from "../src/market-clock.ts";
import { Notifications } from "../src/notifications/notifications.ts";
import { SharedFrames } from "../src/shared-frames.ts";

const ENDED = 1_200;

let host: BrokerHost;
let account: TradingAccount;
let clock: MarketClock;
let halt: KillSwitch;
let reportMoney: (state: AccountState) => void;
let reportEquity: (equity: Equity) => void;
let frames: (() => void)[];

beforeEach(() => {
  vi.useFakeTimers();
  halt = { on: false };
  frames = [];
  const feeds = Object.assign(new WsFallback(), {
    account: (_: object, { onData }: { onData: (state: AccountState) => void }) => {
      reportMoney = onData;
    },
    equity: (_: object, { onData }: { onData: (equity: Equity) => void }) => {
      reportEquity = onData;
    },
  });
  const empty = async () => [];
  const rest = {
    info: async () => ({ id: "DEMO", currency: "USD" }),
    configuration: async () => ({ configFlags: {}, durations: [], currency: "USD" }),
    orders: async () => [order(ENDED + 1, OrderStatus.Working)],
    positions: empty,
    recentExecutions: empty,
    cashLines: empty,
    killSwitch: async () => halt,
  };
  const client = {
    rest: { account: () => rest, market: { time: async () => 0 } },
    socket: { onState: () => () => {} },
    feeds,
    broker: async (own: BrokerHost) => {
      host = own;
    },
  } as unknown as TradingClient;
  const shared = new SharedFrames((callback) => frames.push(callback));
  clock = new MarketClock();
  account = new TradingAccount(client, new Notifications(), shared, clock);
});

const order = (n: number, status: OrderStatus): Order => {
  const terms = { symbol: "AAPL", type: OrderType.Limit, side: Side.Buy, qty: 1 };
  return { id: `order-${n}`, ...terms, status, updateTime: n, version: 1 };
};

test("the start reads no order that ended before", async () => {
  await account.start("DEMO");
  expect(account.loading).toBe("loaded");
  expect(account.liveOrders.map(({ id }) => id)).toEqual([`order-${ENDED + 1}`]);
  expect(account.endedOrders).toEqual([]);
});

test("an order that ends moves from the live ones to the history", async () => {
  await account.start("DEMO");
  host.orderUpdate({ ...order(ENDED + 1, OrderStatus.Canceled), version: 2 });
  expect(account.liveOrders).toEqual([]);
  expect(account.liveOrder(`order-${ENDED + 1}`)).toBeUndefined();
  expect(account.hasEnded(`order-${ENDED + 1}`)).toBe(true);
  expect(account.endedOrders[0]?.status).toBe(OrderStatus.Canceled);
  host.orderUpdate(order(ENDED + 1, OrderStatus.Working));
  expect(account.liveOrders).toEqual([]);
});

test("what is stored of ended orders and of executions has a limit", async () => {
  await account.start("DEMO");
  for (let n = 0; n < ENDED; n += 1) {
    host.orderUpdate(order(n, OrderStatus.Filled));
    const terms = { symbol: "AAPL", price: 1, qty: 1, side: Side.Buy };
    host.executionUpdate({ ...terms, time: n, orderId: `order-${n}` });
  }
  expect(account.endedOrders.length).toBe(500);
  expect(account.executions.length).toBe(500);
  expect(account.executions.at(-1)?.time).toBe(ENDED - 1);
});

test("a halt is followed as it begins and ends, with its reason", async () => {
  await account.start("DEMO");
  const money = { balance: 0, equity: 0, usedMargin: 0, freeMargin: 0, openPL: 0 };
  const state = { ...money, realizedPLToday: 0, currency: "USD" };
  halt = { on: true, reason: "too fast" };
  reportMoney({ ...state, halted: true });
  await vi.waitFor(() => expect(account.halt).toEqual(halt));
  halt = { on: false };
  reportMoney({ ...state, halted: false });
  expect(account.halt.on).toBe(false);
});

const frame = () => frames.splice(0).forEach((callback) => void callback());

test("a frame shows the newest equity and the newest profit of each position", async () => {
  await account.start("DEMO");
  const terms = { symbol: "AAPL", side: Side.Buy, avgPrice: 10 };
  host.positionUpdate({ ...terms, id: "AAPL", qty: 2, pl: 0 });
  const equity = { balance: 100, realizedPL: 0, deposited: 0, seq: 1 };
  for (const pl of [1, 2, 3]) {
    host.plUpdate?.("AAPL", pl);
    reportEquity({ ...equity, equity: 100 + pl, unrealizedPL: pl });
  }
  expect(account.position("AAPL")?.pl).toBe(0);
  expect(account.equity).toBeNull();
  expect(frames.length).toBe(1);
  // A hidden page has no frames, and its curve goes on.
  vi.advanceTimersByTime(250);
  expect(account.curve.points.at(-1)?.equity).toBe(103);
  frame();
  expect(account.position("AAPL")?.pl).toBe(3);
  expect(account.equity?.equity).toBe(103);
});

test("the equity of a market that is moved is at the time that it reached", async () => {
  await account.start("DEMO");
  const money = { balance: 100, unrealizedPL: 0, realizedPL: 0, deposited: 0, seq: 1 };
  for (const minute of [1, 2, 3]) {
    reportEquity({ ...money, equity: 100 + minute });
    clock.add(minute * 60_000, performance.now(), 0);
  }
  vi.advanceTimersByTime(1_000);
  const points = account.curve.points.map(({ time, equity }) => [time, equity]);
  expect(points).toEqual([
    [60_000, 101],
    [120_000, 102],
    [180_000, 103],
  ]);
});

test("a profit that waits for a frame does not replace that of a newer position", async () => {
  await account.start("DEMO");
  const terms = { symbol: "AAPL", side: Side.Buy, avgPrice: 10 };
  host.positionUpdate({ ...terms, id: "AAPL", qty: 2, pl: 0 });
  host.plUpdate?.("AAPL", 3);
  host.positionUpdate({ ...terms, id: "AAPL", qty: 1, pl: 1.5 });
  frame();
  expect(account.position("AAPL")?.pl).toBe(1.5);
  host.plUpdate?.("AAPL", 2);
  host.positionUpdate({ ...terms, id: "AAPL", qty: 0, pl: 0 });
  frame();
  expect(account.position("AAPL")).toBeUndefined();
});
