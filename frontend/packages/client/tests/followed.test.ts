// What is told of an account over an interruption after which the socket tells the state alone.
import { beforeEach, expect, test, vi } from "vitest";
import type { Feeds } from "../src/feeds.ts";
import { FollowedExecutions } from "../src/followed-executions.ts";
import { FollowedOrders } from "../src/followed-orders.ts";
import { FollowedPositions } from "../src/followed-positions.ts";
import type { Listener } from "../src/followed-topic.ts";
import { type Execution, type Order, OrderStatus, type Position } from "../src/model/broker.ts";
import { FakeAccount } from "./support/fake-account.ts";

let account: FakeAccount;

beforeEach(() => {
  account = new FakeAccount();
});

/** A feed that is confirmed, and tells what the test says. */
function feedOf<T>(name: "orders" | "positions" | "executions") {
  const heard = { listener: undefined as unknown as Listener<T> };
  const follow = (_: object, listener: Listener<T>) => {
    heard.listener = listener;
    return { topic: name, confirmed: Promise.resolve(), unsubscribe: () => {} };
  };
  return { heard, feeds: { [name]: follow } as unknown as Feeds };
}

const settle = () => new Promise((resolve) => setTimeout(resolve));

const execution = (time: number): Execution => ({
  symbol: "AAPL",
  price: 1,
  qty: 1,
  side: 1,
  time,
  orderId: "order-1",
});

const order = (id: string, status: OrderStatus, version: number): Order => ({
  id,
  symbol: "AAPL",
  type: 1,
  side: 1,
  qty: 1,
  status,
  version,
});

const position = (id: string, qty: number): Position => ({
  id,
  symbol: id,
  qty,
  side: 1,
  avgPrice: 1,
});

async function followed<T>(
  name: "orders" | "positions" | "executions",
  Followed: new (parts: {
    feeds: Feeds;
    rest: FakeAccount["rest"];
    accountId: string;
    tell(data: T): void;
    onFailed(error: Error): void;
  }) => { ready: Promise<void>; stop(): void },
) {
  const { heard, feeds } = feedOf<T>(name);
  const told: T[] = [];
  const tell = (data: T) => void told.push(data);
  const parts = { feeds, rest: account.rest, accountId: "A", tell, onFailed: vi.fn() };
  const started = new Followed(parts);
  await settle();
  const { onData, onContinued } = heard.listener;
  return { told, onData, renew: () => onContinued?.("renewed"), started };
}

// Executions

const times = (told: Execution[]) => told.map(({ time }) => time);

test("executions from before the start are nobody's news", async () => {
  account.executed = [execution(1)];
  const { told, onData } = await followed("executions", FollowedExecutions);
  onData(execution(2));
  expect(times(told)).toEqual([2]);
});

test("missed executions are told before newer ones, and none twice", async () => {
  account.executed = [execution(1)];
  const { told, onData, renew } = await followed("executions", FollowedExecutions);
  onData(execution(2));
  account.executed = [1, 2, 3, 4].map(execution);
  renew();
  onData(execution(4));
  onData(execution(5));
  await settle();
  expect(times(told)).toEqual([2, 3, 4, 5]);
});

test("one that is read before the socket tells it is told once", async () => {
  const { told, onData, renew } = await followed("executions", FollowedExecutions);
  account.executed = [execution(1), execution(2)];
  renew();
  await settle();
  onData(execution(2));
  onData(execution(3));
  expect(times(told)).toEqual([1, 2, 3]);
});

test("two that are alike in everything are two", async () => {
  const { told, onData, renew } = await followed("executions", FollowedExecutions);
  onData(execution(1));
  account.executed = [execution(1), execution(1)];
  renew();
  await settle();
  expect(times(told)).toEqual([1, 1]);
});

test("a second interruption while the first is mended loses nothing", async () => {
  const { told, onData, renew } = await followed("executions", FollowedExecutions);
  let open = () => {};
  account.gate = new Promise((resolve) => {
    open = resolve;
  });
  account.executed = [execution(1)];
  renew();
  onData(execution(2));
  await settle();
  account.executed = [1, 2, 3].map(execution);
  renew();
  open();
  await settle();
  expect(times(told).sort()).toEqual([1, 2, 3]);
});

// Orders

const states = (told: Order[]) => told.map(({ id, status }) => [id, status]);

test("orders that ended in the interruption are told, and unchanged ones are not", async () => {
  account.placed = [order("old", OrderStatus.Filled, 2)];
  const { told, onData, renew } = await followed<Order>("orders", FollowedOrders);
  for (const id of ["1", "2"]) onData(order(id, OrderStatus.Working, 1));
  account.placed = [
    order("old", OrderStatus.Filled, 2),
    order("1", OrderStatus.Filled, 2),
    order("2", OrderStatus.Working, 1),
    order("3", OrderStatus.Canceled, 2),
  ];
  renew();
  onData(order("2", OrderStatus.Working, 1));
  await settle();
  expect(states(told).slice(2)).toEqual([
    ["1", OrderStatus.Filled],
    ["3", OrderStatus.Canceled],
  ]);
  onData(order("1", OrderStatus.Filled, 2));
  onData(order("1", OrderStatus.Working, 1));
  expect(told).toHaveLength(4);
});

test("an order that the server knows no more does not stay on the screen", async () => {
  const { told, onData, renew } = await followed<Order>("orders", FollowedOrders);
  onData(order("1", OrderStatus.Working, 1));
  renew();
  await settle();
  expect(states(told).at(-1)).toEqual(["1", OrderStatus.Canceled]);
});

test("an order that REST knows first is told when the socket tells it", async () => {
  account.placed = [order("1", OrderStatus.Filled, 2)];
  const { told, onData } = await followed<Order>("orders", FollowedOrders);
  onData(order("1", OrderStatus.Filled, 2));
  expect(states(told)).toEqual([["1", OrderStatus.Filled]]);
});

// Positions

const quantities = (told: Position[]) => told.map(({ id, qty }) => [id, qty]);

test("a position that was closed in the interruption is told as closed", async () => {
  const { told, onData, renew } = await followed<Position>("positions", FollowedPositions);
  for (const id of ["AAPL", "EURUSD"]) onData(position(id, 1));
  account.open = [position("EURUSD", 1)];
  renew();
  onData(position("EURUSD", 1));
  await settle();
  expect(quantities(told)).toEqual([
    ["AAPL", 1],
    ["EURUSD", 1],
    ["AAPL", 0],
  ]);
});

test("one that is opened again while REST answers stays open", async () => {
  const { told, onData, renew } = await followed<Position>("positions", FollowedPositions);
  onData(position("AAPL", 1));
  renew();
  onData(position("AAPL", 2));
  await settle();
  expect(quantities(told)).toEqual([
    ["AAPL", 1],
    ["AAPL", 2],
  ]);
});

// The beginning

test.each([
  ["orders", FollowedOrders],
  ["executions", FollowedExecutions],
] as const)("%s are ready once what was there before is known", async (name, Followed) => {
  let open = () => {};
  account.gate = new Promise((resolve) => {
    open = resolve;
  });
  const { started, renew } = await followed<never>(name, Followed as never);
  let isReady = false;
  void started.ready.then(() => {
    isReady = true;
  });
  renew();
  await settle();
  expect(isReady).toBe(false);
  open();
  await settle();
  expect(isReady).toBe(true);
});

test("who waits for what is stopped hears of it", async () => {
  account.gate = new Promise(() => {});
  const { started } = await followed<Order>("orders", FollowedOrders);
  started.stop();
  await expect(started.ready).rejects.toThrow("followed no more");
});
