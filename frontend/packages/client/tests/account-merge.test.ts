import { expect, test } from "vitest";
import {
  ExecutionMultiset,
  executionKey,
  MergedOrders,
  MergedPositions,
  mergeExecutions,
  orderKey,
  positionKey,
} from "../src/account-merge.ts";
import { type Execution, type Order, OrderStatus, type Position } from "../src/model/broker.ts";

const order = (id: string, fields: Partial<Order> = {}): Order => ({
  id,
  symbol: "AAPL",
  type: 1,
  side: 1,
  qty: 1,
  status: OrderStatus.Working,
  ...fields,
});

const position = (id: string, qty: number, fields: Partial<Position> = {}): Position => ({
  id,
  symbol: id,
  qty,
  side: 1,
  avgPrice: 1,
  ...fields,
});

const execution = (time: number, fields: Partial<Execution> = {}): Execution => ({
  symbol: "AAPL",
  price: 1,
  qty: 1,
  side: 1,
  time,
  orderId: "order-1",
  ...fields,
});

// Keys

test("an order and a position are identified by their id alone", () => {
  expect(orderKey(order("1", { qty: 2, version: 9 }))).toBe(orderKey(order("1")));
  expect(positionKey(position("AAPL", 0))).toBe(positionKey(position("AAPL", 5)));
});

test.each<Partial<Execution>>([
  { orderId: "order-2" },
  { time: 2 },
  { symbol: "MSFT" },
  { side: -1 },
  { qty: 2 },
  { price: 2 },
])("an execution with another %j is another execution", (fields) => {
  expect(executionKey({ ...execution(1), ...fields })).not.toBe(executionKey(execution(1)));
});

test("commission and net amount do not identify an execution", () => {
  const detailed = execution(1, { commission: 1, netAmount: 2 });
  expect(executionKey(detailed)).toBe(executionKey(execution(1)));
});

// Orders

test("an older or equal version of an order changes nothing", () => {
  const orders = new MergedOrders();
  expect(orders.apply(order("1", { version: 2 }))).toBe(true);
  expect(orders.apply(order("1", { version: 2, qty: 9 }))).toBe(false);
  expect(orders.apply(order("1", { version: 1 }))).toBe(false);
  expect(orders.apply(order("1", { version: 3, qty: 5 }))).toBe(true);
  expect(orders.get("1")).toMatchObject({ version: 3, qty: 5 });
});

test("without versions any difference of an order is news", () => {
  const orders = new MergedOrders([order("1")]);
  expect(orders.apply(order("1"))).toBe(false);
  expect(orders.apply(order("1", { qty: 2 }))).toBe(true);
});

test("an end without a version replaces a live order that has one", () => {
  const orders = new MergedOrders([order("1", { version: 4 }), order("2", { version: 1 })]);
  expect(orders.apply(order("1", { status: OrderStatus.Canceled }))).toBe(true);
  expect(orders.live().map(orderKey)).toEqual(["2"]);
});

test("isNews compares an order and does not store it", () => {
  const orders = new MergedOrders();
  expect(orders.isNews(order("1"))).toBe(true);
  expect(orders.isNews(order("1"))).toBe(true);
  expect(orders.get("1")).toBeUndefined();
});

// Positions

test("a snapshot adds the positions that no live update reported", () => {
  const positions = new MergedPositions();
  positions.applyLive(position("AAPL", 2));
  positions.applyLive(position("MSFT", 0));
  const snapshot = [position("AAPL", 1), position("MSFT", 1), position("EURUSD", 1)];
  expect(positions.addFromSnapshot(snapshot)).toEqual([position("EURUSD", 1)]);
  expect(positions.addFromSnapshot(snapshot)).toEqual([]);
});

test("a snapshot closes the positions that it does not contain", () => {
  const positions = new MergedPositions();
  positions.applyLive(position("AAPL", 1, { pl: 5, takeProfit: 2, stopLoss: 1 }));
  positions.applyLive(position("EURUSD", 1));
  positions.startSnapshot();
  expect(positions.closeMissingFrom([position("EURUSD", 1)])).toEqual([position("AAPL", 0)]);
  expect(positions.closeMissingFrom([position("EURUSD", 1)])).toEqual([]);
});

test("a position that a live update reported after the request stays open", () => {
  const positions = new MergedPositions();
  positions.applyLive(position("AAPL", 1));
  positions.startSnapshot();
  positions.applyLive(position("AAPL", 1));
  expect(positions.closeMissingFrom([])).toEqual([]);
});

test("a live update that repeats a position changes nothing", () => {
  const positions = new MergedPositions();
  expect(positions.applyLive(position("AAPL", 1))).toBe(true);
  expect(positions.applyLive(position("AAPL", 1))).toBe(false);
  expect(positions.applyLive(position("AAPL", 0))).toBe(true);
  expect(positions.applyLive(position("AAPL", 1))).toBe(true);
});

// Executions

test("the history ascends, and live executions that it does not contain follow it", () => {
  const merged = mergeExecutions([execution(2), execution(1)], [execution(2), execution(3)]);
  expect(merged.map(({ time }) => time)).toEqual([1, 2, 3]);
});

test("equal executions are merged to as many as the longer list has", () => {
  const twice = [execution(1), execution(1)];
  expect(mergeExecutions([execution(1)], twice)).toHaveLength(2);
  expect(mergeExecutions(twice, [execution(1)])).toHaveLength(2);
  expect(mergeExecutions(twice, twice)).toHaveLength(2);
});

test("a multiset keeps count and is not changed by a comparison", () => {
  const executions = new ExecutionMultiset([execution(1), execution(1)]);
  expect(executions.missingIn([1, 1, 1, 2].map((time) => execution(time)))).toHaveLength(2);
  expect(executions.missingIn([execution(1)])).toEqual([]);
  expect([1, 2, 3].map(() => executions.remove(execution(1)))).toEqual([true, true, false]);
  executions.add(execution(1));
  const sum = executions.plus(new ExecutionMultiset([execution(1)]));
  expect(sum.missingIn([1, 1, 1].map((time) => execution(time)))).toHaveLength(1);
});

test("ended orders are forgotten from the oldest on, and live ones never", () => {
  const merged = new MergedOrders();
  merged.apply(order("live"));
  for (let n = 0; n < 1_500; n += 1) {
    merged.apply(order(`ended-${n}`, { status: OrderStatus.Filled }));
  }
  expect(merged.live().map(({ id }) => id)).toEqual(["live"]);
  expect(merged.get("ended-499")).toBeUndefined();
  expect(merged.get("ended-500")).toBeDefined();
});

test("a multiset keeps the newest executions", () => {
  const executions = [1, 2, 3].map((time) => execution(time));
  const multiset = new ExecutionMultiset(executions);
  multiset.keepNewest(2);
  expect(multiset.missingIn(executions).map(({ time }) => time)).toEqual([1]);
});
